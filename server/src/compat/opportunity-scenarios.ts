import { opportunityInfoData, opportunityListData } from '../wire/opportunity-wire.ts';
import { listed, listingScenarios, type Resource } from './listing-scenarios.ts';
import { asRow, must, need, type Row, type Scenario } from './scenario.ts';

const resource: Resource = {
  module: 'opportunity',
  listPath: '/v1/opportunity/list',
  listData: opportunityListData,
  infoPath: '/v1/opportunity/info',
  infoData: opportunityInfoData,
  id: 'opportunity_id',
  paging: 'doc',
  order: 'inferred',
};
const ofList = { routes: [`GET ${resource.listPath}`], modules: ['opportunity'] } as const;

/** Throws `Difference` when a row of the list has it otherwise. */
const everyRow = (holds: (row: Row) => string | null): Scenario['holds'] => {
  return async (api) => {
    const { rows } = await listed(api, resource.listPath);
    need(rows[0], 'there is no opportunity');
    for (const row of rows) {
      const seen = holds(row);
      must(seen === null, `opportunity ${String(row['opportunity_id'])} has ${seen}`);
    }
  };
};

export const opportunityScenarios: readonly Scenario[] = [
  ...listingScenarios(resource),
  {
    ...ofList,
    name: 'trail_time is the create_time of last_trail',
    mark: 'computed',
    holds: everyRow(({ trail_time, last_trail }) => {
      if (Array.isArray(last_trail) || last_trail === null) return trail_time === '' ? null : 'a trail_time without last_trail';
      return asRow(last_trail, 'last_trail')['create_time'] === trail_time ? null : `trail_time ${String(trail_time)}`;
    }),
  },
  {
    ...ofList,
    name: 'order_time is the later of trail_time and edit_time',
    mark: 'computed',
    holds: everyRow(({ order_time, trail_time, edit_time }) => {
      const later = [String(trail_time), String(edit_time)].toSorted().at(-1);
      return order_time === later
        ? null
        : `order_time ${String(order_time)}, trail_time ${String(trail_time)}, edit_time ${String(edit_time)}`;
    }),
  },
  {
    ...ofList,
    name: 'user_id is main_user, then handler',
    mark: 'doc',
    holds: everyRow(({ user_id, main_user, handler }) => {
      const expected = [main_user, ...(Array.isArray(handler) ? (handler as unknown[]) : [])].filter((id) => id !== 0);
      return JSON.stringify(user_id) === JSON.stringify(expected) ? null : 'other ids in user_id';
    }),
  },
];
