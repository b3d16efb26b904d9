import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import type { CommentStore, ListedComments } from './comment-stores.ts';
import { type Given, overlay } from './given.ts';
import { once } from './idempotency.ts';
import type { Comment, Trail } from './objects.ts';
import { changedNow } from './push.ts';
import { same } from './same.ts';
import type { Clock, Edit, ObjectStore, Page, Stored } from './stores.ts';
import { wholeSecond } from './trail.ts';
import type { Vault } from './vault.ts';

/** What a push says of a comment. */
export interface CommentPush {
  /** `null`: a new one. */
  readonly commentId: number | null;
  /** Of one that is edited it only has to be the right one. */
  readonly trailId: number | null;
  readonly fields: Given<Pick<Comment, 'content' | 'mentionIds'>>;
}

/** What an entry shows as the number of its comments: those that its source counts, and those that are here. */
export const commentsOf = ({ commentCount, ownCommentCount }: Pick<Trail, 'commentCount' | 'ownCommentCount'>): number =>
  commentCount + ownCommentCount;

/** What is said about entries. Each comment that comes or goes changes the number that its entry has, in the same transaction. */
export class Comments {
  readonly #comments: CommentStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { comments: CommentStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#comments = parts.comments;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  /** Those on an entry, oldest first, of a removed one too. Throws `not_found` for an entry that was never there. */
  async list(caller: Caller, trailId: number, page: Page): Promise<ListedComments> {
    const listed = await this.#comments.list(caller.tenantId, trailId, page);
    if (listed === null) throw new AppError('not_found');
    return listed;
  }

  /**
   * Adds a comment by the caller, or edits one, and answers its id; an edit that changes nothing writes nothing. Under an idempotency `key`
   * see `once`. Throws `not_found` for an entry or a comment that is not there or was removed, `not_allowed` for another user's comment,
   * `bad_parameter` for a blank text and for a mention of nobody.
   */
  push(caller: Caller, push: CommentPush, key: string | null = null): Promise<number> {
    const { commentId } = push;
    return this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { comment: push }, async () => {
        const now = wholeSecond(this.#clock());
        await requireMentioned(edit, push.fields.mentionIds ?? []);
        return commentId === null ? add(edit, caller, push, now) : change(edit, caller, commentId, push, now);
      }),
    );
  }

  /** Takes a comment off its entry, also off one that was removed. As `push`; `not_found` also for one that was removed already. */
  remove(caller: Caller, commentId: number, key: string | null = null): Promise<number> {
    return this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { removeComment: commentId }, async () => {
        const now = wholeSecond(this.#clock());
        const before = await presentComment(edit, caller, commentId);
        await edit.write('comment', [changedNow(before, { ...before.object, removed: true, updatedAt: now }, now)]);
        const trail = (await edit.getMany('trail', [before.object.trailId])).get(before.object.trailId);
        if (trail !== undefined) await count(edit, trail, -1);
        return commentId;
      }),
    );
  }
}

/** Whether somebody may edit or remove a comment: a person its own, an admin and a program those of everybody. */
const mayChange = (caller: Caller, { authorId }: Comment): boolean =>
  !caller.member || caller.role === 'admin' || authorId === caller.userId;

async function add(edit: Edit, caller: Caller, { trailId, fields }: CommentPush, now: number): Promise<number> {
  if (trailId === null) throw badParameter('trail_id', undefined, 'accepted: the id of an entry');
  const { content, mentionIds = [] } = fields;
  requireText(content);
  const trail = await presentTrail(edit, trailId);
  const commentId = edit.newIds(1);
  const times = { createdAt: now, updatedAt: now };
  const comment = { commentId, trailId, authorId: caller.userId, content, mentionIds, removed: false, ...times };
  await edit.write('comment', [changedNow(null, comment, now)]);
  await count(edit, trail, 1);
  return commentId;
}

async function change(
  edit: Edit,
  caller: Caller,
  commentId: number,
  { trailId, fields }: CommentPush,
  now: number,
): Promise<number> {
  const before = await presentComment(edit, caller, commentId);
  const own = before.object.trailId;
  if (trailId !== null && trailId !== own) throw badParameter('trail_id', trailId, `comment ${commentId} is on entry ${own}`);
  if (fields.content !== undefined) requireText(fields.content);
  await presentTrail(edit, own);
  const after = overlay(before.object, fields);
  if (!same(before.object, after)) await edit.write('comment', [changedNow(before, { ...after, updatedAt: now }, now)]);
  return commentId;
}

/** The number is a fact of the entry, so whatever shows or keeps the entry follows it; when the entry was last edited stays as it was. */
async function count(edit: Edit, trail: Stored<Trail>, by: 1 | -1): Promise<void> {
  const after = { ...trail.object, ownCommentCount: trail.object.ownCommentCount + by };
  await edit.write('trail', [{ before: trail, after, knownAt: trail.knownAt }]);
}

async function presentTrail(edit: Edit, trailId: number): Promise<Stored<Trail>> {
  const trail = (await edit.getMany('trail', [trailId])).get(trailId);
  if (trail === undefined || trail.object.removed) throw new AppError('not_found');
  return trail;
}

async function presentComment(edit: Edit, caller: Caller, commentId: number): Promise<Stored<Comment>> {
  const comment = (await edit.getMany('comment', [commentId])).get(commentId);
  if (comment === undefined || comment.object.removed) throw new AppError('not_found');
  if (mayChange(caller, comment.object)) return comment;
  throw new AppError('not_allowed', {
    reason: `comment ${commentId} is another user's: only its author, admins and applications may change it`,
  });
}

function requireText(content: string | undefined): asserts content is string {
  if (content === undefined || content.trim() === '')
    throw badParameter('content', content, 'accepted: a text that is not blank');
}

async function requireMentioned(edit: Edit, userIds: readonly number[]): Promise<void> {
  if (userIds.length === 0) return;
  const known = await edit.getMany('user', userIds);
  const unknown = userIds.find((id) => !known.has(id));
  if (unknown !== undefined) throw badParameter('mentions', unknown, 'accepted: ids of users of the enterprise');
}
