/** Shows how far a long command is, on stderr: one moving line on a terminal, a plain line now and then elsewhere. */
export class Progress {
  readonly #name: string;
  /** Bytes or rows to come to; `null` when unknown. */
  readonly #total: number | null;
  readonly #start = Date.now();
  readonly #terminal = process.stderr.isTTY === true;
  readonly #every: number;
  #done = 0;
  #shownAt: number;
  #shown = false;

  constructor(name: string, total: number | null) {
    this.#name = name;
    this.#total = total;
    this.#every = this.#terminal ? 200 : 10_000;
    this.#shownAt = this.#start;
  }

  /** Counts towards the total. */
  read(amount: number): void {
    this.#done += amount;
  }

  show(rows: number): void {
    const now = Date.now();
    if (now - this.#shownAt < this.#every) return;
    this.#shownAt = now;
    this.#shown = true;
    const seconds = (now - this.#start) / 1000;
    const rate = Math.round(rows / seconds);
    const eta =
      this.#total === null || this.#done === 0 ? '' : `, ETA ${duration((seconds * (this.#total - this.#done)) / this.#done)}`;
    const line = `${this.#name}: ${rows} rows, ${rate} rows/s${eta}`;
    process.stderr.write(this.#terminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#terminal && this.#shown) process.stderr.write('\r\x1b[K');
  }
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
