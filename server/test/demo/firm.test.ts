import { describe, expect, test } from 'vitest';
import type { FirmContact, FirmEntry, FirmOptions } from '../../src/demo/firm.ts';
import { generateFirm } from '../../src/demo/firm.ts';

const DEMO: FirmOptions = {
  clientId: 23412,
  seed: 20260601,
  entries: 6000,
  companies: 200,
  salespeople: 20,
  endAt: Date.UTC(2026, 5, 1, 4, 30, 15, 500),
  days: 365,
};
const END = '2026-06-01 12:30:15';

const FIELDS = [
  'follow_up_id',
  'trail_id',
  'type',
  'client_id',
  'create_user',
  'refer_id',
  'content',
  'file_ids',
  'enable_flag',
  'created_at',
  'create_time',
  'update_time',
  'company_id',
  'customer_id',
  'lead_id',
  'lead_customer_id',
  'opportunity_id',
  'delete_flag',
  'inquiry_id',
  'track_session_no',
  'comment_count',
  'company_info',
  'lead_info',
  'opportunity_info',
  'create_user_info',
  'customer_info',
  'lead_customer_info',
  'file_info',
];
/** Every id in OKKI's published example, which the demo imports beside these entries. */
const EXAMPLE_IDS = new Set([
  25646265871661, 25646265871658, 25197419337294, 25197419337290, 10452468112776, 10452468112775, 8390479839359, 8390479839358,
  5379694081532, 5379694081528, 1632775077230, 1632775077227, 16696797769, 4415640999551, 16696797694, 23273099298949,
  1418441883793, 55938259, 55281444,
]);
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const RESERVED = /^[a-z0-9._-]+@([a-z0-9-]+\.)*(example|example\.com|test)$/;

const demo = [...generateFirm(DEMO)];

function people(entry: FirmEntry): FirmContact[] {
  return [...(entry.customer_info ?? []), ...(entry.lead_customer_info ?? [])];
}

function distinct<T>(values: Iterable<T>): T[] {
  return [...new Set(values)];
}

function objects(entry: FirmEntry): [id: number, value: object][] {
  const found: [number, object][] = people(entry).map((person) => [person.customer_id, person]);
  if ('company_id' in entry.company_info) found.push([entry.company_info.company_id, entry.company_info]);
  if ('lead_id' in entry.lead_info) found.push([entry.lead_info.lead_id, entry.lead_info]);
  if ('opportunity_id' in entry.opportunity_info) found.push([entry.opportunity_info.opportunity_id, entry.opportunity_info]);
  if ('user_id' in entry.create_user_info) found.push([Number(entry.create_user_info.user_id), entry.create_user_info]);
  for (const file of entry.file_info ?? []) found.push([file.file_id, file]);
  return found;
}

describe('the form of an entry', () => {
  test('is the example of the contract, field by field', () => {
    for (const entry of demo) expect(Object.keys(entry)).toEqual(FIELDS);
  });

  test('has the same objects as its ids, and the null or [] of the wire where there is none', () => {
    for (const entry of demo) {
      expect(entry.company_info).toEqual(entry.company_id === 0 ? [] : expect.objectContaining({ company_id: entry.company_id }));
      expect(entry.lead_info).toEqual(entry.lead_id === 0 ? [] : expect.objectContaining({ lead_id: entry.lead_id }));
      expect(entry.opportunity_info).toEqual(
        entry.opportunity_id === 0 ? [] : expect.objectContaining({ opportunity_id: entry.opportunity_id }),
      );
      expect(entry.create_user_info).toMatchObject({ user_id: `${entry.create_user}` });
      expect(entry.customer_info?.map((person) => person.customer_id) ?? []).toEqual(entry.customer_id);
      expect(entry.lead_customer_info?.map((person) => person.customer_id) ?? []).toEqual(entry.lead_customer_id);
      expect(entry.file_info?.map((file) => file.file_id) ?? []).toEqual(entry.file_ids);
      expect([entry.customer_info, entry.lead_customer_info, entry.file_info]).not.toContainEqual([]);
      expect([entry.client_id, entry.delete_flag, entry.enable_flag]).toEqual([23412, 0, 1]);
      expect(entry.company_id === 0).toBe(entry.lead_id !== 0);
    }
  });

  test('names its follow-up record unless the system made it', () => {
    for (const entry of demo) {
      expect(entry.refer_id).toBe(entry.follow_up_id);
      if (entry.type > 112) expect(entry.follow_up_id).toBe(0);
      else expect(entry.follow_up_id - entry.trail_id).toSatisfy((gap: number) => gap >= 1 && gap <= 4);
    }
  });
});

