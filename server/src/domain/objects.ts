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
  /** Comments that its source counts: they are not here. */
  readonly commentCount: number;
  /** Comments on it that are here and were not removed. */
  readonly ownCommentCount: number;
}

/** What somebody says about an entry. */
export interface Comment {
  readonly commentId: number;
  readonly trailId: number;
  readonly authorId: number;
  /** Kept and answered exactly as it came. */
  readonly content: string;
  /** The users who are to see it. */
  readonly mentionIds: readonly number[];
  readonly removed: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A customer firm. A time that is `null` is not known, as for firms that only entries of an import name. */
export interface Company {
  readonly companyId: number;
  readonly name: string;
  readonly removed: boolean;
  /** The customer number, given by people; may be empty. */
  readonly serialId: string;
  readonly groupId: number | null;
  /** The users who look after it; none: it is in the public pool. */
  readonly ownerIds: readonly number[];
  readonly createdBy: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  /** When a person or a program last edited it; `null`: never. */
  readonly editedAt: number | null;
  /** When it was put on file. */
  readonly archivedAt: number | null;
  readonly nextFollowUpAt: number | null;
  readonly details: CompanyDetails;
}

/** What is only shown; only what is not empty is there. */
export type CompanyDetails = Readonly<
  Partial<{
    shortName: string;
    country: string;
    homepage: string;
    telAreaCode: string;
    tel: string;
    address: string;
    remark: string;
    star: number;
    editedBy: number;
    archiveType: number;
  }>
>;

interface Person {
  readonly contactId: number;
  readonly name: string;
  readonly email: string;
  /** Area code and number. */
  readonly phones: readonly (readonly [string, string])[];
  readonly accounts: readonly { readonly type: string; readonly value: string }[];
  readonly removed: boolean;
  /** Whether the person is the first to be asked there. */
  readonly main: boolean;
  readonly details: ContactDetails;
}

/** What is only shown; only what is not empty is there. */
export type ContactDetails = Readonly<
  Partial<{ post: string; postGrade: number; gender: number; remark: string; birth: string }>
>;

/** A contact person at a company. */
export interface Contact extends Person {
  /** `null`: not known. */
  readonly companyId: number | null;
}

/** A contact person at a lead. */
export interface LeadContact extends Person {
  /** `null`: not known. */
  readonly leadId: number | null;
}

/** A firm that may become a customer. Times as of a company. */
export interface Lead {
  readonly leadId: number;
  readonly name: string;
  readonly serialId: string;
  readonly ownerIds: readonly number[];
  /** 1 to do · 2 not valid · 3 details completed · 4 first contact · 5 in touch · 7 converted (docs/wire.md#leads). */
  readonly status: number;
  /** The company that it has become. */
  readonly companyId: number | null;
  readonly createdBy: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly editedAt: number | null;
  readonly archivedAt: number | null;
  readonly nextFollowUpAt: number | null;
  readonly details: LeadDetails;
}

/** What is only shown; only what is not empty is there. */
export type LeadDetails = Readonly<
  Partial<{
    companyName: string;
    shortName: string;
    country: string;
    telAreaCode: string;
    tel: string;
    homepage: string;
    address: string;
    remark: string;
    star: number;
  }>
>;

/** A lead that is told nothing else of is to do. */
export const firstLeadStatus = 1;
export const convertedLeadStatus = 7;

export interface Opportunity {
  readonly opportunityId: number;
  readonly name: string;
  readonly companyId: number | null;
  readonly removed: boolean;
  readonly serialId: string;
  /** The user whose it is. */
  readonly mainUserId: number | null;
  readonly createdBy: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly editedAt: number | null;
  readonly nextFollowUpAt: number | null;
  readonly details: OpportunityDetails;
}

/** What is only shown; only what is not empty is there. */
export type OpportunityDetails = Readonly<
  Partial<{
    contactIds: readonly number[];
    /** The users who help. */
    handlerIds: readonly number[];
    /** A decimal number, exactly as given. */
    amount: string;
    currency: string;
    stageId: number;
    remark: string;
  }>
>;

/** A person or an application that records. */
export interface User {
  readonly userId: number;
  readonly nickname: string;
  readonly avatar: string;
  /** May be empty: of an author that only entries name, it is not known. */
  readonly email: string;
  readonly state: number;
  readonly details: UserDetails;
}

/** OKKI's numbers for what a user may do (docs/wire.md#users). */
export const userStates = { frozen: 0, normal: 1, removed: 2 } as const;

/** What is only shown; only what is not empty is there. */
export type UserDetails = Readonly<
  Partial<{
    familyName: string;
    secondName: string;
    gender: number;
    position: string;
    mobile: string;
    departments: readonly { readonly departmentId: number; readonly name: string }[];
  }>
>;

export interface StoredFile {
  readonly fileId: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly path: string;
  readonly previewUrl: string;
  /** What its bytes say that it is, such as `image/png`; empty: they were never here. */
  readonly mediaType: string;
  /** SHA-256 of its bytes, in hex; empty: they are not here. */
  readonly digest: string;
  /** Of a picture in pixels, as it is looked at; 0: not known. */
  readonly width: number;
  readonly height: number;
}

/** Every kind of object that the change log knows, with its id field. */
export interface ObjectKinds {
  trail: Trail;
  comment: Comment;
  company: Company;
  contact: Contact;
  leadContact: LeadContact;
  lead: Lead;
  opportunity: Opportunity;
  user: User;
  file: StoredFile;
}

export type Kind = keyof ObjectKinds;

/** What entries are about, and what may have a next follow-up. */
export const subjectKinds = ['company', 'lead', 'opportunity'] as const satisfies Kind[];
export type SubjectKind = (typeof subjectKinds)[number];

/** The kinds that entries show joined, `user` being the author. */
export type JoinedKind = Exclude<Kind, 'trail' | 'comment'>;

type ShownPerson = Pick<Contact, 'contactId' | 'name' | 'email' | 'phones' | 'accounts'>;

/** What entries show of them. */
export interface ShownKinds {
  readonly company: Pick<Company, 'companyId' | 'name' | 'removed'>;
  readonly lead: Pick<Lead, 'leadId' | 'name'>;
  readonly opportunity: Pick<Opportunity, 'opportunityId' | 'name'>;
  readonly user: Pick<User, 'userId' | 'nickname' | 'avatar'>;
  readonly contact: ShownPerson;
  readonly leadContact: ShownPerson;
  readonly file: Pick<StoredFile, 'fileId' | 'name' | 'size' | 'path' | 'previewUrl'>;
}

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
