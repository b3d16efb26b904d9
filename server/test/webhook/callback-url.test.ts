/** Callback URLs that must never be sent to, in all the ways to write them: no connection, seen at the socket. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { ResolvedAddress } from '../../src/webhook/resolve.ts';
import { checkCallbackUrl, createSender } from '../../src/webhook/sender.ts';
import { countConnections, outcome, recordConnections } from './loopback.ts';

const here = ['127.0.0.1', '127.0.0.2', '::1'];
const publicAddress = '8.8.8.8';

/** As a name server would answer them, well formed or not. */
const resolved = (addresses: readonly string[]): ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

interface Row {
  /** PORT is that of the receivers that count. */
  readonly url: string;
  /** What the name of the host leads to. */
  readonly answers?: readonly string[];
  readonly allow?: readonly string[];
  /** When the URL is configured; each row is refused when it is sent to. */
  readonly configured: 'refused' | 'accepted';
  /** Where a connection would go if everything were allowed, to see that the row is no mere slip: always this machine. */
  readonly leads?: string;
}

const literal = (leads: string, hosts: readonly string[]): Row[] =>
  hosts.map((host) => ({ url: `https://${host}:PORT/hook`, configured: 'refused', leads }));
const refused = (urls: readonly string[], answers: readonly string[] = [publicAddress]): Row[] =>
  urls.map((url) => ({ url, answers, configured: 'refused' }));
const byName = (url: string, rounds: readonly (readonly string[])[], allow: readonly string[] = []): Row[] =>
  rounds.map((answers) => ({ url, answers, allow, configured: 'accepted' }));

