import { expect, test } from 'vitest';
import { optionOf, readConfig, type SettingName, settingNames, settings, variableOf } from '../../src/config.ts';
import { workplace } from '../support/cli.ts';

/** A line of `genjin config`: option, value, source, variable. */
const linesOf = (stdout: string): Map<string, string[]> =>
  new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.split(/\s+/)[0] as string, line.split(/\s+/).slice(1, 4)]),
  );

test('settings and where each comes from: the command line before the environment before .env before the defaults', async () => {
  const at = workplace();
  at.write('.env', 'GENJIN_PORT=1001\nGENJIN_HOST=127.0.0.3\nGENJIN_LOG_LEVEL=warn\n# GENJIN_STRICT=true\nOTHER=1\n');
  at.write('token', '  s3cret-token \n');
  const env = { GENJIN_PORT: '1002', GENJIN_HOST: '127.0.0.2', GENJIN_BEHIND_PROXY: 'yes', GENJIN_METRICS_TOKEN_FILE: 'token' };
  const { code, stdout, stderr } = await at.genjin(['config', '--port', '1003', '--strict'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = linesOf(stdout);
  const expected: [string, string, string, string][] = [
    ['--data', './genjin-data', 'default', 'GENJIN_DATA'],
    ['--host', '127.0.0.2', 'environment', 'GENJIN_HOST'],
    ['--port', '1003', 'option', 'GENJIN_PORT'],
    ['--demo', 'false', 'default', 'GENJIN_DEMO'],
    ['--strict', 'true', 'option', 'GENJIN_STRICT'],
    ['--rate-limit', '-', 'default', 'GENJIN_RATE_LIMIT'],
    ['--behind-proxy', 'true', 'environment', 'GENJIN_BEHIND_PROXY'],
    ['--metrics-token', '********', 'environment', 'GENJIN_METRICS_TOKEN'],
    ['--log-level', 'warn', '.env', 'GENJIN_LOG_LEVEL'],
  ];
  for (const [option, ...rest] of expected) expect(lines.get(option), option).toEqual(rest);
  expect([...lines.keys()]).toEqual(settingNames.map(optionOf));
  expect(stdout).not.toContain('s3cret');
});

test('a secret is shown in no way, given as an option, a variable, or wrongly', async () => {
  const at = workplace();
  const given = await at.genjin(['config', '--metrics-token', 's3cret-option'], {
    env: { GENJIN_METRICS_TOKEN: 's3cret-variable' },
  });
  expect(given.code).toBe(0);
  expect(given.stdout + given.stderr).not.toContain('s3cret');
  const missing = await at.genjin(['config'], { env: { GENJIN_METRICS_TOKEN_FILE: 'missing' } });
  expect(missing).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr: 'genjin: GENJIN_METRICS_TOKEN_FILE: "missing" cannot be read\n',
  });
});

