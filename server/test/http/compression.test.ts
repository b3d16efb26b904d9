import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codingOf, compressedRest, joined } from '../../src/http/compression.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';

describe('the coding for those who name no weights', () => {
  it.each([
    [undefined, 'identity'],
    ['identity', 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP', 'gzip'],
    ['deflate', 'identity'],
    ['gzipped', 'identity'],
    ['gzip;q=0', null],
    ['*', null],
    ['br;q=0.1, gzip', null],
  ])('%s: %s', (accepted, expected) => {
    expect(codingOf(accepted)).toBe(expected);
  });
});

it('a start of the moment and a rest that was compressed once are the whole, whatever both say', async () => {
  const random = randomFrom(announceSeed('compression'));
  const digits = (): string => String(10 + Math.floor(random() * 90));
  const words = ['跟进', '客户', '"code":200,"message":"success"', '2024-11-04 10:49:07', 'now', '\u0001\u00f8', 'aaaa', '报价'];
  for (let i = 0; i < soak(500); i++) {
    const length = Math.floor(random() ** 4 * 60_000);
    let text = '';
    while (text.length < length) text += random() < 0.7 ? words[Math.floor(random() * words.length)] : String(random());
    const rest = Buffer.from(text);
    const start = (): Buffer =>
      Buffer.from(`{"code":200,"message":"success","now":"20${digits()}-${digits()} ${digits()}:${digits()}","data":`);
    for (const coding of ['gzip', 'br'] as const) {
      const compressed = await compressedRest(coding, start().length, rest);
      expect(compressed, coding).not.toBeNull();
      if (compressed === null) continue;
      for (const head of [start(), start()]) {
        const whole = Buffer.concat(joined(coding, head, rest, compressed));
        const plain = coding === 'gzip' ? gunzipSync(whole) : brotliDecompressSync(whole);
        expect(plain.equals(Buffer.concat([head, rest])), `${coding} ${text}`).toBe(true);
      }
    }
  }
});
