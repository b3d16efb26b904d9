/** Which addresses are public, and what a CIDR is. */
import { describe, expect, it } from 'vitest';
import { isCidr, isPublic, isWithin, parseAddress, parseCidrs } from '../../src/webhook/addresses.ts';

describe('public addresses', () => {
  /** Each special range by its ends and by what lies right before and behind it. */
  const rows: { range: string; special: string[]; public: string[] }[] = [
    { range: '0.0.0.0/8', special: ['0.0.0.0', '0.255.255.255'], public: ['1.0.0.0'] },
    { range: '10.0.0.0/8', special: ['10.0.0.0', '10.255.255.255'], public: ['9.255.255.255', '11.0.0.0'] },
    { range: '100.64.0.0/10', special: ['100.64.0.0', '100.127.255.255'], public: ['100.63.255.255', '100.128.0.0'] },
    { range: '127.0.0.0/8', special: ['127.0.0.0', '127.0.0.1', '127.255.255.255'], public: ['126.255.255.255', '128.0.0.0'] },
    {
      range: '169.254.0.0/16',
      special: ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
      public: ['169.253.255.255', '169.255.0.0'],
    },
    { range: '172.16.0.0/12', special: ['172.16.0.0', '172.31.255.255'], public: ['172.15.255.255', '172.32.0.0'] },
    { range: '192.0.0.0/24', special: ['192.0.0.0', '192.0.0.255'], public: ['191.255.255.255', '192.0.1.0'] },
    { range: '192.0.2.0/24', special: ['192.0.2.0', '192.0.2.255'], public: ['192.0.1.255', '192.0.3.0'] },
    { range: '192.88.99.0/24', special: ['192.88.99.0', '192.88.99.255'], public: ['192.88.98.255', '192.88.100.0'] },
    { range: '192.168.0.0/16', special: ['192.168.0.0', '192.168.255.255'], public: ['192.167.255.255', '192.169.0.0'] },
    { range: '198.18.0.0/15', special: ['198.18.0.0', '198.19.255.255'], public: ['198.17.255.255', '198.20.0.0'] },
    { range: '198.51.100.0/24', special: ['198.51.100.0', '198.51.100.255'], public: ['198.51.99.255', '198.51.101.0'] },
    { range: '203.0.113.0/24', special: ['203.0.113.0', '203.0.113.255'], public: ['203.0.112.255', '203.0.114.0'] },
    { range: '224.0.0.0/4 and 240.0.0.0/4', special: ['224.0.0.0', '240.0.0.0', '255.255.255.255'], public: ['223.255.255.255'] },
    { range: 'below 2000::/3', special: ['::', '::1', '100::1', '1fff:ffff::'], public: ['2000::'] },
    {
      range: '2001::/23',
      special: ['2001::', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:1ff:ffff::'],
      public: ['2001:200::'],
    },
    {
      range: '2001:db8::/32',
      special: ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
      public: ['2001:db7:ffff::', '2001:db9::'],
    },
    { range: '2002::/16', special: ['2002::', '2002:808:808::1', '2002:ffff::'], public: ['2001:ffff::', '2003::'] },
    { range: '3fff::/20', special: ['3fff::', '3fff:fff:ffff::'], public: ['3ffe:ffff::', '3fff:1000::'] },
    {
      range: 'above 2000::/3',
      special: ['4000::', '5f00::1', 'fc00::', 'fdff::1', 'fe80::1', 'fec0::1', 'ff02::1'],
      public: ['3fff:ffff::'],
    },
    { range: 'IPv4-mapped', special: ['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:10.0.0.1'], public: ['::ffff:8.8.8.8'] },
    { range: 'IPv4-compatible and -translated', special: ['::8.8.8.8', '::7f00:1', '::ffff:0:8.8.8.8'], public: [] },
    { range: '64:ff9b::/96', special: ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe'], public: ['64:ff9b::8.8.8.8'] },
    { range: '64:ff9b:1::/48', special: ['64:ff9b:1::808:808', '64:ff9b::1:8.8.8.8'], public: [] },
  ];
  const publicOf = (text: string) => {
    const address = parseAddress(text);
    return [text, address === null ? null : isPublic(address)];
  };
  it.each(rows)('$range', ({ special, public: others }) => {
    expect(special.map(publicOf)).toEqual(special.map((text) => [text, false]));
    expect(others.map(publicOf)).toEqual(others.map((text) => [text, true]));
  });
});

describe('texts that are no address', () => {
  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '127.0.0.1.',
    ' 127.0.0.1',
    '１２７.0.0.1',
    '256.0.0.1',
  ])('%j', (text) => expect(parseAddress(text)).toBeNull());
  it.each(['fe80::1%eth0', '2606:4700::1%1', '[::1]', ':::1', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'g::'])(
    '%j',
    (text) => expect(parseAddress(text)).toBeNull(),
  );
});