const tables: { group: string; rows: Row[] }[] = [
  {
    group: 'this machine, as IPv4',
    rows: [
      ...literal('127.0.0.1', [
        '127.0.0.1',
        '127.1',
        '127.0.1',
        '127.0.0.1.',
        '2130706433',
        '0x7f000001',
        '0X7F000001',
        '0x7f.0.0.1',
        '0x7f.1',
        '0x7f.0x0.0x0.0x1',
        '017700000001',
        '0177.0.0.1',
        '0177.0.0.01',
        '0000177.0.0.1',
        '0177.0x0.0.1',
        '127.0x1',
        '１２７.０.０.１',
        '127。0。0。1',
        '127．0．0．1',
        '127｡0｡0｡1',
        '①②⑦.0.0.1',
        '𝟏𝟐𝟕.0.0.1',
        '%31%32%37.0.0.1',
        '127%2e0%2e0%2e1',
        '1\u00ad27.0.0.1',
        '127.0.0.1\u200b',
      ]),
      ...literal('127.0.0.2', ['127.0.0.2', '127.2', '2130706434', '0177.0.0.2']),
      ...literal('0.0.0.0', ['0.0.0.0', '0', '0.0', '0x0', '00']),
      { url: 'HTTPS://127.0.0.1:PORT', configured: 'refused', leads: '127.0.0.1' },
      { url: 'https://127.0.0.1:PORT?a=b', configured: 'refused', leads: '127.0.0.1' },
      { url: 'http://127.0.0.1:PORT/', configured: 'refused', leads: '127.0.0.1' },
      { url: 'http://0x7f.1:PORT/', configured: 'refused', leads: '127.0.0.1' },
    ],
  },
  {
    group: 'this machine, as IPv6',
    rows: [
      ...literal('::1', ['[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::0.0.0.1]', '[::0:1]']),
      ...literal('::ffff:7f00:1', [
        '[::ffff:127.0.0.1]',
        '[::FFFF:127.0.0.1]',
        '[::ffff:7f00:1]',
        '[::ffff:7f00:0001]',
        '[0:0:0:0:0:ffff:127.0.0.1]',
      ]),
      ...literal('::', ['[::]', '[0:0:0:0:0:0:0:0]', '[::0.0.0.0]']),
      ...literal('::ffff:0:0', ['[::ffff:0.0.0.0]', '[::ffff:0:0]']),
      { url: 'http://[::1]:PORT/', configured: 'refused', leads: '::1' },
    ],
  },
  {
    group: 'other private and special addresses',
    rows: refused(
      [
        ...[
          '10.0.0.1',
          '0xa.1',
          '167772161',
          '012.0.0.1',
          '172.16.0.1',
          '172.31.255.255',
          '0xac100001',
          '192.168.0.1',
          '192.168.257',
        ],
        ...['3232235521', '0300.0250.0.1', '169.254.169.254', '2852039166', '0xA9FEA9FE', '0251.0376.0251.0376', '169.254.43518'],
        ...[
          '100.64.0.1',
          '100.100.100.200',
          '192.0.0.192',
          '192.0.2.2',
          '198.18.0.1',
          '198.51.100.1',
          '203.0.113.5',
          '192.88.99.1',
        ],
        ...['224.0.0.1', '240.0.0.1', '255.255.255.255', '4294967295', '0.1.2.3'],
        ...['[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[::ffff:10.0.0.1]', '[::ffff:192.168.0.1]'],
        ...['[::127.0.0.1]', '[::8.8.8.8]', '[::ffff:0:127.0.0.1]', '[fd00::2]', '[fd00:ec2::254]', '[fc00::1]', '[FE80::1]'],
        ...['[febf::1]', '[fec0::1]', '[ff02::1]', '[100::1]', '[5f00::1]', '[2001:db8::1]', '[3fff::1]', '[4000::1]'],
        ...['[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b::10.0.0.1]', '[64:ff9b:1::8.8.8.8]', '[64:ff9b:1::7f00:1]'],
        ...['[2002:7f00:1::]', '[2002:a9fe:a9fe::1]', '[2002:808:808::1]', '[2001::7f00:1]'],
        ...['[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[fe80::5efe:127.0.0.1]'],
      ].map((host) => `https://${host}/`),
    ),
  },
  {
    group: 'users, passwords and fragments',
    rows: refused([
      'https://public.example@127.0.0.1:PORT/',
      'https://public.example:443@127.0.0.1:PORT/',
      'https://127.0.0.1:PORT@public.example/',
      'https://user:password@public.example/',
      'https://user@public.example/',
      'https://@public.example/',
      'https://:@public.example/',
      'https://a@b@127.0.0.1:PORT/',
      'https://public.example\\@127.0.0.1:PORT/',
      'https://127.0.0.1:PORT\\@public.example/',
      'https://public.example%40127.0.0.1:PORT/',
      'https://public.example#@127.0.0.1:PORT/',
      'https://127.0.0.1:PORT#@public.example/',
      'https://public.example%23@127.0.0.1:PORT/',
      'https://public.example/#',
      'https://public.example/hook#part',
    ]),
  },
  {
    group: 'texts that a parser would put right, or that are no URL',
    rows: refused([
      '',
      'https',
      'https:',
      'https://',
      'https:///',
      'https://:443/',
      'https:127.0.0.1:PORT/',
      'https:/127.0.0.1:PORT/',
      'https:///127.0.0.1:PORT/',
      'https:\\\\127.0.0.1:PORT\\',
      'https://127.0.0.1:PORT\\.public.example/',
      '//127.0.0.1:PORT/',
      '127.0.0.1:PORT',
      ' https://public.example/',
      'https://public.example/ ',
      'https://public.example/\thook',
      'https://public.example/\r\nX-Added: 1',
      'https://127.0\n.0.1:PORT/',
      'h\nttps://127.0.0.1:PORT/',
      'https://127.0.0.1\u0000.public.example/',
      'https://127.0.0.1%00.public.example/',
      'https://127.0.0.1 .public.example/',
      'https://127.0.0.1\u3000/',
      'https://[fe80::1%25eth0]/',
      'https://[fe80::1%eth0]/',
      'https://[::1%251]:PORT/',
      'https://[::1%lo]:PORT/',
      'https://[::1]]:PORT/',
      'https://[127.0.0.1]:PORT/',
      'https://[v1.fe80::1]/',
      'https://::1/',
      'https://[::1/',
      'https://0x7f.0.0.0x/g/@/',
      'https://256.256.256.256/',
      'https://127.0.0.1.1/',
      'https://08.0.0.1/',
      'https://4294967296/',
      'https://127.0.0.1:0/',
      'https://public.example:0/',
      'https://public.example:65536/',
      'https://public.example:-1/',
      'https://public.example:4４3x/',
      'https://public..example/',
      'https://.public.example/',
      'https://public.example../',
      'https://./',
      'https://*.example/',
      'https://public!.example/',
      `https://${'a'.repeat(64)}.example/`,
      `https://${'a.'.repeat(127)}example/`,
      `https://public.example/${'a'.repeat(2_048)}`,
    ]),
  },
  {
    group: 'other schemes',
    rows: refused([
      'http://public.example/',
      'HTTP://public.example/',
      `http://${publicAddress}/`,
      'http://[2606:4700::1111]/',
      'ftp://public.example/',
      'file:///etc/passwd',
      'gopher://127.0.0.1:PORT/_x',
      'ws://127.0.0.1:PORT/',
      'wss://127.0.0.1:PORT/',
      'data:text/plain,x',
      'javascript:alert(1)',
      'blob:https://public.example/x',
      'unix:/var/run/docker.sock',
      'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
      'view-source:https://public.example/',
      'httpss://public.example/',
    ]),
  },
  {
    group: 'names of this machine and of its network, wherever they lead',
    rows: [
      'localhost:PORT',
      'LOCALHOST:PORT',
      'localhost.:PORT',
      'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT',
      'ｌｏｃａｌｈｏｓｔ:PORT',
      'loc\u00adalhost:PORT',
      'local%68ost:PORT',
      'hooks.localhost:PORT',
      'hooks.localhost.:PORT',
      'printer.local',
      'metadata.google.internal',
      'host.docker.internal',
      'internal',
      'router.home.arpa',
      'home.arpa',
      'intranet',
      'db_1',
      'ip6-loopback',
      'kubernetes.default.svc.cluster.local',
    ].flatMap((host) => refused([`https://${host}/`], [host.includes('PORT') ? '127.0.0.1' : publicAddress])),
  },
  {
    group: 'public names that lead to private addresses',
    rows: [
      ...byName('https://public.example:PORT/', [
        ...['127.0.0.1', '127.0.0.2', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', '10.0.0.1'].map((one) => [
          one,
        ]),
        ...['169.254.169.254', '192.168.0.1', '172.16.0.1', '100.64.0.1', 'fd00::2', 'fe80::1', '::127.0.0.1'].map((one) => [
          one,
        ]),
        ...['64:ff9b::127.0.0.1', '64:ff9b:1::7f00:1', '2002:7f00:1::', 'ff02::1'].map((one) => [one]),
        // No address: `::1%lo` and the loose forms are refused, not tried.
        ...['::1%lo', 'fe80::1%lo', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', 'localhost', '[::1]', ''].map((one) => [one]),
        [publicAddress, '127.0.0.1'],
        ['127.0.0.1', publicAddress],
        [publicAddress, '::1'],
        ['2606:4700::1111', '127.0.0.1'],
        ['2606:4700::1111', publicAddress, '::ffff:127.0.0.1'],
        [publicAddress, ''],
        [],
      ]),
      ...[
        'https://127.0.0.1.nip.io:PORT/',
        'https://127-0-0-1.sslip.io:PORT/',
        'https://localhost.public.example:PORT/',
        'https://PUBLIC.example:PORT/',
        'https://public.example.:PORT/',
        'https://_hooks.public.example:PORT/',
        'https://中文.example:PORT/',
        'https://xn--fiq228c.example:PORT/',
        'https://public.example:PORT/@127.0.0.1/',
        'https://public.example:PORT/?url=http://127.0.0.1/',
      ].flatMap((url) => byName(url, [['127.0.0.1']])),
    ],
  },
  {
    group: 'what the allowed ranges do not reach',
    rows: [
      ...byName(
        'https://public.example:PORT/',
        [['127.0.0.1'], ['127.0.0.2', '127.0.0.1'], ['::1'], ['10.0.0.1']],
        ['127.0.0.2/32'],
      ),
      ...byName('http://public.example:PORT/', [['127.0.0.1'], [publicAddress], ['127.0.0.2', publicAddress]], ['127.0.0.2/32']),
      ...byName('https://localhost:PORT/', [['127.0.0.1'], ['::1'], ['127.0.0.2', '::1']], ['127.0.0.2/32']),
      ...byName('http://intranet:PORT/', [['127.0.0.1'], ['::ffff:127.0.0.1']], ['10.0.0.0/8', 'fd00::/8']),
      ...byName('http://intranet:PORT/', [['127.0.0.1'], ['::ffff:127.0.0.1']], ['::/0']),
      { url: 'https://127.0.0.1:PORT/', allow: ['127.0.0.2/32'], configured: 'refused', leads: '127.0.0.1' },
      { url: 'http://127.0.0.1:PORT/', allow: ['127.0.0.2/32'], configured: 'refused', leads: '127.0.0.1' },
      { url: 'http://[::1]:PORT/', allow: ['127.0.0.0/8'], configured: 'refused', leads: '::1' },
      { url: 'https://[::ffff:127.0.0.1]:PORT/', allow: ['::/0'], configured: 'refused', leads: '::ffff:7f00:1' },
      { url: `http://${publicAddress}/`, allow: ['127.0.0.0/8'], configured: 'refused' },
      { url: 'https://user:password@127.0.0.1:PORT/', allow: ['127.0.0.0/8'], configured: 'refused' },
      { url: 'https://127.0.0.1:PORT/#part', allow: ['127.0.0.0/8'], configured: 'refused' },
      { url: 'ftp://127.0.0.1:PORT/', allow: ['127.0.0.0/8'], configured: 'refused' },
      { url: 'https://127.0.0.1:0/', allow: ['127.0.0.0/8'], configured: 'refused' },
    ],
  },
];

