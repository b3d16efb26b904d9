/** Checks of an enterprise's data: one at a time, and what becomes of one that breaks off. */
import { expect, test } from 'vitest';
import { type CheckResult, Health, type HealthStore, type LastCheck } from '../../src/domain/health.ts';

function world() {
  const kept = new Map<number, LastCheck>();
  const health: HealthStore = {
    last: async (tenantId) => kept.get(tenantId) ?? null,
    keep: async (tenantId, check) => void kept.set(tenantId, check),
  };
  const checks: PromiseWithResolvers<CheckResult>[] = [];
  const check = (): Promise<CheckResult> => {
    checks.push(Promise.withResolvers<CheckResult>());
    return (checks.at(-1) as PromiseWithResolvers<CheckResult>).promise;
  };
  return { kept, checks, health: new Health({ health, check, clock: () => 5000 }) };
}

const right: CheckResult = { findings: [], count: 0 };
const ended = () => new Promise(setImmediate);

test('one runs at a time, whosever it is', async () => {
  const { kept, checks, health } = world();
  health.begin(1);
  expect([health.isRunning(1), health.isRunning(2)]).toEqual([true, false]);
  for (const tenantId of [1, 2]) expect(() => health.begin(tenantId)).toThrow('a check is under way');
  checks[0]?.resolve(right);
  await ended();
  expect(health.isRunning(1)).toBe(false);
  expect(kept.get(1)).toEqual({ ...right, checkedAt: 5000 });
  health.begin(2);
  expect(health.isRunning(2)).toBe(true);
});

test('one that breaks off says so, and another can begin', async () => {
  const { kept, checks, health } = world();
  health.begin(1);
  checks[0]?.reject(new Error('the thread has died'));
  await ended();
  expect(kept.get(1)).toMatchObject({ count: 1, findings: [{ what: expect.stringContaining('broke off') }] });
  expect(JSON.stringify(kept.get(1))).not.toContain('thread');
  health.begin(1);
  expect(checks).toHaveLength(2);
});
