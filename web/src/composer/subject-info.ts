/** What the composer has to know of a subject: its name, who can be named there, and when it is to be followed up next. */
import type { GenjinClient } from '@genjin/client';
import { useQuery } from '@tanstack/react-query';
import { isTime } from '../parts/days.ts';
import { nextOf } from '../parts/next-of.ts';
import { useSession } from '../parts/session.tsx';
import { dayOf } from '../parts/times.ts';
import type { Subject } from './item.ts';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly post: string;
}

export interface SubjectInfo {
  readonly name: string;
  readonly contacts: readonly Person[];
  /** A day, or empty: also of a lead or an opportunity without a company, whose info does not say it. */
  readonly next: string;
}

interface Named {
  readonly customer_id: number;
  readonly name: string;
  readonly email: string;
  readonly post: string;
}

const people = (list: readonly Named[]): Person[] =>
  list.map(({ customer_id, name, email, post }) => ({ id: customer_id, name: name || email || String(customer_id), post }));

const dayIn = (time: string): string => (isTime(time) ? dayOf(time) : '');

async function read(client: GenjinClient, { kind, id }: Subject, options: { signal: AbortSignal }): Promise<SubjectInfo> {
  if (kind === 'company') {
    const company = await client.companies.info({ company_id: id }, options);
    return { name: company.name, contacts: people(company.customers), next: dayIn(company.next_follow_up_time) };
  }
  if (kind === 'lead') {
    const [lead, next] = await Promise.all([
      client.leads.info({ lead_id: id }, options),
      nextOf(client, kind, id, options).then(dayIn),
    ]);
    return { name: lead.name, contacts: people(lead.customers), next };
  }
  const { name, company, customer } = await client.opportunities.info({ opportunity_id: id }, options);
  if (Array.isArray(company)) return { name, contacts: people(customer), next: dayIn(await nextOf(client, kind, id, options)) };
  const own = await read(client, { kind: 'company', id: company.company_id, name: '' }, options);
  return { ...own, name };
}

/** `undefined` until it is there. */
export function useSubjectInfo(subject: Subject | null): SubjectInfo | undefined {
  const { client } = useSession();
  const { data } = useQuery({
    queryKey: ['subject', 'composer', subject?.kind, subject?.id],
    queryFn: ({ signal }) => read(client, subject as Subject, { signal }),
    enabled: subject !== null,
    staleTime: 60_000,
  });
  return data;
}
