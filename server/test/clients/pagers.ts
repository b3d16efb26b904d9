/** How programs that run against OKKI read a whole timeline page by page. Nothing here knows Genjin. */

export interface Item {
  readonly trail_id: number;
  readonly create_time: string;
}

export interface PageOfItems {
  readonly list: readonly Item[];
  readonly totalItem: number;
}

export type ReadPage = (number: number) => Promise<PageOfItems>;
export type ReadAll = (read: ReadPage, size: number) => Promise<Item[]>;

/** Reads one page; throws unless the envelope says 200. */
export const pageReader =
  (base: string, authorization: string, size: number, query = ''): ReadPage =>
  async (number) => {
    const url = `${base}/v1/dynamic/trail/list?start_index=${number}&count=${size}${query}`;
    const response = await fetch(url, { headers: { Authorization: authorization, 'Content-Type': 'application/json' } });
    const body = (await response.json()) as { code: number; message: string; data: PageOfItems };
    if (body.code !== 200) throw new Error(body.message);
    return body.data;
  };

const untilShortPage: ReadAll = async (read, size) => {
  const all: Item[] = [];
  for (let number = 1; ; number++) {
    const { list } = await read(number);
    all.push(...list);
    if (list.length < size) return all;
  }
};

const untilTotal: ReadAll = async (read) => {
  const all: Item[] = [];
  for (let number = 1; ; number++) {
    const { list, totalItem } = await read(number);
    all.push(...list);
    if (all.length >= totalItem) return all;
  }
};

const untilEmptyPage: ReadAll = async (read) => {
  const all: Item[] = [];
  for (let number = 1; ; number++) {
    const { list } = await read(number);
    if (list.length === 0) return all;
    all.push(...list);
  }
};

/** Reckons the number of pages from the first one. */
const byPagesFromTotal: ReadAll = async (read, size) => {
  const first = await read(1);
  const all = [...first.list];
  for (let number = 2; number <= Math.ceil(first.totalItem / size); number++) all.push(...(await read(number)).list);
  return all;
};

/** Trusts no answer whose total is no number or less than what came. */
const doubtingTheTotal: ReadAll = async (read, size) => {
  const all: Item[] = [];
  for (let number = 1; ; number++) {
    const { list, totalItem } = await read(number);
    all.push(...list);
    if (!Number.isFinite(totalItem) || totalItem < all.length) throw new Error(`totalItem ${totalItem} for ${all.length} rows`);
    if (list.length < size) return all;
  }
};

/** Refuses when the total is another one than before. */
const insistingOnTheTotal: ReadAll = async (read) => {
  const all: Item[] = [];
  let total: number | null = null;
  for (let number = 1; ; number++) {
    const { list, totalItem } = await read(number);
    if (total !== null && totalItem !== total) throw new Error(`totalItem was ${total} and is ${totalItem}`);
    total = totalItem;
    if (list.length === 0) {
      if (all.length !== total) throw new Error(`${all.length} rows of ${total}`);
      return all;
    }
    all.push(...list);
  }
};

export const pagers = {
  'stops on a short page': untilShortPage,
  'stops on totalItem': untilTotal,
  'stops on an empty page': untilEmptyPage,
  'reckons pages from totalItem': byPagesFromTotal,
  'throws unless totalItem is a finite number of at least the rows': doubtingTheTotal,
  'refuses when totalItem changes': insistingOnTheTotal,
} as const;