function configuration(url: string, allow: readonly string[]): 'refused' | 'accepted' {
  try {
    checkCallbackUrl(url, allow);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.errorName).toBe('bad_parameter');
    expect(error.message).toMatch(
      /^callback_url: ".*["…] is not accepted; .+; accepted: an https URL .* --allow-private-callbacks /,
    );
    return 'refused';
  }
}

it.each(tables)('no connection: $group', async ({ rows }) => {
  const { port, seen } = await countConnections(here);
  const attempts = recordConnections();
  for (const { url: pattern, answers, allow = [], configured } of rows) {
    const url = pattern.replace('PORT', String(port));
    const sender = createSender({ allowPrivate: allow, resolve: async () => resolved(answers ?? []) });
    const row = `${JSON.stringify(url)} ${answers} ${allow}`;
    expect([row, configuration(url, allow)]).toEqual([row, configured]);
    expect([row, typeof (await outcome(sender.send(url, {}, Buffer.from('{}'))))]).toEqual([row, 'string']);
    expect([row, attempts, seen]).toEqual([row, [], []]);
  }
});

it('the rows of this machine do lead here once everything is allowed, and the record sees it', async () => {
  const { port, seen } = await countConnections(here);
  const attempts = recordConnections();
  const sender = createSender({ allowPrivate: ['0.0.0.0/0', '::/0'] });
  const rows = tables.flatMap((table) => table.rows).filter((row) => row.leads !== undefined);
  for (const { url } of rows) await outcome(sender.send(url.replace('PORT', String(port)), {}, Buffer.from('{}')));
  expect(attempts).toEqual(rows.map((row) => row.leads));
  expect(seen).toHaveLength(rows.length);
});

