/** Counts of the timeline by who, what, where and when, each a pass over an index; and the companies that nobody was in touch with. */
import { beijing, dayLength } from '../domain/days.ts';
import type { Company } from '../domain/objects.ts';
import { periodsOf } from '../domain/periods.ts';
import { silenceOf } from '../domain/silence.ts';
import type { Counted, CountryCount, PeriodFilter, StatsStore } from '../domain/stats-stores.ts';
import type { TrailStore } from '../domain/stores.ts';
import type { Db, Tx } from './db.ts';
import { lastEntry } from './last-contact.ts';
import { headOf } from './log-times.ts';
import { TxView } from './object-store.ts';
import { cutOut } from './page-of.ts';
import { decode, tables } from './tables.ts';
import { trailQuery } from './trail-query.ts';

/** So many days before 1970 numbers are above 0, so that both engines round down. */
const shift = 400_000;
const dayOf = (at: string): string => `(${at} + ${beijing + shift * dayLength}) / ${dayLength} - ${shift}`;

export function statsStore(db: Db, trails: TrailStore): StatsStore {
  return {
    periods: (tenantId, filter, unit) => periodsOf(trails, tenantId, filter, unit),

    byAuthor: (tenantId, filter) =>
      counted(db, tenantId, async (tx) => {
        const { where, values, at } = trailQuery(tenantId, filter);
        const rows = await tx.all(
          `SELECT t.author_id, ${dayOf(at)}, COUNT(*) FROM trail t WHERE ${where} AND t.author_id <> 0 GROUP BY 1, 2`,
          values,
        );
        return (rows as [number, number, number][]).map(([authorId, day, count]) => ({ authorId, day, count }));
      }),

    byType: (tenantId, filters) =>
      counted(db, tenantId, (tx) =>
        each(filters, async (filter) => {
          const counts = await countsBy(tx, tenantId, filter, 'type');
          return [...counts].map(([type, count]) => ({ type, count }));
        }),
      ),

    byCountry: (tenantId, filters) =>
      counted(db, tenantId, async (tx) => {
        const companies = await countriesOf(tx, tenantId, 'company');
        const leads = await countriesOf(tx, tenantId, 'lead');
        return each(filters, async (filter) => {
          const byCompany = await countsBy(tx, tenantId, filter, 'company_id');
          const byLead = byCompany.has(0) ? await countsBy(tx, tenantId, filter, 'lead_id', ' AND t.company_id = 0') : new Map();
          byCompany.delete(0);
          const found = new Map<string, { country: string; count: number; companies: number }>();
          const add = (country: string, count: number, more: number): void => {
            const known = found.get(country) ?? { country, count: 0, companies: 0 };
            found.set(country, { country, count: known.count + count, companies: known.companies + more });
          };
          for (const [id, count] of byCompany) add(companies.get(id) ?? '', count, 1);
          for (const [id, count] of byLead) add(leads.get(id) ?? '', count, 0);
          return [...found.values()] as readonly CountryCount[];
        });
      }),

    silence: (tenantId, question, page, now) =>
      db.read(tenantId, async (tx) => {
        const { revision } = await headOf(tx, tenantId);
        const rows = await tx.all(contacts, [tenantId, now, tenantId]);
        const companies = rows.map(([companyId, owners, archivedAt, createdAt, lastContactAt]) => ({
          companyId: companyId as number,
          ownerIds: owners === '' ? [] : (JSON.parse(owners as string) as number[]),
          filedAt: (archivedAt as number) || (createdAt as number) || null,
          lastContactAt: lastContactAt as number | null,
        }));
        const { silent, bands, byOwner } = silenceOf(companies, question, now);
        const shown = cutOut(silent, page);
        const view = new TxView(tx, tenantId);
        const known = await view.objects(
          'company',
          shown.map(({ companyId }) => companyId),
        );
        const users = await view.objects('user', [
          ...shown.flatMap(({ ownerIds }) => ownerIds),
          ...byOwner.map(({ userId }) => userId),
        ]);
        return {
          ...{ revision, total: silent.length, bands, byOwner, users },
          rows: shown.map((one) => ({ ...one, company: known.get(one.companyId) as Company })),
        };
      }),
  };
}

/** A seek for each company, where its latest entries lie. */
const contacts =
  `SELECT c.company_id, c.owner_ids, c.archived_at, c.created_at, (${lastEntry('company', 'happened_at', 'c.company_id')}) ` +
  'FROM company c WHERE c.tenant_id = ? AND c.removed = 0';

const counted = <T>(db: Db, tenantId: number, work: (tx: Tx) => Promise<readonly T[]>): Promise<Counted<T>> =>
  db.read(tenantId, async (tx) => ({ revision: (await headOf(tx, tenantId)).revision, rows: await work(tx) }));

async function countsBy(
  tx: Tx,
  tenantId: number,
  filter: PeriodFilter,
  column: 'type' | 'company_id' | 'lead_id',
  condition = '',
): Promise<Map<number, number>> {
  const { where, values } = trailQuery(tenantId, filter);
  const rows = await tx.all(`SELECT t.${column}, COUNT(*) FROM trail t WHERE ${where}${condition} GROUP BY t.${column}`, values);
  return new Map(rows as unknown as [number, number][]);
}

/** Of those of which it is known. */
async function countriesOf(tx: Tx, tenantId: number, kind: 'company' | 'lead'): Promise<Map<number, string>> {
  const { name, idColumn } = tables[kind];
  const rows = await tx.all(`SELECT ${idColumn}, details FROM ${name} WHERE tenant_id = ? AND details LIKE '%"country":%'`, [
    tenantId,
  ]);
  const details = { fields: ['details'], codecs: ['details'] } as const;
  return new Map(rows.map((row) => [row[0] as number, decode<Pick<Company, 'details'>>(details, row, 1).details.country ?? '']));
}

async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const one of all) results.push(await work(one));
  return results;
}
