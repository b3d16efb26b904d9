/** Keys in the order `(at, id)`, 16 bytes each; added in any order, put in order when they are looked for. */
export class KeyList {
  #at = new Float64Array(16);
  #id = new Float64Array(16);
  #length = 0;
  /** So many of them are in order. */
  #ordered = 0;

  get bytes(): number {
    return this.#at.byteLength * 2;
  }

  add(at: number, id: number): void {
    if (this.#length === this.#at.length) {
      this.#at = grown(this.#at);
      this.#id = grown(this.#id);
    }
    this.#at[this.#length] = at;
    this.#id[this.#length] = id;
    this.#length += 1;
  }

  at(i: number): number {
    return this.#at[i] as number;
  }

  id(i: number): number {
    return this.#id[i] as number;
  }

  get length(): number {
    return this.#length;
  }

  /** How many keys are below this one; puts them in order. */
  below(at: number, id: number): number {
    this.#order();
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.at(middle);
      if (other < at || (other === at && this.id(middle) < id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What was added since is put in order by itself and then merged with the rest. */
  #order(): void {
    const length = this.#length;
    const ordered = this.#ordered;
    if (ordered === length) return;
    const added = Int32Array.from({ length: length - ordered }, (_, i) => ordered + i);
    const [ats, ids] = [this.#at, this.#id];
    added.sort((a, b) => (ats[a] as number) - (ats[b] as number) || (ids[a] as number) - (ids[b] as number));
    const [at, id] = [new Float64Array(ats.length), new Float64Array(ats.length)];
    let left = 0;
    for (let i = 0, right = 0; i < length; i++) {
      const other = right < added.length ? (added[right] as number) : -1;
      const takeLeft =
        other < 0 ||
        (left < ordered &&
          ((ats[left] as number) < (ats[other] as number) ||
            (ats[left] === ats[other] && (ids[left] as number) < (ids[other] as number))));
      const from = takeLeft ? left++ : other;
      if (!takeLeft) right++;
      at[i] = ats[from] as number;
      id[i] = ids[from] as number;
    }
    this.#at = at;
    this.#id = id;
    this.#ordered = length;
  }
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}
