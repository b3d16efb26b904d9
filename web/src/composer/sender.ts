/**
 * Sends what waits, in its order, one tab at a time, so that nothing is recorded twice and nothing is lost.
 *
 * Why that holds, however long something waited: each follow-up has had its idempotency key since it was begun, the server keeps such keys for
 * good, and with the user who signs in rather than with the session. What was sent and not answered is first sent again to the letter, under
 * the same key: then the server answers with the entry that it made, or makes it now. Only what the server itself has refused, and so not
 * kept, is sent with other words under that key. Files have keys of their own; uploads that nobody referred to are removed by the server
 * after some days, so when it does not know them any more they are uploaded once more.
 */
import { type GenjinClient, GenjinConnectionError, GenjinError, type NewTrail } from '@genjin/client';
import { type Failed, type Item, recordOf } from './item.ts';
import { blobOf, changeItem, itemOf, settle, waitingOf } from './outbox.ts';

/** What a run came to: `again` after so many ms, or `null` when that would not help. */
export interface Run {
  readonly sent: readonly { readonly item: Item; readonly trailId: number }[];
  readonly again: number | null;
}

type Recorded = Item['recorded'] & object;
export type Progress = (item: Item, share: number | null) => void;

const pauses = [3000, 10_000, 30_000, 60_000, 300_000] as const;
const lockName = 'genjin-outbox';
/** Trying once more does not help. */
const forAuthors: ReadonlySet<Failed['cause']> = new Set(['refused', 'gone', 'alreadySent']);
/** An upload may take long on a phone (ms). */
const uploadTime = 600_000;

export async function sendAll(owner: string, client: GenjinClient, progress: Progress): Promise<Run> {
  return navigator.locks.request(lockName, async () => {
    const sent: { item: Item; trailId: number }[] = [];
    let tries = 0;
    for (const { id } of await waitingOf(owner)) {
      const item = await itemOf(id);
      if (item === null || item.refused) continue;
      progress(item, null);
      const failed = await send(item, client, progress).then(
        (trailId) => {
          sent.push({ item, trailId });
          return null;
        },
        (error: unknown) => error,
      );
      if (failed === null) continue;
      const failure = failureOf(failed);
      const refused = forAuthors.has(failure.cause);
      const after = await changeItem(id, (one) => ({
        ...one,
        tries: one.tries + 1,
        lastTryAt: Date.now(),
        failure,
        refused,
        sent: refused ? null : one.sent,
      }));
      if (refused) continue;
      tries = after?.tries ?? 1;
      const wanted = failed instanceof GenjinError ? failed.retryAfter : null;
      const again = wanted === null ? (pauses[Math.min(tries, pauses.length) - 1] as number) : wanted * 1000;
      // Who is signed out has to come back first; all others wait behind this one.
      return { sent, again: failure.cause === 'signedOut' ? null : again };
    }
    return { sent, again: null };
  });
}

/** Does what is left to do for an item, and answers the id of its entry. */
async function send(given: Item, client: GenjinClient, progress: Progress): Promise<number> {
  if (given.recorded !== null) return finish(given, given.recorded, client, progress);
  if (given.sent !== null) {
    const trailId = await ask(given, given.sent, client);
    if (trailId !== null) return finish(given, { trailId, record: given.sent }, client, progress);
  }
  let item = given;
  for (let round = 0; ; round++) {
    item = await upload(item, client, progress);
    const record = recordOf(item);
    // Kept before it goes: after a crash it is known that it may have arrived.
    await changeItem(item.id, (one) => ({ ...one, sent: record }));
    try {
      return await finish(item, { trailId: await recordOnce(item, record, client), record }, client, progress);
    } catch (error) {
      if (!isAbsent(error) || round > 0 || item.written.files.length === 0) throw error;
      item = { ...item, uploaded: {} };
    }
  }
}

