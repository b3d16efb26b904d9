import type { Kind, ObjectKinds, Trail } from '../domain/objects.ts';
import { same } from '../domain/same.ts';
import type { AccessEdit } from '../domain/session-stores.ts';
import {
  type Actor,
  type Application,
  type ChangeAction,
  type Clock,
  type Edit,
  type KeptAnswer,
  mirrorActor,
  type ObjectStore,
  type Stored,
  type Tenant,
  type View,
  type Write,
} from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { chainHash, chainStart, contentHash, newSalt, wordsHash } from './chain.ts';
import { contentOf, noWords, withoutWords } from './content.ts';
import type { Db, Tx, Value } from './db.ts';
import { eraseStates, hasWords } from './erasure.ts';
import { forgetBytes } from './file-tables.ts';
import { beginUpload, isUnused, keepUpload, useFiles } from './file-uploads.ts';
import { Pending } from './pending.ts';
import { placesOf } from './places.ts';
import { forgetInSearch } from './search-forget.ts';
import { accessEdit } from './session-store.ts';
import { decode, type Table, tables } from './tables.ts';

/** Answers `false` when it was there already; then nothing changes. */
export async function insertTenant(tx: Tx, { tenantId, name, createdAt }: Tenant): Promise<boolean> {
  const made = await tx.get(
    'INSERT INTO tenant (tenant_id, name, created_at, revision, next_id, changed_at, chain_hash) VALUES (?, ?, ?, 0, ?, 0, ?) ' +
      'ON CONFLICT (tenant_id) DO NOTHING RETURNING tenant_id',
    [tenantId, name, createdAt, firstOwnId, chainStart],
  );
  return made !== undefined;
}

/** Ids of our own begin here; OKKI's have at most 14 digits. */
export const firstOwnId = 1_000_000_000_000_000;
/** And end here, so that an import that names the largest id of all does not use them up. */
export const lastOwnId = 8_999_999_999_999_999;

/** Objects of every kind, and the change log that each change to one of them goes through. */
export function objectStore(db: Db, clock: Clock): ObjectStore {
  return {
    read: (tenantId, work) => db.read(tenantId, (tx) => work(new TxView(tx, tenantId))),
    change: (tenantId, actor, work) =>
      db.write(tenantId, async (tx) => {
        const edit = await TxEdit.begin(tx, tenantId, actor, clock());
        const result = await work(edit);
        await edit.finish();
        return result;
      }),
    load: (work) =>
      db.write(null, async (tx) => {
        const edits = new Map<number, TxEdit>();
        const result = await work(async (tenantId, actor, change) => {
          let edit = edits.get(tenantId);
          await tx.enter(tenantId);
          if (edit?.actor !== actor) {
            await edit?.finish();
            await insertTenant(tx, { tenantId, name: String(tenantId), createdAt: clock() });
            edit = await TxEdit.begin(tx, tenantId, actor, clock());
            edits.set(tenantId, edit);
          }
          return change(edit);
        });
        for (const [tenantId, edit] of edits) {
          await tx.enter(tenantId);
          await edit.finish();
        }
        return result;
      }),
  };
}

/** Lists of ids are filled up to one of these lengths, so that there are few statements to prepare. */
const listSizes = [1, 4, 16, 64, 256] as const;

/** Statements built once per kind. */
function statementsFor<T>(table: Table<T>) {
  return {
    get: listSizes.map(
      (size) =>
        `SELECT ${table.columns.join(', ')}, ${table.knownAtColumn}, revision FROM ${table.name} ` +
        `WHERE tenant_id = ? AND ${table.idColumn} IN (${new Array(size).fill('?').join(', ')})`,
    ),
    between: `SELECT 1 FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} BETWEEN ? AND ? LIMIT 1`,
  };
}

const logChange =
  'INSERT INTO change (tenant_id, revision, kind, object_id, action, actor, changed_at, before_revision, before_facts, before_words, ' +
  'salt, content_hash, chain_hash, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';

const statements = Object.fromEntries(
  Object.entries(tables).map(([kind, table]) => [kind, statementsFor(table as Table<unknown>)]),
) as Record<Kind, ReturnType<typeof statementsFor>>;

/** Reads objects by id within one transaction. */
export class TxView implements View {
  protected readonly tx: Tx;
  readonly tenantId: number;

  constructor(tx: Tx, tenantId: number) {
    this.tx = tx;
    this.tenantId = tenantId;
  }

