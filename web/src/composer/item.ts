/** Follow-ups on their way from the keyboard to the server. */
import type { NewTrail } from '@genjin/client';
import type { SubjectKind } from '../parts/next-follow-up.tsx';
import type { View } from '../parts/place.ts';
import { beijingTime } from '../parts/times.ts';

export type { SubjectKind };

/** What a follow-up is about. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: number;
  readonly name: string;
}

const kinds: readonly View[] = ['company', 'lead', 'opportunity'] satisfies SubjectKind[];
export const isSubjectKind = (view: View): view is SubjectKind => kinds.includes(view);

/** A file whose bytes the browser keeps, under `key`; also the idempotency key of its upload. */
export interface KeptFile {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** What one writes, whether it is still written or waits to be sent. */
export interface Written {
  readonly subject: Subject | null;
  readonly type: number;
  readonly content: string;
  /** Beijing's wall clock as `datetime-local` has it, `YYYY-MM-DDTHH:mm`; empty: now. */
  readonly when: string;
  /** Of the subject, or of an opportunity's company. */
  readonly contacts: readonly number[];
  /** The day of the next follow-up; empty: none any more; `null`: as it was. */
  readonly next: string | null;
  readonly files: readonly KeptFile[];
}

/** Being written. `id`: it is the idempotency key once it is sent, so however many tabs send it, it is recorded once. */
export interface Draft extends Written {
  readonly id: string;
}

export const emptyDraft = (subject: Subject | null): Draft => ({
  id: crypto.randomUUID(),
  subject,
  type: 101,
  content: '',
  when: '',
  contacts: [],
  next: null,
  files: [],
});

/** Whether there is something that would be missed. */
export const isWritten = ({ content, files, next, when, contacts }: Written): boolean =>
  content.trim() !== '' || files.length > 0 || next !== null || when !== '' || contacts.length > 0;

/** Sent off, and waiting until the server has it. */
export interface Item {
  readonly id: string;
  readonly owner: string;
  /** When it was sent off (ms); they are sent in this order. */
  readonly writtenAt: number;
  readonly written: Written & { readonly subject: Subject };
  /** When it took place, fixed when it was sent off: `YYYY-MM-DD HH:mm:ss`. */
  readonly happened: string;
  /** By key of a file: its id at the server. */
  readonly uploaded: Readonly<Record<string, number>>;
  /** What was sent and not answered, to the letter: whether it is recorded is not known. */
  readonly sent: NewTrail | null;
  /** It is recorded, as `record`, but was written anew meanwhile. */
  readonly recorded: { readonly trailId: number; readonly record: NewTrail } | null;
  readonly tries: number;
  readonly lastTryAt: number | null;
  /** Why it did not get there at the last try. */
  readonly failure: Failed | null;
  /** The server does not take it as it is; it waits for its author. */
  readonly refused: boolean;
}

export interface Failed {
  /** `gone`: what it is about, or names, is not there any more; `held`: it is being written anew. */
  readonly cause: 'offline' | 'signedOut' | 'server' | 'refused' | 'gone' | 'alreadySent' | 'held';
  /** The server's words. */
  readonly said: string;
}

/** That something was sent, so that a second tab with the same draft knows. */
export interface Sent {
  readonly id: string;
  readonly trailId: number;
  readonly content: string;
  readonly sentAt: number;
}

/** The wall clock that was chosen, or that of `now` (ms). */
export const happenedAt = (when: string, now: number): string =>
  when === '' ? beijingTime(now) : `${when.replace('T', ' ')}:00`;

/** As the server takes it. */
export function recordOf({ written, happened, uploaded }: Item): NewTrail {
  const { subject, type, content, contacts, next, files } = written;
  const fileIds = files.map(({ key }) => uploaded[key]).filter((id) => id !== undefined);
  return {
    [`${subject.kind}_id`]: subject.id,
    content,
    remark_type: type,
    create_time: happened,
    ...(contacts.length === 0 ? {} : { [subject.kind === 'lead' ? 'lead_customer_id' : 'customer_id']: contacts }),
    ...(fileIds.length === 0 ? {} : { file_ids: fileIds }),
    ...(next === null ? {} : { next_follow_up_time: next }),
  } as NewTrail;
}
