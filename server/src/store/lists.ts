/** Lists of ids in statements: filled up to one of a few lengths, so that there are few statements to prepare. */

const sizes = [1, 2, 4, 8, 16, 24, 32, 64, 256, 1024, 4096] as const;

/** What one statement takes at most. */
export const longestList = 4096;

export interface List {
  /** `?, ?, …` */
  readonly marks: string;
  /** The values, the first one repeated up to the length. */
  readonly values: readonly number[];
}

/** `values`: 1 to `longestList` of them. */
export function listOf(values: readonly number[]): List {
  const size = sizes.find((one) => one >= values.length);
  if (values.length === 0 || size === undefined) throw new RangeError(`a list of ${values.length} values`);
  return {
    marks: marksOf(size),
    values: values.length === size ? values : [...values, ...new Array<number>(size - values.length).fill(values[0] as number)],
  };
}

const known = new Map<number, string>();

function marksOf(size: number): string {
  let marks = known.get(size);
  if (marks === undefined) {
    marks = new Array(size).fill('?').join(', ');
    known.set(size, marks);
  }
  return marks;
}

/** As many lists as so many ids need. */
export function* listsOf(ids: readonly number[]) {
  for (let start = 0; start < ids.length; start += longestList) yield listOf(ids.slice(start, start + longestList));
}
