/** What the rules of comments need from storage; as stores.ts, in the words of the trade. */
import type { Comment, User } from './objects.ts';
import type { Listed, Page } from './stores.ts';

/** Comments, oldest first, with the users who wrote them; unknown ones are missing. */
export interface ListedComments extends Listed<Comment> {
  readonly users: ReadonlyMap<number, User>;
}

export interface CommentStore {
  /** Those on an entry that were not removed, whatever became of the entry; `null` when that was never there. */
  list(tenantId: number, trailId: number, page: Page): Promise<ListedComments | null>;
}
