/** What waits to be sent, in the browser's database, and telling everybody of it, in other tabs too. */
import { database } from '../offline/database.ts';
import type { Item, Sent } from './item.ts';

const channelName = 'genjin-outbox';
const hearers = new Set<() => void>();
let channel: BroadcastChannel | null = null;

const hear = (): void => {
  for (const heard of hearers) heard();
};

function tell(): void {
  hear();
  channel?.postMessage(null);
}

/** Calls `heard` after each change of what waits, in whatever tab. */
export function onOutbox(heard: () => void): () => void {
  if (channel === null) {
    channel = new BroadcastChannel(channelName);
    channel.onmessage = hear;
  }
  hearers.add(heard);
  return () => hearers.delete(heard);
}

/** What waits, in the order in which it was written. */
export async function waitingOf(owner: string): Promise<readonly Item[]> {
  const items = await (await database()).getAllFromIndex('outbox', 'owner', owner);
  return items.sort((a, b) => a.writtenAt - b.writtenAt || (a.id < b.id ? -1 : 1));
}

/** Puts something in, or again with other words. */
export async function putItem(item: Item): Promise<void> {
  await (await database()).put('outbox', item, undefined);
  tell();
}

export const itemOf = async (id: string): Promise<Item | null> => (await (await database()).get('outbox', id)) ?? null;

/** Changes what is there; nothing when it is gone, such as when another tab has thrown it away. */
export async function changeItem(id: string, change: (item: Item) => Item): Promise<Item | null> {
  const tx = (await database()).transaction('outbox', 'readwrite');
  const before = await tx.store.get(id);
  const after = before === undefined ? null : change(before);
  if (after !== null) await tx.store.put(after);
  await tx.done;
  tell();
  return after;
}

/** The server has it, as `content`: out of what waits, with its files; `false`, and it stays, when its words were changed meanwhile. */
export async function settle(item: Item, trailId: number): Promise<boolean> {
  const tx = (await database()).transaction(['outbox', 'sent', 'blobs'], 'readwrite');
  const now = await tx.objectStore('outbox').get(item.id);
  const same = now === undefined || JSON.stringify(now.written) === JSON.stringify(item.written);
  if (same) {
    const sent: Sent = { id: item.id, trailId, content: item.written.content, sentAt: Date.now() };
    await tx.objectStore('outbox').delete(item.id);
    await tx.objectStore('sent').put(sent);
    for (const { key } of item.written.files) await tx.objectStore('blobs').delete(key);
  }
  await tx.done;
  tell();
  return same;
}

/** Throws it away for good. */
export async function discard(item: Item): Promise<void> {
  const tx = (await database()).transaction(['outbox', 'blobs'], 'readwrite');
  await tx.objectStore('outbox').delete(item.id);
  for (const { key } of item.written.files) await tx.objectStore('blobs').delete(key);
  await tx.done;
  tell();
}

/** That it was sent, as far back as that is known. */
export const sentOf = async (id: string): Promise<Sent | null> => (await (await database()).get('sent', id)) ?? null;

const month = 30 * 24 * 3600 * 1000;
const day = 24 * 3600 * 1000;

/** Forgets what nobody asks for any more; `drafts`: the keys of files that drafts have. */
export async function tidy(drafts: ReadonlySet<string>): Promise<void> {
  const tx = (await database()).transaction(['outbox', 'sent', 'blobs'], 'readwrite');
  const sent = await tx
    .objectStore('sent')
    .index('sentAt')
    .getAllKeys(IDBKeyRange.upperBound(Date.now() - 3 * month));
  for (const key of sent) await tx.objectStore('sent').delete(key);
  const needed = new Set((await tx.objectStore('outbox').getAll()).flatMap((item) => item.written.files.map(({ key }) => key)));
  // One by one: their bytes are not to be in memory all at once.
  for (const key of await tx.objectStore('blobs').getAllKeys()) {
    if (needed.has(key) || drafts.has(key)) continue;
    const kept = await tx.objectStore('blobs').get(key);
    if (kept !== undefined && kept.keptAt < Date.now() - day) await tx.objectStore('blobs').delete(key);
  }
  await tx.done;
}

export async function keepBlob(key: string, blob: Blob): Promise<void> {
  await (await database()).put('blobs', { key, blob, keptAt: Date.now() });
}

export const blobOf = async (key: string): Promise<Blob | null> => (await (await database()).get('blobs', key))?.blob ?? null;
