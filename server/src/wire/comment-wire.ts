/** Comments on entries, on the wire. They are Genjin's own: OKKI publishes their number only (docs/wire.md#comments). */
import { Type } from 'typebox';
import type { CommentPush } from '../domain/comment.ts';
import type { ListedComments } from '../domain/comment-stores.ts';
import type { Comment, User } from '../domain/objects.ts';
import type { Page } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { fieldSet, idempotencyKeyField, idList, idOrNone, ifGiven, text } from './fields.ts';
import { pageFields, readPage } from './listing-wire.ts';
import { number, numbers, objectOrNone, shape, text as textPart } from './shape.ts';
import { formatTime } from './time.ts';

type Given = Readonly<Record<string, unknown>>;

/** Characters of a comment. */
const maxContent = 2000;
/** Users whom one comment mentions. */
const maxMentions = 50;

const commentId = '评论ID · The comment.';

export const commentListQuery = fieldSet({ trail_id: idOrNone('动态ID · The entry.'), ...pageFields });

/** Throws `missing_parameter`. */
export function readCommentList(query: Given): { trailId: number; page: Page } {
  const given = commentListQuery.read(query);
  if (given.trail_id === null) throw badParameter('trail_id', undefined, 'accepted: the id of an entry');
  return { trailId: given.trail_id, page: readPage(given) };
}

/** A comment in an answer. */
interface Shown {
  readonly comment: Comment;
  readonly users: ReadonlyMap<number, User>;
}

const authorShape = shape<User>(
  {
    nickname: textPart('昵称 · Nickname.', ({ nickname }) => nickname),
    avatar: textPart('头像 · Picture, or "".', ({ avatar }) => avatar),
  },
  'CommentAuthor',
);

const commentShape = shape<Shown>({
  comment_id: number(commentId, ({ comment }) => comment.commentId),
  trail_id: number('动态ID · The entry that it is on.', ({ comment }) => comment.trailId),
  content: textPart('评论内容 · Exactly as it came.', ({ comment }) => comment.content),
  mentions: numbers('提及的用户 · The users who are to see it.', ({ comment }) => comment.mentionIds),
  create_user: number('评论人 · Who wrote it.', ({ comment }) => comment.authorId),
  create_user_info: objectOrNone('评论人 · Who wrote it.', authorShape, ({ comment, users }) => users.get(comment.authorId)),
  create_time: textPart('评论时间 · When it was written, Beijing time.', ({ comment }) => formatTime(comment.createdAt)),
  update_time: textPart('更新时间 · When it was last changed, Beijing time.', ({ comment }) => formatTime(comment.updatedAt)),
});

export const commentListData = Type.Object({
  list: Type.Array(commentShape.schema, { description: 'Oldest first.' }),
  totalItem: Type.Integer({ description: '总数 · Exact number of comments that are here, over all pages.' }),
});

export const presentCommentList = ({ total, rows, users }: ListedComments): string =>
  JSON.stringify({ list: rows.map((comment) => commentShape.present({ comment, users })), totalItem: total });

export const commentPushBody = fieldSet({
  comment_id: idOrNone('评论ID · The comment to edit: only the fields that are given change; 0 or absent: a new one.'),
  trail_id: idOrNone('动态ID · The entry; a new comment needs one.'),
  content: ifGiven(text('评论内容 · Kept exactly as given; not blank.', maxContent)),
  mentions: ifGiven(idList('提及的用户 · The users who are to see it.', maxMentions)),
  idempotency_key: idempotencyKeyField,
});

/** Throws `bad_parameter`. */
export function readCommentPush(body: Given): CommentPush {
  const given = commentPushBody.read(body);
  return {
    commentId: given.comment_id,
    trailId: given.trail_id,
    fields: { content: given.content, mentionIds: given.mentions },
  };
}

export const commentRemoveBody = fieldSet({ comment_id: idOrNone(commentId), idempotency_key: idempotencyKeyField });

/** Throws `missing_parameter`. */
export function readCommentRemove(body: Given): number {
  const { comment_id } = commentRemoveBody.read(body);
  if (comment_id === null) throw badParameter('comment_id', undefined, 'accepted: the id of a comment');
  return comment_id;
}

export const commentPushData = Type.Object({ comment_id: Type.Integer({ description: commentId }) });

export const presentCommentPushed = (id: number): string => `{"comment_id":${id}}`;
