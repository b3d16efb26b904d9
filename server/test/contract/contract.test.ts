import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const names = ['openapi.json', 'client/src/wire.ts', 'docs/compatibility.md'];

type Node = null | boolean | number | string | Node[] | { [key: string]: Node };
type Tree = { [key: string]: Node };

const isTree = (node: Node | undefined): node is Tree => typeof node === 'object' && node !== null && !Array.isArray(node);
const text = (name: string, folder = root): string => readFileSync(join(folder, name), 'utf8');
const contract = JSON.parse(text('openapi.json')) as Tree;

/** What stands at a path, such as `paths /v1/x get`. */
const at = (path: string): Node | undefined =>
  path.split(' ').reduce<Node | undefined>((node, key) => (isTree(node) ? node[key] : undefined), contract);

/** Every node that is an object, with its path. */
function* nodes(node: Node, path = ''): Generator<[string, Tree]> {
  if (isTree(node)) yield [path, node];
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) yield* nodes(value, `${path}/${key}`);
}

/** Every operation. */
function* each(
  document: Tree,
): Generator<{ call: string; name: string; takesQuery: boolean; security: unknown; answers: string[] }> {
  for (const [path, methods] of Object.entries(document['paths'] as Tree)) {
    for (const [method, operation] of Object.entries(methods as Tree)) {
      const { operationId, parameters = [], security, responses } = operation as Tree;
      yield {
        call: `${method.toUpperCase()} ${path}`,
        name: String(operationId),
        takesQuery: (parameters as Tree[]).some((parameter) => parameter['in'] === 'query'),
        security,
        answers: Object.keys(responses as Tree),
      };
    }
  }
}

function contractScript(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const args = ['--conditions=@genjin/source', 'scripts/contract.ts', ...words];
  return new Promise<{ code: number; said: string }>((done) => {
    execFile(process.execPath, args, { cwd: root, env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
    });
  });
}

describe('the committed contract', () => {
  test('is what the routes say, whatever this machine has set', async () => {
    const environment = { TZ: 'America/New_York', LANG: 'zh_CN.UTF-8', GENJIN_PORT: '1', GENJIN_STRICT: 'yes' };
    expect(await contractScript(['--check'], environment)).toEqual({ code: 0, said: '' });
  });

  test('names nothing of a machine and no moment', () => {
    const written = names.map((name) => text(name)).join('\n');
    expect(written).not.toMatch(/localhost|127\.0\.0\.1|\/tmp|\/home|\/root|file:\/\//);
    expect(contract).not.toHaveProperty('servers');
  });
});

describe('a contract that has drifted', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'genjin-drift-'));
    for (const name of names) mkdirSync(join(folder, dirname(name)), { recursive: true });
    for (const name of names) cpSync(join(root, name), join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const edits: readonly [string, string, (content: string) => string | null, readonly RegExp[]][] = [
    [
      'a value',
      'openapi.json',
      (content) => content.replace(/("\/v1\/dynamic\/trail\/list"[\s\S]*?"maximum": )1000/, '$1500'),
      [/openapi\.json is not what the routes say/, /paths\/~1v1~1dynamic~1trail~1list\/get\/.*maximum: committed 500, .* 1000/],
    ],
    [
      'a field that is gone',
      'openapi.json',
      (content) => content.replace(/("TrailListData"[\s\S]*?)"totalItem": \{/, '$1"total": {'),
      [/TrailListData\/properties\/total: .* say nothing/, /TrailListData\/properties\/totalItem: committed nothing/],
    ],
    ['only the order', 'openapi.json', (content) => reordered(content), [/\/: in another order/]],
    ['no JSON', 'openapi.json', (content) => content.slice(1), [/line 1: committed ""/]],
    ['the last line', 'openapi.json', (content) => content.trimEnd(), [/openapi\.json is not what the routes say/]],
    ['a missing file', 'openapi.json', () => null, [/openapi\.json is missing/]],
    [
      'types changed by hand',
      'client/src/wire.ts',
      (content) => content.replace('totalItem: number', 'totalItem: string'),
      [/client\/src\/wire\.ts is not .*/, /line \d+: committed ".*totalItem: string;", it would be ".*totalItem: number;"/],
    ],
  ];
  test.each(edits)('%s', async (_name, name, edit, expected) => {
    const edited = edit(text(name));
    if (edited === null) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), edited);
    const { code, said } = await contractScript(['--check', '--root', folder]);
    expect(code).toBe(1);
    for (const pattern of [...expected, /Run: npm run contract/]) expect(said).toMatch(pattern);
    if (edited !== null) expect(text(name, folder)).toBe(edited);
    // Without --check it is put right.
    expect(await contractScript(['--root', folder])).toEqual({ code: 0, said: `${name}: written\n` });
    expect(text(name, folder)).toBe(text(name));
  });
});

function reordered(content: string): string {
  const { openapi, ...rest } = JSON.parse(content) as Tree;
  return `${JSON.stringify({ ...rest, openapi }, null, 2)}\n`;
}

