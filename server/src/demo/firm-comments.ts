import type { Comment } from '../domain/objects.ts';
import type { Edit } from '../domain/stores.ts';
import { parseTime } from '../wire/time.ts';
import type { FirmEntry, FirmOptions } from './firm.ts';
import { mix, Random } from './firm-random.ts';

/** `@` stands for the colleague who is mentioned. */
const SAID = [
  '收到，我来跟进样品。',
  '@ 报价单请发我一份。',
  '@ 客户上次的付款条件是什么？',
  '已和工厂确认，交期没问题。',
  '这家信用额度注意一下，先收 30% 定金。',
  '@ 请协助安排打样，周五前要寄出。',
  '好的，明天电话再确认一次。',
  '价格可以再让 2%，底线不变。',
  '@ 展会上见过他们采购，可以帮忙约。',
  '样品客户很满意，催一下订单。',
  'Please copy me on the next mail.',
  '@ Can we ship by the end of the month?',
];

/** An own stream of random numbers, clear of the directory's. */
const KIND = 31;
const MINUTE = 60_000;

type Said = Omit<Comment, 'commentId' | 'removed'>;

/**
 * What colleagues said about entries: as much of each as its `comment_count`, none of it after the period. Equal options and entries give
 * equal comments.
 */
export function firmComments({ seed, endAt }: FirmOptions, entries: readonly FirmEntry[]): Said[] {
  const names = new Map(
    entries.map(({ create_user, create_user_info: info }) => [create_user, 'nickname' in info ? info.nickname : '']),
  );
  const colleagues = [...names.keys()].toSorted((a, b) => a - b);
  return entries.flatMap(({ trail_id: trailId, comment_count, create_user, created_at }) => {
    const random = new Random(mix(mix(seed >>> 0, KIND), trailId % 0xffffffff));
    let at = parseTime(created_at) as number;
    return Array.from({ length: comment_count }, (): Said => {
      at = Math.min(endAt - (endAt % 1000), at + random.between(5, 900) * MINUTE);
      const authorId = random.pick(colleagues);
      const text = random.pick(SAID);
      const mentionedId = authorId === create_user ? random.pick(colleagues) : create_user;
      const content = text.replace('@', `@${names.get(mentionedId)}`);
      return { trailId, authorId, content, mentionIds: content === text ? [] : [mentionedId], createdAt: at, updatedAt: at };
    });
  });
}

/** Writes them, but those of entries that have some already. */
export async function writeComments(edit: Edit, said: readonly Said[]): Promise<void> {
  const byTrail = Map.groupBy(said, ({ trailId }) => trailId);
  for (const [trailId, before] of await edit.getMany('trail', byTrail.keys())) {
    const own = byTrail.get(trailId) ?? [];
    if (before.object.ownCommentCount > 0) continue;
    const firstId = edit.newIds(own.length);
    await edit.write(
      'comment',
      own.map((one, i) => ({ before: null, after: { ...one, commentId: firstId + i, removed: false }, knownAt: one.updatedAt })),
    );
    const after = { ...before.object, ownCommentCount: own.length };
    await edit.write('trail', [{ before, after, knownAt: before.knownAt }]);
  }
}
