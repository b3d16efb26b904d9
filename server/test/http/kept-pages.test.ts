/** Kept pages: whatever is written, and by whom, an answer is the one that would be made anew. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Core, createApp, openCore } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { type Answer, send } from '../support/http.ts';
import { listPath, pushPath, startServer, type TestServer } from '../support/server.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';

const server = await startServer();
afterAll(() => server.close());
const token = await server.tokenOf();

/** How often pages were answered out of what is kept. */
async function hits(of: TestServer = server): Promise<number> {
  const { text } = await of.send('/metrics');
  return Number(/^genjin_kept_hits_total\{what="page"\} (\d+)$/m.exec(text)?.[1]);
}

async function pageOf(path: string, headers: Record<string, string> = {}): Promise<{ answer: Answer; kept: boolean }> {
  const before = await hits();
  const answer = await server.get(token, path, headers);
  expect(answer.status).toBe(200);
  return { answer, kept: (await hits()) > before };
}

describe('what makes a page anew', async () => {
  const shown = {
    company_id: 1,
    lead_id: 11,
    opportunity_id: 21,
    create_user: 31,
    customer_id: [41],
    lead_customer_id: [51],
    trail_id: 601,
    content: 'shown',
  };
  await server.import([entry(shown), entry({ company_id: 2, lead_id: 12, opportunity_id: 22, create_user: 32, trail_id: 603 })]);
  const later = { update_time: '2024-06-01 00:00:00' };
  let minute = 10;
  /** The first entry as an import brings it once more, later each time. */
  const again = (fields: Record<string, unknown>) => {
    minute += 1;
    return server.import([entry({ ...shown, ...fields, update_time: `2024-06-02 00:${minute}:00` })]);
  };
  const another = (fields: Record<string, unknown>) => server.import([entry({ ...fields, ...later })]);
  const paths = {
    company: `${listPath}?company_id=1`,
    lead: `${listPath}?lead_id=11`,
    opportunity: `${listPath}?opportunity_id=21`,
    enterprise: listPath,
  };
  type Scope = keyof typeof paths;
  const all = Object.keys(paths) as Scope[];
  const person = (id: number, name: string) => [{ customer_id: id, name, email: '', tel_list: [], contact: [] }];

  const rows: { name: string; change: () => Promise<unknown>; anew: readonly Scope[] }[] = [
    { name: 'nothing', change: async () => undefined, anew: [] },
    { name: 'an entry elsewhere', change: () => another({ company_id: 2, trail_id: 605 }), anew: ['enterprise'] },
    { name: 'a company elsewhere is renamed', change: () => another({ company_id: 3, trail_id: 607 }), anew: ['enterprise'] },
    {
      name: 'an entry of the company',
      change: () => another({ company_id: 1, trail_id: 609 }),
      anew: ['company', 'enterprise'],
    },
    { name: 'an entry of the lead', change: () => another({ lead_id: 11, trail_id: 611 }), anew: ['lead', 'enterprise'] },
    { name: 'its text', change: () => again({ content: 'edited' }), anew: all },
    {
      name: 'the name of the company',
      change: () => again({ company_info: { company_id: 1, name: 'A', is_archive: 1 } }),
      anew: all,
    },
    { name: 'the name of the lead', change: () => again({ lead_info: { lead_id: 11, name: 'B' } }), anew: all },
    {
      name: 'the name of the opportunity',
      change: () => again({ opportunity_info: { opportunity_id: 21, name: 'C' } }),
      anew: all,
    },
    {
      name: 'the name of the author',
      change: () => again({ create_user_info: { user_id: '31', nickname: 'D', avatar: '' } }),
      anew: all,
    },
    { name: 'the name of the contact', change: () => again({ customer_info: person(41, 'E') }), anew: all },
    { name: 'the name of the lead contact', change: () => again({ lead_customer_info: person(51, 'F') }), anew: all },
    {
      name: 'it is moved to another company and back',
      change: async () => {
        await again({ company_id: 2 });
        await again({ company_id: 1 });
      },
      anew: all,
    },
    { name: 'it is moved to another company', change: () => again({ company_id: 2 }), anew: all },
    { name: 'and back', change: () => again({ company_id: 1 }), anew: all },
    { name: 'it is removed', change: () => again({ delete_flag: 1 }), anew: all },
    { name: 'it is restored', change: () => again({ delete_flag: 0 }), anew: all },
    { name: 'a token', change: () => server.tokenOf(), anew: [] },
    { name: 'an entry of another tenant', change: () => another({ client_id: 5, company_id: 1, trail_id: 613 }), anew: [] },
  ];

  it.each(rows)('$name', async ({ change, anew }) => {
    for (const scope of all) await pageOf(paths[scope]);
    for (const scope of all) expect({ scope, kept: (await pageOf(paths[scope])).kept }).toEqual({ scope, kept: true });
    await change();
    for (const scope of all)
      expect({ scope, kept: (await pageOf(paths[scope])).kept }).toEqual({ scope, kept: !anew.includes(scope) });
  });
});