/** What each setting takes and what it refuses, with what it then says is accepted. */
const values: { readonly [N in SettingName]: { good: [string, unknown][]; bad: string[]; accepted: RegExp } } = {
  data: { good: [['/x y', '/x y']], bad: [], accepted: /./ },
  databaseUrl: { good: [['postgres://u:p@h/d', 'postgres://u:p@h/d']], bad: [], accepted: /./ },
  key: { good: [['k', 'k']], bad: [], accepted: /./ },
  host: { good: [['::1', '::1']], bad: [], accepted: /./ },
  port: {
    good: [
      ['0', 0],
      ['65535', 65535],
    ],
    bad: ['', '-1', '65536', '1e3', '80.5', 'http', '0x50', '99999999999'],
    accepted: /a whole number from 0 to 65535/,
  },
  demo: {
    good: [
      ['true', true],
      ['0', false],
    ],
    bad: ['maybe', '2'],
    accepted: /true or false/,
  },
  demoDate: {
    good: [
      ['2024-02-29', '2024-02-29'],
      ['', null],
    ],
    bad: ['2023-02-29', '2024-02-29 00:00:00', 'today', '20240229'],
    accepted: /a day YYYY-MM-DD that exists/,
  },
  demoClientId: { good: [['23412-x', '23412-x']], bad: [], accepted: /./ },
  demoClientSecret: { good: [['secret of the demo', 'secret of the demo']], bad: [], accepted: /./ },
  strict: {
    good: [
      ['ON', true],
      ['no', false],
      ['', false],
    ],
    bad: ['y'],
    accepted: /true or false/,
  },
  rateLimit: {
    good: [
      ['0', 0],
      ['600', 600],
    ],
    bad: ['-1', '1000001', 'many', ''],
    accepted: /a whole number from 0 to 1000000/,
  },
  workers: {
    good: [
      ['1', 1],
      ['8', 8],
    ],
    bad: ['0', '65', '-1', ''],
    accepted: /a whole number from 1 to 64/,
  },
  maxFileMb: {
    good: [
      ['1', 1],
      ['1024', 1024],
    ],
    bad: ['0', '1025', 'x'],
    accepted: /a whole number from 1 to 1024/,
  },
  cacheMb: {
    good: [
      ['0', 0],
      ['64', 64],
    ],
    bad: ['-1', '65537', '1.5', ''],
    accepted: /a whole number from 0 to 65536/,
  },
  mirrorUpstream: {
    good: [
      ['https://open.example.com', 'https://open.example.com'],
      ['', null],
    ],
    bad: ['open.example.com', 'ftp://a', 'https://name:word@a', '/v1'],
    accepted: /an address https:/,
  },
  mirrorTenant: { good: [['23412', 23412]], bad: ['0', '-1', 'x', ''], accepted: /a whole number from 1 to 999999999/ },
  mirrorClientId: { good: [['23412-x', '23412-x']], bad: [], accepted: /./ },
  mirrorClientSecret: { good: [['secret of the upstream', 'secret of the upstream']], bad: [], accepted: /./ },
  mirrorWebhookSecret: { good: [['c2VjcmV0', 'c2VjcmV0']], bad: [], accepted: /./ },
  mirrorQuota: {
    good: [
      ['0', 0],
      ['1000', 1000],
    ],
    bad: ['-1', '1e3', ''],
    accepted: /a whole number from 0 to 100000000/,
  },
  mirrorRate: { good: [['2', 2]], bad: ['0', '1001'], accepted: /a whole number from 1 to 1000/ },
  mirrorPageSize: { good: [['500', 500]], bad: ['9', '1001'], accepted: /a whole number from 10 to 1000/ },
  tlsCert: {
    good: [
      ['a.pem', 'a.pem'],
      ['', null],
    ],
    bad: [],
    accepted: /./,
  },
  tlsKey: {
    good: [
      ['a.pem', 'a.pem'],
      ['', null],
    ],
    bad: [],
    accepted: /./,
  },
  behindProxy: {
    good: [
      ['1', true],
      ['off', false],
    ],
    bad: ['proxy'],
    accepted: /true or false/,
  },
  metricsToken: {
    good: [
      ['t', 't'],
      ['', null],
    ],
    bad: [],
    accepted: /./,
  },
  allowPrivateCallbacks: {
    good: [
      ['', []],
      ['10.0.0.0/8', ['10.0.0.0/8']],
      ['127.0.0.0/8, fd00::/8', ['127.0.0.0/8', 'fd00::/8']],
    ],
    bad: ['10.0.0.1', '10.0.0.1/8', '10.0.0.0/33', '10.0.0.0/8,', 'intranet', '10.0.0.0/8 fd00::/8'],
    accepted: /a CIDR such as 10\.0\.0\.0\/8.*several with commas/,
  },
  logLevel: { good: [['silent', 'silent']], bad: ['', 'INFO', 'trace'], accepted: /one of debug, info, warn, error, silent/ },
};

for (const name of settingNames) {
  const { good, bad, accepted } = values[name];
  test(`${name}: what it takes and what it refuses`, () => {
    for (const [text, value] of good) {
      expect(readConfig({}, { [variableOf(name)]: text }, {}).config[name], JSON.stringify(text)).toEqual(value);
      expect(readConfig({ [name]: text }, {}, {}).config[name], JSON.stringify(text)).toEqual(value);
      expect(readConfig({}, {}, { [variableOf(name)]: text }).sources[name]).toBe('.env');
    }
    for (const text of bad) {
      const named: [string, () => unknown][] = [
        [optionOf(name), () => readConfig({ [name]: text }, {}, {})],
        [variableOf(name), () => readConfig({}, { [variableOf(name)]: text }, {})],
        [`${variableOf(name)} in .env`, () => readConfig({}, {}, { [variableOf(name)]: text })],
      ];
      for (const [label, read] of named) {
        expect
          .soft(read, `${label}=${JSON.stringify(text)}`)
          .toThrow(`${label}: ${JSON.stringify(text)} is not accepted; accepted: `);
        expect.soft(read, label).toThrow(accepted);
      }
    }
    expect(readConfig({}, {}, {}).config[name]).toBe(settings[name].fallback);
  });
}

test('a folder or an address that is empty is refused by name, not taken for the working folder or for every address', () => {
  for (const name of ['data', 'host'] as const) {
    expect.soft(() => readConfig({ [name]: '' }, {}, {}), name).toThrow(`${optionOf(name)}: "" is not accepted; accepted: `);
  }
});

test('a bad setting ends the program with one line that names it, its value and what is accepted', async () => {
  const at = workplace();
  const { code, stdout, stderr } = await at.genjin(['serve', '--port', '70000']);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: 'genjin: --port: "70000" is not accepted; accepted: a whole number from 0 to 65535\n',
  });
  at.write('.env', 'GENJIN_LOG_LEVEL=loud\n');
  expect((await at.genjin(['export'])).stderr).toBe(
    'genjin: GENJIN_LOG_LEVEL in .env: "loud" is not accepted; accepted: one of debug, info, warn, error, silent\n',
  );
});
