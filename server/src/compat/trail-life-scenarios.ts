/** What Genjin adds to the timeline: one entry, its versions, and the change feed (docs/wire.md#the-life-of-an-entry). */
import { changesData } from '../wire/change-wire.ts';
import { trailHistoryData, trailInfoData } from '../wire/trail-life-wire.ts';
import { type Api, said, successOf, type Values } from './api.ts';
import { asRow, asRows, must, mustEqual, NotApplicable, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';
import { trailPage } from './trail-scenarios.ts';

const path = '/v1/dynamic/trail';
const ours = { mark: 'ours', modules: ['company'] } as const;

/** The `data` of a path that only Genjin has. */
async function own(api: Api, name: string, query: Values): Promise<Row> {
  const { status, body } = await api.ask(`${path}/${name}`, { query });
  if (status === 404) throw new NotApplicable('there is no such path: it is an addition of Genjin');
  const envelope = asRow(body, 'the answer');
  must(status === 200, `HTTP ${status}, ${said(envelope)}`);
  return asRow(successOf(envelope), 'data');
}

async function anEntry(api: Api): Promise<Row> {
  return need((await trailPage(api)).rows[0], 'there is no entry');
}

const idOfEntry = (entry: Row): Values => ({ trail_id: String(entry['trail_id']) });

export const trailLifeScenarios: readonly Scenario[] = [
  {
    ...ours,
    name: 'one entry is answered as the list shows it',
    routes: [`GET ${path}/info`],
    async holds(api) {
      const entry = await anEntry(api);
      const info = await own(api, 'info', idOfEntry(entry));
      mustHaveShape(info, trailInfoData);
      must(JSON.stringify(info) === JSON.stringify(entry), 'it differs from the entry in the list');
    },
  },
  {
    ...ours,
    name: 'an entry has its versions, oldest first, the first of them recorded',
    routes: [`GET ${path}/history`],
    async holds(api) {
      const history = await own(api, 'history', { ...idOfEntry(await anEntry(api)), count: 100 });
      mustHaveShape(history, trailHistoryData);
      const list = asRows(history['list'], 'list');
      must(list[0]?.['action'] === 'recorded', `the first one is ${String(list[0]?.['action'])}`);
      const revisions = list.map((version) => Number(version['revision']));
      mustEqual(
        revisions,
        revisions.toSorted((a, b) => a - b),
        'the revisions',
      );
    },
  },
  {
    ...ours,
    name: 'the change feed goes on where its next_after says',
    routes: [`GET ${path}/changes`],
    async holds(api) {
      const first = await own(api, 'changes', { kind: 'trail', count: 2 });
      const next = await own(api, 'changes', { kind: 'trail', count: 2, after: String(first['next_after']) });
      mustHaveShape(next, changesData);
      const revisions = [first, next].flatMap((data) => asRows(data['list'], 'list').map((change) => Number(change['revision'])));
      need(revisions[2], 'there are too few changes');
      mustEqual(
        [...new Set(revisions)],
        revisions.toSorted((a, b) => a - b),
        'the revisions of two pages',
      );
    },
  },
];
