/** What every answer shows of a change alike: in the feed, and in an entry's history. */
import type { Done } from '../domain/change-stores.ts';
import { number, text } from './shape.ts';
import { formatTime } from './time.ts';

export const doneParts = {
  revision: number('Its number in the log; they count from 1 without a gap.', ({ revision }: Done) => revision),
  action: text('recorded · edited · removed · restored · erased.', ({ action }: Done) => action),
  actor: text('Who: app:<client_id>, user:<user_id> or command:<name>.', ({ actor }: Done) => actor),
  time: text('When, YYYY-MM-DD HH:mm:ss, Beijing time; it never goes back.', ({ changedAt }: Done) => formatTime(changedAt)),
  erased: number('1: its texts were erased for good since.', ({ erased }: Done) => (erased ? 1 : 0)),
};