  async get<K extends Kind>(kind: K, id: number): Promise<ObjectKinds[K] | null> {
    return (await this.getMany(kind, [id])).get(id)?.object ?? null;
  }

  async getMany<K extends Kind>(kind: K, ids: Iterable<number>): Promise<Map<number, Stored<ObjectKinds[K]>>> {
    const table = tables[kind] as Table<ObjectKinds[K]>;
    const width = table.columns.length;
    const found = new Map<number, Stored<ObjectKinds[K]>>();
    const wanted = [...ids];
    const longest = listSizes.at(-1) as number;
    // Entries that arrive in the order of their ids are all new: one look instead of one for each.
    if (wanted.length >= longest / 2) {
      const range = [this.tenantId, wanted.reduce((a, b) => Math.min(a, b)), wanted.reduce((a, b) => Math.max(a, b))];
      if ((await this.tx.get(statements[kind].between, range)) === undefined) return found;
    }
    for (let start = 0; start < wanted.length; start += longest) {
      const some = wanted.slice(start, start + longest);
      const step = listSizes.findIndex((size) => size >= some.length);
      while (some.length < (listSizes[step] as number)) some.push(some[0] as number);
      for (const row of await this.tx.all(statements[kind].get[step] as string, [this.tenantId, ...some])) {
        const object = decode(table, row);
        found.set(object[table.id] as number, { object, knownAt: row[width] as number, revision: row[width + 1] as number });
      }
    }
    return found;
  }

  /** The objects alone, of the ids that are given and known. */
  async objects<K extends Kind>(kind: K, ids: Iterable<number | null>): Promise<ReadonlyMap<number, ObjectKinds[K]>> {
    const wanted = new Set([...ids].filter((id) => id !== null));
    const objects = new Map<number, ObjectKinds[K]>();
    for (const [id, { object }] of await this.getMany(kind, wanted)) objects.set(id, object);
    return objects;
  }

  async contactIdsAt(kind: 'contact' | 'leadContact', firmId: number): Promise<number[]> {
    const rows = await this.tx.all(contactsAt[kind], [this.tenantId, firmId]);
    return rows.map((row) => row[0] as number);
  }
}

/** `<> 0` lets the partial index serve. */
const contactsAt = {
  contact:
    'SELECT contact_id FROM contact WHERE tenant_id = ? AND company_id <> 0 AND company_id = ? AND removed = 0 ORDER BY contact_id',
  leadContact:
    'SELECT contact_id FROM lead_contact WHERE tenant_id = ? AND lead_id <> 0 AND lead_id = ? AND removed = 0 ORDER BY contact_id',
} as const;

/** The end of a tenant's change log, and the next id of our own. */
interface Head {
  readonly revision: number;
  readonly nextId: number;
  readonly changedAt: number;
  readonly chainHash: string;
  /** Where the enterprise is copied from; `null`: it is nobody's mirror. */
  readonly upstream: string | null;
}

const readHead =
  'SELECT revision, next_id, changed_at, chain_hash, (SELECT upstream FROM mirror WHERE tenant_id = ?) FROM tenant WHERE tenant_id = ?';

class TxEdit extends TxView implements Edit {
  readonly actor: Actor;
  readonly access: AccessEdit;
  readonly #now: number;
  readonly #head: Head;
  #revision: number;
  #nextId: number;
  #chainHash: string;
  readonly #pending = new Map<Kind, Pending<unknown>>();

  private constructor(tx: Tx, tenantId: number, actor: Actor, now: number, head: Head) {
    super(tx, tenantId);
    this.actor = actor;
    this.access = accessEdit(tx, tenantId);
    // A clock that was put back must not make the log's times go back: an instant names one revision.
    this.#now = Math.max(now, head.changedAt);
    this.#head = head;
    this.#revision = head.revision;
    this.#nextId = head.nextId;
    this.#chainHash = head.chainHash;
  }

  static async begin(tx: Tx, tenantId: number, actor: Actor, now: number): Promise<TxEdit> {
    const row = await tx.get(readHead, [tenantId, tenantId]);
    if (row === undefined) throw new AppError('usage', { reason: `there is no tenant ${tenantId}` });
    const [revision, nextId, changedAt, hash, upstream] = row as [number, number, number, string, string | null];
    return new TxEdit(tx, tenantId, actor, now, { revision, nextId, changedAt, chainHash: hash, upstream });
  }

