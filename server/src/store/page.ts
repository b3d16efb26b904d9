/**
 * What of a page of SQLite's file is not in use (https://www.sqlite.org/fileformat2.html#b_tree_pages): there may lie copies of what was
 * moved or deleted, also with `secure_delete`, which does not clear what a page is left with when its cells are spread anew.
 */

/** What the first 100 bytes of the file say. */
export interface FileShape {
  readonly pageSize: number;
  /** Bytes of a page that may be in use. */
  readonly usable: number;
  readonly pages: number;
  /** The first page of the list of free pages; 0 for none. */
  readonly firstTrunk: number;
}

/** From this number of pages on, a page of a text could look like one of a table. */
const mostPages = 0x02000000;

/** Throws for a file that is not of the kind that Genjin makes. */
export function shapeOf(header: Buffer): FileShape {
  const size = header.readUInt16BE(16);
  const pageSize = size === 1 ? 65536 : size;
  const pages = header.readUInt32BE(28);
  if (header.toString('latin1', 0, 15) !== 'SQLite format 3') throw new Error('no file of SQLite');
  if (header.readUInt32BE(52) !== 0) throw new Error('a file with pages that SQLite moves by itself');
  if (pages >= mostPages) throw new Error(`a file of ${pages} pages, too many to tell them apart`);
  return { pageSize, usable: pageSize - (header[20] as number), pages, firstTrunk: header.readUInt32BE(32) };
}

/** A content that goes on in other pages: the first of them, and how many bytes lie there. */
export interface Overflow {
  readonly page: number;
  readonly length: number;
}

const types = { innerIndex: 2, innerTable: 5, leafIndex: 10, leafTable: 13 } as const;

/** Clears what is not in use of a page of a table or an index, in memory; of any other page nothing. Answers whether that was anything. */
export function clearUnused(page: Buffer, { usable }: FileShape, number: number): boolean {
  const tree = treeOf(page, usable, number);
  if (tree === null) return false;
  let cleared = clear(page, tree.pointers + 2 * tree.cells, tree.content);
  for (let at = page.readUInt16BE(tree.header + 1); at !== 0; ) {
    const [next, size] = [page.readUInt16BE(at), page.readUInt16BE(at + 2)];
    if (at < tree.content || size < 4 || at + size > usable || (next !== 0 && next < at + size)) break;
    if (clear(page, at + 4, at + size)) cleared = true;
    at = next > usable - 4 ? 0 : next;
  }
  return cleared;
}

/** Clears from `start` to before `end`; answers whether there was anything. */
export function clear(page: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (page[i] === 0) continue;
    page.fill(0, i, end);
    return true;
  }
  return false;
}

/** Where the parts of a page of a table or an index lie; `null` for any other page. */
function treeOf(
  page: Buffer,
  usable: number,
  number: number,
): { type: number; header: number; pointers: number; cells: number; content: number } | null {
  const header = number === 1 ? 100 : 0;
  const type = page[header] as number;
  if (!Object.values<number>(types).includes(type)) return null;
  const cells = page.readUInt16BE(header + 3);
  const content = page.readUInt16BE(header + 5) || 65536;
  const pointers = header + (type === types.innerIndex || type === types.innerTable ? 12 : 8);
  return pointers + 2 * cells <= content && content <= usable ? { type, header, pointers, cells, content } : null;
}

/** The contents of a page that go on elsewhere. */
export function* overflowsOf(page: Buffer, { usable }: FileShape, number: number): Generator<Overflow> {
  const tree = treeOf(page, usable, number);
  if (tree === null || tree.type === types.innerTable) return;
  const most = tree.type === types.leafTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  for (let i = 0; i < tree.cells; i++) {
    let at = page.readUInt16BE(tree.pointers + 2 * i);
    if (at < tree.content || at + 4 > usable) continue;
    if (tree.type === types.innerIndex) at += 4;
    const payload = varint(page, at);
    at = payload.end;
    if (tree.type === types.leafTable) at = varint(page, at).end;
    if (payload.value <= most) continue;
    const kept = least + ((payload.value - least) % (usable - 4));
    const here = kept <= most ? kept : least;
    if (at + here + 4 <= usable) yield { page: page.readUInt32BE(at + here), length: payload.value - here };
  }
}

function varint(page: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = start; i < start + 9; i++) {
    const byte = page[i] ?? 0;
    if (i === start + 8) return { value: value * 256 + byte, end: i + 1 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: i + 1 };
  }
  return { value, end: start + 9 };
}
