import { same } from '../domain/same.ts';
import type { Stored } from '../domain/stores.ts';
import type { Tx, Value } from './db.ts';
import { encode, type Table } from './tables.ts';

/** Rows made and written at a time. */
const portion = 1000;

interface Slot<T> {
  stored: Stored<T>;
  /** What the table has of it; `null`: nothing yet. */
  readonly base: T | null;
  state: 'read' | 'touched' | 'written';
}

/** The statements that write a table, built once. */
interface Statements {
  readonly insert: string;
  readonly update: string;
  readonly touch: string;
  readonly link: string;
  readonly unlink: string;
}

const built = new Map<string, Statements>();

function statementsOf<T>(table: Table<T>): Statements {
  let statements = built.get(table.name);
  if (statements === undefined) {
    const derived = table.derived === null ? [] : [table.derived.column];
    const known = table.knownAtField === null ? [table.knownAtColumn] : [];
    const columns = ['tenant_id', ...table.columns, ...derived, ...known, 'revision'];
    const links = ['tenant_id', ...(table.links?.columns ?? [])];
    statements = {
      insert: insertInto(table.name, columns),
      update:
        // Whose a row is does not change, and a cluster takes no statement that says it might.
        `UPDATE ${table.name} SET ${columns
          .slice(1)
          .map((column) => `${column} = ?`)
          .join(', ')} ` + `WHERE tenant_id = ? AND ${table.idColumn} = ?`,
      touch: `UPDATE ${table.name} SET ${table.knownAtColumn} = ? WHERE tenant_id = ? AND ${table.idColumn} = ?`,
      link: insertInto(table.links?.name ?? '', links),
      unlink: `DELETE FROM ${table.links?.name} WHERE ${links.map((column) => `${column} = ?`).join(' AND ')}`,
    };
    built.set(table.name, statements);
  }
  return statements;
}

const insertInto = (name: string, columns: readonly string[]): string =>
  `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;

/**
 * What an edit knows of one kind's objects and has not written yet. At its end each row is written once, however often the object
 * changed, and rows come in the order in which the table lies: so a load touches each page of the table once.
 */
export class Pending<T> {
  readonly #table: Table<T>;
  readonly #slots = new Map<number, Slot<T>>();

  constructor(table: Table<T>) {
    this.#table = table;
  }

  /** As it stands within the edit; `null`: ask the table. */
  get(id: number): Stored<T> | null {
    return this.#slots.get(id)?.stored ?? null;
  }

  /** Keeps what was read, so that it need not be read again. */
  keep(stored: Stored<T>): void {
    this.#slots.set(this.#id(stored.object), { stored, base: stored.object, state: 'read' });
  }

  /** The same state, known from another instant. */
  touch(before: Stored<T>, knownAt: number): void {
    const slot = this.#slotOf(before);
    slot.stored = { ...before, knownAt };
    if (slot.state === 'read') slot.state = 'touched';
  }

  put(before: Stored<T> | null, after: Stored<T>): void {
    const id = this.#id(after.object);
    if (before === null) {
      this.#slots.set(id, { stored: after, base: null, state: 'written' });
      return;
    }
    const slot = this.#slotOf(before);
    slot.stored = after;
    slot.state = 'written';
  }

  #id(object: T): number {
    return object[this.#table.id] as number;
  }

  #slotOf(before: Stored<T>): Slot<T> {
    const id = this.#id(before.object);
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = { stored: before, base: before.object, state: 'read' };
      this.#slots.set(id, slot);
    }
    return slot;
  }

  /** Writes everything and forgets it. */
  async flush(tx: Tx, tenantId: number): Promise<void> {
    const sql = statementsOf(this.#table);
    const slots = [...this.#slots.values()].filter(({ state }) => state !== 'read');
    this.#slots.clear();
    slots.sort((a, b) => this.#table.order(a.stored.object, b.stored.object));
    for (let start = 0; start < slots.length; start += portion) {
      const inserts: Value[][] = [];
      const updates: Value[][] = [];
      const touches: Value[][] = [];
      for (const { stored, base, state } of slots.slice(start, start + portion)) {
        if (state === 'touched') touches.push([stored.knownAt, tenantId, this.#id(stored.object)]);
        else if (base === null) inserts.push(this.#row(tenantId, stored));
        else updates.push([...this.#row(tenantId, stored).slice(1), tenantId, this.#id(stored.object)]);
      }
      await tx.runMany(sql.insert, inserts);
      await tx.runMany(sql.update, updates);
      await tx.runMany(sql.touch, touches);
    }
    await this.#flushLinks(tx, tenantId, sql, slots);
  }

  async #flushLinks(tx: Tx, tenantId: number, sql: Statements, slots: readonly Slot<T>[]): Promise<void> {
    const { links } = this.#table;
    if (links === null) return;
    const gone: Value[][] = [];
    const come: Value[][] = [];
    for (const { stored, base, state } of slots) {
      if (state === 'touched') continue;
      const now = links.rows(stored.object);
      if (base !== null) {
        const old = links.rows(base);
        if (same(old, now)) continue;
        for (const link of old) gone.push([tenantId, ...link]);
      }
      for (const link of now) come.push([tenantId, ...link]);
    }
    if (gone.length > 0) await tx.runMany(sql.unlink, gone);
    if (come.length > 0) await tx.runMany(sql.link, come.sort(inOrder));
  }

  #row(tenantId: number, { object, knownAt, revision }: Stored<T>): Value[] {
    const { derived, knownAtField } = this.#table;
    const row: Value[] = [tenantId];
    encode(this.#table, object, row);
    if (derived !== null) row.push(derived.value(object));
    if (knownAtField === null) row.push(knownAt);
    row.push(revision);
    return row;
  }
}

/** Of rows of numbers, which links are. */
function inOrder(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}