  /** Writes what the edit has changed. */
  async finish(): Promise<void> {
    await this.#flush();
    const { revision, nextId } = this.#head;
    const changed = this.#revision !== revision;
    if (!changed && this.#nextId === nextId) return;
    await this.tx.run('UPDATE tenant SET revision = ?, next_id = ?, changed_at = ?, chain_hash = ? WHERE tenant_id = ?', [
      this.#revision,
      this.#nextId,
      changed ? this.#now : this.#head.changedAt,
      this.#chainHash,
      this.tenantId,
    ]);
  }

  override async getMany<K extends Kind>(kind: K, ids: Iterable<number>): Promise<Map<number, Stored<ObjectKinds[K]>>> {
    const pending = this.#pendingOf(kind);
    const found = new Map<number, Stored<ObjectKinds[K]>>();
    const wanted: number[] = [];
    for (const id of ids) {
      const stored = pending.get(id);
      if (stored === null) wanted.push(id);
      else found.set(id, stored);
    }
    if (wanted.length === 0) return found;
    for (const [id, stored] of await super.getMany(kind, wanted)) {
      found.set(id, stored);
      // What many entries name is asked for again and again; an entry itself is not.
      if (kind !== 'trail') pending.keep(stored);
    }
    return found;
  }

  override async contactIdsAt(kind: 'contact' | 'leadContact', firmId: number): Promise<number[]> {
    await this.#flush();
    return super.contactIdsAt(kind, firmId);
  }

  #pendingOf<K extends Kind>(kind: K): Pending<ObjectKinds[K]> {
    let pending = this.#pending.get(kind);
    if (pending === undefined) {
      pending = new Pending(tables[kind] as Table<unknown>);
      this.#pending.set(kind, pending);
    }
    return pending as Pending<unknown> as Pending<ObjectKinds[K]>;
  }

  async #flush(): Promise<void> {
    for (const pending of this.#pending.values()) await pending.flush(this.tx, this.tenantId);
  }

  newIds(count: number): number {
    const first = this.#nextId;
    this.#nextId += count;
    if (this.#nextId > lastOwnId + 1) throw new AppError('ids_used_up', { tenantId: this.tenantId });
    return first;
  }

  write<K extends Kind>(kind: K, writes: readonly Write<ObjectKinds[K]>[]): Promise<number> {
    return this.#write(kind, writes, false);
  }

  async erase<K extends Kind>(kind: K, stored: Stored<ObjectKinds[K]>, at: number): Promise<boolean> {
    const { object, revision } = stored;
    const table = tables[kind] as Table<ObjectKinds[K]>;
    const { words } = contentOf(table, object);
    if (!(await hasWords(this.tx, this.tenantId, revision, words))) return false;
    await eraseStates(this.tx, this.tenantId, revision, words);
    if (kind === 'trail') await forgetInSearch(this.tx, this.tenantId, object as ObjectKinds['trail']);
    if (kind === 'file') await forgetBytes(this.tx, this.tenantId, object[table.id] as number);
    // Known from then on: what an older export says of it is no news.
    const knownAt = Math.max(at, stored.knownAt);
    const left = withoutWords(table, object);
    const after = table.knownAtField === null ? left : { ...left, [table.knownAtField]: knownAt };
    await this.#write(kind, [{ before: stored, after, knownAt }], true);
    return true;
  }

  /** `erasing`: also what does not differ, because former states do. */
  async #write<K extends Kind>(kind: K, writes: readonly Write<ObjectKinds[K]>[], erasing: boolean): Promise<number> {
    this.#requireOwn(kind);
    const table = tables[kind] as Table<ObjectKinds[K]>;
    const pending = this.#pendingOf(kind);
    const changes: Value[][] = [];
    for (const { before, after, knownAt } of writes) {
      if (
        !erasing &&
        before !== null &&
        (before.object === after || table.fields.every((field) => same(before.object[field], after[field])))
      ) {
        if (table.knownAtField === null && knownAt !== before.knownAt) pending.touch(before, knownAt);
        continue;
      }
      changes.push(this.#logged(kind, table, before, after, erasing));
      this.#keepClear(table, after);
      pending.put(before, { object: after, knownAt, revision: this.#revision });
    }
    await this.tx.runMany(logChange, changes);
    if (kind === 'trail') await this.#use(writes as readonly Write<Trail>[]);
    return changes.length;
  }

  /** Of a mirror only who signs in, and what records, is its own: the rest would be lost at the next reading of the upstream. */
  #requireOwn(kind: Kind): void {
    const { upstream } = this.#head;
    if (upstream === null && this.actor === mirrorActor)
      throw new AppError('usage', { reason: `tenant ${this.tenantId} is no mirror` });
    if (upstream !== null && this.actor !== mirrorActor && kind !== 'user') throw new AppError('mirrored', { upstream });
  }

  /** The files of ours that these entries have are not removed any more as unused. */
  async #use(writes: readonly Write<Trail>[]): Promise<void> {
    const ids = writes.flatMap(({ after }) => after.fileIds.filter((id) => id >= firstOwnId && id <= lastOwnId));
    if (ids.length > 0) await useFiles(this.tx, this.tenantId, ids);
  }

  /** Takes the next revision for a changed object; answers its row in the log. */
  #logged<K extends Kind>(
    kind: K,
    table: Table<ObjectKinds[K]>,
    before: Stored<ObjectKinds[K]> | null,
    after: ObjectKinds[K],
    erasing: boolean,
  ): Value[] {
    this.#revision += 1;
    const header = [
      this.tenantId,
      this.#revision,
      kind,
      after[table.id] as number,
      erasing ? 'erased' : actionOf(before?.object ?? null, after),
      this.actor,
      this.#now,
      before?.revision ?? 0,
    ];
    const salt = newSalt();
    const { facts, words } = contentOf(table, after);
    const hashOfContent = contentHash(wordsHash(salt, words), facts);
    this.#chainHash = chainHash(this.#chainHash, header, hashOfContent);
    const old = before === null ? null : contentOf(table, before.object);
    const oldWords = erasing ? noWords : (old?.words ?? null);
    const places = kind === 'trail' ? placesOf((before?.object ?? null) as Trail | null, after as Trail) : '';
    return [...header, old?.facts ?? null, oldWords, salt, hashOfContent, this.#chainHash, places];
  }

  /** An id of ours that comes back from an export, be it as a mere reference, must never be given out again. */
  #keepClear<T>({ fields, idFields, listFields }: Table<T>, object: T): void {
    for (const i of idFields) this.#keepClearOf(object[fields[i] as keyof T]);
    for (const i of listFields) for (const item of object[fields[i] as keyof T] as readonly unknown[]) this.#keepClearOf(item);
  }

