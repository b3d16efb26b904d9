import { AppError } from '../errors.ts';
import type { Db, Dialect, Tx } from './db.ts';
import { fileTableNames, fileTables } from './file-tables.ts';
import { statistics } from './index-statistics.ts';
import { fillLog } from './log-filling.ts';
import { searchTables } from './search-tables.ts';

/**
 * The store's shape, step by step; a step that has been released never changes. Every table has `tenant_id`, every key begins
 * with it, and nothing refers across tenants: so the tables can later be distributed by tenant.
 */
interface Step {
  statements(dialect: Dialect): readonly string[];
  /** What statements alone cannot bring into the new shape. */
  fill?(tx: Tx): Promise<void>;
  /** What comes after that. */
  finish?: readonly string[];
}

const migrations: readonly Step[] = [
  {
    statements: ({ clustered }) => [
      // `revision` is the head of the tenant's change log, `next_id` the next id of our own.
      `CREATE TABLE tenant (
      tenant_id BIGINT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL,
      revision BIGINT NOT NULL, next_id BIGINT NOT NULL,
      PRIMARY KEY (tenant_id)
    ) ${clustered}`,
      // The change log: one row per changed object; never updated. "before" is JSON with the object's former revision in it, so
      // an object's history is a chain of revisions that needs no index.
      `CREATE TABLE change (
      tenant_id BIGINT NOT NULL, revision BIGINT NOT NULL,
      kind TEXT NOT NULL, object_id BIGINT NOT NULL, action TEXT NOT NULL,
      actor TEXT NOT NULL, changed_at BIGINT NOT NULL, before TEXT,
      PRIMARY KEY (tenant_id, revision)
    ) ${clustered}`,
      // Clustered by company, which is what most pages are about; "live" first, so that removed entries are never stepped over.
      // The subjects are 0 when absent, because a key column cannot be null.
      `CREATE TABLE trail (
      tenant_id BIGINT NOT NULL, live SMALLINT NOT NULL, company_id BIGINT NOT NULL,
      happened_at BIGINT NOT NULL, trail_id BIGINT NOT NULL,
      lead_id BIGINT NOT NULL, opportunity_id BIGINT NOT NULL,
      follow_up_id BIGINT NOT NULL, type BIGINT NOT NULL, author_id BIGINT NOT NULL, refer_id BIGINT NOT NULL,
      content TEXT NOT NULL, file_ids TEXT NOT NULL, enabled SMALLINT NOT NULL, removed SMALLINT NOT NULL,
      recorded_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
      contact_ids TEXT NOT NULL, lead_contact_ids TEXT NOT NULL,
      inquiry_id BIGINT NOT NULL, track_session_no BIGINT NOT NULL, comment_count BIGINT NOT NULL,
      revision BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, live, company_id, happened_at, trail_id)
    ) ${clustered}`,
      'CREATE UNIQUE INDEX trail_by_id ON trail (tenant_id, trail_id)',
      'CREATE INDEX trail_by_time ON trail (tenant_id, live, happened_at, trail_id)',
      'CREATE INDEX trail_by_lead ON trail (tenant_id, live, lead_id, happened_at, trail_id) WHERE lead_id <> 0',
      'CREATE INDEX trail_by_opportunity ON trail (tenant_id, live, opportunity_id, happened_at, trail_id) WHERE opportunity_id <> 0',
      ...[
        ['company', 'company_id', 'name TEXT NOT NULL, removed SMALLINT NOT NULL'],
        ['contact', 'contact_id', 'name TEXT NOT NULL, email TEXT NOT NULL, phones TEXT NOT NULL, accounts TEXT NOT NULL'],
        ['lead_contact', 'contact_id', 'name TEXT NOT NULL, email TEXT NOT NULL, phones TEXT NOT NULL, accounts TEXT NOT NULL'],
        ['lead', 'lead_id', 'name TEXT NOT NULL'],
        ['opportunity', 'opportunity_id', 'name TEXT NOT NULL, company_id BIGINT NOT NULL'],
        ['member', 'user_id', 'nickname TEXT NOT NULL, avatar TEXT NOT NULL'],
        ['file', 'file_id', 'name TEXT NOT NULL, size BIGINT NOT NULL, path TEXT NOT NULL, preview_url TEXT NOT NULL'],
      ].map(
        ([table, id, columns]) =>
          `CREATE TABLE ${table} (tenant_id BIGINT NOT NULL, ${id} BIGINT NOT NULL, ${columns},
          known_at BIGINT NOT NULL, revision BIGINT NOT NULL, PRIMARY KEY (tenant_id, ${id})) ${clustered}`,
      ),
      `CREATE TABLE application (
      tenant_id BIGINT NOT NULL, client_id TEXT NOT NULL, name TEXT NOT NULL, secret_hash TEXT NOT NULL,
      scopes TEXT NOT NULL, user_id BIGINT NOT NULL, created_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, client_id)
    ) ${clustered}`,
      `CREATE TABLE access_token (
      tenant_id BIGINT NOT NULL, token_hash TEXT NOT NULL, client_id TEXT NOT NULL, scopes TEXT NOT NULL, expires_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, token_hash)
    ) ${clustered}`,
      'CREATE INDEX access_token_by_application ON access_token (tenant_id, client_id, expires_at)',
    ],
  },
  {
    statements: ({ clustered }) => [
      // What OKKI's neighbours of the timeline show. "details" is JSON of what is only shown, empty for nothing.
      ...Object.entries({
        company:
          'serial_id TEXT, group_id BIGINT, owner_ids TEXT, created_by BIGINT, created_at BIGINT, updated_at BIGINT, edited_at BIGINT, ' +
          'archived_at BIGINT, next_follow_up_at BIGINT, details TEXT',
        contact: 'removed SMALLINT, main SMALLINT, details TEXT, company_id BIGINT',
        lead_contact: 'removed SMALLINT, main SMALLINT, details TEXT, lead_id BIGINT',
        lead:
          'serial_id TEXT, owner_ids TEXT, company_id BIGINT, created_by BIGINT, created_at BIGINT, updated_at BIGINT, edited_at BIGINT, ' +
          'archived_at BIGINT, details TEXT',
        opportunity:
          'removed SMALLINT, serial_id TEXT, main_user_id BIGINT, created_by BIGINT, created_at BIGINT, updated_at BIGINT, edited_at BIGINT, ' +
          'details TEXT',
        member: 'email TEXT, details TEXT',
      }).flatMap(([table, columns]) =>
        columns
          .split(', ')
          .map((column) => `ALTER TABLE ${table} ADD COLUMN ${column} NOT NULL DEFAULT ${column.endsWith('TEXT') ? "''" : '0'}`),
      ),
      'ALTER TABLE lead ADD COLUMN status SMALLINT NOT NULL DEFAULT 1',
      'ALTER TABLE member ADD COLUMN state SMALLINT NOT NULL DEFAULT 1',
      'CREATE INDEX company_by_update ON company (tenant_id, removed, updated_at, company_id)',
      'CREATE INDEX company_by_creation ON company (tenant_id, removed, created_at, company_id)',
      'CREATE INDEX company_by_archiving ON company (tenant_id, removed, archived_at, company_id)',
      "CREATE INDEX company_by_serial ON company (tenant_id, serial_id) WHERE serial_id <> ''",
      'CREATE INDEX contact_by_company ON contact (tenant_id, company_id) WHERE company_id <> 0',
      "CREATE INDEX contact_by_email ON contact (tenant_id, lower(email)) WHERE email <> ''",
      'CREATE INDEX lead_by_update ON lead (tenant_id, updated_at, lead_id)',
      'CREATE INDEX lead_by_edit ON lead (tenant_id, edited_at, lead_id)',
      "CREATE INDEX lead_by_serial ON lead (tenant_id, serial_id) WHERE serial_id <> ''",
      'CREATE INDEX lead_contact_by_lead ON lead_contact (tenant_id, lead_id) WHERE lead_id <> 0',
      "CREATE INDEX lead_contact_by_email ON lead_contact (tenant_id, lower(email)) WHERE email <> ''",
      'CREATE INDEX opportunity_by_update ON opportunity (tenant_id, removed, updated_at, opportunity_id)',
      // With author and type: a report of a period is counted within the index.
      'DROP INDEX trail_by_time',
      'CREATE INDEX trail_by_time ON trail (tenant_id, live, happened_at, trail_id, author_id, type)',

      // Who gets in. "revoked_at" and "user_id" are 0 for none: an application acts as its own user.
      'ALTER TABLE application ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0',
      'ALTER TABLE access_token ADD COLUMN user_id BIGINT NOT NULL DEFAULT 0',
      // All tokens that go back to one sign-in; '' for those of an application itself.
      "ALTER TABLE access_token ADD COLUMN family TEXT NOT NULL DEFAULT ''",
      // By user too, who each have an end of their own; and what has ended is found by that.
      'DROP INDEX access_token_by_application',
      'CREATE INDEX access_token_by_application ON access_token (tenant_id, client_id, user_id, expires_at)',
      'CREATE INDEX access_token_by_end ON access_token (tenant_id, expires_at)',
      "CREATE INDEX access_token_by_family ON access_token (tenant_id, family) WHERE family <> ''",
      `CREATE TABLE refresh_token (
      tenant_id BIGINT NOT NULL, token_hash TEXT NOT NULL, client_id TEXT NOT NULL, user_id BIGINT NOT NULL, scopes TEXT NOT NULL,
      family TEXT NOT NULL, expires_at BIGINT NOT NULL, used SMALLINT NOT NULL,
      PRIMARY KEY (tenant_id, token_hash)
    ) ${clustered}`,
      'CREATE INDEX refresh_token_by_family ON refresh_token (tenant_id, family)',
      'CREATE INDEX refresh_token_by_end ON refresh_token (tenant_id, expires_at)',
      `CREATE TABLE sign_in (
      tenant_id BIGINT NOT NULL, user_id BIGINT NOT NULL, email TEXT NOT NULL, password_hash TEXT NOT NULL, created_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, user_id)
    ) ${clustered}`,
      'CREATE UNIQUE INDEX sign_in_by_email ON sign_in (tenant_id, email)',

      // What was asked under an idempotency key, as a keyed hash, and what it was answered with. Kept for good.
      `CREATE TABLE idempotency (
      tenant_id BIGINT NOT NULL, actor TEXT NOT NULL, idempotency_key TEXT NOT NULL, request_hash TEXT NOT NULL, answer TEXT NOT NULL,
      PRIMARY KEY (tenant_id, actor, idempotency_key)
    ) ${clustered}`,

      // Where an application wants to be told; the secret is sealed.
      `CREATE TABLE webhook (
      tenant_id BIGINT NOT NULL, client_id TEXT NOT NULL, callback_url TEXT NOT NULL, secret TEXT NOT NULL, paused SMALLINT NOT NULL,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, client_id)
    ) ${clustered}`,
      // A cursor in the change log: every event up to it was delivered or stands in "delivery".
      `CREATE TABLE subscription (
      tenant_id BIGINT NOT NULL, client_id TEXT NOT NULL, kind TEXT NOT NULL, events TEXT NOT NULL, cursor_revision BIGINT NOT NULL,
      PRIMARY KEY (tenant_id, client_id, kind)
    ) ${clustered}`,
      // Events that were tried and not accepted: waiting for another try, or parked as failed.
      `CREATE TABLE delivery (
      tenant_id BIGINT NOT NULL, client_id TEXT NOT NULL, kind TEXT NOT NULL, revision BIGINT NOT NULL,
      object_id BIGINT NOT NULL, attempts BIGINT NOT NULL, first_at BIGINT NOT NULL, next_at BIGINT NOT NULL,
      state TEXT NOT NULL, last_error TEXT NOT NULL,
      PRIMARY KEY (tenant_id, client_id, kind, revision)
    ) ${clustered}`,
      'CREATE INDEX delivery_by_state ON delivery (tenant_id, client_id, kind, state, next_at)',
      'CREATE INDEX delivery_by_object ON delivery (tenant_id, client_id, kind, object_id, state, next_at)',
    ],
  },
  {
    statements: ({ clustered, bytes }) => [
      // The head's instant, so that those of the log never go back, and the head's hash.
      'ALTER TABLE tenant ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0',
      "ALTER TABLE tenant ADD COLUMN chain_hash TEXT NOT NULL DEFAULT ''",
      // "before_…": the object before, as its content (content.ts), with the revision that had made it, 0 for a new one. Then the chain
      // (chain.ts): of erased words only the hash is left, and no salt. "places" is derived: of an entry, where it stands after the
      // change and before it (places.ts); '' of anything else. A table of its own, because SQLite needs memory for a whole table to
      // drop a column of it.
      'ALTER TABLE change RENAME TO former_change',
      `CREATE TABLE change (
        tenant_id BIGINT NOT NULL, revision BIGINT NOT NULL,
        kind TEXT NOT NULL, object_id BIGINT NOT NULL, action TEXT NOT NULL,
        actor TEXT NOT NULL, changed_at BIGINT NOT NULL,
        before_revision BIGINT NOT NULL, before_facts TEXT, before_words TEXT,
        salt TEXT NOT NULL, erased_hash TEXT NOT NULL DEFAULT '', content_hash TEXT NOT NULL, chain_hash TEXT NOT NULL,
        places TEXT NOT NULL,
        PRIMARY KEY (tenant_id, revision)
      ) ${clustered}`,
      // The state after a change is the state before the next one of the same object.
      'CREATE UNIQUE INDEX change_by_before ON change (tenant_id, before_revision) WHERE before_revision <> 0',
      // "live": 1, 0 for disabled, and now 2 for removed.
      'UPDATE trail SET live = 2 WHERE removed = 1',
      'CREATE INDEX trail_by_update ON trail (tenant_id, live, updated_at, trail_id)',
      'CREATE INDEX trail_by_recording ON trail (tenant_id, live, recorded_at, trail_id)',
      `CREATE TABLE trail_contact (
        tenant_id BIGINT NOT NULL, live SMALLINT NOT NULL, contact_id BIGINT NOT NULL, happened_at BIGINT NOT NULL, trail_id BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, live, contact_id, happened_at, trail_id)
      ) ${clustered}`,
      // Derived: how the keys of a large scope of the timeline are cut, as of a revision (kept-blocks.ts).
      `CREATE TABLE timeline_block (
        tenant_id BIGINT NOT NULL, scope TEXT NOT NULL, revision BIGINT NOT NULL, blocks TEXT NOT NULL,
        PRIMARY KEY (tenant_id, scope)
      ) ${clustered}`,
      ...searchTables({ clustered, bytes }),
    ],
    fill: fillLog,
    finish: ['DROP TABLE former_change'],
  },
  {
    statements: ({ stamp, walls }) => [...stamp, ...walls(firstTables)],
  },
  {
    // The walls anew: an index takes them now.
    statements: ({ counts, walls }) => [...counts, ...walls(counts.length > 0 ? [...firstTables, 'shared_count'] : [])],
  },
  {
    // What the page needs: who is signed in, comments, what is due, files.
    statements: ({ clustered, bytes, walls }) => [
      "ALTER TABLE sign_in ADD COLUMN role TEXT NOT NULL DEFAULT 'member'",
      // 0: never.
      'ALTER TABLE sign_in ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0',
      `CREATE TABLE session (
        tenant_id BIGINT NOT NULL, session_hash TEXT NOT NULL, user_id BIGINT NOT NULL, created_at BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, session_hash)
      ) ${clustered}`,
      'CREATE INDEX session_by_user ON session (tenant_id, user_id, ends_at)',
      'CREATE INDEX session_by_end ON session (tenant_id, ends_at)',
      // Of the link for the first admin.
      `CREATE TABLE setup_code (
        tenant_id BIGINT NOT NULL, code_hash TEXT NOT NULL, ends_at BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, code_hash)
      ) ${clustered}`,
      // What the last check of an enterprise found, as JSON.
      `CREATE TABLE last_check (
        tenant_id BIGINT NOT NULL, checked_at BIGINT NOT NULL, findings TEXT NOT NULL, finding_count BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, checked_at)
      ) ${clustered}`,
      // How many of "comment" are an entry's and not removed: beside "comment_count", which an import sets.
      'ALTER TABLE trail ADD COLUMN own_comment_count BIGINT NOT NULL DEFAULT 0',
      `CREATE TABLE comment (
        tenant_id BIGINT NOT NULL, comment_id BIGINT NOT NULL, trail_id BIGINT NOT NULL, author_id BIGINT NOT NULL,
        content TEXT NOT NULL, mention_ids TEXT NOT NULL, removed SMALLINT NOT NULL,
        created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, known_at BIGINT NOT NULL, revision BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, comment_id)
      ) ${clustered}`,
      'CREATE INDEX comment_by_trail ON comment (tenant_id, trail_id, removed, created_at, comment_id)',
      'ALTER TABLE lead ADD COLUMN next_follow_up_at BIGINT NOT NULL DEFAULT 0',
      'ALTER TABLE opportunity ADD COLUMN next_follow_up_at BIGINT NOT NULL DEFAULT 0',
      // Of those that have one only: most have none, and a list of what is due must not step over them.
      'CREATE INDEX company_by_next ON company (tenant_id, removed, next_follow_up_at, company_id) WHERE next_follow_up_at <> 0',
      'CREATE INDEX lead_by_next ON lead (tenant_id, next_follow_up_at, lead_id) WHERE next_follow_up_at <> 0',
      'CREATE INDEX opportunity_by_next ON opportunity (tenant_id, removed, next_follow_up_at, opportunity_id) WHERE next_follow_up_at <> 0',
      // A user's calendar, by the hash of the token in its address; "client_id" is that of an application which made its own, or ''.
      `CREATE TABLE calendar (
        tenant_id BIGINT NOT NULL, user_id BIGINT NOT NULL, token_hash TEXT NOT NULL, kinds TEXT NOT NULL, client_id TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, user_id)
      ) ${clustered}`,
      'CREATE UNIQUE INDEX calendar_by_token ON calendar (tenant_id, token_hash)',
      "ALTER TABLE file ADD COLUMN media_type TEXT NOT NULL DEFAULT ''",
      "ALTER TABLE file ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
      'ALTER TABLE file ADD COLUMN width BIGINT NOT NULL DEFAULT 0',
      'ALTER TABLE file ADD COLUMN height BIGINT NOT NULL DEFAULT 0',
      ...fileTables({ clustered, bytes }),
      ...walls(laterTables),
    ],
  },
  {
    // What a mirror needs: where an enterprise is copied from, how far (JSON), and what that has cost. No enterprise has two.
    statements: ({ clustered, walls }) => [
      `CREATE TABLE mirror (
        tenant_id BIGINT NOT NULL, upstream TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (tenant_id, upstream)
      ) ${clustered}`,
      `CREATE TABLE mirror_call (
        tenant_id BIGINT NOT NULL, day BIGINT NOT NULL, purpose TEXT NOT NULL, calls BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, day, purpose)
      ) ${clustered}`,
      // Ends that are open are those of the wire's calendar.
      `CREATE TABLE mirror_compared (
        tenant_id BIGINT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, compared_at BIGINT NOT NULL,
        upstream BIGINT NOT NULL, own BIGINT NOT NULL, equal_at BIGINT NOT NULL,
        PRIMARY KEY (tenant_id, from_at)
      ) ${clustered}`,
      `CREATE TABLE mirror_miss (
        tenant_id BIGINT NOT NULL, trail_id BIGINT NOT NULL, happened_at BIGINT NOT NULL, missed_at BIGINT NOT NULL,
        announced SMALLINT NOT NULL,
        PRIMARY KEY (tenant_id, trail_id)
      ) ${clustered}`,
      `CREATE TABLE mirror_told (
        tenant_id BIGINT NOT NULL, kind TEXT NOT NULL, object_id BIGINT NOT NULL, told_at BIGINT NOT NULL, removed SMALLINT NOT NULL,
        PRIMARY KEY (tenant_id, kind, object_id)
      ) ${clustered}`,
      ...walls(mirrorTables),
    ],
  },
];

