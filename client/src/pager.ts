import type { CallOptions } from './transport.ts';

export interface AllOptions extends CallOptions {
  /** Rows asked for at a time; 100 when left out. */
  readonly pageSize?: number | undefined;
}

/** What `allOf` says itself. */
export type PageField = 'count' | 'start_index' | 'startIndex';

/** @internal */
interface Page<Row> {
  readonly list: readonly Row[];
  readonly totalItem: number;
}

/** How often a page is left for the one before it, while the total changes with every answer. */
const maxRetreats = 3;
/** How often the front is read again, while something comes there each time. */
const maxPasses = 10;

/**
 * @internal
 * The rows of all pages, none twice, in the order of the list.
 *
 * The list may change while it is read, and has only numbers of pages to hold on to. Where rows were added before the place that was
 * reached, the next page begins with rows that were seen already: nothing is missed. Where rows were removed, the next page begins too
 * far behind: it is taken only when its first row was seen, or when the total is what it was; otherwise the page before it is read
 * again. A row that was moved to the front is found at the end, by reading the front again when the list had changed, at least as far
 * as the list has grown. What cannot be seen from outside is a removal before the place and an addition behind it between two pages.
 */
export async function* allOf<Row>(
  read: (page: { count: number; start_index: number }) => Promise<Page<Row>>,
  idOf: (row: Row) => number | string,
  { pageSize = 100, signal }: AllOptions,
): AsyncGenerator<Row, void, undefined> {
  const seen = new Set<number | string>();
  const fresh = function* (rows: readonly Row[]): Generator<Row> {
    for (const row of rows) {
      if (seen.has(idOf(row))) continue;
      signal?.throwIfAborted();
      seen.add(idOf(row));
      yield row;
    }
  };
  let total: number | null = null;
  let firstTotal = 0;
  let reached = 0;
  let retreats = 0;
  let changed = false;
  for (let number = 1; ; ) {
    const { list, totalItem } = await read({ count: pageSize, start_index: number });
    const [first] = list;
    if (total === null) firstTotal = totalItem;
    const overlaps = first !== undefined && seen.has(idOf(first));
    const ahead = number > reached;
    changed ||= number > 1 && (overlaps || totalItem !== total);
    if (number > 1 && !overlaps && totalItem !== total && (!ahead || retreats < maxRetreats)) {
      if (ahead) retreats++;
      number--;
      continue;
    }
    if (ahead) {
      reached = number;
      retreats = 0;
    }
    const before = seen.size;
    yield* fresh(list);
    total = totalItem;
    const nothingNew = seen.size === before;
    if (list.length === 0 || number * pageSize >= total || (list.length < pageSize && nothingNew)) break;
    number++;
  }
  let top: number | string | undefined;
  for (let pass = 0; changed && pass < maxPasses; pass++) {
    let more = true;
    for (let number = 1; more; number++) {
      const { list, totalItem } = await read({ count: pageSize, start_index: number });
      const [first] = list;
      if (number === 1) {
        // Until nothing came to the front while it was read.
        changed = first !== undefined && idOf(first) !== top;
        if (!changed) break;
        top = first && idOf(first);
      }
      const before = seen.size;
      yield* fresh(list);
      // A page more than it has grown by, for the rows that were moved there as well.
      const grown = (number - 1) * pageSize < totalItem - firstTotal;
      more = (grown || seen.size > before) && list.length === pageSize;
    }
  }
}
