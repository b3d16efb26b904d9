/** Which entries, by their slots, a plan puts under which tokens, or takes from there. */

/** Two UTF-16 units in one number. */
const pairOf = (first: number, second: number): number => (first << 16) | second;

/**
 * Collects slots by token. Most tokens are one or two UTF-16 units long: they are kept by number, which spares the making of a text for each
 * occurrence (npm run bench -- scale).
 */
export class Postings {
  readonly #short = new Map<number, number[]>();
  readonly #long = new Map<string, number[]>();

  /** The token is `text` from `start` to `end`. Slots that come several times in a row are kept once. */
  add(slot: number, text: string, start = 0, end = text.length): void {
    if (end - start <= 2) {
      const key = end - start === 1 ? text.charCodeAt(start) : pairOf(text.charCodeAt(start), text.charCodeAt(start + 1));
      const slots = this.#short.get(key);
      if (slots === undefined) this.#short.set(key, [slot]);
      else if (slots[slots.length - 1] !== slot) slots.push(slot);
    } else {
      const key = text.slice(start, end);
      const slots = this.#long.get(key);
      if (slots === undefined) this.#long.set(key, [slot]);
      else if (slots[slots.length - 1] !== slot) slots.push(slot);
    }
  }

  get(token: string): readonly number[] {
    if (token.length > 2) return this.#long.get(token) ?? [];
    const key = token.length === 1 ? token.charCodeAt(0) : pairOf(token.charCodeAt(0), token.charCodeAt(1));
    return this.#short.get(key) ?? [];
  }

  *tokens(): Generator<string> {
    for (const key of this.#short.keys()) {
      const first = (key >>> 16) & 0xffff;
      yield first === 0 ? String.fromCharCode(key) : String.fromCharCode(first, key & 0xffff);
    }
    yield* this.#long.keys();
  }
}
