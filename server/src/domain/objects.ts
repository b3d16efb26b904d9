/**
 * The things that Genjin keeps, in our words (GLOSSARY.md). Absence is `null`; times are integer milliseconds since 1970
 * (UTC), always whole seconds, because the wire knows no smaller unit and orders by what it shows.
 */

/** One entry of the timeline. */
export interface Trail {
  readonly trailId: number;
  /** The follow-up record behind the entry; entries made by the system have none. */
  readonly followUpId: number | null;
  readonly type: number;
  readonly authorId: number | null;
  readonly referId: number | null;
  /** Kept and answered exactly as it came. */
  readonly content: string;
  readonly fileIds: readonly number[];
  readonly enabled: boolean;
  readonly removed: boolean;
  /** When it was recorded. */
  readonly recordedAt: number;
  /** When the follow-up took place; may lie before or after the other two. */
  readonly happenedAt: number;
  readonly updatedAt: number;
  readonly companyId: number | null;
  readonly contactIds: readonly number[];
  readonly leadId: number | null;
  readonly leadContactIds: readonly number[];
  readonly opportunityId: number | null;
  readonly inquiryId: number | null;
  readonly trackSessionNo: number | null;
  readonly commentCount: number;
}

/** A customer firm. */
export interface Company {
  readonly companyId: number;
  readonly name: string;
  readonly removed: boolean;
}

/** A contact person, at a company or (lead contact) at a lead. */
export interface Contact {
  readonly contactId: number;
  readonly name: string;
  readonly email: string;
  /** Area code and number. */
  readonly phones: readonly (readonly [string, string])[];
  readonly accounts: readonly { readonly type: string; readonly value: string }[];
}

export interface Lead {
  readonly leadId: number;
  readonly name: string;
}

export interface Opportunity {
  readonly opportunityId: number;
  readonly name: string;
  readonly companyId: number | null;
}

/** A person or an application that records. */
export interface User {
  readonly userId: number;
  readonly nickname: string;
  readonly avatar: string;
}

export interface StoredFile {
  readonly fileId: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly path: string;
  readonly previewUrl: string;
}

/** Every kind of object that the change log knows, with its id field. */
export interface ObjectKinds {
  trail: Trail;
  company: Company;
  contact: Contact;
  leadContact: Contact;
  lead: Lead;
  opportunity: Opportunity;
  user: User;
  file: StoredFile;
}

export type Kind = keyof ObjectKinds;

/** The kinds that entries show joined, `user` being the author. */
export type JoinedKind = Exclude<Kind, 'trail'>;

/** Types that a person may record; imported entries may carry others (docs/wire.md#trail-types). */
export const recordableTrailTypes: ReadonlyMap<number, string> = new Map([
  [101, '快速记录'],
  [102, '关联邮件备注'],
  [103, '电话'],
  [104, '会面'],
  [105, '社交平台'],
  [106, '总部拜访'],
  [107, '办事处拜访'],
  [108, '来访总部'],
  [109, '来访办事处'],
  [110, '邮件'],
  [111, '客户拜访'],
  [112, '日程跟进'],
]);
