/**
 * Clears what erased words leave behind in a database of PostgreSQL: old versions of rows. The server does that by itself sooner or later;
 * here it is asked to at once. What its own log, its archives and copies of its files hold is beyond a program that is only its client
 * (docs/operations.md).
 */
import { Client } from 'pg';
import type { Cleaning } from '../domain/erasure.ts';

/** Where words are kept. */
const tables = [
  'trail',
  'change',
  'comment',
  'contact',
  'lead_contact',
  'member',
  'sign_in',
  'search_posting',
  'search_keys',
  'file',
  'file_part',
  'file_thumbnail',
] as const;

export class Vacuum implements Cleaning {
  readonly #url: string;
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(url: string) {
    this.#url = url;
  }

  expect(): void {
    // The server knows which rows have old versions.
  }

  /** After the one that is under way. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.catch(() => undefined).then(() => this.#sweep());
    // Whoever wants to know how it ended waits for it.
    this.#sweeping.catch(() => undefined);
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sweeping.catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    if (this.#closed) return;
    const client = new Client({ connectionString: this.#url, application_name: 'genjin', connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      for (const table of tables) await client.query(`VACUUM ${table}`);
    } finally {
      await client.end();
    }
  }
}
