/** What lists and infos of companies, leads and opportunities have in common (docs/wire.md#neighbours). */
import type { TSchema } from 'typebox';
import type { Module } from '../domain/application.ts';
import { type Api, said, type Values } from './api.ts';
import { asRow, asRows, idOf, type Mark, must, mustDescend, mustEqual, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';

/** A resource with a list in pages and an info. */
export interface Resource {
  readonly module: Module;
  readonly listPath: string;
  readonly listData: TSchema;
  readonly infoPath: string;
  readonly infoData: TSchema;
  /** The field of its id. */
  readonly id: string;
  /** How sure its paging and its order are. */
  readonly paging: Mark;
  readonly order: Mark;
}

/** An id that nothing has. */
const nobody = 1;

/** A page of a list. */
export async function listed(api: Api, path: string, query: Values = {}): Promise<{ rows: readonly Row[]; data: Row }> {
  const data = asRow(await api.data(path, query), 'data');
  return { rows: asRows(data['list'], 'list'), data };
}

/** The first of a list. */
export async function firstListed(api: Api, { listPath }: Pick<Resource, 'listPath'>): Promise<Row> {
  return need((await listed(api, listPath)).rows[0], 'the list is empty');
}

/** The info of the first of the list. */
export async function firstInfo(api: Api, resource: Resource): Promise<Row> {
  const { [resource.id]: id } = await firstListed(api, resource);
  return asRow(await api.data(resource.infoPath, { [resource.id]: String(id) }), 'data');
}

/** Throws `Difference` for anything but OKKI's way of saying that there is no such thing. */
export async function mustBeMissing(api: Api, path: string, query: Values): Promise<void> {
  const envelope = await api.envelope(path, { query });
  must(envelope['code'] === 404 && envelope['message'] === 'Not Found Resource', said(envelope));
}

export function listingScenarios(resource: Resource): readonly Scenario[] {
  const { module, listPath, listData, infoPath, infoData, id, paging, order } = resource;
  const ofList = { routes: [`GET ${listPath}`], modules: [module] };
  const ofInfo = { routes: [`GET ${infoPath}`], modules: [module] };
  const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => row[id]);
  return [
    {
      ...ofList,
      name: 'every field of the list is there, in order and of its type',
      mark: 'doc',
      async holds(api) {
        await firstListed(api, resource);
        mustHaveShape((await listed(api, listPath)).data, listData);
      },
    },
    {
      ...ofList,
      name: 'the next page continues where the last one ended, with the same totalItem',
      mark: paging,
      async holds(api) {
        const { rows, data } = await listed(api, listPath);
        need(rows[4], 'there are too few');
        const next = await listed(api, listPath, { count: 4, start_index: 2 });
        mustEqual(ids(next.rows), ids(rows.slice(4, 8)), 'rows 5 to 8');
        must(
          next.data['totalItem'] === data['totalItem'],
          `totalItem went from ${String(data['totalItem'])} to ${String(next.data['totalItem'])}`,
        );
      },
    },
    {
      ...ofList,
      name: 'a page past the end is empty, with the same totalItem',
      mark: 'ours',
      async holds(api) {
        const total = (await listed(api, listPath)).data['totalItem'];
        const past = await listed(api, listPath, { start_index: Math.ceil(Number(total) / 10) + 1 });
        must(
          past.rows.length === 0 && past.data['totalItem'] === total,
          `${past.rows.length} rows, totalItem ${String(past.data['totalItem'])}`,
        );
      },
    },
    {
      ...ofList,
      name: 'newest update_time first',
      mark: order,
      async holds(api) {
        await firstListed(api, resource);
        const { rows } = await listed(api, listPath);
        mustDescend(
          rows.map((row) => String(row['update_time'])),
          'the order',
        );
      },
    },
    {
      ...ofInfo,
      name: 'every field of the info is there, in order and of its type',
      mark: 'doc',
      holds: async (api) => mustHaveShape(await firstInfo(api, resource), infoData),
    },
    {
      ...ofInfo,
      name: 'the info is of the one that was asked for, and agrees with the list',
      mark: 'doc',
      async holds(api) {
        const row = await firstListed(api, resource);
        const info = await firstInfo(api, resource);
        for (const name of [id, 'name', 'serial_id', 'order_time'])
          must(
            info[name] === row[name],
            `${name} is ${String(info[name]).slice(0, 40)} and not ${String(row[name]).slice(0, 40)}`,
          );
      },
    },
    {
      ...ofInfo,
      name: 'a missing id is code 404, Not Found Resource',
      mark: 'seen',
      holds: (api) => mustBeMissing(api, infoPath, { [id]: nobody }),
    },
  ];
}

/** Of resources whose numbers find them. */
export const bySerialId = (resource: Resource): Scenario => ({
  routes: [`GET ${resource.infoPath}`],
  modules: [resource.module],
  name: 'serial_id finds it too',
  mark: 'doc',
  async holds(api) {
    const { rows } = await listed(api, resource.listPath);
    const row = need(
      rows.find(({ serial_id }) => idOf(serial_id) !== null),
      'none has a serial_id',
    );
    const info = asRow(await api.data(resource.infoPath, { serial_id: String(row['serial_id']) }), 'data');
    must(info['serial_id'] === row['serial_id'], 'another one was found');
  },
});
