/** A store rebuilt from the change feed as a client reads it: items in the wire's words, replayed in their order. */
import type { Core } from '../../src/app.ts';
import type { Kind, ObjectKinds } from '../../src/domain/objects.ts';
import { decode, type Table, tables } from '../../src/store/tables.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { parseTime } from '../../src/wire/time.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Item {
  readonly revision: number;
  readonly kind: string;
  readonly action: string;
  readonly object_id: number;
  readonly actor: string;
  readonly time: string;
  readonly erased: number;
  readonly object: Json;
}

export type Objects = ReadonlyMap<string, object>;

const none = (value: unknown): number | null => (Number(value) === 0 ? null : Number(value));
const at = (value: unknown): number | null =>
  value === '' || value === '1970-01-01 00:00:00' ? null : (parseTime(String(value)) as number);

/** Details that say nothing are not there. */
const details = (fields: Json): object =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0)),
  );

const firm = (o: Json) => ({
  name: o['name'],
  serialId: o['serial_id'],
  ownerIds: o['user_id'],
  createdBy: none(o['create_user']),
  createdAt: at(o['create_time']),
  updatedAt: at(o['update_time']),
  editedAt: at(o['edit_time']),
  archivedAt: at(o['archive_time']),
});

const firmDetails = (o: Json) => ({
  shortName: o['short_name'],
  country: o['country'],
  homepage: o['homepage'],
  telAreaCode: o['tel_area_code'],
  tel: o['tel'],
  address: o['address'],
  remark: o['remark'],
  star: o['star'],
});

const person = (o: Json) => ({
  contactId: o['customer_id'],
  name: o['name'],
  email: o['email'],
  phones: o['tel_list'],
  accounts: o['contact'],
  removed: o['delete_flag'] === 1,
  main: o['main_customer_flag'] === 1,
  details: details({
    post: o['post'],
    postGrade: o['post_grade'],
    gender: o['gender'],
    remark: o['remark'],
    birth: o['birth'],
  }),
});

/** By the wire's word for the kind: ours, and the object of what the feed shows. */
const readers: Readonly<Record<string, { readonly kind: Kind; read(o: Json): object }>> = {
  // How many of its comments are here is known from these: see `replayed`.
  trail: { kind: 'trail', read: (o) => ({ ...readEntry(o).trail, ownCommentCount: 0 }) },
  comment: {
    kind: 'comment',
    read: (o) => ({
      commentId: o['comment_id'],
      trailId: o['trail_id'],
      authorId: o['create_user'],
      content: o['content'],
      mentionIds: o['mentions'],
      removed: o['delete_flag'] === 1,
      createdAt: at(o['create_time']),
      updatedAt: at(o['update_time']),
    }),
  },
  company: {
    kind: 'company',
    read: (o) => ({
      ...firm(o),
      companyId: o['company_id'],
      removed: o['is_archive'] === 0,
      groupId: none(o['group_id']),
      nextFollowUpAt: at(o['next_follow_up_time']),
      details: details({ ...firmDetails(o), editedBy: o['last_edit_user'], archiveType: o['archive_type'] }),
    }),
  },
  customer: { kind: 'contact', read: (o) => ({ ...person(o), companyId: none(o['company_id']) }) },
  lead_customer: { kind: 'leadContact', read: (o) => ({ ...person(o), leadId: none(o['lead_id']) }) },
  lead: {
    kind: 'lead',
    read: (o) => ({
      ...firm(o),
      leadId: o['lead_id'],
      status: o['status'],
      companyId: none(o['company_id']),
      nextFollowUpAt: at(o['next_follow_up_time']),
      details: details({ ...firmDetails(o), companyName: o['company_name'] }),
    }),
  },
  opportunity: {
    kind: 'opportunity',
    read: (o) => ({
      opportunityId: o['opportunity_id'],
      name: o['name'],
      companyId: none(o['company_id']),
      removed: o['enable_flag'] === 0,
      serialId: o['serial_id'],
      mainUserId: none(o['main_user']),
      createdBy: none(o['create_user']),
      createdAt: at(o['create_time']),
      updatedAt: at(o['update_time']),
      editedAt: at(o['edit_time']),
      nextFollowUpAt: at(o['next_follow_up_time']),
      details: details({
        contactIds: o['customer_id'],
        handlerIds: o['handler'],
        amount: o['amount'],
        currency: o['currency'],
        stageId: o['stage'],
        remark: o['remark'],
      }),
    }),
  },
  user: {
    kind: 'user',
    read: (o) => ({
      userId: Number(o['user_id']),
      nickname: o['nickname'],
      avatar: o['avatar'],
      email: o['email'],
      state: Number(o['enable_flag']),
      details: details({
        familyName: o['family_name'],
        secondName: o['second_name'],
        gender: Number(o['gender']),
        position: o['position'],
        mobile: o['user_mobile'],
        departments: (o['departments'] as Json[]).map((one) => ({
          departmentId: Number(one['department_id']),
          name: one['department_name'],
        })),
      }),
    }),
  },
  file: {
    kind: 'file',
    read: (o) => ({
      fileId: o['file_id'],
      name: o['file_name'],
      size: o['file_size'],
      path: o['file_path'],
      previewUrl: o['file_preview_url'],
      mediaType: o['file_type'],
      digest: o['digest'],
      width: o['width'],
      height: o['height'],
    }),
  },
};

/** Every object, by kind and id, after these items. Throws when an item is not what may come next. */
export function replayed(items: Iterable<Item>): Objects {
  const objects = new Map<string, object>();
  for (const { revision, kind, action, object_id, object } of items) {
    const reader = readers[kind];
    if (reader === undefined) throw new Error(`revision ${revision}: no kind ${kind}`);
    const key = `${reader.kind} ${object_id}`;
    if (objects.has(key) === (action === 'recorded')) throw new Error(`revision ${revision}: ${action} ${key}`);
    const read = reader.read(object);
    const { id } = tables[reader.kind] as Table<ObjectKinds[Kind]>;
    if ((read as Json)[id] !== object_id) throw new Error(`revision ${revision}: ${key} is ${String((read as Json)[id])}`);
    objects.set(key, read);
  }
  for (const [key, object] of objects) {
    const { trailId, removed } = object as { readonly trailId: number; readonly removed: boolean };
    if (!key.startsWith('comment ') || removed) continue;
    const trail = objects.get(`trail ${trailId}`) as { readonly commentCount: number; readonly ownCommentCount: number };
    const { commentCount, ownCommentCount } = trail;
    objects.set(`trail ${trailId}`, { ...trail, commentCount: commentCount - 1, ownCommentCount: ownCommentCount + 1 });
  }
  return objects;
}

/** Every object that the store has of a tenant, by kind and id. */
export async function stored(core: Core, tenantId: number): Promise<Objects> {
  const objects = new Map<string, object>();
  await core.db.read(null, async (tx) => {
    for (const [kind, table] of Object.entries(tables) as [Kind, Table<ObjectKinds[Kind]>][]) {
      for (const row of await tx.all(`SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE tenant_id = ?`, [tenantId])) {
        const object = decode<ObjectKinds[Kind]>(table, row);
        objects.set(`${kind} ${String(object[table.id])}`, object);
      }
    }
  });
  return objects;
}
