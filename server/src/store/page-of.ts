import type { Page } from '../domain/stores.ts';

/** What of a list stands on a page; `null`: all of it. */
export const cutOut = <T>(list: readonly T[], page: Page | null): readonly T[] =>
  page === null ? list : list.slice((page.number - 1) * page.size, page.number * page.size);
