import type { Writable } from 'node:stream';
import type { Client, QueryArrayResult } from 'pg';
import type { Row, Value, Whose, WriteTx } from './db.ts';
import { bound } from './postgres-values.ts';

/** A statement as PostgreSQL has it, under the name by which a connection prepares it once. */
interface Prepared {
  readonly name: string;
  readonly text: string;
}

const prepared = new Map<string, Prepared>();

/** The program has few statements, all constant. */
function preparedOf(sql: string): Prepared {
  let known = prepared.get(sql);
  if (known === undefined) {
    let place = 0;
    known = { name: `s${prepared.size}`, text: sql.replaceAll('?', () => `$${++place}`) };
    prepared.set(sql, known);
  }
  return known;
}

/** Rows that one INSERT takes, so that there are few statements to prepare. */
const insertSizes = [100, 10, 1] as const;
/** Statements of a batch that are on their way at a time. */
const ahead = 500;

const oneRow = /^(INSERT INTO .* VALUES )(\(\?(?:, \?)*\))(.*)$/s;
const manyRows = new Map<string, string>();

/** The statement for so many rows at once. */
function forRows(sql: string, [, head = '', row = '', rest = '']: RegExpExecArray, count: number): string {
  const key = `${count} ${sql}`;
  let text = manyRows.get(key);
  if (text === undefined) {
    text = `${head}${new Array(count).fill(row).join(', ')}${rest}`;
    manyRows.set(key, text);
  }
  return text;
}

/** No answer is waited for: what goes wrong here is what the next statement or the end of the transaction says. */
const unheard = (result: Promise<unknown>): void => void result.catch(() => undefined);

/** A statement about the tenant's row, which its other writers wait for; by the stamp others learn that something was written. */
const lock = 'UPDATE tenant SET stamp = stamp + 1 WHERE tenant_id = ?';

/** SQLSTATE in_failed_sql_transaction. */
const afterFailure = '25P02';

/** The settings by which policies know the tenants whose rows there are. */
export const settings = { from: 'genjin.tenant_from', to: 'genjin.tenant_to' } as const;

/** Sets them until the transaction ends. */
function entering(tenantId: Whose): string {
  if (tenantId !== null && !Number.isSafeInteger(tenantId)) throw new TypeError(`${tenantId} is no tenant`);
  const [from, to] = tenantId === null ? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : [tenantId, tenantId];
  return `SET LOCAL ${settings.from} = '${from}'; SET LOCAL ${settings.to} = '${to}'`;
}

/** One transaction on a connection that is its own until it ends. Statements are sent at once; answers come in their order. */
export class PostgresTransaction implements WriteTx {
  readonly #client: Client;
  readonly #entered = new Set<number>();
  #tenantId: Whose;
  #gathering = false;
  #over = false;
  #failure: unknown = null;

  constructor(client: Client, tenantId: Whose) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** `mode`: of the transaction, such as that it only reads. */
  begin(mode: string): void {
    const unhurried = this.#tenantId === null ? '; SET LOCAL statement_timeout = 0' : '';
    this.send(`BEGIN ${mode}; ${entering(this.#tenantId)}${unhurried}`);
  }

  /** Takes the tenant's turn to write. */
  lock(): void {
    if (this.#tenantId === null || this.#entered.has(this.#tenantId)) return;
    this.#entered.add(this.#tenantId);
    unheard(this.run(lock, [this.#tenantId]));
  }

  async enter(tenantId: number): Promise<void> {
    if (this.#tenantId !== tenantId) this.send(entering(tenantId));
    this.#tenantId = tenantId;
    this.lock();
  }

  /** A statement of the transaction's own. */
  send(text: string): void {
    this.#gather();
    unheard(this.#noted(this.#client.query(text)));
  }

  async #noted<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  /** What is asked later is an error, since the connection is somebody else's then. Resolves when it is over, however it ended. */
  async end(): Promise<void> {
    this.#over = true;
    this.#gather();
    await this.#client.query('COMMIT').catch(() => undefined);
  }

  /** Undoes what was done since a savepoint, and forgets that; what failed then has not failed. */
  async backTo(savepoint: string): Promise<void> {
    await this.#client.query(`ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}`);
    this.#failure = null;
  }

  /** Whether a statement failed, heard or unheard. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** What an error goes back to: after the first one all that the database says is that there was one. */
  cause(error: unknown): unknown {
    return (error as { code?: unknown } | null)?.code === afterFailure ? (this.#failure ?? error) : error;
  }

  /** What is asked before anything is waited for leaves together: to write to a socket costs more than most statements. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const { stream } = (this.#client as unknown as { connection: { stream: Writable } }).connection;
    stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  async all(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    return (await this.#ask(sql, values)).rows;
  }

  async get(sql: string, values: readonly Value[] = []): Promise<Row | undefined> {
    return (await this.#ask(sql, values)).rows[0];
  }

  async run(sql: string, values: readonly Value[] = []): Promise<void> {
    await this.#ask(sql, values);
  }

  async runMany(sql: string, rows: readonly (readonly Value[])[]): Promise<void> {
    const insert = oneRow.exec(sql);
    let asked: Promise<unknown>[] = [];
    for (let start = 0; start < rows.length; ) {
      const left = rows.length - start;
      const size = insert === null ? 1 : (insertSizes.find((one) => one <= left) as number);
      const values = size === 1 ? (rows[start] as readonly Value[]) : rows.slice(start, start + size).flat();
      asked.push(this.#ask(size === 1 || insert === null ? sql : forRows(sql, insert, size), values));
      start += size;
      if (asked.length < ahead && start < rows.length) continue;
      await Promise.all(asked);
      asked = [];
    }
  }

  #ask(sql: string, values: readonly Value[]): Promise<QueryArrayResult<Value[]>> {
    if (this.#over) throw new Error('the transaction is over');
    const { name, text } = preparedOf(sql);
    this.#gather();
    return this.#noted(this.#client.query<Value[]>({ name, text, values: values.map(bound), rowMode: 'array' }));
  }
}
