import { hash } from 'node:crypto';
import type { Basis } from '../domain/basis.ts';
import { type Coding, compressedRest, joined } from './compression.ts';
import { pageHeaders } from './headers.ts';
import type { Keepable } from './route.ts';

/** The rest of a successful answer, after what changes each second: its data and the end, with its tag, and compressed once it was asked for so. */
export class KeptPage {
  readonly basis: Basis;
  readonly lasts: boolean;
  readonly rest: Buffer;
  /** Weak: it is over everything but the time. */
  readonly tag: string;
  /** When it was last known to stand. */
  stood: { readonly stamp: number; readonly revision: number } | null = null;
  readonly #headersAt: Keepable['headersAt'];
  #headers: { readonly revision: number; readonly all: Readonly<Record<string, string>> } | null = null;
  readonly #compressed = new Map<Coding, Buffer>();

  constructor({ basis, headersAt, lasts }: Keepable, rest: Buffer) {
    this.basis = basis;
    this.lasts = lasts;
    this.#headersAt = headersAt;
    this.rest = rest;
    this.tag = tagOf(rest);
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
    if (coding === 'identity') return [head, this.rest];
    const compressed = this.#compressed.get(coding);
    return compressed === undefined ? null : joined(coding, head, this.rest, compressed);
  }

  /** Answers how many bytes it takes more now; `null` when that cannot be compressed here. */
  async compress(coding: Coding, headLength: number): Promise<number | null> {
    const compressed = await compressedRest(coding, headLength, this.rest);
    if (compressed === null) return null;
    const before = this.#compressed.get(coding)?.length ?? 0;
    this.#compressed.set(coding, compressed);
    return compressed.length - before;
  }
}

/** The entity tag of an answer without its start. */
export const tagOf = (rest: Buffer): string => `W/"${hash('sha256', rest, 'base64url').slice(0, 27)}"`;

/** Whether a client's `If-None-Match` has the tag. */
export function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = tag.slice(2);
  return header.split(',').some((item) => item.trim() === '*' || item.trim().replace(/^W\//, '') === opaque);
}
