/** The browser that the page's tests drive: the distribution's own, because a downloaded one would need a download from elsewhere. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const override = 'GENJIN_TEST_CHROMIUM';
const packages = ['chromium', 'fonts-noto-cjk'];

/** Where the browser is, or `null`. Throws when `GENJIN_TEST_CHROMIUM` names something that cannot be run. */
export function findChromium(): string | null {
  const named = process.env[override];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`${override} names ${named}, which cannot be run`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders.map((folder) => join(folder, 'chromium')), '/usr/bin/chromium'].find(isExecutable) ?? null;
}

/** Answers where the browser is; installs it first when it is missing and this user may. */
export function needChromium(): string {
  const found = findChromium();
  if (found !== null) return found;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `The page's tests need Chromium and a Chinese font. Install them, for instance: sudo apt-get install ${packages.join(' ')}; ` +
        `or set ${override} to the executable of a Chromium.`,
    );
  }
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
  const installed = findChromium();
  if (installed === null) throw new Error(`apt-get installed ${packages.join(' and ')}, but there is still no chromium to run`);
  return installed;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function apt(...words: string[]): void {
  const command = `apt-get ${words.join(' ')}`;
  process.stderr.write(`The page's tests need Chromium: ${command}\n`);
  const { status, error, stdout, stderr } = spawnSync('apt-get', words, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  const said = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(
    `Chromium is missing and "${command}" failed (${error?.message ?? `exit code ${status}`}). Install ${packages.join(' and ')} ` +
      `by hand, or set ${override} to the executable of a Chromium.\n${said}`,
  );
}
