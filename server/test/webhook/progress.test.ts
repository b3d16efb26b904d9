import { expect, test } from 'vitest';
import type { Delivery, WebhookEvent } from '../../src/domain/webhook-stores.ts';
import { Progress } from '../../src/webhook/progress.ts';

const subscription = { tenantId: 1, clientId: 'a', kind: 'company', events: ['edited'], cursor: 10 } as const;

/** Events by their objects, from revision 11 on; those of the objects in `behind` wait for an earlier one. */
function progress(objectIds: readonly number[], behind: readonly number[] = []): Progress {
  const events = objectIds.map((objectId, place) => ({
    revision: 11 + place,
    objectId,
    action: 'edited' as const,
    behindUntil: behind.includes(objectId) ? 500 : null,
  }));
  return new Progress(subscription, { events, upTo: 50 });
}

const accepted = (event: WebhookEvent | null) => ({ event: event as WebhookEvent, delivery: null });
const refused = (event: WebhookEvent | null) => {
  const delivery: Delivery = {
    ...(event as WebhookEvent),
    attempts: 1,
    firstAt: 1,
    nextAt: 700,
    state: 'waiting',
    lastError: 'x',
  };
  return { event: event as WebhookEvent, delivery };
};

/** A step as `cursor before -> after: revisions`, with a star for what becomes a delivery. */
function shown(step: ReturnType<Progress['step']>): string | null {
  if (step === null) return null;
  const outcomes = step.outcomes.map(({ event, delivery }) => `${event.revision}${delivery === null ? '' : '*'}`);
  return `${step.from.cursor}->${step.cursor}: ${outcomes.join(' ')}`;
}

test('the cursor follows as far as every event has an outcome, at last over the whole portion', () => {
  const one = progress([1, 2, 1]);
  const [first, second] = [one.next(), one.next()];
  expect([first?.revision, second?.revision]).toEqual([11, 12]);
  expect(one.next()).toBeNull();
  one.tried(accepted(second));
  expect(shown(one.step())).toBeNull();
  one.tried(accepted(first));
  expect(shown(one.step())).toBe('10->12: 11 12');
  expect(shown(one.step())).toBeNull();
  one.tried(accepted(one.next()));
  expect(shown(one.step())).toBe('12->50: 13');
});

test('a portion without events is passed at once', () => {
  expect(shown(progress([]).step())).toBe('10->50: ');
});

test('what is behind an event that waits becomes a delivery untried', () => {
  const one = progress([1, 2, 1, 3, 3], [3]);
  one.tried(refused(one.next()));
  one.tried(accepted(one.next()));
  expect(one.next()).toBeNull();
  const step = one.step();
  expect(shown(step)).toBe('10->50: 11* 12 13* 14* 15*');
  expect(step?.outcomes.map(({ delivery }) => [delivery?.nextAt, delivery?.attempts])).toEqual([
    [700, 1],
    [undefined, undefined],
    [700, 0],
    [500, 0],
    [500, 0],
  ]);
});

test('the rest stays in the log, and the cursor never goes back', () => {
  const one = progress([1, 2, 1, 2, 3]);
  const [first, second] = [one.next(), one.next()];
  one.tried(refused(first));
  expect(one.next()?.revision).toBe(15);
  const other = progress([1, 2, 1, 2]);
  const [a, b] = [other.next(), other.next()];
  other.tried(refused(a));
  expect(other.next()).toBeNull();
  other.tried(accepted(b));
  // 13 waits behind 11; 14 was not tried.
  expect(shown(other.step())).toBe('10->13: 11* 12 13*');
  other.leaveRest();
  expect(other.next()).toBeNull();
  expect(shown(other.step())).toBeNull();
  one.tried(accepted(second));
  one.leaveRest();
  expect(shown(one.step())).toBe('10->13: 11* 12 13*');
});

test('broken off, what lies between accepted events waits, and what comes after them stays in the log', () => {
  const one = progress([1, 1, 2, 3]);
  const [first, second] = [one.next(), one.next()];
  one.tried(accepted(second));
  one.tried(accepted(first));
  one.breakOff(900);
  const step = one.step();
  expect(shown(step)).toBe('10->13: 11 12* 13');
  expect(step?.outcomes[1]?.delivery).toMatchObject({ attempts: 0, nextAt: 900, state: 'waiting' });
  const none = progress([1, 2]);
  none.breakOff(900);
  expect(shown(none.step())).toBeNull();
});