  #keepClearOf(id: unknown): void {
    if (typeof id === 'number' && id >= this.#nextId && id <= lastOwnId) this.#nextId = id + 1;
  }

  async keptAnswer(key: string): Promise<KeptAnswer | null> {
    const sql = 'SELECT request_hash, answer FROM idempotency WHERE tenant_id = ? AND actor = ? AND idempotency_key = ?';
    const row = await this.tx.get(sql, [this.tenantId, this.actor, key]);
    return row === undefined ? null : { requestHash: row[0] as string, answer: row[1] as string };
  }

  async keepAnswer(key: string, { requestHash, answer }: KeptAnswer): Promise<void> {
    await this.tx.run(
      'INSERT INTO idempotency (tenant_id, actor, idempotency_key, request_hash, answer) VALUES (?, ?, ?, ?, ?)',
      [this.tenantId, this.actor, key, requestHash, answer],
    );
  }

  async forgetAnswer(key: string): Promise<void> {
    const sql = 'DELETE FROM idempotency WHERE tenant_id = ? AND actor = ? AND idempotency_key = ?';
    await this.tx.run(sql, [this.tenantId, this.actor, key]);
  }

  beginUpload(fileId: number, at: number): Promise<void> {
    this.#requireOwn('file');
    return beginUpload(this.tx, this.tenantId, fileId, at);
  }

  keepUpload(fileId: number, upload: { parts: number; at: number; thumbnail: Uint8Array | null }): Promise<void> {
    return keepUpload(this.tx, this.tenantId, fileId, upload);
  }

  isUnused(fileId: number): Promise<boolean> {
    return isUnused(this.tx, this.tenantId, fileId);
  }

  async addApplication({ clientId, name, secretHash, scopes, userId, createdAt }: Application): Promise<void> {
    await this.tx.run(
      'INSERT INTO application (tenant_id, client_id, name, secret_hash, scopes, user_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [this.tenantId, clientId, name, secretHash, scopes.join(' '), userId, createdAt],
    );
  }
}

function actionOf(before: object | null, after: object): ChangeAction {
  if (before === null) return 'recorded';
  const was = 'removed' in before && before.removed === true;
  const is = 'removed' in after && after.removed === true;
  return was === is ? 'edited' : is ? 'removed' : 'restored';
}
