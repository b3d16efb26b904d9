import type { GenjinClient } from '@genjin/client';

/** When a lead or an opportunity is to be followed up next, or empty: OKKI's details of them do not say it. */
export async function nextOf(
  client: GenjinClient,
  subject: 'lead' | 'opportunity',
  id: number,
  options: { readonly signal: AbortSignal },
): Promise<string> {
  const { list } = await client.next.list({ subject, id, count: 1 }, options);
  return list[0]?.next_follow_up_time ?? '';
}
