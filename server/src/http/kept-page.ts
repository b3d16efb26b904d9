import { hash } from 'node:crypto';
import type { Basis } from '../domain/basis.ts';
import { type Coding, compressedRest, joined } from './compression.ts';
import { pageHeaders } from './headers.ts';
import type { Keepable } from './route.ts';

/** The rest of a successful answer, after what changes each second: its data and the end, with its tag, and compressed once it was asked for so. */
export class KeptPage {
  readonly basis: Basis;
  readonly lasts: boolean;
  /** Bytes. */
  readonly length: number;
  /** Weak: it is over everything but the time. */
  readonly tag: string;
  /** When it was last known to stand. */
  stood: { readonly stamp: number; readonly revision: number } | null = null;
  readonly #headersAt: Keepable['headersAt'];
  #headers: { readonly revision: number; readonly all: Readonly<Record<string, string>> } | null = null;
  /** In one piece when it is sent again: most are sent but once, and to put their parts together costs more than to send them. */
  #rest: readonly Buffer[];
  #sent = false;
  readonly #compressed = new Map<Coding, Buffer>();

  constructor({ basis, headersAt, lasts }: Keepable, rest: readonly Buffer[]) {
    this.basis = basis;
    this.lasts = lasts;
    this.#headersAt = headersAt;
    this.#rest = rest;
    this.length = lengthOf(rest);
    this.tag = tagOf(rest);
  }

  /** What it takes in memory, without what is compressed. */
  get bytes(): number {
    return this.length + 8 * this.basis.joined.length;
  }

  /** All that belong to the page, at a revision at which it stands. */
  headers(revision: number): Readonly<Record<string, string>> {
    if (this.#headers?.revision !== revision) {
      this.#headers = { revision, all: { ...pageHeaders(this.tag), ...this.#headersAt(revision) } };
    }
    return this.#headers.all;
  }

  /** The answer with this start; `null`: `compress` first. */
  parts(head: Buffer, coding: Coding | 'identity'): readonly Buffer[] | null {
    if (coding === 'identity') return this.plain(head);
    const compressed = this.#compressed.get(coding);
    return compressed === undefined ? null : joined(coding, head, this.#whole(), compressed);
  }

  plain(head: Buffer): readonly Buffer[] {
    if (this.#sent) this.#whole();
    this.#sent = true;
    return [head, ...this.#rest];
  }

  #whole(): Buffer {
    if (this.#rest.length !== 1) this.#rest = [Buffer.concat(this.#rest)];
    return this.#rest[0] as Buffer;
  }

  /** Answers how many bytes it takes more now; `null` when that cannot be compressed here. */
  async compress(coding: Coding, headLength: number): Promise<number | null> {
    const compressed = await compressedRest(coding, headLength, this.#whole());
    if (compressed === null) return null;
    const before = this.#compressed.get(coding)?.length ?? 0;
    this.#compressed.set(coding, compressed);
    return compressed.length - before;
  }
}

function lengthOf(parts: readonly Buffer[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** Where parts are put together for their tag, if they are no longer. */
const together = Buffer.allocUnsafeSlow(128 * 1024);

/** The entity tag of an answer without its start. */
export function tagOf(rest: readonly Buffer[]): string {
  let length = 0;
  if (lengthOf(rest) <= together.length) for (const part of rest) length += part.copy(together, length);
  return `W/"${hash('sha256', length === 0 ? Buffer.concat(rest) : together.subarray(0, length), 'base64url').slice(0, 27)}"`;
}

/** Whether a client's `If-None-Match` has the tag. */
export function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = tag.replace(/^W\//, '');
  return header.split(',').some((item) => item.trim() === '*' || item.trim().replace(/^W\//, '') === opaque);
}
