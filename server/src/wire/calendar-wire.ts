/** Next follow-ups as a calendar that programs subscribe to: iCalendar, RFC 5545. */
import { Type } from 'typebox';
import type { NextRow } from '../domain/next-stores.ts';
import { fieldSet, line, word } from './fields.ts';
import { formatTime } from './time.ts';
import { type ExportLanguage, exportLanguages } from './trail-export-wire.ts';

/** Where a calendar is read. */
export const calendarPath = '/v1/dynamic/next/calendar';

export const calendarQuery = fieldSet({
  token: line('The token of the calendar.', 200),
  language: word('语言 · Of what the events are called.', exportLanguages, 'zh'),
});

export const calendarCreateData = Type.Object({
  url: Type.String({
    description: `地址 · The address of the calendar, from the root of this server: ${calendarPath}?token=…; with &language=en in English. Shown once.`,
  }),
});

export const presentCalendarCreated = (token: string): string => JSON.stringify({ url: `${calendarPath}?token=${token}` });

export const calendarRemoveData = Type.Array(Type.Never(), { maxItems: 0, description: 'Empty.' });
export const presentCalendarRemoved = (): string => '[]';

const words: Readonly<
  Record<ExportLanguage, { readonly name: string; readonly event: string; readonly last: string; readonly never: string }>
> = {
  zh: { name: '跟进计划', event: '跟进：', last: '上次联系：', never: '尚未联系' },
  en: { name: 'Follow-ups', event: 'Follow up: ', last: 'Last contact: ', never: 'No contact yet' },
};

/** How long a program that shows it may wait before it asks again, and how long an event that has a time lasts. */
const refresh = 'PT1H';
const duration = 'PT30M';

/** The whole calendar. A next follow-up at midnight in Beijing is one of that day. */
export function presentCalendar(tenantId: number, rows: readonly NextRow[], language: ExportLanguage): string {
  const { name } = words[language];
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Genjin//Follow-ups//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${name}`,
    `X-WR-CALNAME:${name}`,
    `REFRESH-INTERVAL;VALUE=DURATION:${refresh}`,
    `X-PUBLISHED-TTL:${refresh}`,
    ...rows.flatMap((row) => eventOf(tenantId, row, language)),
    'END:VCALENDAR',
  ]
    .map(folded)
    .join('');
}

/** Its UID stays, so that an event which moves is moved; only of what is followed up, because each has one next follow-up. */
function eventOf(tenantId: number, row: NextRow, language: ExportLanguage): string[] {
  const { kind, id, nextFollowUpAt, updatedAt, lastContactAt } = row;
  const { event, last, never } = words[language];
  const [day = '', time = ''] = formatTime(nextFollowUpAt).split(' ');
  return [
    'BEGIN:VEVENT',
    `UID:${kind}-${id}.${tenantId}@genjin`,
    `DTSTAMP:${utc(updatedAt ?? nextFollowUpAt)}`,
    ...(time === '00:00:00'
      ? [`DTSTART;VALUE=DATE:${day.replaceAll('-', '')}`]
      : [`DTSTART:${utc(nextFollowUpAt)}`, `DURATION:${duration}`]),
    `SUMMARY:${escaped(event + row.name)}`,
    `DESCRIPTION:${escaped(lastContactAt === null ? never : last + formatTime(lastContactAt))}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

/** As 20241104T024907Z. */
const utc = (at: number): string => new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** A text as a value: what has a meaning there, line breaks above all, loses it; other control characters are left out. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll(/\r\n?|\n|\u0085|\u2028|\u2029/g, '\\n')
    .replaceAll('\t', ' ')
    .replaceAll(/\p{Cc}/gu, '');

/** Octets of a line, without its end. */
const longest = 75;

/** A content line with its end; a long one goes on in the next, after a blank, and no character is torn. */
function folded(line: string): string {
  let text = '';
  let length = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (length + size > longest) {
      text += '\r\n ';
      length = 1;
    }
    text += character;
    length += size;
  }
  return `${text}\r\n`;
}