describe('the firm', () => {
  test('is the same for equal options and another for another seed', () => {
    expect(JSON.stringify([...generateFirm(DEMO)])).toBe(JSON.stringify(demo));
    const [other] = generateFirm({ ...DEMO, seed: 2 });
    expect(other).not.toEqual(demo[0]);
  });

  test('has 200 companies in 30 countries, 20 salespeople and every type', () => {
    expect(demo).toHaveLength(6000);
    expect(distinct(demo.map((entry) => entry.company_id)).filter((id) => id !== 0)).toHaveLength(200);
    expect(distinct(demo.map((entry) => entry.create_user))).toHaveLength(20);
    const countries = demo
      .flatMap((entry) => people(entry))
      .map((person) => /\.([a-z]{2})\.(?:example|test)/.exec(person.email)?.[1]);
    expect(distinct(countries.filter((code) => code !== undefined))).toHaveLength(30);
    const types = distinct(demo.map((entry) => entry.type)).sort((a, b) => a - b);
    expect(types).toEqual([101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 801, 802, 1201, 1203]);
  });

  test('gives every object one set of values and its own id', () => {
    const known = new Map<number, string>();
    const kinds = new Map<number, string>();
    for (const entry of demo) {
      for (const [id, value] of objects(entry)) {
        const text = JSON.stringify(value);
        expect(known.get(id) ?? text).toBe(text);
        known.set(id, text);
        const kind = Object.keys(value)[0] ?? '';
        expect(kinds.get(id) ?? kind).toBe(kind);
        kinds.set(id, kind);
        expect(EXAMPLE_IDS.has(id)).toBe(false);
      }
      expect(EXAMPLE_IDS.has(entry.trail_id) || EXAMPLE_IDS.has(entry.follow_up_id)).toBe(false);
      expect(kinds.has(entry.trail_id)).toBe(false);
    }
  });

  test('keeps opportunities and contacts with one company', () => {
    const owner = new Map<number, number>();
    for (const entry of demo) {
      for (const id of [entry.opportunity_id, ...entry.customer_id, ...entry.lead_customer_id]) {
        if (id === 0) continue;
        const holder = entry.company_id || entry.lead_id;
        expect(owner.get(id) ?? holder).toBe(holder);
        owner.set(id, holder);
      }
      if (entry.opportunity_id !== 0) expect(entry.company_id).not.toBe(0);
    }
  });

  test('uses only reserved mail domains, and an address for one person', () => {
    const holder = new Map<string, number>();
    for (const person of demo.flatMap(people)) {
      if (person.email === '') continue;
      expect(person.email).toMatch(RESERVED);
      expect(holder.get(person.email) ?? person.customer_id).toBe(person.customer_id);
      holder.set(person.email, person.customer_id);
    }
    expect(holder.size).toBeGreaterThan(300);
  });

  test('writes in Chinese and English, short and long', () => {
    const texts = demo.map((entry) => entry.content);
    const share = (test: (text: string) => boolean) => texts.filter(test).length / texts.length;
    expect(share((text) => !/\p{Script=Han}/u.test(text) && text !== '')).toBeGreaterThan(0.2);
    expect(share((text) => /\p{Script=Han}/u.test(text))).toBeGreaterThan(0.55);
    expect(share((text) => text.includes('\n'))).toBeGreaterThan(0.05);
    expect(share((text) => /\p{Extended_Pictographic}/u.test(text))).toBeGreaterThan(0.002);
    expect(share((text) => /[<>"\\]/.test(text))).toBeGreaterThan(0.005);
    expect(Math.max(...texts.map((text) => text.length))).toSatisfy((longest: number) => longest > 700 && longest < 1200);
    expect(texts.join('\n')).not.toMatch(/[{]\w+[}]|undefined|NaN|\[object/);
    for (const entry of demo) if (entry.content === '') expect(entry.type).toBe(102);
  });
});

describe('time', () => {
  test('never passes the end and keeps to the period', () => {
    for (const entry of demo) {
      for (const time of [entry.created_at, entry.create_time, entry.update_time]) {
        expect(time).toMatch(TIME);
        expect(time <= END).toBe(true);
        expect(time >= '2025-06-01 12:30:15').toBe(true);
      }
      expect(entry.create_time <= entry.created_at).toBe(true);
      expect(entry.update_time >= entry.created_at).toBe(true);
    }
  });

  test('is the order of recording, ids ascending', () => {
    for (let n = 1; n < demo.length; n += 1) {
      const [before, after] = [demo[n - 1] as FirmEntry, demo[n] as FirmEntry];
      expect(after.created_at >= before.created_at).toBe(true);
      expect(after.trail_id).toBeGreaterThan(before.follow_up_id || before.trail_id);
      expect(after.trail_id).toBeLessThan(1e14);
    }
  });

  test('is mostly the working day', () => {
    const atWork = demo.filter(({ created_at }) => created_at.slice(11, 16) >= '08:30' && created_at.slice(11, 16) < '19:00');
    expect(atWork.length / demo.length).toBeGreaterThan(0.8);
    const weekend = demo.filter(({ created_at }) =>
      [0, 6].includes(new Date(`${created_at.slice(0, 10)}T00:00:00Z`).getUTCDay()),
    );
    expect(weekend.length / demo.length).toBeLessThan(0.08);
  });

  test('agrees with a slow reading of the clock, and back-dates some 15 %', () => {
    const seconds = (text: string) => Date.parse(`${text.replace(' ', 'T')}+08:00`) / 1000;
    for (const entry of demo) expect(Number.isNaN(seconds(entry.create_time))).toBe(false);
    const late = demo.filter((entry) => seconds(entry.created_at) - seconds(entry.create_time) > 1800);
    expect(late.length / demo.length).toSatisfy((share: number) => share > 0.11 && share < 0.19);
  });
});

describe('large firms', () => {
  test('give the biggest of 20,000 companies 5 to 10 % of the entries, and all names once', () => {
    const entries = new Map<number, number>();
    const names = new Map<string, number>();
    let last = 0;
    for (const entry of generateFirm({ ...DEMO, entries: 200_000, companies: 20_000 })) {
      if (entry.trail_id <= last) throw new Error(`trail ${entry.trail_id} does not follow ${last}`);
      last = entry.trail_id;
      if (!('name' in entry.company_info)) continue;
      entries.set(entry.company_id, (entries.get(entry.company_id) ?? 0) + 1);
      names.set(entry.company_info.name, entry.company_id);
    }
    expect(entries.size).toBe(20_000);
    expect(names.size).toBe(20_000);
    expect(Math.max(...entries.values()) / 200_000).toSatisfy((share: number) => share > 0.05 && share < 0.1);
  });

  test('have names enough for 100,000 companies', () => {
    const names = new Set<string>();
    const ids = new Set<number>();
    const archived = new Set<number>();
    for (const { company_info } of generateFirm({ ...DEMO, entries: 100_000, companies: 100_000 })) {
      if (!('name' in company_info)) throw new Error('as many entries as companies: each entry meets a new one');
      names.add(company_info.name);
      ids.add(company_info.company_id);
      if (company_info.is_archive === 0) archived.add(company_info.company_id);
    }
    expect(names.size).toBe(100_000);
    expect(ids.size).toBe(100_000);
    expect(archived.size / ids.size).toSatisfy((share: number) => share > 0.02 && share < 0.04);
  });

  test('keep ids below 10^14 and apart when there are 10 M entries', () => {
    let previous: FirmEntry | undefined;
    let count = 0;
    for (const entry of generateFirm({ ...DEMO, entries: 10_000_000, days: 3650, companies: 20_000 })) {
      if (previous !== undefined) expect(entry.trail_id).toBeGreaterThan(previous.follow_up_id);
      previous = entry;
      count += 1;
      if (count === 2000) break;
    }
    expect(30e12 + ((previous?.trail_id ?? 0) - 30e12) * 5000).toBeLessThan(1e14);
  });
});
