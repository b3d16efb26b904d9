import type { Calendars } from '../../domain/calendar.ts';
import type { NextFollowUps } from '../../domain/next.ts';
import {
  calendarCreateData,
  calendarPath,
  calendarRemoveData,
  presentCalendarCreated,
  presentCalendarRemoved,
} from '../../wire/calendar-wire.ts';
import {
  nextListData,
  nextListQuery,
  nextPushBody,
  nextPushData,
  presentNextList,
  presentNextPushed,
  readNextList,
  readNextPush,
} from '../../wire/next-wire.ts';
import type { Route } from '../route.ts';
import { listed, revisionHeader } from './listing.ts';

const notFound = '404 Not Found Resource';

/** What is to be followed up next, and when. */
export const nextRoutes = (next: NextFollowUps, calendars: Calendars): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/next/list',
    module: 'company',
    summary: '下次跟进列表 · What is to be followed up next',
    description:
      'Companies, leads and opportunities that have a next follow-up and were not removed, by its time: what is due, overdue or planned is a range of it.',
    query: nextListQuery,
    headers: revisionHeader,
    data: nextListData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { question, page } = readNextList(query);
      const found = await next.list(caller, question, page);
      return listed(presentNextList(found), found);
    },
  },
  {
    method: 'POST',
    path: '/v1/dynamic/next/push',
    module: 'company',
    summary: '设置下次跟进时间 · Set when to follow up next',
    description: 'Sets or clears the next follow-up of a company, a lead or an opportunity without recording an entry.',
    body: nextPushBody,
    idempotent: true,
    data: nextPushData,
    errors: ['400', notFound, '409'],
    handle: async (caller, body, { idempotencyKey }) => {
      const push = readNextPush(body);
      await next.push(caller, push.subject, push.nextFollowUpAt, idempotencyKey);
      return presentNextPushed(push);
    },
  },
  {
    method: 'POST',
    path: `${calendarPath}/create`,
    module: 'company',
    summary: '新建日历订阅 · Make a calendar',
    description:
      "The caller's next follow-ups as a calendar (iCalendar) at an address that is secret: whoever has it reads them without signing in. The address that the " +
      'caller had before ends. It shows the kinds that the token may see.',
    data: calendarCreateData,
    errors: ['none'],
    handle: async (caller) => presentCalendarCreated(await calendars.create(caller)),
  },
  {
    method: 'POST',
    path: `${calendarPath}/remove`,
    module: 'company',
    summary: '取消日历订阅 · End the calendar',
    description: "The address of the caller's calendar ends at once; without one nothing happens.",
    data: calendarRemoveData,
    errors: ['none'],
    handle: async (caller) => {
      await calendars.remove(caller);
      return presentCalendarRemoved();
    },
  },
];
