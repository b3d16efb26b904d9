import type { Comments } from '../../domain/comment.ts';
import {
  commentListData,
  commentListQuery,
  commentPushBody,
  commentPushData,
  commentRemoveBody,
  presentCommentList,
  presentCommentPushed,
  readCommentList,
  readCommentPush,
  readCommentRemove,
} from '../../wire/comment-wire.ts';
import type { Route } from '../route.ts';
import { listed, revisionHeader } from './listing.ts';

const notFound = '404 Not Found Resource';
const notAllowed = "403: another user's comment";

/** What is said about entries. */
export const commentRoutes = (comments: Comments): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/comment/list',
    module: 'company',
    summary: '评论列表 · List comments',
    description:
      'The comments on an entry, oldest first, of a removed one too. Those that only its source has are counted in the entry, but not here.',
    query: commentListQuery,
    headers: revisionHeader,
    data: commentListData,
    errors: ['400', notFound],
    handle: async (caller, query) => {
      const { trailId, page } = readCommentList(query);
      const found = await comments.list(caller, trailId, page);
      return listed(presentCommentList(found), found);
    },
  },
  {
    method: 'POST',
    path: '/v1/dynamic/comment/push',
    module: 'company',
    summary: '新建、编辑评论 · Comment on a follow-up, or edit a comment',
    description:
      'Without comment_id adds a comment by the caller to an entry that is not removed; with it edits one: an absent field stays as it is. ' +
      'The comment_count of the entry follows in the same transaction.',
    body: commentPushBody,
    idempotent: true,
    data: commentPushData,
    errors: ['400', notAllowed, notFound, '409'],
    handle: async (caller, body, { idempotencyKey }) =>
      presentCommentPushed(await comments.push(caller, readCommentPush(body), idempotencyKey)),
  },
  {
    method: 'POST',
    path: '/v1/dynamic/comment/remove',
    module: 'company',
    summary: '删除评论 · Remove a comment',
    description: 'Takes a comment off its entry. The change log keeps it.',
    body: commentRemoveBody,
    idempotent: true,
    data: commentPushData,
    errors: ['400', notAllowed, notFound, '409'],
    handle: async (caller, body, { idempotencyKey }) =>
      presentCommentPushed(await comments.remove(caller, readCommentRemove(body), idempotencyKey)),
  },
];
