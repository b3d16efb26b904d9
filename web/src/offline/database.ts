/** What the browser keeps for good until the server has it: files of drafts, follow-ups that wait to be sent, and which were sent. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Item, Sent } from '../composer/item.ts';

/** Bytes of a file that a draft or a waiting follow-up has; they lie here once, whoever refers to them. */
interface KeptBlob {
  readonly key: string;
  readonly blob: Blob;
  readonly keptAt: number;
}

export interface Kept extends DBSchema {
  blobs: { key: string; value: KeptBlob };
  outbox: { key: string; value: Item; indexes: { owner: string } };
  sent: { key: string; value: Sent; indexes: { sentAt: number } };
}

let opened: Promise<IDBPDatabase<Kept>> | null = null;

/** The database of this origin, of all who sign in here; each row says whose it is. */
export function database(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>('genjin', 1, {
    upgrade(made) {
      made.createObjectStore('blobs', { keyPath: 'key' });
      made.createObjectStore('outbox', { keyPath: 'id' }).createIndex('owner', 'owner');
      made.createObjectStore('sent', { keyPath: 'id' }).createIndex('sentAt', 'sentAt');
    },
    terminated: () => {
      opened = null;
    },
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Whose something is: two people who share a browser never see each other's. */
export const ownerOf = (tenantId: number, userId: number): string => `${tenantId}:${userId}`;
