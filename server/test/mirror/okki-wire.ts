/** What OKKI's API has: methods, paths, and what may be asked on each (docs/wire.md#tokens, #list, #record, #neighbours, #webhooks). */

/** A method on a path, with the names of what OKKI reads there. */
export interface OkkiRoute {
  /** Of parameters in the address. */
  readonly query: ReadonlySet<string>;
  /** Of fields in the body; what lies inside a field is left as it is, since OKKI does not publish all of it. */
  readonly body: ReadonlySet<string>;
}

const page = 'count start_index';
const bounds = 'start_time end_time';
const firm = 'name short_name country homepage tel remark user_id customers';

/** Method and path below `/v1/`, the names in the address, the names in the body. */
const table: readonly (readonly [call: string, query: string, body?: string])[] = [
  ['POST oauth2/access_token', '', 'grant_type client_id client_secret scope username password'],
  ['POST oauth2/refresh_token', '', 'grant_type refresh_token client_id client_secret'],
  ['GET dynamic/trail/list', `company_id lead_id opportunity_id ${bounds} ${page}`],
  ['POST dynamic/trail/push', '', 'company_id lead_id opportunity_id content remark_type'],
  ['GET company/list', `${page} removed all group_id ${bounds} time_type`],
  ['GET company/info', 'company_id serial_id format'],
  ['GET company/query', `word search_field ${page}`],
  ['POST company/pushCompanyAndCustomers', '', `company_id serial_id tel_area_code address star next_follow_up_time ${firm}`],
  ['POST company/removeCompanyAndCustomers', '', 'company_id'],
  ['GET lead/list', `${page} ${bounds} email sort_field archive`],
  ['GET lead/info', 'lead_id serial_id'],
  ['POST lead/push', '', `lead_id company_name status ${firm}`],
  ['GET opportunity/list', `${page} ${bounds}`],
  ['GET opportunity/info', 'opportunity_id'],
  ['POST opportunity/push', '', 'opportunity_id name company_id customer_id amount currency stage main_user remark'],
  ['POST opportunity/remove', 'opportunity_id'],
  ['GET user/list', 'enable_flag'],
  ['GET user/info', 'user_id email nickname full_name'],
  ['POST report/info', '', 'key start_date end_date user_id refresh'],
  ['GET webhook', ''],
  ['POST webhook', '', 'callback_url'],
  ['PUT webhook', '', 'callback_url'],
  ['DELETE webhook', ''],
  ['POST webhook/test', ''],
  ['POST webhook/regenerate-secret', ''],
  ['GET subscribe', ''],
  ['POST subscribe', '', 'subscribe_type subscribe_configs'],
  ['GET subscribe/{subscribe_type}', ''],
  ['PUT subscribe/{subscribe_type}', '', 'subscribe_type subscribe_configs'],
  ['DELETE subscribe/{subscribe_type}', ''],
];

const names = (text: string): ReadonlySet<string> => new Set(text.split(' ').filter((name) => name !== ''));

const routes: ReadonlyMap<string, OkkiRoute> = new Map(
  table.map(([call, query, body = '']) => [call.replace(' ', ' /v1/'), { query: names(query), body: names(body) }]),
);

/** `null`: OKKI has no such method on this path, or no such path. */
export const okkiRoute = (method: string, path: string): OkkiRoute | null =>
  routes.get(`${method} ${path.replace(/^\/v1\/subscribe\/[^/]+$/, '/v1/subscribe/{subscribe_type}')}`) ?? null;

/** Where tokens are asked for: the answers there have no envelope. */
export const isTokenPath = (path: string): boolean => path.startsWith('/v1/oauth2/');

/** Where the answer is rows. */
export const isListPath = (path: string): boolean => /^\/v1\/(dynamic\/trail\/list|\w+\/list|company\/query)$/.test(path);

export const trailListPath = '/v1/dynamic/trail/list';

const kept = (allowed: ReadonlySet<string>, entries: Iterable<[string, string]>): URLSearchParams =>
  new URLSearchParams([...entries].filter(([name]) => allowed.has(name)));

/** The parameters that OKKI reads here, a name given twice still twice. */
export const okkiQuery = (route: OkkiRoute, query: URLSearchParams): URLSearchParams => kept(route.query, query);

/** The body with the fields that OKKI reads here. What is neither a form nor a JSON object goes on as it came, to be refused. */
export function okkiBody(route: OkkiRoute, contentType: string, body: Buffer): Buffer {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return Buffer.from(kept(route.body, new URLSearchParams(body.toString())).toString());
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return body;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return body;
  return Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(value).filter(([name]) => route.body.has(name)))));
}
