/** One entry's raw JSON text and the line (from 1) of the file where it begins; or a piece that cannot be an entry. */
export type SplitItem = { line: number; bytes: Buffer } | { line: number; bytes: Buffer; reason: string };

// What encloses the scanner: an object whose first key is yet unknown, an envelope, its `data`, a list of entries.
type Frame = 'object' | 'page' | 'data' | 'list';
type ValueKind = 'entry' | 'not an object' | 'key' | 'passed over';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
// Where the last significant byte is remembered, this stands for a complete value.
const VALUE = 0;

const EMPTY = Buffer.alloc(0);
const REJECTED_BYTES = 4096;
const HEAD_BYTES = 65536;
const MAX_DEPTH = 1024;
// These are for text decoded as latin1, where the byte order mark is three characters.
const BOM = '\xef\xbb\xbf';
const UNDECIDED = /^(?:\xef(?:\xbb\xbf?)?)?[ \t\r\n]*(?:\{[ \t\r]*(?:"[A-Za-z]{0,9})?)?$/;
const STRUCTURE = /^(?:\xef\xbb\xbf)?[ \t\r\n]*(?:\[|\{[ \t\r]*(?:\n|"(?:code|message|now|data|list|totalItem)"))/;
const PAGE_LINE = /^[ \t]*\{[ \t]*"(?:code|message|now|data|list|totalItem)"/;

/** Gathers one piece of the file over several chunks; of a piece above its limit only the beginning is kept. */
class Piece {
  line = 0;
  limit = 0;
  size = 0;
  private from = -1;
  private held = 0;
  private parts: Buffer[] = [];

  get open(): boolean {
    return this.from >= 0;
  }

  begin(from: number, line: number, limit: number): void {
    this.from = from;
    this.line = line;
    this.limit = limit;
    this.size = 0;
    this.held = 0;
    this.parts = [];
  }

  keep(chunk: Buffer): void {
    if (!this.open) return;
    this.add(chunk.subarray(this.from));
    this.from = 0;
  }

  take(chunk: Buffer, end: number): Buffer {
    if (this.open) this.add(chunk.subarray(this.from, end));
    this.from = -1;
    const { parts } = this;
    this.parts = [];
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  private add(part: Buffer): void {
    if (part.length === 0) return;
    this.size += part.length;
    const room = this.size > this.limit ? REJECTED_BYTES - this.held : part.length;
    if (room > 0) this.parts.push(part.subarray(0, room));
    else if (room < 0) this.parts = [Buffer.concat(this.parts, REJECTED_BYTES)];
    this.held += Math.min(room, part.length);
  }
}

function rejected(line: number, bytes: Buffer, reason: string): SplitItem {
  return { line, bytes: bytes.subarray(0, REJECTED_BYTES), reason };
}

function entry({ line, size }: Piece, bytes: Buffer, maxBytes: number): SplitItem {
  return size > maxBytes ? rejected(line, bytes, `entry longer than ${maxBytes} bytes`) : { line, bytes };
}

function unexpected(c: number): string {
  return c > SPACE && c < 0x7f ? `unexpected ${String.fromCharCode(c)}` : 'unexpected text';
}

/** Finds the entries of arrays, pages and pretty-printed objects by brackets and strings. */
class StructureScanner {
  private readonly maxEntryBytes: number;
  private readonly items: SplitItem[];
  private line: number;
  // Blanks so far on this line, or -1 once it has had anything else.
  private blanks = 0;
  // The blanks before the last entry on its line, or Infinity if it did not begin a line.
  private indent = Infinity;
  private topLine = 0;
  private readonly frames: Frame[] = [];
  private prev = VALUE;
  private readonly piece = new Piece();
  private readonly keyPiece = new Piece();
  private key = '';
  private listed = false;
  private inValue = false;
  private kind: ValueKind = 'passed over';
  private depth = 0;
  private readonly stack = new Uint8Array(MAX_DEPTH);
  private inString = false;
  private escaped = false;
  private seeking = false;
  private problem = '';
  // After an error, brackets and commas around the entries are leftovers of the broken structure.
  private loose = false;

  constructor(maxEntryBytes: number, items: SplitItem[], line: number) {
    this.maxEntryBytes = maxEntryBytes;
    this.items = items;
    this.line = line;
  }

  scan(chunk: Buffer): void {
    let i = 0;
    while (i < chunk.length) {
      if (this.seeking) i = this.seek(chunk, i);
      else if (this.inValue) i = this.value(chunk, i);
      else i = this.between(chunk, i);
    }
    this.piece.keep(chunk);
    this.keyPiece.keep(chunk);
  }

  end(whole: 'file' | 'line'): void {
    const { piece, frames } = this;
    if (this.seeking) this.endSeeking(EMPTY, 0, `skipped to the end of the ${whole}`);
    else if (this.inValue || frames.length > 0) {
      const inEntry = frames[0] === 'object' || (this.inValue && (this.kind === 'entry' || this.kind === 'not an object'));
      const what = inEntry || frames.length === 0 ? 'entry' : frames[0] === 'list' ? 'array' : 'page';
      const line = piece.open ? piece.line : this.topLine;
      const reason = `${what} begun on line ${line} is not closed at the end of the ${whole}`;
      this.items.push(rejected(line, piece.take(EMPTY, 0), reason));
    }
  }

  /** One byte outside of entries and other nested values. */
  private between(chunk: Buffer, i: number): number {
    const c = chunk[i] as number;
    if (c <= SPACE) {
      this.countBlank(c);
      return i + 1;
    }
    const { prev, frames } = this;
    const frame = frames.at(-1);
    if (frame === undefined) {
      if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        this.topLine = this.line;
        this.indent = Infinity;
        if (c === OPEN_BRACE) this.beginPiece(i);
        else this.loose = false;
        frames.push(c === OPEN_BRACE ? 'object' : 'list');
      } else if (!this.loose || (c !== COMMA && c !== CLOSE_BRACE && c !== CLOSE_BRACKET && c !== QUOTE)) {
        return this.fail(i, unexpected(c));
      } else this.seeking = c === QUOTE;
    } else if (frame === 'object') {
      return c === QUOTE ? this.beginValue(i, 'key') : this.resumeEntry(i);
    } else if (frame === 'list') {
      if (prev !== VALUE && c === OPEN_BRACE) {
        this.beginPiece(i);
        return this.beginValue(i, 'entry');
      }
      if (c === CLOSE_BRACKET) return this.leave(chunk, i);
      if (c === CLOSE_BRACE || c === COLON || (c === COMMA) !== (prev === VALUE)) return this.fail(i, unexpected(c));
      if (c !== COMMA) {
        this.piece.begin(i, this.line, REJECTED_BYTES);
        return this.beginValue(i, 'not an object');
      }
    } else if (prev === COLON) {
      if (frame === 'page' && this.key === '"data"' && c === OPEN_BRACE) frames.push('data');
      else if (frame === 'data' && this.key === '"list"' && c === OPEN_BRACKET) {
        frames.push('list');
        this.listed = true;
        this.piece.take(EMPTY, 0);
      } else return this.beginValue(i, 'passed over');
    } else if (c === CLOSE_BRACE && prev !== QUOTE) return this.leave(chunk, i);
    else if (c === QUOTE && (prev === OPEN_BRACE || prev === COMMA)) return this.beginValue(i, 'key');
    else if ((c !== COLON || prev !== QUOTE) && (c !== COMMA || prev !== VALUE)) return this.fail(i, unexpected(c));
    this.prev = c;
    this.blanks = -1;
    return i + 1;
  }

  private leave(chunk: Buffer, i: number): number {
    const frame = this.frames.pop();
    this.prev = VALUE;
    this.blanks = -1;
    if (this.frames.length === 0 && frame !== 'list' && !this.listed) {
      const bytes = this.piece.take(chunk, i + 1).subarray(0, REJECTED_BYTES);
      const code = /"code"\s*:\s*"?(-?\d+)/.exec(bytes.toString('latin1'))?.[1];
      const reason = code === undefined ? 'page without data.list' : `page without data.list (code ${code})`;
      this.items.push(rejected(this.piece.line, bytes, reason));
    }
    return i + 1;
  }

  private beginPiece(i: number): void {
    this.piece.begin(i, this.line, this.maxEntryBytes);
    this.indent = this.blanks >= 0 ? this.blanks : Infinity;
  }

  private beginValue(i: number, kind: ValueKind): number {
    if (kind === 'key') this.keyPiece.begin(i, this.line, REJECTED_BYTES);
    this.inValue = true;
    this.kind = kind;
    this.depth = 0;
    return i;
  }

  /** Goes on within a top-level object that turns out to be an entry. */
  private resumeEntry(i: number): number {
    this.frames.pop();
    this.beginValue(i, 'entry');
    this.stack[0] = OPEN_BRACE;
    this.depth = 1;
    return i;
  }

  /** Runs to the end of a value, heeding nothing but strings and brackets; this loop sees nearly every byte of the file. */
  private value(chunk: Buffer, i: number): number {
    const { stack } = this;
    const n = chunk.length;
    let { depth, prev, blanks, line, inString, escaped } = this;
    let problem = '';
    let done = false;
    while (i < n && !done) {
      let c = chunk[i] as number;
      if (inString) {
        if (escaped) {
          escaped = false;
          if (c !== NEWLINE && ++i === n) break;
          c = chunk[i] as number;
        }
        while (c !== QUOTE && c !== BACKSLASH && c !== NEWLINE && ++i < n) c = chunk[i] as number;
        if (i === n) break;
        if (c === NEWLINE) {
          problem = 'line break in a string';
          break;
        }
        escaped = c === BACKSLASH;
        inString = escaped;
        done = !inString && depth === 0;
        i++;
        continue;
      }
      // At depth 0 there are only numbers and words, and the first byte of anything.
      if (depth === 0 && (c <= SPACE || c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET)) {
        done = true;
        break;
      }
      i++;
      if (c <= SPACE) {
        if (c === NEWLINE) {
          line++;
          blanks = 0;
        } else if (blanks >= 0) blanks++;
        continue;
      }
      if (c === QUOTE) inString = true;
      else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        // A misplaced opening is how a cut-off entry shows before it swallows what follows it.
        const placed =
          depth === 0 || (stack[depth - 1] === OPEN_BRACE ? prev === COLON : prev === COMMA || prev === OPEN_BRACKET);
        if (!placed) problem = unexpected(c);
        else if (depth === MAX_DEPTH) problem = 'nested too deeply';
        else stack[depth++] = c;
      } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        // Each closing byte is its opening byte plus two.
        if (stack[--depth] !== c - 2) problem = unexpected(c);
        done = depth === 0;
      }
      if (problem !== '') {
        i--;
        break;
      }
      prev = c;
      blanks = -1;
    }
    this.depth = depth;
    this.prev = prev;
    this.blanks = blanks;
    this.line = line;
    this.inString = inString;
    this.escaped = escaped;
    if (problem !== '') return this.fail(i, problem);
    if (done) this.endValue(chunk, i);
    return i;
  }

  private endValue(chunk: Buffer, end: number): void {
    const { kind, piece } = this;
    this.inValue = false;
    this.blanks = -1;
    this.prev = kind === 'key' ? QUOTE : VALUE;
    if (kind === 'entry') this.items.push(entry(piece, piece.take(chunk, end), this.maxEntryBytes));
    else if (kind === 'not an object') this.items.push(rejected(piece.line, piece.take(chunk, end), kind));
    else if (kind === 'key') {
      this.key = this.keyPiece.take(chunk, end).toString();
      if (this.frames[0] === 'object') this.decide(end);
    }
  }

  private decide(i: number): void {
    const bare = this.key === '"list"' || this.key === '"totalItem"';
    if (!bare && !PAGE_LINE.test(`{${this.key}`)) {
      this.resumeEntry(i);
      return;
    }
    this.frames[0] = bare ? 'data' : 'page';
    this.piece.limit = REJECTED_BYTES;
    this.indent = Infinity;
    this.listed = false;
    this.loose = false;
  }

  private fail(i: number, problem: string): number {
    // What is skipped from here on belongs to the rejected piece.
    if (!this.piece.open) this.piece.begin(i, this.line, REJECTED_BYTES);
    this.piece.limit = REJECTED_BYTES;
    this.keyPiece.take(EMPTY, 0);
    this.problem = `${problem} on line ${this.line}`;
    this.seeking = true;
    this.inValue = false;
    this.inString = false;
    this.escaped = false;
    this.frames.length = 0;
    return i;
  }

  /** Skips to a line that may begin an entry, array or page; one indented deeper than the last entry is within it. */
  private seek(chunk: Buffer, start: number): number {
    for (let i = start; i < chunk.length; i++) {
      if (this.blanks < 0) i = chunk.indexOf(NEWLINE, i);
      if (i < 0) break;
      const c = chunk[i] as number;
      if (c <= SPACE) this.countBlank(c);
      else if (this.blanks <= this.indent && (c === OPEN_BRACE || c === OPEN_BRACKET)) {
        this.endSeeking(chunk, i, `skipped to line ${this.line}`);
        return i;
      } else this.blanks = -1;
    }
    return chunk.length;
  }

  private endSeeking(chunk: Buffer, end: number, skipped: string): void {
    this.seeking = false;
    this.loose = true;
    if (this.problem === '') return;
    this.items.push(rejected(this.piece.line, this.piece.take(chunk, end), `${this.problem}; ${skipped}`));
    this.problem = '';
  }

  private countBlank(c: number): void {
    if (c === NEWLINE) {
      this.line++;
      this.blanks = 0;
    } else if (this.blanks >= 0) this.blanks++;
  }
}

/**
 * Splits OKKI's answers (entries by line, an array, pages, pretty-printed entries) into entries, without parsing them.
 * The items' bytes may be views into the pushed chunks, so a chunk must not be written to once it is pushed.
 */
export class EntrySplitter {
  private readonly maxEntryBytes: number;
  private readonly items: SplitItem[] = [];
  private readonly piece = new Piece();
  private form: 'undecided' | 'lines' | StructureScanner = 'undecided';
  private head: Buffer = EMPTY;
  private line = 1;

  constructor(options: { maxEntryBytes?: number } = {}) {
    this.maxEntryBytes = options.maxEntryBytes ?? 16 * 1024 * 1024;
  }

  /** The items that are complete with this chunk, which may begin and end anywhere in the file. */
  push(chunk: Buffer): SplitItem[] {
    if (this.form === 'undecided') this.begin(chunk, false);
    else if (this.form === 'lines') this.splitLines(chunk);
    else this.form.scan(chunk);
    return this.items.splice(0);
  }

  /** The items that the end of the file completes or cuts off. */
  end(): SplitItem[] {
    if (this.form === 'undecided') this.begin(EMPTY, true);
    if (this.form instanceof StructureScanner) this.form.end('file');
    else this.endLine(EMPTY, 0);
    return this.items.splice(0);
  }

  /** Decides the form by the beginning of the file, or holds it until there is enough of it. */
  private begin(chunk: Buffer, last: boolean): void {
    const all = this.head.length > 0 ? Buffer.concat([this.head, chunk]) : chunk;
    const text = all.toString('latin1', 0, HEAD_BYTES);
    if (!last && text.length < HEAD_BYTES && UNDECIDED.test(text)) {
      this.head = all;
      return;
    }
    const rest = text.startsWith(BOM) ? all.subarray(BOM.length) : all;
    this.head = EMPTY;
    if (STRUCTURE.test(text)) {
      this.form = new StructureScanner(this.maxEntryBytes, this.items, this.line);
      this.form.scan(rest);
    } else {
      this.form = 'lines';
      this.piece.begin(0, this.line, this.maxEntryBytes);
      this.splitLines(rest);
    }
  }

  private splitLines(chunk: Buffer): void {
    for (let newline = chunk.indexOf(NEWLINE); newline >= 0; newline = chunk.indexOf(NEWLINE, newline + 1)) {
      this.endLine(chunk, newline);
      this.line++;
      this.piece.begin(newline + 1, this.line, this.maxEntryBytes);
    }
    this.piece.keep(chunk);
  }

  private endLine(chunk: Buffer, end: number): void {
    const bytes = this.piece.take(chunk, end);
    let length = bytes.length;
    while (length > 0 && (bytes[length - 1] as number) <= SPACE) length--;
    if (length === 0 && this.piece.size <= this.maxEntryBytes) return;
    const item = entry(this.piece, bytes.subarray(0, length), this.maxEntryBytes);
    if ('reason' in item || !PAGE_LINE.test(bytes.toString('latin1', 0, 64))) {
      this.items.push(item);
      return;
    }
    const scanner = new StructureScanner(this.maxEntryBytes, this.items, this.line);
    scanner.scan(item.bytes);
    scanner.end('line');
  }
}
