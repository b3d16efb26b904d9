/** Entries as OKKI answers them, with as much of them as a test cares about. */

/** An entry on the wire, before it is read: tests also make wrong ones. */
export type WireEntry = Readonly<Record<string, unknown>>;

export const testTenant = 23412;

let nextTrailId = 5_000_000_000_000;

/**
 * An entry of which only the given fields matter. Subjects and contacts that are named by id are known by a name made of it
 * (`company 7`), unless their joined object is given too; the other times follow `create_time`.
 */
export function entry(fields: WireEntry = {}): WireEntry {
  nextTrailId += 2;
  const trailId = fields['trail_id'] ?? nextTrailId;
  const followUpId = typeof trailId === 'number' ? trailId + 1 : 0;
  const createTime = fields['create_time'] ?? '2024-05-01 12:00:00';
  const id = (name: string): number => (typeof fields[name] === 'number' ? fields[name] : 0);
  const list = (name: string): number[] => (Array.isArray(fields[name]) ? fields[name].filter((item) => item !== 0) : []);
  const [companyId, leadId, opportunityId, userId] = [id('company_id'), id('lead_id'), id('opportunity_id'), id('create_user')];
  const person = (customer_id: number) => ({ customer_id, name: `contact ${customer_id}`, email: '', tel_list: [], contact: [] });
  const people = (ids: number[]) => (ids.length === 0 ? null : ids.map(person));
  return {
    follow_up_id: followUpId,
    trail_id: trailId,
    type: 101,
    client_id: testTenant,
    create_user: 0,
    refer_id: followUpId,
    content: `entry ${String(trailId)}`,
    file_ids: [],
    enable_flag: 1,
    created_at: createTime,
    create_time: createTime,
    update_time: createTime,
    company_id: 0,
    customer_id: [],
    lead_id: 0,
    lead_customer_id: [],
    opportunity_id: 0,
    delete_flag: 0,
    inquiry_id: 0,
    track_session_no: 0,
    comment_count: 0,
    company_info: companyId === 0 ? [] : { company_id: companyId, name: `company ${companyId}`, is_archive: 1 },
    lead_info: leadId === 0 ? [] : { lead_id: leadId, name: `lead ${leadId}` },
    opportunity_info: opportunityId === 0 ? [] : { opportunity_id: opportunityId, name: `opportunity ${opportunityId}` },
    create_user_info: userId === 0 ? [] : { user_id: String(userId), nickname: `user ${userId}`, avatar: '' },
    customer_info: people(list('customer_id')),
    lead_customer_info: people(list('lead_customer_id')),
    file_info: null,
    ...fields,
  };
}
