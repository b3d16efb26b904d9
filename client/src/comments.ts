import type { Input } from './names.ts';
import { type AllOptions, allOf, type PageField } from './pager.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type {
  CommentListData,
  CommentListDataList,
  CommentListQuery,
  CommentPushBody,
  CommentPushData,
  CommentRemoveBody,
} from './wire.ts';

/** What is said about entries. Genjin only. */
export class Comments extends Resource {
  /**
   * One page of the comments on an entry, oldest first, and the number of all.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ count: 1 });
   * const { list, totalItem } = await client.comments.list({ trailId: entry.trail_id });
   * console.log(list.map((comment) => comment.content), totalItem);
   */
  list(query: Input<CommentListQuery>, options: CallOptions = {}): Promise<CommentListData> {
    return this.read('/v1/dynamic/comment/list', query, options);
  }

  /**
   * All comments on an entry, none twice.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ count: 1 });
   * await client.comments.push({ trailId: entry.trail_id, content: '已寄样' });
   * for await (const comment of client.comments.all({ trailId: entry.trail_id })) console.log(comment.create_user, comment.content);
   */
  all(
    query: Omit<Input<CommentListQuery>, PageField>,
    options: AllOptions = {},
  ): AsyncGenerator<CommentListDataList, void, undefined> {
    return allOf(
      (page) => this.list({ ...query, ...page }, options),
      (comment) => comment.comment_id,
      options,
    );
  }

  /**
   * Comments on an entry or, with `comment_id`, edits a comment: what is left out stays.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ count: 1 });
   * const { comment_id } = await client.comments.push({ trailId: entry.trail_id, content: '请跟进', mentions: [entry.create_user] });
   * await client.comments.push({ commentId: comment_id, content: '请尽快跟进' });
   * console.log(comment_id);
   */
  push(comment: Input<Omit<CommentPushBody, 'idempotency_key'>>, options: KeyedCallOptions = {}): Promise<CommentPushData> {
    return this.sendOnce('/v1/dynamic/comment/push', comment, options);
  }

  /**
   * Takes a comment off its entry.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ count: 1 });
   * const { comment_id } = await client.comments.push({ trailId: entry.trail_id, content: '写错了' });
   * await client.comments.remove({ commentId: comment_id });
   * console.log('removed', comment_id);
   */
  remove(comment: Input<Omit<CommentRemoveBody, 'idempotency_key'>>, options: KeyedCallOptions = {}): Promise<CommentPushData> {
    return this.sendOnce('/v1/dynamic/comment/remove', comment, options);
  }
}