/** What became of a request whose answer was lost: the entry's id, or `null` when the server takes it as little as it did then. */
async function ask(item: Item, record: NewTrail, client: GenjinClient): Promise<number | null> {
  try {
    return await recordOnce(item, record, client);
  } catch (error) {
    if (isRefusal(error) && !isTaken(error)) return null;
    throw error;
  }
}

/**
 * Records it. The key may stand for what another version of the program read out of the same request, or a second tab sent with the same
 * draft: then what is there with the same words at the same time by the same author is the entry.
 */
async function recordOnce(item: Item, record: NewTrail, client: GenjinClient): Promise<number> {
  try {
    return (await client.trails.record(record, { idempotencyKey: item.id })).trail_id;
  } catch (error) {
    if (!isTaken(error)) throw error;
    const time = item.happened;
    const author = item.owner.split(':')[1] as string;
    const { list } = await client.trails.list({ create_user: author, start_time: time, end_time: time, count: 100 });
    const found = list.find(({ content }) => content === record.content);
    if (found === undefined) throw error;
    return found.trail_id;
  }
}

/** It is recorded; what was written anew meanwhile is put to it, until nothing differs. */
async function finish(given: Item, recorded: Recorded, client: GenjinClient, progress: Progress): Promise<number> {
  const { trailId } = recorded;
  let [item, { record }] = [given, recorded];
  for (;;) {
    if (!isSame(recordOf(item), record)) {
      const is = record;
      await changeItem(item.id, (one) => ({ ...one, recorded: { trailId, record: is } }));
      item = await upload(item, client, progress);
      record = recordOf(item);
      // The same words once more change nothing, so this needs no key.
      await client.trails.edit(trailId, { customer_id: [], lead_customer_id: [], file_ids: [], ...record });
    }
    if (await settle(item, trailId)) return trailId;
    const anew = await itemOf(item.id);
    if (anew === null) return trailId;
    item = anew;
  }
}

const isSame = (a: NewTrail, b: NewTrail): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Every file that is not there yet. */
async function upload(item: Item, client: GenjinClient, progress: Progress): Promise<Item> {
  let current = item;
  const { files } = item.written;
  const missing = files.filter(({ key }) => item.uploaded[key] === undefined);
  for (const [i, file] of missing.entries()) {
    progress(item, i / missing.length);
    const blob = await blobOf(file.key);
    if (blob === null) throw new LostFile(file.name);
    const { list } = await client.files.upload([new File([blob], file.name, { type: file.type })], {
      idempotencyKey: file.key,
      timeout: uploadTime,
    });
    const fileId = (list[0] as { file_id: number }).file_id;
    current = { ...current, uploaded: { ...current.uploaded, [file.key]: fileId } };
    const { uploaded } = current;
    await changeItem(item.id, (one) => ({ ...one, uploaded }));
  }
  return current;
}

/** The browser has cleared what it kept. */
class LostFile extends Error {}

const transient = (error: GenjinError): boolean => error.httpStatus === 429 || error.httpStatus >= 500 || error.code === 0;
const isRefusal = (error: unknown): error is GenjinError =>
  error instanceof GenjinError && !transient(error) && !error.isTokenError;
/** The key stands for another request: the same draft was sent from another tab with other words, or by another version of the program. */
const isTaken = (error: unknown): boolean => isRefusal(error) && error.code === 409;
const isAbsent = (error: unknown): boolean => isRefusal(error) && error.code === 404;

function failureOf(error: unknown): Failed {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof GenjinConnectionError) return { cause: 'offline', said: '' };
  if (error instanceof LostFile) return { cause: 'refused', said };
  if (!(error instanceof GenjinError)) return { cause: 'server', said };
  if (error.isTokenError) return { cause: 'signedOut', said };
  if (transient(error)) return { cause: 'server', said };
  if (isAbsent(error)) return { cause: 'gone', said: '' };
  return { cause: isTaken(error) ? 'alreadySent' : 'refused', said };
}
