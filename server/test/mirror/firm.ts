/** The entries of a made-up firm, with what OKKI does not publish among them: types that nobody knows, and texts of all kinds. */
import { type FirmEntry, generateFirm } from '../../src/demo/firm.ts';
import { testTenant } from '../support/entries.ts';

const texts = [
  '',
  ' ',
  '  two spaces in front',
  'a "quote" and a \\ and a\ttab\n',
  '😀 \u2028 \ufeff',
  '<b>&amp;</b>',
  'null',
  '0',
  'a \0 in it',
];

/** Within so many days before 9 o'clock on 2026-05-20, in Beijing. */
export function firm(entries: number, days = 400): FirmEntry[] {
  const companies = Math.ceil(entries / 40);
  const made = generateFirm({
    ...{ clientId: testTenant, seed: 7, entries, companies, salespeople: 6, days },
    endAt: Date.UTC(2026, 4, 20, 1),
  });
  return Array.from(made, (entry, n) => ({
    ...entry,
    ...(n % 13 === 0 ? { type: 9001 + (n % 7) } : {}),
    ...(n % 11 === 0 ? { content: texts[(n / 11) % texts.length] as string } : {}),
  }));
}
