import { readFileSync } from 'node:fs';
import { GenjinClient, type Input } from '@genjin/client';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { type ScriptedServer, startScripted } from './scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.stop());

/** A client of a server that answers everything with the same success. */
async function start() {
  server = await startScripted([
    { status: 200, body: { code: 200, message: 'success', now: '', data: { list: [], totalItem: 0 } } },
  ]);
  return new GenjinClient({ baseUrl: server.baseUrl, accessToken: 'T' });
}

describe('what is sent for a query', () => {
  const rows: readonly [string, Parameters<GenjinClient['trails']['list']>[0], string][] = [
    ['nothing', {}, ''],
    ['the wire’s words', { company_id: 1, start_time: '2024-01-01' }, '?company_id=1&start_time=2024-01-01'],
    ['camelCase', { companyId: 1, startTime: '2024-01-01 08:00:00' }, '?company_id=1&start_time=2024-01-01+08%3A00%3A00'],
    ['both, of different fields', { companyId: '7', lead_id: 2 }, '?company_id=7&lead_id=2'],
    ['undefined counts as left out', { companyId: undefined, company_id: 3, count: undefined }, '?company_id=3'],
  ];
  test.each(rows)('%s', async (_name, query, expected) => {
    const client = await start();
    await client.trails.list(query);
    expect(server.received.map(({ url }) => url)).toEqual([`/v1/dynamic/trail/list${expected}`]);
  });
});

describe('what is sent for a body', () => {
  test('camelCase down to the fields of lists; texts and names without capitals as they are', async () => {
    const client = await start();
    await client.companies.push({
      name: 'companyId',
      telAreaCode: '49',
      userId: [1, 2],
      customers: [{ mainCustomerFlag: 1, tel_area_code: '1', telList: [['49', '1']], remark: '' }],
    });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      name: 'companyId',
      tel_area_code: '49',
      user_id: [1, 2],
      customers: [{ main_customer_flag: 1, tel_area_code: '1', tel_list: [['49', '1']], remark: '' }],
    });
  });

  test('null and empty values clear, so they are sent', async () => {
    const client = await start();
    const fields = { companyId: 1, shortName: '', star: 0 as const, nextFollowUpTime: null };
    await client.companies.push(fields as never);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      company_id: 1,
      short_name: '',
      star: 0,
      next_follow_up_time: null,
    });
  });

  test('a form where OKKI takes no JSON, and a query with a POST', async () => {
    const client = await start();
    await client.companies.remove({ companyId: 5 });
    await client.opportunities.remove({ opportunityId: 6 });
    const [company, opportunity] = server.received;
    expect([company?.body, company?.headers['content-type']]).toEqual([
      'company_id=5',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ]);
    expect([opportunity?.method, opportunity?.url, opportunity?.body]).toEqual([
      'POST',
      '/v1/opportunity/remove?opportunity_id=6',
      '',
    ]);
  });
});

describe('a field under both of its names', () => {
  test.each([
    ['in a query', (client: GenjinClient) => client.trails.list({ companyId: 1, company_id: 1 })],
    ['in a body', (client: GenjinClient) => client.trails.record({ content: 'x', remarkType: 101, remark_type: 103 })],
    ['in a list', (client: GenjinClient) => client.companies.push({ customers: [{ customer_id: 1, customerId: 1 }] })],
    ['a page of all', (client: GenjinClient) => client.trails.all({ startIndex: 2 } as object).next()],
  ])('%s', async (_name, call) => {
    const client = await start();
    await expect(call(client)).rejects.toThrow(TypeError);
    expect(server.received).toEqual([]);
  });
});

test('every field that is sent can be named in camelCase', async () => {
  await start();
  const types = readFileSync(new URL('../src/wire.ts', import.meta.url), 'utf8');
  const inputs = [...types.matchAll(/export interface \w+(?:Query|Body\w*) \{\n([\s\S]*?)\n\}/g)].map(
    ([, fields = '']) => fields,
  );
  const names = new Set(inputs.flatMap((fields) => [...fields.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name)));
  expect(names.size).toBeGreaterThan(60);
  for (const name of names) expect(name, 'a capital or a digit in it would not be found again').toMatch(/^[a-z]+(_[a-z]+)*$/);
});

test('the types know both names', async () => {
  await start();
  type Given = Input<{ company_id: number; list?: { tel_area_code: string }[] }>;
  expectTypeOf<{ companyId: number }>().toExtend<Given>();
  expectTypeOf<{ company_id: 1; list: [{ telAreaCode: '49' }] }>().toExtend<Given>();
  expectTypeOf<{ companyId: string }>().not.toExtend<Given>();
  expectTypeOf<keyof Given>().toEqualTypeOf<'company_id' | 'companyId' | 'list'>();
});
