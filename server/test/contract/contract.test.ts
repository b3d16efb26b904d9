import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const names = ['openapi.json', 'client/src/wire.ts'];

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
    expect(written).not.toMatch(/localhost|127\.0\.0\.1|\/tmp|\/home|\/root|file:/);
    expect(contract).not.toHaveProperty('servers');
  });
});

describe('a contract that has drifted', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'genjin-drift-'));
    mkdirSync(join(folder, 'client/src'), { recursive: true });
    for (const name of names) cpSync(join(root, name), join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const edits: readonly [string, string, (content: string) => string | null, readonly RegExp[]][] = [
    [
      'a value',
      'openapi.json',
      (content) => content.replace('"maximum": 1000', '"maximum": 500'),
      [/openapi\.json is not what the routes say/, /paths\/~1v1~1dynamic~1trail~1list\/get\/.*maximum: committed 500, .* 1000/],
    ],
    [
      'a field that is gone',
      'openapi.json',
      (content) => content.replace('"totalItem": {', '"total": {'),
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
    expect(new Set([...types].map((match) => match[1]))).toEqual(new Set([...components, 'TrailListQuery']));
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

  const operations: readonly [string, string, object][] = [
    [
      'paths /v1/dynamic/trail/list get',
      'trailList',
      { answers: ['200', '304', '401', '429', 'default'], body: [], secured: true },
    ],
    [
      'paths /v1/dynamic/trail/push post',
      'trailPush',
      { answers: ['200', '401', '429', 'default'], body: ['application/json'], secured: true },
    ],
    [
      'paths /v1/oauth2/access_token post',
      'token',
      {
        answers: ['200', '400', '401', '429', 'default'],
        body: ['application/json', 'application/x-www-form-urlencoded'],
        secured: false,
      },
    ],
  ];
  test.each(operations)('%s', (path, name, expected) => {
    const operation = at(path) as Tree;
    const content = at(`${path} requestBody content`);
    expect(operation['operationId']).toBe(name);
    expect({
      answers: Object.keys(operation['responses'] as Tree),
      body: isTree(content) ? Object.keys(content) : [],
      secured: JSON.stringify(operation['security']) === '[{"token":[]}]',
    }).toEqual(expected);
  });

  test('has these operations and no others', () => {
    expect(Object.keys(at('paths') as Tree).sort()).toEqual(operations.map(([path]) => path.split(' ')[1]).sort());
  });

  test('the list takes these parameters', () => {
    const parameters = at('paths /v1/dynamic/trail/list get parameters') as Tree[];
    expect(parameters.map(({ name, required }) => [name, required])).toEqual(
      ['company_id', 'lead_id', 'opportunity_id', 'start_time', 'end_time', 'count', 'start_index'].map((name) => [name, false]),
    );
  });
});
