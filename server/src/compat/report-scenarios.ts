import { reportInfoData } from '../wire/report-wire.ts';
import { type Api, successOf } from './api.ts';
import { asRow, asRows, must, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';
import { trailPage } from './trail-scenarios.ts';

const path = '/v1/report/info';
const facts = { routes: [`POST ${path}`], modules: ['report'] } as const;

/** What the author of the latest entry did on its day, as a report counts it. */
async function reported(api: Api): Promise<{ entry: Row; data: Row; rows: readonly Row[] }> {
  const { rows } = await trailPage(api);
  const entry = need(
    rows.find(({ create_user }) => create_user !== 0),
    'no entry has an author',
  );
  const day = String(entry['create_time']).slice(0, 10);
  const json = { key: 'xs1', start_date: day, end_date: day, user_id: [entry['create_user']] };
  const data = asRow(successOf(await api.envelope(path, { method: 'POST', json })), 'data');
  return { entry, data, rows: asRows(data['list'], 'list') };
}

export const reportScenarios: readonly Scenario[] = [
  {
    ...facts,
    name: 'every field is there, in order and of its type',
    mark: 'doc',
    async holds(api) {
      const { data, rows } = await reported(api);
      need(rows[0], 'the list is empty');
      mustHaveShape(data, reportInfoData);
    },
  },
  {
    ...facts,
    modules: ['report', 'company'],
    name: 'the author of an entry has it in the counts of its day',
    mark: 'doc',
    async holds(api) {
      const { entry, rows } = await reported(api);
      const row = need(
        rows.find(({ user_id }) => String(user_id) === String(entry['create_user'])),
        'the author is not in the list',
      );
      const [all, recorded] = [Number(row['dynamic_count']), Number(row['customer_remark_count'])];
      must(all >= 1 && recorded <= all, `dynamic_count ${all}, customer_remark_count ${recorded}`);
    },
  },
];
