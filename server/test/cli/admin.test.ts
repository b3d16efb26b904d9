import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workplace } from '../support/cli.ts';

const commands = ['serve', 'import', 'export', 'tenant', 'app', 'user', 'check', 'backup', 'restore', 'config'];

test('--version', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(await workplace().genjin(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
});

test('--help in the language of the environment', async () => {
  const at = workplace();
  const cases: [string, Record<string, string>, RegExp][] = [
    ['LANG en', { LANG: 'en_US.UTF-8' }, /follow-up timeline/],
    ['LANG zh', { LANG: 'zh_CN.UTF-8' }, /跟进时间线/],
    ['LC_ALL first', { LANG: 'en_US.UTF-8', LC_ALL: 'zh_TW.UTF-8' }, /跟进时间线/],
    ['LC_MESSAGES before LANG', { LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'C' }, /follow-up timeline/],
  ];
  for (const [name, env, pattern] of cases) {
    const { code, stdout, stderr } = await at.genjin(['--help'], { env });
    expect({ code, stderr }, name).toEqual({ code: 0, stderr: '' });
    expect(stdout, name).toMatch(pattern);
    for (const command of commands) expect(stdout, name).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  }
});

test('the help of a command names its settings with their variables', async () => {
  const at = workplace();
  const english = await at.genjin(['serve', '--help']);
  expect(english.code).toBe(0);
  for (const words of ['--host', '--port', '--data', '--demo', '--strict', '--tls-cert', 'GENJIN_PORT', 'address to listen on']) {
    expect(english.stdout).toContain(words);
  }
  const chinese = await at.genjin(['app', 'create', '--help'], { env: { LANG: 'zh_CN.UTF-8' } });
  for (const words of ['--tenant', '--name', '--scope', '--json', '新建应用', 'GENJIN_DATA'])
    expect(chinese.stdout).toContain(words);
});

test('words that are no command end with an error', async () => {
  const at = workplace();
  const cases: [string[], RegExp][] = [
    [['serv'], /unknown command 'serv'/],
    [['tenant', 'remove'], /unknown command 'remove'/],
    [['check', '--verbose'], /unknown option '--verbose'/],
    [['tenant', 'create', '--id', '5'], /required option '--name <NAME>' not specified/],
    [[], /Usage: genjin/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await at.genjin(args);
    expect(code, args.join(' ')).not.toBe(0);
    expect(stderr, args.join(' ')).toMatch(message);
  }
});

test('tenant create', async () => {
  const at = workplace();
  expect(await at.genjin(['tenant', 'create', '--id', '7', '--name', ' 企业 '])).toEqual({
    code: 0,
    signal: null,
    stdout: 'tenant 7 created\n',
    stderr: '',
  });
  const refused: [string[], string][] = [
    [['--id', '7', '--name', 'again'], 'tenant 7 is there already'],
    [['--id', '0', '--name', 'x'], '--id: "0" is not accepted; accepted: a whole number from 1 to 9007199254740991'],
    [['--id', '1e3', '--name', 'x'], '--id: "1e3" is not accepted; accepted: a whole number from 1 to 9007199254740991'],
    [['--id', '9', '--name', '  '], '--name: "" is not accepted; accepted: a text'],
  ];
  for (const [args, reason] of refused) {
    const { code, stdout, stderr } = await at.genjin(['tenant', 'create', ...args]);
    expect({ code, stdout, stderr }, args.join(' ')).toEqual({ code: 1, stdout: '', stderr: `genjin: ${reason}\n` });
  }
  const chinese = await at.genjin(['tenant', 'create', '--id', '8', '--name', 'n'], { env: { LANG: 'zh_CN.UTF-8' } });
  expect(chinese.stdout).toBe('已新建企业 8\n');
});

test('app create prints credentials that a token can be got with, once', async () => {
  const at = workplace();
  const create = (...args: string[]) => at.genjin(['app', 'create', '--tenant', '7', '--name', 'My app', ...args]);
  const without = await create('--scope', 'company');
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no store in ./genjin-data') });
  await at.genjin(['tenant', 'create', '--id', '7', '--name', 'n']);

  const plain = await create('--scope', 'company lead');
  expect(plain.stdout).toMatch(
    /^client_id {6}7-\w{12}\nclient_secret {2}[\w-]{43}\nThe secret is not kept and will not be shown again\.\n$/,
  );
  const json = await create('--scope', 'company,lead  company', '--json');
  const made = JSON.parse(json.stdout) as Record<string, string>;
  expect(made).toEqual({
    client_id: expect.stringMatching(/^7-\w{12}$/),
    client_secret: expect.stringMatching(/^[\w-]{43}$/),
    scope: 'company lead',
  });

  const refused: [string[], RegExp][] = [
    [['--scope', 'company everything'], /--scope: "company everything" is not accepted; accepted: words of company lead /],
    [['--scope', ''], /--scope: "" is not accepted/],
    [['--scope', 'company', '--tenant', '8'], /--tenant: there is no tenant 8; there are: 7/],
    [['--scope', 'company', '--tenant', 'x'], /--tenant: "x" is not accepted; accepted: a whole number/],
    [['--scope', 'company', '--name', ''], /--name: "" is not accepted/],
  ];
  for (const [args, reason] of refused) {
    const { code, stdout, stderr } = await create(...args);
    expect({ code, stdout }, args.join(' ')).toEqual({ code: 1, stdout: '' });
    expect(stderr, args.join(' ')).toMatch(reason);
  }

  const server = await at.serve();
  const token = await server.token({ clientId: made['client_id'] ?? '', clientSecret: made['client_secret'] ?? '' });
  const list = await server.send('/v1/dynamic/trail/list', { headers: { Authorization: token } });
  expect(list.json()).toMatchObject({ code: 200, data: { list: [], totalItem: 0 } });
  await expect(server.token({ clientId: made['client_id'] ?? '', clientSecret: 'wrong' })).rejects.toThrow('401');
});
