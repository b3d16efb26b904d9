/** Rules about the routes themselves: what is declared is whole, and what is declared is what is served. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { routesOf } from '../../src/app.ts';
import { tokenRoute } from '../../src/compat/api.ts';
import { scenarios } from '../../src/compat/check.ts';
import { modules } from '../../src/domain/application.ts';
import { openStream } from '../support/event-stream.ts';
import type { Envelope } from '../support/http.ts';
import { writtenRoutes } from '../support/scenarios.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());
const routes = routesOf(server.core).map((route) => ({ ...route, name: `${route.method} ${route.path}` }));

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

type Schemas = Readonly<Record<string, Schema>>;

/** What a reference stands for; any other schema is itself. */
const resolve = (schema: Schema, shared: Schemas): Schema =>
  schema.$ref === undefined ? schema : { ...shared[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)], ...schema, $ref: '' };

/** The properties, and theirs, that no word describes. */
function undescribed(given: Schema, path: string, shared: Schemas = {}): string[] {
  const schema = resolve(given, shared);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    ...((resolve(property, shared).description ?? '').trim() === '' ? [`${path}.${name}`] : []),
    ...undescribed(property, `${path}.${name}`, shared),
  ]);
  const items = schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`, shared);
  return [...own, ...items, ...(schema.anyOf ?? []).flatMap((one) => undescribed(one, path, shared))];
}

describe('the route table', () => {
  it.each(routes)('$name says everything about itself', (route) => {
    expect(modules).toContain(route.module);
    for (const text of [route.summary, route.description, ...route.errors]) expect(text.trim()).not.toBe('');
    expect(route.errors.length).toBeGreaterThan(0);
    expect(undescribed(route.data as Schema, 'data')).toEqual([]);
    for (const given of [route.query, route.params, route.body])
      if (given !== undefined) expect(undescribed(given.schema as Schema, 'given')).toEqual([]);
    expect([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(route.params?.names ?? []);
    if (route.method === 'GET') expect(route.body).toBeUndefined();
  });

  // Those for admins open with no token: server/test/http/roles.test.ts.
  it.each(routes.filter((route) => route.for === undefined))(
    '$name opens only with a token that has its module',
    async ({ method, path, module, streams = [] }) => {
      const ask = async (token: string | null): Promise<{ status: number; text: string }> => {
        const headers = token === null ? undefined : { Authorization: `Bearer ${token}` };
        if (!streams.includes('text/event-stream')) return server.send(path, { method, headers: headers ?? {} });
        // It has no end of its own.
        const stream = await openStream(server.port, path, headers ?? {});
        if (stream.status === 200) stream.cut();
        await stream.ended;
        return { status: stream.status, text: stream.text() };
      };
      expect((await ask(null)).status).toBe(401);
      const others = modules.filter((one) => one !== module).join(' ');
      const without = await ask(await server.tokenOf(23412, others));
      expect({ status: without.status, message: (JSON.parse(without.text) as Envelope).message }).toEqual({
        status: 401,
        message: `no permission ${module} scopes`,
      });
      expect((await ask(await server.tokenOf(23412, module))).status).toBe(200);
    },
  );

  it.each(routes)(
    '$name is shown to hold by scenarios, or, where it writes, by the tables of a test',
    ({ name, method, path }) => {
      const reading = scenarios.filter((scenario) => scenario.routes.includes(name));
      const written = writtenRoutes[name];
      // One of the two, and it is known which.
      expect({ read: reading.length > 0, written: written !== undefined }).toEqual({
        read: written === undefined,
        written: reading.length === 0,
      });
      for (const file of written?.files ?? []) {
        const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
        expect(text, file).toContain(written?.as ?? path);
        if (method !== 'POST' && method !== 'GET') expect(text, file).toContain(`'${method}'`);
      }
    },
  );

  it('has every route that scenarios and tests name', () => {
    const named = [...scenarios.flatMap((scenario) => scenario.routes), ...Object.keys(writtenRoutes)];
    const known = new Set([...routes.map((route) => route.name), tokenRoute]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has no path twice', () => {
    expect(new Set(routes.map((route) => route.name)).size).toBe(routes.length);
  });
});

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

describe('openapi', async () => {
  const answer = await server.send('/docs/json');
  const document = answer.json<Document>();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
  );

  it('is served, and names exactly the paths that stand in the contract', () => {
    expect(answer.status).toBe(200);
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map((one) => one.name).toSorted()).toEqual(
      [
        ...routes.map((route) => route.name),
        ...['access_token', 'refresh_token'].map((name) => `POST /v1/oauth2/${name}`),
        'GET /v1/session',
        ...['create', 'demo', 'end', 'password', 'setup'].map((name) => `POST /v1/session/${name}`),
      ].toSorted(),
    );
  });

  const shared = document.components?.schemas ?? {};

  it.each(operations)('$name: every parameter, field and answer is described', ({ operation }) => {
    expect(operation.summary?.trim()).toBeTruthy();
    expect(operation.description?.trim()).toBeTruthy();
    const lacking = [
      ...(operation.parameters ?? []).filter((one) => !one.description?.trim()).map((one) => `parameter ${one.name}`),
      ...Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) => undescribed(schema, 'body', shared)),
      ...Object.entries(operation.responses ?? {}).flatMap(([status, response]) => [
        ...(response.description?.trim() ? [] : [status]),
        ...Object.values(response.content ?? {}).flatMap(({ schema }) => undescribed(schema, status, shared)),
      ]),
    ];
    expect(lacking).toEqual([]);
    expect(Object.keys(operation.responses ?? {})).toContain('200');
  });

  it.each(routes)('$name: says who may ask, by what, and its errors', (route) => {
    const { method, path, module, errors } = route;
    const operation = document.paths[path]?.[method.toLowerCase()];
    const forAdmins = route.for === 'admin';
    expect(operation?.description).toContain(forAdmins ? 'For admins, signed in on the page.' : `\`${module}\``);
    for (const error of errors) expect(operation?.description).toContain(error);
    expect(operation?.security).toEqual([forAdmins ? { session: [] } : { token: [] }]);
    expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['200', '401']));
  });

  it('has every parameter of the page', () => {
    const list = document.paths['/v1/dynamic/trail/list']?.['get'];
    expect(list?.parameters?.map((one) => `${one.in} ${one.name}`)).toEqual([
      'query company_id',
      'query lead_id',
      'query opportunity_id',
      'query start_time',
      'query end_time',
      'query count',
      'query start_index',
      'query type',
      'query create_user',
      'query customer_id',
      'query keyword',
      'query time_type',
      'query removed',
      'query sort',
      'query as_of',
    ]);
  });

  it('every schema that is shared is described', () => {
    for (const [name, schema] of Object.entries(shared)) expect(undescribed(schema, name, shared)).toEqual([]);
  });

  it('the page for people loads nothing from elsewhere', async () => {
    const page = await server.send('/docs/');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});
