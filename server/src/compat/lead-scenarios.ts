import { leadInfoData, leadListData } from '../wire/lead-wire.ts';
import { bySerialId, listed, listingScenarios, type Resource } from './listing-scenarios.ts';
import { mustDescend, need, type Scenario } from './scenario.ts';

const resource: Resource = {
  module: 'lead',
  listPath: '/v1/lead/list',
  listData: leadListData,
  infoPath: '/v1/lead/info',
  infoData: leadInfoData,
  id: 'lead_id',
  paging: 'doc',
  order: 'doc',
};

export const leadScenarios: readonly Scenario[] = [
  ...listingScenarios(resource),
  bySerialId(resource),
  {
    routes: [`GET ${resource.listPath}`],
    modules: ['lead'],
    name: 'sort_field=order_time orders by the last contact',
    mark: 'doc',
    async holds(api) {
      const { rows } = await listed(api, resource.listPath, { sort_field: 'order_time' });
      need(rows[0], 'there is no lead');
      mustDescend(
        rows.map((row) => String(row['order_time'])),
        'the order',
      );
    },
  },
];
