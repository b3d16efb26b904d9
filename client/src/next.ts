import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type { CalendarCreateData, NextListData, NextListQuery, NextPushBody, NextPushData } from './wire.ts';

/** What is to be followed up next, and when. Genjin only. */
export class NextFollowUps extends Resource {
  /**
   * One page of the companies, leads and opportunities that have a next follow-up, the earliest first, and the number of all.
   *
   * @example
   * const { list, totalItem } = await client.next.list({ endTime: '2030-12-31' });
   * for (const { subject, name, next_follow_up_time } of list) console.log(subject, name, next_follow_up_time);
   * console.log(totalItem);
   */
  list(query: Input<NextListQuery> = {}, options: CallOptions = {}): Promise<NextListData> {
    return this.read('/v1/dynamic/next/list', query, options);
  }

  /**
   * Sets when something is to be followed up next; `''` clears it. An entry says it with `next_follow_up_time`, too.
   *
   * @example
   * const { id, next_follow_up_time } = await client.next.push({
   *   subject: 'company',
   *   id: 16696797769,
   *   nextFollowUpTime: '2024-11-08 10:00:00',
   * });
   * console.log(id, next_follow_up_time);
   */
  push(next: Input<Omit<NextPushBody, 'idempotency_key'>>, options: KeyedCallOptions = {}): Promise<NextPushData> {
    return this.sendOnce('/v1/dynamic/next/push', next, options);
  }

  /**
   * A new secret address at which programs read the caller's next follow-ups as a calendar; the one before ends.
   *
   * @example
   * const { url } = await client.next.createCalendar();
   * console.log(url);
   */
  async createCalendar(options: CallOptions = {}): Promise<CalendarCreateData> {
    const { url } = await this.send<CalendarCreateData>('/v1/dynamic/next/calendar/create', undefined, options);
    return { url: this.transport.addressOf(url) };
  }

  /**
   * Ends the address of the caller's calendar.
   *
   * @example
   * await client.next.removeCalendar();
   * console.log('ended');
   */
  async removeCalendar(options: CallOptions = {}): Promise<void> {
    await this.send('/v1/dynamic/next/calendar/remove', undefined, options);
  }
}
