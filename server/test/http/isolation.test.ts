/** Tenants never see each other: random commands on every route, by three tenants whose ids are the same and whose texts carry marks. */
import { createDecipheriv } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { modules } from '../../src/domain/application.ts';
import { engineWorkplace, type Serving } from '../support/cli.ts';
import { entry } from '../support/entries.ts';
import { announce, announceSeed, randomFrom, soak } from '../support/soak.ts';

const commands = soak(40_000);
const connections = 8;
const tenantIds = [101, 102, 103] as const;

/** What every text of a tenant carries; no mark is part of another. */
const markOf = (tenantId: number): string => `mark${tenantId}x`;
const marks = tenantIds.map(markOf);

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

interface Tenant {
  readonly id: number;
  readonly mark: string;
  readonly token: string;
}

/** Random requests that the documents of the API allow, and some that they do not. */
class Requests {
  readonly #random: () => number;
  readonly #schemas: Readonly<Record<string, Schema>>;
  readonly #callbacks: string;
  /** Ids that any tenant has seen: the others ask for them too. */
  readonly ids: number[] = [1, 2, 3, 100, 10 ** 15];
  /** Those of comments, of which nobody has any at first. */
  readonly comments: number[] = [1];

  constructor(random: () => number, schemas: Readonly<Record<string, Schema>>, callbacks: string) {
    this.#random = random;
    this.#schemas = schemas;
    this.#callbacks = callbacks;
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  value(name: string, given: Schema, tenant: Tenant): unknown {
    const schema = this.#resolved(given);
    if (name === 'callback_url') return `${this.#callbacks}/${tenant.id}`;
    if (name === 'remove' || name === 'archive') return this.pick([0, 0, 0, 1]);
    if (schema.anyOf !== undefined) return this.value(name, this.pick(schema.anyOf), tenant);
    const listed = schema.enum ?? schema.examples;
    if (listed !== undefined && this.#random() < 0.8) return this.pick(listed);
    if (schema.const !== undefined) return schema.const;
    switch (schema.type) {
      case 'object':
        return this.object(schema, tenant);
      case 'array':
        return Array.from({ length: this.below(4) }, () => this.value(name.replace(/s$/, ''), schema.items ?? {}, tenant));
      case 'integer':
      case 'number':
        return this.#number(name);
      case 'boolean':
        return this.#random() < 0.5;
      default:
        return this.#text(name, tenant);
    }
  }

  object(given: Schema, tenant: Tenant): Record<string, unknown> {
    const properties = Object.entries(this.#resolved(given).properties ?? {});
    const most = this.pick([1, 0.9, 0.5]);
    // What is recorded mostly is new, and not an edit of what may not be there.
    const rare = (name: string): boolean => name === 'idempotency_key' || (name === 'trail_id' && properties.length > 4);
    const chosen = properties.filter(([name]) => this.#random() < most && (!rare(name) || this.#random() < 0.3));
    return Object.fromEntries(chosen.map(([name, schema]) => [name, this.value(name, schema, tenant)]));
  }

  #resolved(schema: Schema): Schema {
    return schema.$ref === undefined ? schema : (this.#schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {});
  }

  #number(name: string): number {
    if (name === 'comment_id') return this.pick(this.comments);
    if (/^(count|start_index)$/.test(name)) return 1 + this.below(name === 'count' ? 30 : 3);
    // Every tenant has these three of each kind.
    return this.#random() < 0.3 ? 0 : this.#random() < 0.5 ? 1 + this.below(3) : this.pick(this.ids);
  }

  #text(name: string, tenant: Tenant): string {
    if (/_id$|^user_id|_user$/.test(name)) return String(this.#number(name));
    if (/date/.test(name)) return this.pick(['2024-01-01', '2026-01-01', '2027-12-31']);
    if (/time/.test(name)) return this.pick(['2024-05-01 12:00:00', '2023-01-01', '2026-06-01 00:00:00', '']);
    if (name === 'idempotency_key') return `key${this.below(20)}`;
    if (name === 'amount') return String(this.below(1000));
    // What others' texts have, to be searched for.
    if (name === 'word' || name === 'keyword') return this.pick([...marks, 'mark', 'x', '1']);
    if (/email/.test(name)) return `${tenant.mark}${this.below(5)}@${tenant.mark}.example`;
    return `${tenant.mark} ${this.below(1000)}`;
  }
}

interface Heard {
  readonly tenantId: number;
  readonly data: string;
}

/** Takes deliveries as OKKI's receivers do; each tenant has a path of its own. */
async function startReceiver() {
  const heard: Heard[] = [];
  const server = createServer(async (incoming, answer) => {
    let text = '';
    incoming.setEncoding('utf8');
    for await (const chunk of incoming) text += chunk;
    const { message_id, data } = JSON.parse(text) as { message_id: string; data: string };
    heard.push({ tenantId: Number(incoming.url?.slice(1)), data });
    answer.setHeader('Content-Type', 'application/json');
    answer.end(JSON.stringify({ code: 200, data: { message_id, data: 'success' } }));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    heard,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function decrypted(data: string, secret: string): string | null {
  const bytes = Buffer.from(data, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
  } catch {
    return null;
  }
}

function ask(agent: Agent, port: number, method: string, path: string, token: string, body: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: token,
      ...(body === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    };
    const asked = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let text = Object.entries(answer.headers).flat().join(' ');
      answer.setEncoding('utf8').on('data', (more: string) => (text += more));
      // What has no end of its own is read for a while.
      if (answer.headers['content-type']?.startsWith('text/event-stream')) {
        setTimeout(() => answer.destroy(), 50);
        answer.once('close', () => resolve(text));
        return;
      }
      answer.on('error', reject);
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end(body ?? undefined);
  });
}

async function routesOf(server: Serving): Promise<{ routes: Route[]; schemas: Readonly<Record<string, Schema>> }> {
  const document = (await server.send('/docs/json')).json<{
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    components: { schemas: Readonly<Record<string, Schema>> };
  }>();
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return { routes: routes.filter(({ path }) => !path.startsWith('/v1/oauth2/')), schemas: document.components.schemas };
}

test('no answer, log line, metric or delivery of a tenant carries the mark of another', { timeout: 900_000 }, async () => {
  const random = randomFrom(announceSeed(`isolation: ${commands} commands`));
  const at = await engineWorkplace();
  const receiver = await startReceiver();
  onTestFinished(receiver.stop);
  const entries = tenantIds.flatMap((id) =>
    [1, 2, 3].map((n) =>
      entry({
        client_id: id,
        trail_id: 100 + n,
        company_id: n,
        lead_id: n,
        opportunity_id: n,
        create_user: n,
        content: `${markOf(id)} entry`,
        company_info: { company_id: n, name: `${markOf(id)} company`, is_archive: 1 },
        lead_info: { lead_id: n, name: `${markOf(id)} lead` },
        opportunity_info: { opportunity_id: n, name: `${markOf(id)} opportunity` },
        create_user_info: { user_id: String(n), nickname: `${markOf(id)} user`, avatar: '' },
      }),
    ),
  );
  at.write('entries.ndjson', entries.map((one) => JSON.stringify(one)).join('\n'));
  expect((await at.genjin(['import', 'entries.ndjson'])).code).toBe(0);
  const credentials = [];
  for (const id of tenantIds) credentials.push(await at.application(id, modules.join(' ')));
  const server = await at.serve(['--log-level', 'debug', '--allow-private-callbacks', '127.0.0.0/8']);
  const tenants: Tenant[] = [];
  for (const [i, id] of tenantIds.entries()) {
    tenants.push({ id, mark: markOf(id), token: await server.token(credentials[i] ?? { clientId: '', clientSecret: '' }) });
  }

  const secrets = new Map<number, Set<string>>(tenantIds.map((id) => [id, new Set()]));
  const subscribeToAll = async ({ id, token }: Tenant): Promise<void> => {
    const post = (path: string, body: unknown) =>
      server.send(path, { method: 'POST', headers: { Authorization: token, 'Content-Type': 'application/json' }, body });
    const set = await post('/v1/webhook', { callback_url: `${receiver.url}/${id}` });
    secrets.get(id)?.add(set.json<{ data: { security_config: string } }>().data.security_config);
    for (const type of ['crm.dynamic_trail', 'crm.company', 'crm.customer', 'crm.lead', 'crm.opportunity']) {
      const configs = ['create', 'update', 'delete'].map((action) => ({ biz_type: `xiaoman.${type}.${action}` }));
      await post('/v1/subscribe', { subscribe_type: type, subscribe_configs: configs });
    }
  };
  for (const tenant of tenants) await subscribeToAll(tenant);

  const { routes, schemas } = await routesOf(server);
  const requests = new Requests(random, schemas, receiver.url);
  const answered = new Map<string, number>();
  const succeeded = new Map<string, number>();
  const foreign: string[] = [];
  const notOf = (id: number): string[] => marks.filter((mark) => mark !== markOf(id));

  const run = async (agent: Agent, tenant: Tenant, { method, path, operation }: Route): Promise<void> => {
    const parameters = (operation.parameters ?? []).filter(() => requests.below(4) > 0);
    const query = new URLSearchParams();
    let filled = path;
    for (const { name, in: place, schema } of operation.parameters ?? []) {
      const value = String(requests.value(name, schema, tenant));
      if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value));
      else if (place === 'query' && parameters.some((one) => one.name === name)) query.set(name, value);
    }
    const schema = operation.requestBody?.content['application/json']?.schema;
    const body = schema === undefined ? null : JSON.stringify(requests.object(schema, tenant));
    const text = await ask(agent, server.port, method, `${filled}?${query}`, tenant.token, body);
    const name = `${method} ${path}`;
    answered.set(name, (answered.get(name) ?? 0) + 1);
    if (text.includes('"code":200') || text.includes('text/event-stream')) succeeded.set(name, (succeeded.get(name) ?? 0) + 1);
    if (method === 'DELETE') await subscribeToAll(tenant);
    for (const [, secret] of text.matchAll(/"(?:security_config|webhook_secret)":"([^"]+)"/g)) {
      if (secret !== undefined) secrets.get(tenant.id)?.add(secret);
    }
    for (const [, id] of text.matchAll(/"(?:trail|company|lead|opportunity|customer)_id":(\d+)/g)) {
      if (requests.ids.length < 400) requests.ids.push(Number(id));
      else requests.ids[requests.below(400)] = Number(id);
    }
    for (const [, id] of text.matchAll(/"comment_id":(\d+)/g)) requests.comments.push(Number(id));
    // What it searched for itself may come back in a message that refuses it.
    const own = `${query} ${body ?? ''} ${filled}`;
    for (const mark of notOf(tenant.id)) {
      if (text.includes(mark) && !own.includes(mark)) foreign.push(`${name} of ${tenant.id}: ${text.slice(0, 500)}`);
    }
  };

  let left = commands;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (left-- > 0) {
        // Taking away is rare, so that there is something to see.
        const route = requests.pick(routes);
        const odds = route.method === 'DELETE' ? 10 : /remove|erase/i.test(route.path) ? 8 : 1;
        await run(agent, requests.pick(tenants), requests.below(odds) > 0 ? requests.pick(routes.slice(0, 3)) : route);
      }
      agent.destroy();
    }),
  );
  expect(foreign.slice(0, 3)).toEqual([]);
  expect(routes.filter(({ method, path }) => !answered.has(`${method} ${path}`))).toEqual([]);
  const never = routes.map(({ method, path }) => `${method} ${path}`).filter((name) => !succeeded.has(name));
  announce(`isolation: ${receiver.heard.length} deliveries; never a success: ${never.join(', ') || 'none'}`);

  const metrics = (await server.send('/metrics')).text;
  expect(marks.filter((mark) => metrics.includes(mark))).toEqual([]);
  await server.end('SIGTERM');
  const misplaced = server
    .stderr()
    .split('\n')
    .filter((line) => tenantIds.some((id) => line.includes(`"${id}-`) && notOf(id).some((mark) => line.includes(mark))));
  expect(misplaced).toEqual([]);
  for (const { tenantId, data } of receiver.heard) {
    const plain = [...(secrets.get(tenantId) ?? [])].map((secret) => decrypted(data, secret)).find((text) => text !== null);
    expect(plain, `a delivery to ${tenantId} that its own secrets do not open`).toBeTypeOf('string');
    expect(notOf(tenantId).filter((mark) => plain?.includes(mark))).toEqual([]);
  }
  const { code, stdout } = await at.genjin(['check']);
  expect({ code, stdout }).toMatchObject({ code: 0 });
});