describe('the document', () => {
  const components = Object.keys(at('components schemas') as Tree);

  test('has names that can be read', () => {
    expect(components).toEqual(
      expect.arrayContaining(['TrailEntry', 'TrailListData', 'TrailPushBody', 'TrailPushData', 'TokenBody', 'TokenAnswer']),
    );
    for (const name of components) expect(name).toMatch(/^([A-Z][a-z]+){1,5}$/);
    const types = text('client/src/wire.ts').matchAll(/^export (?:interface|type) (\w+)/gm);
    const queries = [...each(contract)].flatMap(({ name, takesQuery }) =>
      takesQuery ? [`${name[0]?.toUpperCase()}${name.slice(1)}Query`] : [],
    );
    expect([...types].map((match) => match[1]).sort()).toEqual([...components, ...queries].sort());
  });

  test('every reference leads somewhere, and every component is referred to', () => {
    const used = new Set<string>();
    for (const [path, { $ref }] of nodes(contract)) {
      if (typeof $ref !== 'string') continue;
      expect(at($ref.slice(2).replaceAll('/', ' ')), `${path} -> ${$ref}`).toBeDefined();
      used.add($ref.replace('#/components/schemas/', ''));
    }
    expect([...used].sort()).toEqual([...components].sort());
  });

  test('every property, parameter and answer has a description', () => {
    const missing: string[] = [];
    const described = (node: Node | undefined): boolean => {
      if (!isTree(node)) return false;
      if (typeof node['description'] === 'string') return node['description'].length > 3;
      return typeof node['$ref'] === 'string' && described(at(node['$ref'].slice(2).replaceAll('/', ' ')));
    };
    for (const [path, node] of nodes(contract)) {
      const properties = isTree(node['properties']) && node['type'] === 'object' ? Object.entries(node['properties']) : [];
      const parameters = Array.isArray(node['parameters']) ? Object.entries(node['parameters']) : [];
      const answers = isTree(node['responses']) ? Object.entries(node['responses']) : [];
      for (const [key, value] of [...properties, ...parameters, ...answers])
        if (!described(value)) missing.push(`${path}/${key}`);
    }
    expect(missing).toEqual([]);
  });

  test('an entry has the 28 fields of its page, in their order', () => {
    const entry = at('components schemas TrailEntry') as Tree;
    const fields = Object.keys(entry['properties'] as Tree);
    expect(fields).toEqual(entry['required']);
    expect(fields).toHaveLength(28);
    expect([fields[0], fields[9], fields[27]]).toEqual(['follow_up_id', 'created_at', 'file_info']);
  });

  const operations: readonly [string, string][] = [
    ['POST /v1/admin/application/create', 'adminApplicationCreate'],
    ['GET /v1/admin/application/list', 'adminApplicationList'],
    ['POST /v1/admin/application/revoke', 'adminApplicationRevoke'],
    ['POST /v1/admin/application/rotate', 'adminApplicationRotate'],
    ['GET /v1/admin/health', 'adminHealth'],
    ['POST /v1/admin/health/check', 'adminHealthCheck'],
    ['POST /v1/admin/user/disable', 'adminUserDisable'],
    ['POST /v1/admin/user/enable', 'adminUserEnable'],
    ['GET /v1/admin/user/list', 'adminUserList'],
    ['POST /v1/admin/user/save', 'adminUserSave'],
    ['GET /v1/admin/webhook/deliveries', 'adminWebhookDeliveries'],
    ['GET /v1/admin/webhook/list', 'adminWebhookList'],
    ['POST /v1/admin/webhook/replay', 'adminWebhookReplay'],
    ['GET /v1/company/info', 'companyInfo'],
    ['GET /v1/company/list', 'companyList'],
    ['POST /v1/company/pushCompanyAndCustomers', 'companyPush'],
    ['GET /v1/company/query', 'companyQuery'],
    ['POST /v1/company/removeCompanyAndCustomers', 'companyRemove'],
    ['GET /v1/dynamic/trail/changes', 'trailChanges'],
    ['GET /v1/dynamic/trail/changes/stream', 'trailChangesStream'],
    ['POST /v1/dynamic/trail/erase', 'trailErase'],
    ['GET /v1/dynamic/trail/export', 'trailExport'],
    ['GET /v1/dynamic/trail/history', 'trailHistory'],
    ['GET /v1/dynamic/trail/info', 'trailInfo'],
    ['GET /v1/dynamic/trail/list', 'trailList'],
    ['POST /v1/dynamic/trail/push', 'trailPush'],
    ['POST /v1/dynamic/trail/push/batch', 'trailPushBatch'],
    ['POST /v1/dynamic/trail/remove', 'trailRemove'],
    ['POST /v1/dynamic/trail/restore', 'trailRestore'],
    ['GET /v1/file/download', 'fileDownload'],
    ['GET /v1/file/info', 'fileInfo'],
    ['GET /v1/file/thumbnail', 'fileThumbnail'],
    ['POST /v1/file/upload', 'fileUpload'],
    ['GET /v1/lead/info', 'leadInfo'],
    ['GET /v1/lead/list', 'leadList'],
    ['POST /v1/lead/push', 'leadPush'],
    ['GET /v1/mirror/status', 'mirrorStatus'],
    ['POST /v1/oauth2/access_token', 'token'],
    ['POST /v1/oauth2/refresh_token', 'refreshToken'],
    ['GET /v1/opportunity/info', 'opportunityInfo'],
    ['GET /v1/opportunity/list', 'opportunityList'],
    ['POST /v1/opportunity/push', 'opportunityPush'],
    ['POST /v1/opportunity/remove', 'opportunityRemove'],
    ['POST /v1/report/info', 'reportInfo'],
    ['GET /v1/session', 'sessionGet'],
    ['POST /v1/session/create', 'sessionCreate'],
    ['POST /v1/session/demo', 'sessionDemo'],
    ['POST /v1/session/end', 'sessionEnd'],
    ['POST /v1/session/password', 'sessionPassword'],
    ['POST /v1/session/setup', 'sessionSetup'],
    ['GET /v1/subscribe', 'subscriptions'],
    ['POST /v1/subscribe', 'subscribe'],
    ['DELETE /v1/subscribe/{subscribe_type}', 'unsubscribe'],
    ['GET /v1/subscribe/{subscribe_type}', 'subscription'],
    ['PUT /v1/subscribe/{subscribe_type}', 'subscriptionChange'],
    ['GET /v1/user/info', 'userInfo'],
    ['GET /v1/user/list', 'userList'],
    ['DELETE /v1/webhook', 'webhookRemove'],
    ['GET /v1/webhook', 'webhookGet'],
    ['POST /v1/webhook', 'webhookSet'],
    ['PUT /v1/webhook', 'webhookChange'],
    ['POST /v1/webhook/regenerate-secret', 'webhookRegenerateSecret'],
    ['POST /v1/webhook/test', 'webhookTest'],
    ['GET /v1/dynamic/comment/list', 'commentList'],
    ['GET /v1/dynamic/next/list', 'nextList'],
    ['GET /v1/dynamic/subject/list', 'subjectList'],
    ['GET /v1/dynamic/trail/stats/countries', 'statsCountries'],
    ['GET /v1/dynamic/trail/stats/people', 'statsPeople'],
    ['GET /v1/dynamic/trail/stats/periods', 'statsPeriods'],
    ['GET /v1/dynamic/trail/stats/silence', 'statsSilence'],
    ['GET /v1/dynamic/trail/stats/types', 'statsTypes'],
    ['POST /v1/admin/import/preview', 'importPreview'],
    ['POST /v1/admin/import/run', 'importRun'],
    ['POST /v1/admin/webhook/pause', 'adminWebhookPause'],
    ['POST /v1/dynamic/comment/push', 'commentPush'],
    ['POST /v1/dynamic/comment/remove', 'commentRemove'],
    ['POST /v1/dynamic/next/calendar/create', 'calendarCreate'],
    ['POST /v1/dynamic/next/calendar/remove', 'calendarRemove'],
    ['POST /v1/dynamic/next/push', 'nextPush'],
  ];
  const uncached = /trail\/(info|changes\/stream|export)$|session$/;
  const open = /\/v1\/(oauth2|session(?!\/password))/;

  test('has these operations and no others', () => {
    const found = [...each(contract)].map(({ call, name }) => [call, name]);
    expect(found.sort()).toEqual([...operations].sort());
  });

  test.each([...each(contract)].map((operation) => [operation.call, operation] as const))('%s', (call, { security, answers }) => {
    const isToken = call.includes('/oauth2/');
    // What is sent in portions, or has a tag for If-Match, is not answered with 304.
    const cached = call.startsWith('GET ') && !uncached.test(call) ? ['304'] : [];
    // Where a token is refreshed OKKI answers 400 to everything.
    const unknown = open.test(call) ? [] : ['401'];
    const refused = isToken ? (call.endsWith('/refresh_token') ? ['400'] : ['400', '401']) : [...cached, ...unknown];
    const [part, nothing] = call.endsWith('/file/download') ? ['206', '416'] : [];
    const expected = ['200', part, ...refused, nothing, '429', 'default'].filter((one) => one !== undefined);
    const by = open.test(call) ? [] : /\/v1\/(admin|session)\//.test(call) ? [{ session: [] }] : [{ token: [] }];
    expect({ security, answers }).toEqual({ security: by, answers: expected });
  });

  test.each([
    ['/v1/dynamic/trail/push', ['application/json']],
    ['/v1/file/upload', ['multipart/form-data']],
    ['/v1/oauth2/access_token', ['application/json', 'application/x-www-form-urlencoded']],
  ])('%s says how it takes its body', (path, types) => {
    expect(Object.keys(at(`paths ${path} post requestBody content`) as Tree)).toEqual(types);
  });

  test('the list takes these parameters', () => {
    const parameters = at('paths /v1/dynamic/trail/list get parameters') as Tree[];
    expect(parameters.map(({ name, required }) => [name, required])).toEqual(
      [
        ...['company_id', 'lead_id', 'opportunity_id', 'start_time', 'end_time', 'count', 'start_index'],
        ...['type', 'create_user', 'customer_id', 'keyword', 'time_type', 'removed', 'sort', 'as_of'],
      ].map((name) => [name, false]),
    );
  });
});