describe('a kept page', async () => {
  const path = `${listPath}?company_id=100&count=50`;
  await server.import(Array.from({ length: 50 }, () => entry({ company_id: 100, content: '跟进 <now> "2024-11-04 10:49:07"' })));

  it.each([
    { name: 'no coding', accept: undefined },
    { name: 'identity', accept: 'identity' },
    { name: 'gzip', accept: 'gzip' },
    { name: 'Brotli', accept: 'br' },
    { name: 'what browsers send', accept: 'gzip, deflate, br, zstd' },
    { name: 'weights', accept: 'gzip;q=0.5, br;q=0.4' },
  ])('has the headers and the body of the first answer, and the time of now: $name', async ({ accept }) => {
    const headers = accept === undefined ? {} : { 'Accept-Encoding': accept };
    const own = `${path}&start_time=20${10 + (accept?.length ?? 0)}-01-01`;
    const { answer: first, kept } = await pageOf(own, headers);
    expect(kept).toBe(false);
    for (let i = 0; i < 2; i++) {
      server.clock.advance(1000);
      const { answer, kept } = await pageOf(own, headers);
      expect(kept).toBe(true);
      const varying = { 'x-request-id': '', date: '', 'content-length': '' };
      expect({ ...answer.headers, ...varying }).toEqual({ ...first.headers, ...varying });
      expect(answer.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
      const plain = ({ headers: { 'content-encoding': coding }, body }: Answer): string =>
        String(coding === 'gzip' ? gunzipSync(body) : coding === 'br' ? brotliDecompressSync(body) : body);
      expect(plain(answer)).not.toBe(plain(first));
      expect({ ...JSON.parse(plain(answer)), now: '' }).toEqual({ ...JSON.parse(plain(first)), now: '' });
    }
  });

  it.each([
    { name: 'a token that is none', headers: { Authorization: `${testTenant}.nonsense` }, status: 401 },
    { name: 'no token', headers: {}, status: 401 },
    { name: 'its tag', headers: { Authorization: token, 'If-None-Match': '*' }, status: 304 },
  ])('is not for $name: $status', async ({ headers, status }) => {
    await pageOf(path);
    await pageOf(path);
    expect((await server.send(path, { headers })).status).toBe(status);
  });

  it('is not for a token without its scope', async () => {
    await pageOf(path);
    expect((await server.get(await server.tokenOf(testTenant, 'user'), path)).status).toBe(401);
  });

  it('is not for another tenant', async () => {
    await pageOf(path);
    const answer = await server.get(await server.tokenOf(777), path);
    expect(answer.json<{ data: object }>().data).toEqual({ list: [], totalItem: 0 });
  });

  it('ends with its token', async () => {
    const application = await server.application();
    const own = await server.token(application);
    expect((await server.get(own, path)).status).toBe(200);
    expect((await server.get(own, path)).status).toBe(200);
    await server.core.applications.revoke(application.clientId);
    expect((await server.get(own, path)).status).toBe(401);
  });

  it('with fields that nobody reads, they are named each time', async () => {
    for (let i = 0; i < 2; i++) {
      const { answer, kept } = await pageOf(`${path}&compny_id=1`);
      expect({ kept, named: answer.headers['x-genjin-ignored'] }).toEqual({
        kept: false,
        named: 'compny_id (did you mean company_id?)',
      });
    }
  });

  it('counts in the metrics like any other answer', async () => {
    const count = async (): Promise<number> => {
      const { text } = await server.send('/metrics');
      return Number(
        /duration_seconds_count\{method="GET",route="\/v1\/dynamic\/trail\/list",status="200"\} (\d+)/.exec(text)?.[1],
      );
    };
    await pageOf(path);
    const before = await count();
    for (let i = 0; i < 5; i++) await pageOf(path);
    expect(await count()).toBe(before + 5);
  });

  it('--cache-mb 0 keeps none', async () => {
    const own = await startServer({ cacheMb: 0 });
    onTestFinished(own.close);
    const ownToken = await own.tokenOf();
    for (let i = 0; i < 3; i++) expect((await own.get(ownToken, path)).status).toBe(200);
    expect(await hits(own)).toBe(0);
  });
});

it('of what is erased nothing is kept, the past included, whoever erased it', async () => {
  const secret = 'the text of 王小明';
  await server.import([
    entry({ trail_id: 701, company_id: 300, content: secret }),
    entry({ company_id: 300, create_time: '2020-01-01 00:00:00' }),
  ]);
  const revision = Number((await server.get(token, listPath)).headers['x-genjin-revision']);
  const paths = [
    `${listPath}?company_id=300`,
    `${listPath}?company_id=300&as_of=${revision}`,
    `${listPath}?company_id=300&count=1`,
  ];
  for (const path of [...paths, ...paths]) expect((await server.get(token, path)).text).toContain(secret);
  expect((await pageOf(paths[1] ?? '')).kept).toBe(true);
  const other = await openCore(server.place, { make: false, clock: server.clock.now });
  onTestFinished(() => other.close());
  expect(await other.erasures.eraseAs(testTenant, 'command:erase', 'trail', 701)).toBe(true);
  for (const path of [...paths, ...paths]) {
    const answer = await server.get(token, path);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('王小明');
  }
  const { text } = await server.send('/metrics');
  expect(Number(/^genjin_kept_bytes\{what="entry"\} (\d+)$/m.exec(text)?.[1])).toBeLessThan(10_000);
});

it('random writes by two processes: every page is the one that a server without kept pages answers', async () => {
  const random = randomFrom(announceSeed('kept pages'));
  const below = (n: number): number => Math.floor(random() * n);
  const kept = await startServer();
  onTestFinished(kept.close);
  // The other core stands for another process: it has connections of its own, and knows nothing of this one.
  const other: Core = await openCore(kept.place, { make: false, clock: kept.clock.now });
  const plain = await createApp(other, { ...readConfig({}, {}, {}).config, port: 0, logLevel: 'silent', cacheMb: 0 });
  await plain.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await plain.close();
    await other.close();
  });
  const address = plain.server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const own = await kept.tokenOf();
  const queries = ['', ...[1, 2, 3].flatMap((id) => [`company_id=${id}`, `lead_id=${10 + id}`, `opportunity_id=${20 + id}`])];
  queries.push('company_id=1&lead_id=11', 'company_id=2&opportunity_id=22', 'start_time=2024-03-01&count=3');
  const name = (what: string): string => `${what} ${below(4)}`;
  const some = (base: number): number => (random() < 0.3 ? 0 : base + 1 + below(3));
  let seconds = 0;
  let head = 0;
  for (let step = 0; step < soak(600); step++) {
    const [company_id, lead_id, opportunity_id, create_user] = [some(0), some(10), some(20), some(30)];
    seconds += 1;
    const at = new Date(Date.UTC(2024, 5, 1) + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const one = entry({
      trail_id: 1001 + 2 * below(40),
      company_id,
      lead_id,
      opportunity_id,
      create_user,
      content: name('text'),
      delete_flag: random() < 0.15 ? 1 : 0,
      create_time: `2024-0${1 + below(5)}-01 00:00:0${below(3)}`,
      update_time: at,
      ...(company_id === 0 ? {} : { company_info: { company_id, name: name('company'), is_archive: 1 } }),
      ...(create_user === 0 ? {} : { create_user_info: { user_id: String(create_user), nickname: name('user'), avatar: '' } }),
    });
    if (random() < 0.5) await kept.import([one]);
    else await other.importer.take([[readEntry(one)]]);
    if (random() < 0.2) await kept.post(own, pushPath, { company_id: 1, content: name('pushed') });
    for (let asked = 0; asked < 4; asked++) {
      const asOf = head > 0 && random() < 0.3 ? `&as_of=${head - below(Math.min(head, 5))}` : '';
      const path = `${listPath}?${queries[below(queries.length)]}${asOf}`;
      const [ours, theirs] = [await kept.get(own, path), await send(port, path, { headers: { Authorization: own } })];
      expect(ours.text, path).toBe(theirs.text);
      for (const header of ['etag', 'x-genjin-revision', 'link']) expect(ours.headers[header], path).toBe(theirs.headers[header]);
      if (asOf === '') head = Number(ours.headers['x-genjin-revision']);
    }
  }
  expect(await hits(kept)).toBeGreaterThan(0);
});
