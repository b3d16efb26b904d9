export function mix(a: number, b: number): number {
  let h = a ^ Math.imul(b + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x5bd1e9a7);
  h = Math.imul(h ^ (h >>> 13), 0x6c8e9cf5);
  h = Math.imul(h ^ (h >>> 16), 0x3c79ac49);
  return (h ^ (h >>> 14)) >>> 0;
}

/** A small fast chaotic generator (three words and a counter); it can be seeded again, so one instance serves many objects. */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  constructor(seed: number) {
    this.reseed(seed);
  }

  reseed(seed: number): this {
    this.a = seed | 0;
    this.b = Math.imul(seed, 0x85ebca6b) | 0;
    this.c = (seed ^ 0x6a09e667) | 0;
    this.counter = 1;
    for (let round = 0; round < 10; round += 1) this.next();
    return this;
  }

  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  unit(): number {
    return this.next() / 4294967296;
  }

  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Draws an index with the given weights in constant time (alias table). */
export class WeightedDraw {
  private readonly keep: Float64Array;
  private readonly other: Uint32Array;

  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    this.keep = new Float64Array(count);
    this.other = new Uint32Array(count);
    let total = 0;
    for (let i = 0; i < count; i += 1) total += weights[i] ?? 0;
    const poor: number[] = [];
    const rich: number[] = [];
    for (let i = 0; i < count; i += 1) {
      const scaled = ((weights[i] ?? 0) * count) / total;
      this.keep[i] = scaled;
      this.other[i] = i;
      (scaled < 1 ? poor : rich).push(i);
    }
    while (poor.length > 0 && rich.length > 0) {
      const taker = poor.pop() as number;
      const giver = rich[rich.length - 1] as number;
      this.other[taker] = giver;
      const left = (this.keep[giver] ?? 0) - (1 - (this.keep[taker] ?? 0));
      this.keep[giver] = left;
      if (left < 1) {
        rich.pop();
        poor.push(giver);
      }
    }
    for (const i of [...poor, ...rich]) this.keep[i] = 1;
  }

  draw(random: Random): number {
    const slot = random.below(this.keep.length);
    return random.unit() < (this.keep[slot] as number) ? slot : (this.other[slot] as number);
  }
}

/** A permutation of 0..count-1 that needs no memory: neighbours land far apart. */
export class Shuffle {
  private readonly count: number;
  private readonly step: number;
  private readonly offset: number;

  constructor(count: number, seed: number) {
    this.count = count;
    let step = Math.max(1, Math.round(count * 0.618));
    while (gcd(step, count) !== 1) step += 1;
    this.step = step;
    this.offset = seed % count;
  }

  at(index: number): number {
    return (index * this.step + this.offset) % this.count;
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
