/**
 * Does the published program work? Packs it, installs the tarball in an empty folder, starts the demo there, asks for a token and
 * the list, stops it; and asks an older Node, where this machine has one, to refuse in both languages.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'genjin-package-'));

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function fail(reason: string): never {
  throw new Error(reason);
}

/** Starts the installed program on a free port and answers what it printed once it serves. */
async function startDemo(): Promise<{ output: string; stop(): Promise<number | null> }> {
  const child = spawn('npx', ['genjin', 'serve', '--demo', '--port', '0', '--log-level', 'warn'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (/trail\/list\?.*\n/.test(output)) break;
  }
  const stop = async (): Promise<number | null> => {
    // npx does not pass signals on everywhere, so the whole group gets it.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    return exit;
  };
  return { output, stop };
}

function found(output: string, pattern: RegExp): string {
  return pattern.exec(output)?.[1] ?? fail(`the program did not print ${pattern}:\n${output}`);
}

async function checkDemo(): Promise<void> {
  const { output, stop } = await startDemo();
  try {
    const base = found(output, /(http:\/\/127\.0\.0\.1:\d+)\/docs/);
    const credentials = {
      grant_type: 'client_credentials',
      client_id: found(output, /client_id +(\S+)/),
      client_secret: found(output, /client_secret +(\S+)/),
    };
    const token = await fetch(`${base}/v1/oauth2/access_token`, { method: 'POST', body: new URLSearchParams(credentials) });
    const { access_token } = (await token.json()) as { access_token: string };
    const list = await fetch(`${base}/v1/dynamic/trail/list?company_id=16696797769`, {
      headers: { Authorization: access_token },
    });
    const { data } = (await list.json()) as { data: { totalItem: number } };
    if (data.totalItem !== 6) fail(`the list has ${data.totalItem} entries instead of 6`);
    const page = await (await fetch(`${base}/`)).text();
    if (!page.includes('<script type="module"')) fail('the page is not in the package');
  } finally {
    await stop();
  }
}

/** Every older Node on the PATH must be told what to do instead. */
function checkOldNodes(): void {
  const program = join(folder, 'node_modules', 'genjin', 'bin', 'genjin.js');
  for (const place of new Set((process.env['PATH'] ?? '').split(delimiter))) {
    const node = join(place, 'node');
    if (!existsSync(node)) continue;
    const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    if (major > 24 || (major === 24 && minor >= 15)) continue;
    const run = spawnSync(node, [program, '--version'], { encoding: 'utf8' });
    if (run.status !== 1 || !run.stderr.includes('needs Node 24.15') || !run.stderr.includes('需要 Node 24.15')) {
      fail(`on Node ${major}.${minor} the program answered ${run.status}: ${run.stderr}`);
    }
  }
}

try {
  npm(['run', '-s', 'build'], root);
  npm(['pack', '-w', 'server', '--pack-destination', folder, '--silent'], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? fail('npm pack made no tarball');
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', '--silent', `./${tarball}`], folder);
  await checkDemo();
  checkOldNodes();
  process.stdout.write('package: the packed program installs and serves\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
