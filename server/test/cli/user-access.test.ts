/** Roles, passwords and who is kept out, from the command line, beside a server that runs. */
import { expect, test } from 'vitest';
import { type Serving, type Workplace, workplace } from '../support/cli.ts';
import { type Page, signedIn } from '../support/page.ts';

const tenant = 7;
const listPath = '/v1/dynamic/trail/list';

async function withServer(): Promise<{ at: Workplace; server: Serving }> {
  const at = workplace();
  await at.genjin(['tenant', 'create', '--id', String(tenant), '--name', 'own']);
  return { at, server: await at.serve() };
}

const user = (at: Workplace, ...args: string[]) =>
  at.genjin(['user', args[0] ?? '', '--tenant', String(tenant), ...args.slice(1)]);

async function create(
  at: Workplace,
  email: string,
  ...args: string[]
): Promise<{ email: string; password: string; user_id: number }> {
  const { code, stdout, stderr } = await user(at, 'create', '--email', email, '--name', email, '--json', ...args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { email: string; password: string; user_id: number };
}

const roleOf = async (page: Page): Promise<unknown> =>
  (await page.get('/v1/session')).json<{ data: { role?: string } }>().data.role;

test('a role is given when a user is made, and without one it is a member', async () => {
  const { at, server } = await withServer();
  for (const role of ['admin', 'member', 'viewer']) {
    const made = await create(at, `${role}@example.com`, '--role', role);
    expect(await roleOf(await signedIn(server, made))).toBe(role);
  }
  expect(await roleOf(await signedIn(server, await create(at, 'none@example.com')))).toBe('member');
  const refused = await user(at, 'create', '--email', 'x@x', '--name', 'x', '--role', 'root');
  expect(refused.stderr).toBe('genjin: --role: "root" is not accepted; accepted: admin, member, viewer\n');
});

test('another password keeps the role and signs the user out', async () => {
  const { at, server } = await withServer();
  const made = await create(at, 'li@example.com', '--role', 'admin');
  const page = await signedIn(server, made);
  const plain = await user(at, 'password', '--email', 'LI@example.com');
  const shown = new RegExp(
    `^user_id {3}${made.user_id}\nemail {5}li@example.com\npassword {2}([\\w-]{20})\nThe password is not kept and will not be shown again.\n$`,
  );
  const [, password = ''] = shown.exec(plain.stdout) ?? [];
  expect(password, plain.stdout + plain.stderr).not.toBe('');
  expect((await page.get(listPath)).status).toBe(401);
  await expect(signedIn(server, made)).rejects.toThrow('403');
  expect(await roleOf(await signedIn(server, { email: made.email, password }))).toBe('admin');
  at.write('password', 'chosen by themselves\n');
  const chosen = await user(at, 'password', '--user', String(made.user_id), '--password-file', 'password', '--json');
  expect(JSON.parse(chosen.stdout)).toEqual({ user_id: made.user_id, email: 'li@example.com' });
  await signedIn(server, { email: made.email, password: 'chosen by themselves' });
});

test('who is disabled is out at once, and in again when enabled', async () => {
  const { at, server } = await withServer();
  const made = await create(at, 'li@example.com');
  const page = await signedIn(server, made);
  expect(await user(at, 'disable', '--email', made.email)).toMatchObject({ code: 0, stdout: `user ${made.user_id} disabled\n` });
  expect((await page.get(listPath)).status).toBe(401);
  await expect(signedIn(server, made)).rejects.toThrow('423');
  const listed = await user(at, 'list');
  expect(listed.stdout).toMatch(new RegExp(`^${made.user_id}  member  "li@example.com"  li@example.com  \\S+ \\S+  disabled\n$`));
  expect(await user(at, 'enable', '--user', String(made.user_id))).toMatchObject({ stdout: `user ${made.user_id} enabled\n` });
  await signedIn(server, made);
  const json = JSON.parse((await user(at, 'list', '--json')).stdout) as { list: object[]; totalItem: number };
  expect(json).toMatchObject({ totalItem: 1, list: [{ user_id: made.user_id, role: 'member', state: 1, can_sign_in: true }] });
});

test('what is refused', async () => {
  const at = workplace();
  await at.genjin(['tenant', 'create', '--id', String(tenant), '--name', 'own']);
  expect((await user(at, 'list')).stdout).toBe('no users\n');
  const made = await create(at, 'only@example.com', '--role', 'admin');
  at.write('short', '1234567\n');
  const rows: [string[], string][] = [
    [['disable'], 'which user: give either --email or --user'],
    [['enable', '--email', 'a@x', '--user', '1'], 'which user: give either --email or --user'],
    [['disable', '--email', 'a@x'], 'nobody signs in with a@x at tenant 7'],
    [['password', '--user', '5'], 'there is no user 5'],
    [['password', '--email', 'only@example.com', '--password-file', 'none'], '--password-file: none cannot be read'],
    [
      ['password', '--email', 'only@example.com', '--password-file', 'short'],
      'the password is too short; accepted: at least 8 characters',
    ],
    [
      ['disable', '--email', 'only@example.com'],
      `user ${made.user_id} is the only admin, and one must stay: make another one first`,
    ],
  ];
  for (const [args, reason] of rows) {
    const { code, stdout, stderr } = await user(at, ...args);
    expect({ code, stdout, stderr }, args.join(' ')).toEqual({ code: 1, stdout: '', stderr: `genjin: ${reason}\n` });
  }
});