/** Those that were there when the first walls were put up. */
const firstTables = [
  'tenant',
  'change',
  'trail',
  'trail_contact',
  'company',
  'contact',
  'lead_contact',
  'lead',
  'opportunity',
  'member',
  'file',
  'application',
  'access_token',
  'refresh_token',
  'sign_in',
  'idempotency',
  'webhook',
  'subscription',
  'delivery',
  'timeline_block',
  'search_state',
  'search_block',
  'search_keys',
  'search_posting',
] as const;

const laterTables = ['session', 'setup_code', 'last_check', 'comment', 'calendar', ...fileTableNames] as const;

/** What is only a mirror's. */
export const mirrorTables = ['mirror', 'mirror_call', 'mirror_compared', 'mirror_miss', 'mirror_told'] as const;

/** Every table whose rows are a tenant's. */
export const tenantTables = [...firstTables, ...laterTables, ...mirrorTables] as const;

/** The shape that the store has; 0: there is none yet. Throws when it cannot be asked. */
export async function schemaVersion(db: Db): Promise<number> {
  try {
    const row = await db.read(null, (tx) => tx.get('SELECT max(version) FROM schema_version'));
    return Number(row?.[0] ?? 0);
  } catch (error) {
    // A new store has no such table.
    if (error instanceof AppError) throw error;
    return 0;
  }
}

