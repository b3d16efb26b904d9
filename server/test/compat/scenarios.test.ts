/** The scenarios that `genjin okki-check` runs against any server, run against Genjin's demo data: all must agree. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../../src/compat/api.ts';
import { agrees, checkAll, type Finding, neededModules, scenarios } from '../../src/compat/check.ts';
import { type DemoServer, type Otherwise, startDemo, startOtherwise } from './demo-server.ts';

let demo: DemoServer;
/** It only writes down what is asked. */
let mirror: Otherwise;
let api: Api;
let findings: readonly Finding[];

beforeAll(async () => {
  demo = await startDemo();
  mirror = await startOtherwise(demo, () => undefined);
  api = new Api({ base: mirror.base, ...demo.credentials, pause: 0, patience: 20_000 });
  await api.signIn(neededModules);
  findings = await checkAll(api);
}, 120_000);
afterAll(async () => {
  await mirror.close();
  await demo.server.close();
});

describe('Genjin agrees with', () => {
  it.each(scenarios.map((scenario, place) => ({ place, what: `${scenario.routes.join(', ')}: ${scenario.name}` })))(
    '$what',
    ({ place }) => {
      const { verdict, seen } = findings[place] as Finding;
      expect({ verdict, seen }).toEqual({ verdict: 'agrees', seen: '' });
    },
  );
});

describe('the scenarios', () => {
  it('have names of their own and something to say', () => {
    const names = scenarios.map(({ routes, name }) => `${routes.join()} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(agrees(findings)).toBe(true);
  });

  it('only read, with at most some sixty requests', () => {
    expect(new Set(mirror.requests.filter((request) => !request.startsWith('GET ')))).toEqual(
      new Set(['POST /v1/oauth2/access_token', 'POST /v1/report/info']),
    );
    expect(api.requests).toBe(mirror.requests.length);
    expect(api.requests).toBeLessThanOrEqual(66);
  });

  it('are not applicable to an application without the modules, or to one without data', async () => {
    const { clientId, clientSecret } = await demo.server.application(7, 'lead webhook');
    const empty = new Api({ base: demo.base, clientId, clientSecret, pause: 0, patience: 20_000 });
    await empty.signIn(neededModules);
    expect([...empty.modules].toSorted()).toEqual(['lead', 'webhook']);
    const found = await checkAll(empty);
    expect(found.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
    const of = (what: string): string[] =>
      found.filter(({ seen }) => seen === what).map(({ scenario }) => scenario.routes[0] as string);
    expect(new Set(of('no scope company'))).toContain('GET /v1/dynamic/trail/list');
    expect(of('the list is empty')).toContain('GET /v1/lead/info');
    expect(of('no webhook is set')).toEqual(['GET /v1/webhook']);
  });
});
