/**
 * The timeline recomputed in the most naive way: all entries in memory, filtered, sorted and cut for each question. What the
 * store answers is compared with this.
 */
import type { Kind, Trail } from '../../src/domain/objects.ts';
import type { Page, TrailFilter, TrailPage } from '../../src/domain/stores.ts';
import { objectOf } from '../../src/store/content.ts';
import type { Db, Row } from '../../src/store/db.ts';
import { decode, type Table, tables } from '../../src/store/tables.ts';
import { entry, type WireEntry } from '../support/entries.ts';

/** Noon in Beijing; a second is counted from here. */
const noon = Date.UTC(2024, 4, 1, 4, 0, 0);
export const atSecond = (second: number): number => noon + second * 1000;
const timeText = (second: number): string =>
  `2024-05-01 12:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;

export const tenantIds = [101, 102] as const;

/** An entry as a test imports it; ids are small numbers, 0 for none. */
export interface Draft {
  readonly tenant: number;
  readonly id: number;
  readonly second: number;
  /** When it was last changed, as a second too. */
  readonly updated: number;
  readonly company: number;
  readonly lead: number;
  readonly opportunity: number;
  readonly author: number;
  readonly contact: number;
  readonly file: number;
  readonly enabled: boolean;
  readonly removed: boolean;
  /** Makes the content, and the names of everything joined. */
  readonly word: string;
}

/** So that the orders of the three times differ, and there is something to choose from. */
const recordedSecond = ({ id }: Draft): number => (id * 7) % 5;
const typeOf = ({ id }: Draft): number => 101 + (id % 3);
/** The second contact person is one that nothing is known of. */
const contactsOf = ({ contact }: Draft): number[] => (contact === 0 ? [] : contact === 1 ? [1] : [contact, 9]);

const kinds = ['company', 'lead', 'opportunity', 'user', 'contact', 'leadContact', 'file'] as const;
type NamedKind = (typeof kinds)[number];

export function wireOf(draft: Draft): WireEntry {
  const { tenant, company, lead, opportunity, author, contact, file, word } = draft;
  const person = { customer_id: contact, name: `contact ${word}`, email: '', tel_list: [], contact: [] };
  const leadPerson = { ...person, name: `leadContact ${word}` };
  return entry({
    client_id: tenant,
    trail_id: draft.id,
    follow_up_id: 0,
    refer_id: 0,
    content: word,
    create_user: author,
    create_time: timeText(draft.second),
    created_at: timeText(recordedSecond(draft)),
    remark_type: 0,
    type: typeOf(draft),
    update_time: timeText(draft.updated),
    company_id: company,
    lead_id: lead,
    opportunity_id: opportunity,
    customer_id: contactsOf(draft),
    lead_customer_id: contact === 0 ? [] : [contact],
    file_ids: file === 0 ? [] : [file],
    enable_flag: draft.enabled ? 1 : 0,
    delete_flag: draft.removed ? 1 : 0,
    company_info: company === 0 ? [] : { company_id: company, name: `company ${word}`, is_archive: 1 },
    lead_info: lead === 0 ? [] : { lead_id: lead, name: `lead ${word}` },
    opportunity_info: opportunity === 0 ? [] : { opportunity_id: opportunity, name: `opportunity ${word}` },
    create_user_info: author === 0 ? [] : { user_id: String(author), nickname: `user ${word}`, avatar: '' },
    customer_info: contact === 0 ? null : [person],
    lead_customer_info: contact === 0 ? null : [leadPerson],
    file_info:
      file === 0 ? null : [{ file_id: file, file_name: `file ${word}`, file_size: 1, file_path: '', file_preview_url: '' }],
  });
}

function trailOf(draft: Draft): Trail {
  const none = (id: number): number | null => (id === 0 ? null : id);
  const some = (id: number): number[] => (id === 0 ? [] : [id]);
  return {
    trailId: draft.id,
    followUpId: null,
    type: typeOf(draft),
    authorId: none(draft.author),
    referId: null,
    content: draft.word,
    fileIds: some(draft.file),
    enabled: draft.enabled,
    removed: draft.removed,
    recordedAt: atSecond(recordedSecond(draft)),
    happenedAt: atSecond(draft.second),
    updatedAt: atSecond(draft.updated),
    companyId: none(draft.company),
    contactIds: contactsOf(draft),
    leadId: none(draft.lead),
    leadContactIds: some(draft.contact),
    opportunityId: none(draft.opportunity),
    inquiryId: null,
    trackSessionNo: null,
    commentCount: 0,
    ownCommentCount: 0,
  };
}

/** A page with everything that it shows, the joined objects by their names; `null` for one that is not known. */
export interface Shown {
  readonly total: number;
  readonly rows: readonly { readonly trail: Trail; readonly names: readonly (string | null)[] }[];
}

type NameOf = (kind: NamedKind, id: number) => string | null;

function show(trail: Trail, nameOf: NameOf): Shown['rows'][number] {
  const one = (kind: NamedKind, id: number | null): (string | null)[] => (id === null ? [] : [nameOf(kind, id)]);
  const names = [
    ...one('company', trail.companyId),
    ...one('lead', trail.leadId),
    ...one('opportunity', trail.opportunityId),
    ...one('user', trail.authorId),
    ...trail.contactIds.map((id) => nameOf('contact', id)),
    ...trail.leadContactIds.map((id) => nameOf('leadContact', id)),
    ...trail.fileIds.map((id) => nameOf('file', id)),
  ];
  return { trail, names };
}

/** What the store answered, in the same form. */
export function shown({ total, trails, joined }: TrailPage): Shown {
  const nameOf: NameOf = (kind, id) =>
    kind === 'user' ? (joined.user.get(id)?.nickname ?? null) : (joined[kind].get(id)?.name ?? null);
  return { total, rows: trails.map((trail) => show(trail, nameOf)) };
}

interface Named {
  readonly name: string;
  readonly knownAt: number;
}

/** One state of the store's two tenants. */
export class Model {
  readonly #trails = new Map<number, Map<number, Trail>>();
  readonly #names = new Map<string, Named>();
  readonly #nextIds = new Map<number, number>();
  /** The entries of those that were not removed, by tenant and comment. */
  readonly #comments = new Map<string, number>();

  constructor() {
    for (const tenantId of tenantIds) this.#trails.set(tenantId, new Map());
  }

  clone(): Model {
    const copy = new Model();
    for (const [tenantId, trails] of this.#trails) copy.#trails.set(tenantId, new Map(trails));
    for (const [key, named] of this.#names) copy.#names.set(key, named);
    for (const [tenantId, id] of this.#nextIds) copy.#nextIds.set(tenantId, id);
    for (const [key, trailId] of this.#comments) copy.#comments.set(key, trailId);
    return copy;
  }

  trail(tenantId: number, id: number): Trail | null {
    return this.#of(tenantId).get(id) ?? null;
  }

  ids(tenantId: number): number[] {
    return [...this.#of(tenantId).keys()];
  }

  knows(tenantId: number, kind: NamedKind, id: number): boolean {
    return this.#names.has(`${tenantId} ${kind} ${id}`);
  }

  /** Of two states the one with the later time wins, on a tie the one that was there. */
  import(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      const trail = trailOf(draft);
      const trails = this.#of(draft.tenant);
      const before = trails.get(draft.id);
      if (before === undefined || before.updatedAt < trail.updatedAt)
        trails.set(draft.id, { ...trail, ownCommentCount: before?.ownCommentCount ?? 0 });
      const ids: Record<NamedKind, number> = {
        company: draft.company,
        lead: draft.lead,
        opportunity: draft.opportunity,
        user: draft.author,
        contact: draft.contact,
        leadContact: draft.contact,
        file: draft.file,
      };
      for (const kind of kinds) {
        const key = `${draft.tenant} ${kind} ${ids[kind]}`;
        const known = this.#names.get(key);
        if (ids[kind] === 0 || (known !== undefined && known.knownAt >= trail.updatedAt)) continue;
        this.#names.set(key, { name: `${kind} ${draft.word}`, knownAt: trail.updatedAt });
      }
    }
  }

  /** The first of the ids that the store must give out next. */
  takeOwnIds(tenantId: number, count: number): number {
    const first = this.#nextIds.get(tenantId) ?? 10 ** 15;
    this.#nextIds.set(tenantId, first + count);
    return first;
  }

  comments(tenantId: number): number[] {
    return [...this.#comments.keys()]
      .map((key) => key.split(' ').map(Number))
      .flatMap(([of, id]) => (of === tenantId ? [id as number] : []));
  }

  addComment(tenantId: number, id: number, trailId: number): void {
    this.#comments.set(`${tenantId} ${id}`, trailId);
    this.#count(tenantId, trailId, 1);
  }

  removeComment(tenantId: number, id: number): void {
    const key = `${tenantId} ${id}`;
    this.#count(tenantId, this.#comments.get(key) as number, -1);
    this.#comments.delete(key);
  }

  #count(tenantId: number, trailId: number, by: number): void {
    const trail = this.trail(tenantId, trailId) as Trail;
    this.put(tenantId, { ...trail, ownCommentCount: trail.ownCommentCount + by });
  }

  put(tenantId: number, trail: Trail): void {
    this.#of(tenantId).set(trail.trailId, trail);
  }

  rename(tenantId: number, kind: NamedKind, id: number, name: string, knownAt: number): void {
    this.#names.set(`${tenantId} ${kind} ${id}`, { name, knownAt });
  }

  list(tenantId: number, filter: TrailFilter, page: Page): Shown {
    const { by, types, authorIds, contactIds, keyword } = filter;
    const among = (list: readonly number[], id: number | null): boolean => list.length === 0 || list.some((one) => one === id);
    const matching = [...this.#of(tenantId).values()]
      .filter(({ enabled, removed }) => (filter.removed ? removed : enabled && !removed))
      .filter((trail) => filter.companyId === null || trail.companyId === filter.companyId)
      .filter((trail) => filter.leadId === null || trail.leadId === filter.leadId)
      .filter((trail) => filter.opportunityId === null || trail.opportunityId === filter.opportunityId)
      .filter((trail) => among(types, trail.type) && among(authorIds, trail.authorId))
      .filter((trail) => contactIds.length === 0 || contactIds.some((id) => trail.contactIds.includes(id)))
      .filter((trail) => keyword === null || trail.content.includes(keyword))
      .filter((trail) => filter.from === null || trail[by] >= filter.from)
      .filter((trail) => filter.to === null || trail[by] <= filter.to)
      .sort((a, b) => b[by] - a[by] || b.trailId - a.trailId);
    if (filter.oldestFirst) matching.reverse();
    const start = (page.number - 1) * page.size;
    const nameOf: NameOf = (kind, id) => this.#names.get(`${tenantId} ${kind} ${id}`)?.name ?? null;
    return { total: matching.length, rows: matching.slice(start, start + page.size).map((trail) => show(trail, nameOf)) };
  }

  /** The state of a tenant at a revision, from nothing but the rows of its log and of its objects: what it says of each object last. */
  static async at(db: Db, tenantId: number, revision: number): Promise<Model> {
    const model = new Model();
    model.#trails.set(tenantId, new Map());
    await db.read(null, async (tx) => {
      const log = await tx.all(
        'SELECT revision, kind, object_id, before_revision, before_facts, before_words FROM change WHERE tenant_id = ? ORDER BY revision',
        [tenantId],
      );
      const foundBy = new Map(log.filter((row) => row[3] !== 0).map((row) => [row[3] as number, row]));
      const last = new Map(
        log.filter((row) => (row[0] as number) <= revision).map((row) => [`${row[1]} ${row[2]}`, row] as const),
      );
      for (const [own, kind, id] of last.values()) {
        const table = tables[kind as Kind] as Table<unknown>;
        const later = foundBy.get(own as number);
        const object =
          later === undefined
            ? decode(
                table,
                (await tx.get(
                  `SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} = ?`,
                  [tenantId, id as number],
                )) as Row,
              )
            : objectOf(table, { facts: later[4] as string, words: later[5] as string });
        if (kind === 'trail') model.put(tenantId, object as Trail);
        else {
          const { name, nickname } = object as { name?: string; nickname?: string };
          model.rename(tenantId, kind as NamedKind, id as number, name ?? nickname ?? '', 0);
        }
      }
    });
    return model;
  }

  #of(tenantId: number): Map<number, Trail> {
    const trails = this.#trails.get(tenantId);
    if (trails === undefined) throw new Error(`no tenant ${tenantId}`);
    return trails;
  }
}