it('every way to write an IPv6 address is the same address', () => {
  const ways = ['1:0:0:2::3:4', '1:0:0:2:0:0:3:4', '0001:0000:0000:0002:0000:0000:0003:0004', '1::2:0:0:3:4', '1:0:0:2::0.3.0.4'];
  expect(new Set(ways.map((text) => parseAddress(text)?.value))).toEqual(new Set([0x0001_0000_0000_0002_0000_0000_0003_0004n]));
});

describe('CIDRs', () => {
  const good = [
    '10.0.0.0/8',
    '127.0.0.1/32',
    '0.0.0.0/0',
    '192.168.1.128/25',
    'fd00::/8',
    '::1/128',
    '::/0',
    '::ffff:10.0.0.0/104',
  ];
  const bad = [
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8.0',
    '10.0.0.0/255.0.0.0',
    '10.0.0.1/8',
    '10/8',
    '10.0.0.0/8 ',
    '10.0.0.0/8,::1/128',
    'fd00::/129',
    'fd00::1/8',
    'fe80::%1/64',
    '::ffff:10.0.0.0/90',
    'localhost/8',
    '[fd00::]/8',
  ];
  it.each(good)('accepted: %j', (text) => {
    expect(isCidr(text)).toBe(true);
    expect(parseCidrs([text])).toHaveLength(1);
  });
  it.each(bad)('refused: %j', (text) => {
    expect(isCidr(text)).toBe(false);
    expect(() => parseCidrs(['::1/128', text])).toThrow(
      `${text} is not accepted; accepted: a CIDR such as 10.0.0.0/8 or fd00::/8, with no bits set behind the length`,
    );
  });

  const rows: { cidr: string; inside: string[]; outside: string[] }[] = [
    {
      cidr: '10.0.0.0/8',
      inside: ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
      outside: ['9.255.255.255', '11.0.0.0', '::a00:1'],
    },
    { cidr: '::ffff:10.0.0.0/104', inside: ['10.0.0.0', '10.255.255.255'], outside: ['11.0.0.0', '::'] },
    { cidr: '127.0.0.1/32', inside: ['127.0.0.1'], outside: ['127.0.0.0', '127.0.0.2'] },
    { cidr: '0.0.0.0/0', inside: ['0.0.0.0', '255.255.255.255'], outside: ['::', '::1'] },
    { cidr: '::/0', inside: ['::', 'ffff::'], outside: ['127.0.0.1', '::ffff:127.0.0.1'] },
    { cidr: 'fd12:3400::/23', inside: ['fd12:3400::', 'fd12:35ff:ffff::1'], outside: ['fd12:33ff::', 'fd12:3600::'] },
  ];
  it.each(rows)('within $cidr', ({ cidr, inside, outside }) => {
    const ranges = parseCidrs([cidr]);
    const found = [...inside, ...outside].filter((text) => {
      const address = parseAddress(text);
      return address !== null && isWithin(address, ranges);
    });
    expect(found).toEqual(inside);
  });
});
