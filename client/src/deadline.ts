import { GenjinConnectionError } from './errors.ts';

/** Timers cannot be set for longer; that is 24 days. */
const longestTimer = 2 ** 31 - 1;

/**
 * @internal
 * How long a call may take, and the caller's signal, in one. Made by hand: `AbortSignal.any` is missing in older browsers, and
 * in some versions of Node a time-out within it can be collected before it fires.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #endsAt: number;
  readonly #caller: AbortSignal | undefined;
  readonly #follow = (): void => this.#controller.abort(this.#caller?.reason);

  constructor(milliseconds: number, caller: AbortSignal | undefined) {
    this.#endsAt = Date.now() + milliseconds;
    this.#caller = caller;
    this.#timer = setTimeout(
      () => this.#controller.abort(new GenjinConnectionError(`No answer within ${milliseconds} ms`, { timedOut: true })),
      Math.min(milliseconds, longestTimer),
    );
    if (caller?.aborted) this.#follow();
    else caller?.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds. */
  get left(): number {
    return this.#endsAt - Date.now();
  }

  throwIfOver(): void {
    this.signal.throwIfAborted();
  }

  /** What `work` comes to, unless the deadline comes first; `work` itself goes on. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stop = (): void => reject(this.signal.reason);
      if (this.signal.aborted) stop();
      else this.signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', stop));
    });
  }

  async pause(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.race(
        new Promise((resolve) => {
          timer = setTimeout(resolve, milliseconds);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** To be called when the call is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#follow);
  }
}