/** Throws when the store does not answer, or has a shape that another program has given it meanwhile. */
export async function requireShape(db: Db): Promise<void> {
  const row = await db.read(null, (tx) => tx.get('SELECT max(version) FROM schema_version'));
  if (row?.[0] !== migrations.length) throw new AppError('store_unavailable');
}

/** Brings the store to this program's shape, all steps or none. Throws when the store was written by a newer program. */
export async function migrate(db: Db): Promise<void> {
  // Most often there is nothing to do, and then a writer elsewhere need not be waited for.
  if ((await schemaVersion(db)) === migrations.length) return;
  const { alone, definition } = db.dialect;
  await db.write(null, async (tx) => {
    if (alone !== null) await tx.run(alone);
    await tx.run('CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)');
    const row = await tx.get('SELECT max(version) FROM schema_version');
    const version = Number(row?.[0] ?? 0);
    if (version > migrations.length) {
      throw new AppError('usage', {
        reason: `the store has schema version ${version}, this program knows ${migrations.length}: use a newer genjin`,
      });
    }
    for (let step = version; step < migrations.length; step++) {
      const { statements, fill, finish = [] } = migrations[step] as Step;
      for (const statement of statements(db.dialect)) await tx.run(definition(statement));
      await fill?.(tx);
      for (const statement of finish) await tx.run(definition(statement));
      await tx.run('INSERT INTO schema_version (version) VALUES (?)', [step + 1]);
    }
    if (version < migrations.length) for (const statement of db.dialect.statistics(statistics)) await tx.run(statement);
  });
}
