/** Holds what a mirror wrote against what its upstream had: no change of the copy without one there. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Core } from '../../src/app.ts';
import { blank } from '../../src/domain/blank.ts';
import type { LoggedChange } from '../../src/domain/change-stores.ts';
import { commentsOf } from '../../src/domain/comment.ts';
import type { JoinedKind, Kind, Trail } from '../../src/domain/objects.ts';
import { allTrails } from '../../src/domain/stores.ts';
import { changeStore } from '../../src/store/change-store.ts';
import { renderTrail } from '../../src/wire/trail-wire.ts';
import { testTenant } from '../support/entries.ts';

const kinds = ['trail', ...(Object.keys(blank) as JoinedKind[])] as const satisfies readonly Kind[];

/** The log of the enterprise after a revision. */
export async function logOf(core: Core, after = 0): Promise<LoggedChange[]> {
  const store = changeStore(core.db);
  const changes: LoggedChange[] = [];
  for (let revision = after; ; ) {
    const portion = await store.after(testTenant, revision, kinds, 10_000);
    changes.push(...portion.changes);
    if (portion.upTo >= portion.head.revision) return changes;
    revision = portion.upTo;
  }
}

/** Of all live entries in their order; two stores with the same one have the same export. */
export async function fingerprint(core: Core): Promise<string> {
  const hash = createHash('sha256');
  let entries = 0;
  for await (const { trails, joined } of core.trailStore.stream(testTenant, allTrails, null)) {
    for (const trail of trails) hash.update(renderTrail(testTenant, trail, joined));
    entries += trails.length;
  }
  return `${entries} entries, ${hash.digest('hex')}`;
}

/** An entry as the wire shows it, so that both sides can be compared: when it was removed, only that. */
const shown = (trail: Trail): unknown =>
  trail.removed || !trail.enabled ? 'not in the list' : { ...trail, ownCommentCount: 0, commentCount: commentsOf(trail) };

/**
 * What in the copy's log is not explained by the upstream's, in words; none when all is well. Each entry goes through states that the upstream
 * had, in their order and each once. Of an object beside the entries each field goes through such values.
 */
export function unexplained(copy: readonly LoggedChange[], upstream: readonly LoggedChange[]): string[] {
  const keyOf = ({ kind, objectId }: LoggedChange): string => `${kind} ${objectId}`;
  const had = Map.groupBy(upstream, keyOf);
  const wrong: string[] = [];
  for (const [key, changes] of Map.groupBy(copy, keyOf)) {
    const theirs = had.get(key) ?? [];
    const found = changes[0]?.kind === 'trail' ? ofEntry(changes, theirs) : ofObject(changes, theirs);
    if (found !== null) wrong.push(`${key}: ${found}`);
  }
  return wrong;
}

function ofEntry(changes: readonly LoggedChange[], theirs: readonly LoggedChange[]): string | null {
  let reached = 0;
  const states = theirs.map(({ object }) => shown(object as Trail));
  for (const [n, { object, revision, action }] of changes.entries()) {
    const state = shown(object as Trail);
    const at = states.findIndex((one, i) => i >= reached && isDeepStrictEqual(one, state));
    if (at < 0) return `revision ${revision} (${action}) made what the upstream did not have then: ${JSON.stringify(object)}`;
    if (n > 0 && isDeepStrictEqual(shown(changes[n - 1]?.object as Trail), state)) return `revision ${revision} changed nothing`;
    reached = at;
  }
  return changes.length > theirs.length ? `${changes.length} changes, and ${theirs.length} of the upstream` : null;
}

function ofObject(changes: readonly LoggedChange[], theirs: readonly LoggedChange[]): string | null {
  const [first] = changes;
  if (first === undefined) return null;
  const nothing = blank[first.kind as JoinedKind](first.objectId) as object;
  for (const field of Object.keys(first.object) as (keyof object)[]) {
    // What is not known yet is as good as a value that it had.
    const values: unknown[] = [nothing[field], ...theirs.map(({ object }) => object[field as never])];
    let reached = 0;
    for (const { object, revision } of changes) {
      const value: unknown = object[field as never];
      const at = values.findIndex((one, i) => i >= reached && isDeepStrictEqual(one, value));
      if (at < 0)
        return `revision ${revision} made ${String(field)} ${JSON.stringify(value)}, and the upstream had ${JSON.stringify(values.slice(reached))}`;
      reached = at;
    }
  }
  return null;
}
