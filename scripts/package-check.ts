/**
 * Do the published packages work? Installs the tarball of each in an empty folder. The client: is it as small as it says, are its types
 * whole, does it load on every Node here from 20 on? The program: starts the demo, asks for a token and the list, stops it; and asks an
 * older Node, where this machine has one, to refuse in both languages.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Every Node on the PATH. */
function* nodes(): Generator<{ node: string; major: number; minor: number }> {
  for (const place of new Set((process.env['PATH'] ?? '').split(delimiter))) {
    const node = join(place, 'node');
    if (!existsSync(node)) continue;
    const version = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    const [major = 0, minor = 0] = version.split('.').map(Number);
    yield { node, major, minor };
  }
}

/** Packs a workspace into a folder, and answers the tarball. */
function pack(workspace: string, into: string): string {
  npm(['pack', '-w', workspace, '--pack-destination', into, '--silent'], root);
  return join(into, readdirSync(into).find((name) => name.endsWith('.tgz')) ?? fail('npm pack made no tarball'));
}

/** Bytes that the client's tarball may have. */
const clientLimit = 20_000;

/** Uses everything that the client's own types name, as somebody does who has only the package. */
const clientUse = `
import { decryptWebhook, GenjinClient, GenjinError, type TrailEntry, verifyWebhook, webhookAnswer } from '@genjin/client';
const client = new GenjinClient({ baseUrl: 'http://127.0.0.1:1', clientId: 'a', clientSecret: 'b', timeout: 5000 });
export const use = async (): Promise<string> => {
  for await (const entry of client.trails.all({ companyId: 1 })) {
    const same: TrailEntry = entry;
    return same.content;
  }
  const { customers } = await client.companies.info({ company_id: 1 });
  const { messageId, data } = await verifyWebhook('', new Headers(), 'secret');
  for (const event of await decryptWebhook(data, 'secret')) {
    if (event.biz_type === 'xiaoman.crm.company.update') return event.biz_data.serial_id;
  }
  return webhookAnswer(messageId, customers[0]?.contact[0]?.value);
};
// @ts-expect-error: there is no such field
export const wrong = () => client.trails.list({ companyid: 1 }).catch((error: unknown) => error instanceof GenjinError);
process.stdout.write(Object.keys(client).join());
`;

function checkClient(): void {
  const place = join(folder, 'client');
  mkdirSync(place);
  const tarball = pack('client', place);
  const { size } = statSync(tarball);
  if (size > clientLimit) fail(`the client's tarball has ${size} bytes, more than ${clientLimit}`);
  writeFileSync(join(place, 'package.json'), '{"private":true,"type":"module"}');
  writeFileSync(join(place, 'use.ts'), clientUse);
  npm(['install', '--no-audit', '--no-fund', '--silent', tarball], place);
  const options = [
    '--strict',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--lib',
    'es2022,dom,dom.iterable',
    '--types',
    'node',
  ];
  const types = ['--typeRoots', join(root, 'node_modules', '@types')];
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), [...options, ...types, join(place, 'use.ts')], { stdio: 'inherit' });
  for (const { node, major } of nodes()) {
    if (major < 20) continue;
    const parts = execFileSync(node, [join(place, 'use.js')], { encoding: 'utf8' });
    if (!parts.startsWith('trails,comments,next,companies,')) fail(`on Node ${major} the installed client has ${parts}`);
  }
  process.stdout.write(`package: the packed client has ${size} bytes, and its types are whole\n`);
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
    // Its total is counted by a reader thread, whose file is another one.
    const counted = await fetch(`${base}/v1/dynamic/trail/list?type=101`, { headers: { Authorization: access_token } });
    const { code } = (await counted.json()) as { code: number };
    if (code !== 200) fail(`a list by type answers ${code}`);
    const page = await (await fetch(`${base}/`)).text();
    if (!page.includes('<script type="module"')) fail('the page is not in the package');
  } finally {
    await stop();
  }
}

/** Every older Node on the PATH must be told what to do instead. */
function checkOldNodes(): void {
  const program = join(folder, 'node_modules', 'genjin', 'bin', 'genjin.js');
  for (const { node, major, minor } of nodes()) {
    if (major > 24 || (major === 24 && minor >= 15)) continue;
    const run = spawnSync(node, [program, '--version'], { encoding: 'utf8' });
    if (run.status !== 1 || !run.stderr.includes('needs Node 24.15') || !run.stderr.includes('需要 Node 24.15')) {
      fail(`on Node ${major}.${minor} the program answered ${run.status}: ${run.stderr}`);
    }
  }
}

try {
  npm(['run', '-s', 'build'], root);
  checkClient();
  const tarball = pack('server', folder);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', '--silent', tarball], folder);
  await checkDemo();
  checkOldNodes();
  process.stdout.write('package: the packed program installs and serves\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
