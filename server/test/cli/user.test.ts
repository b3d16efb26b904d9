/** People who are to sign in, from the command line, beside a server that runs. */
import { expect, test } from 'vitest';
import { type Serving, type Workplace, workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';
import { signIn } from '../support/people.ts';

const tenant = 7;

interface ListedEntry {
  readonly create_user: unknown;
  readonly create_user_info: { readonly nickname: string };
}

async function withServer() {
  const at = workplace();
  const application = await at.application(tenant);
  return { at, application, server: await at.serve() };
}

const create = (at: Workplace, ...args: string[]) => at.genjin(['user', 'create', '--tenant', String(tenant), ...args]);

/** The newest entry, as somebody sees it. */
async function newest(server: Serving, token: string): Promise<ListedEntry | undefined> {
  const answer = await server.send('/v1/dynamic/trail/list', { headers: { Authorization: token } });
  return answer.json<{ data: { list: ListedEntry[] } }>().data.list[0];
}

test('user create makes a user who can sign in, with a password that is shown once', async () => {
  const { at, application, server } = await withServer();
  const plain = await create(at, '--email', 'Li@Example.com', '--name', '李雷');
  expect({ code: plain.code, stderr: plain.stderr }).toEqual({ code: 0, stderr: '' });
  const shown =
    /^user_id {3}(\d+)\nemail {5}Li@Example\.com\npassword {2}([\w-]{20})\nThe password is not kept and will not be shown again\.\n$/;
  const [, , password = ''] = shown.exec(plain.stdout) ?? [];
  expect(password, plain.stdout).not.toBe('');
  await signIn(server, application, { email: 'li@example.com', password });

  const json = await create(at, '--email', 'han@example.com', '--name', '韩梅梅', '--json');
  const made = JSON.parse(json.stdout) as { user_id: number; email: string; password: string };
  expect(made).toEqual({ user_id: expect.any(Number), email: 'han@example.com', password: expect.stringMatching(/^[\w-]{20}$/) });
  await signIn(server, application, made);

  const chinese = await at.genjin(['user', 'create', '--tenant', '7', '--email', 'c@x', '--name', 'c'], {
    env: { LANG: 'zh_CN.UTF-8' },
  });
  expect(chinese.stdout).toContain('密码不会保存，也不会再次显示。');
});

test('with a password of its own, from a file; it is not shown', async () => {
  const { at, application, server } = await withServer();
  const files: [string, string][] = [
    ['correct horse\n', 'correct horse'],
    ['  密码密码密码  \r\n', '  密码密码密码  '],
  ];
  for (const [i, [content, password]] of files.entries()) {
    const email = `user${i}@example.com`;
    at.write('password', content);
    const { code, stdout } = await create(at, '--email', email, '--name', 'n', '--password-file', 'password');
    expect(code, content).toBe(0);
    expect(stdout, content).toMatch(new RegExp(`^user_id {3}\\d+\nemail {5}${email}\n$`));
    await signIn(server, application, { email, password });
  }
});

test('--user lets an author of imported entries sign in', async () => {
  const at = workplace();
  const info = { user_id: 501, nickname: '王芳', avatar: '' };
  at.write(
    'entries.jsonl',
    JSON.stringify(entry({ client_id: tenant, company_id: 100, create_user: 501, create_user_info: info })),
  );
  expect((await at.genjin(['import', 'entries.jsonl'])).code).toBe(0);
  const application = await at.application(tenant);
  const server = await at.serve();

  const attached = JSON.parse((await create(at, '--user', '501', '--email', 'fang@example.com', '--json')).stdout) as {
    user_id: number;
    password: string;
  };
  expect(attached.user_id).toBe(501);
  const person = { email: 'fang@example.com', password: attached.password };
  const { access_token: token } = await signIn(server, application, person);
  expect(await newest(server, token)).toMatchObject({ create_user_info: { nickname: '王芳' } });

  // Again: only if that is meant, and then the former password and tokens end.
  const again = ['--user', '501', '--email', 'wang@example.com', '--name', '王小芳'];
  expect(await create(at, ...again)).toMatchObject({
    code: 1,
    stderr: 'genjin: user 501 signs in with fang@example.com already; --replace gives a new password\n',
  });
  const replaced = JSON.parse((await create(at, ...again, '--replace', '--json')).stdout) as { password: string };
  expect((await server.send('/v1/dynamic/trail/list', { headers: { Authorization: token } })).status).toBe(401);
  await expect(signIn(server, application, person)).rejects.toThrow('401');
  const next = await signIn(server, application, { email: 'wang@example.com', password: replaced.password });
  expect(await newest(server, next.access_token)).toMatchObject({ create_user_info: { nickname: '王小芳' } });
});

test('what is refused', async () => {
  const at = workplace();
  await at.application(tenant);
  at.write('short', '1234567\n');
  // What else is refused, the rules refuse: server/test/store/sign-in.test.ts.
  const refused: [string[], string][] = [
    [['--email', 'a@x', '--name', ' '], '--name: "" is not accepted; accepted: a text'],
    [['--email', 'a@x', '--user', 'x'], '--user: "x" is not accepted; accepted: a whole number from 1 to 9007199254740991'],
    [['--email', 'a@x', '--name', 'n', '--replace'], '--replace needs --user: the user whose password it is'],
    [['--email', 'a@x', '--name', 'n', '--password-file', 'short'], 'the password is too short; accepted: at least 8 characters'],
    [['--email', 'a@x', '--name', 'n', '--password-file', 'none'], '--password-file: none cannot be read'],
  ];
  for (const [args, reason] of refused) {
    const { code, stdout, stderr } = await create(at, ...args);
    expect({ code, stdout, stderr }, args.join(' ')).toEqual({ code: 1, stdout: '', stderr: `genjin: ${reason}\n` });
  }
});
