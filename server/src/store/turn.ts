/**
 * Of several servers on one database, one at a time follows the log for all: it sends webhooks and builds the search index. Who does is whoever
 * holds a lock of the server's that lasts as long as a connection: when the process dies or is cut off, another one takes over.
 */
import { Client } from 'pg';

/** Any number of our own; those after it are for the mirrors of tenants. */
const lockOfServers = 734650124;

export const lockOfMirror = (tenantId: number): number => lockOfServers + tenantId;

/** How often it is tried or looked whether the connection is still there, in ms. */
const every = 2_000;

export class Turn {
  readonly #url: string;
  readonly #lock: number;
  readonly #taken: () => void;
  readonly #lost: () => Promise<void>;
  #client: Client | null = null;
  #has = false;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  /** `taken` and `lost` are called in turn; nothing is begun anew before `lost` has ended. */
  constructor(url: string, taken: () => void, lost: () => Promise<void>, lock = lockOfServers) {
    this.#url = url;
    this.#lock = lock;
    this.#taken = taken;
    this.#lost = lost;
  }

  start(): void {
    this.#looking = this.#look().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), every).unref();
    });
  }

  /** Lets another server have its turn at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#looking;
    await this.#lose();
  }

  async #look(): Promise<void> {
    try {
      this.#client ??= await this.#connect();
      const sql = this.#has ? 'SELECT true' : `SELECT pg_try_advisory_lock(${this.#lock})`;
      const { rows } = await this.#client.query<[boolean]>({ text: sql, rowMode: 'array' });
      if (this.#has || rows[0]?.[0] !== true) return;
      this.#has = true;
      this.#taken();
    } catch {
      await this.#lose();
    }
  }

  async #lose(): Promise<void> {
    const client = this.#client;
    const had = this.#has;
    this.#client = null;
    this.#has = false;
    if (had) await this.#lost();
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.#url,
      application_name: 'genjin turn',
      connectionTimeoutMillis: every,
      query_timeout: every,
      keepAlive: true,
      // The server lets go of a connection whose other end is silent for so long.
      options: '-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3',
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
