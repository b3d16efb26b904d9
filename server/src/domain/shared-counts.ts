/** Counts that all servers of one store share: whoever asks one server and then another has asked twice. */
export interface SharedCounts {
  /**
   * Adds to the count of that name at the instant `at` (ms) and answers it. It begins anew `within` ms after it was last added to. The clocks of
   * servers need not agree: what was added at a later instant, by less than an hour, goes on.
   */
  add(name: string, more: number, at: number, within: number): Promise<number>;
  /** The count and when it was last added to, by the latest clock; `null` when that was not within so many ms. */
  read(name: string, at: number, within: number): Promise<{ readonly count: number; readonly at: number } | null>;
  clear(name: string): Promise<void>;
}