it('the rows are at least 100', () => {
  expect(tables.flatMap((table) => table.rows).length).toBeGreaterThan(100);
});

describe('accepted when it is configured', () => {
  const rows: { url: string; allow?: string[] }[] = [
    { url: 'https://hooks.public.example/okki?tenant=1&a=%E4%B8%AD' },
    { url: 'https://hooks.public.example' },
    { url: 'HTTPS://Hooks.Public.Example:8443/a@b:c' },
    { url: 'https://中文.example/钩子' },
    { url: 'https://8.8.8.8/' },
    { url: 'https://[2606:4700::1111]:8443/' },
    { url: 'https://[64:ff9b::8.8.8.8]/' },
    { url: 'https://public.example/'.padEnd(2_048, 'a') },
    { url: 'http://127.0.0.1:8080/', allow: ['127.0.0.0/8'] },
    { url: 'https://127.1/', allow: ['127.0.0.0/8'] },
    { url: 'http://[fd00::2]/', allow: ['10.0.0.0/8', 'fd00::/8'] },
    { url: 'http://intranet/', allow: ['10.0.0.0/8'] },
    { url: 'http://crm.home.arpa/', allow: ['10.0.0.0/8'] },
    { url: 'https://localhost:8443/', allow: ['127.0.0.0/8'] },
    { url: 'https://8.8.8.8/', allow: ['10.0.0.0/8'] },
  ];
  it.each(rows)('$#', ({ url, allow = [] }) => expect(configuration(url, allow)).toBe('accepted'));
});

it('the refusal says what, why, and what would be accepted', () => {
  expect(() => checkCallbackUrl('http://10.0.0.1/hook', [])).toThrow(
    'callback_url: "http://10.0.0.1/hook" is not accepted; the address of the host is not public; accepted: an https URL of a public ' +
      'host, at most 2048 characters, without user, password and fragment; what a server started with --allow-private-callbacks CIDR ' +
      'names is accepted too',
  );
});
