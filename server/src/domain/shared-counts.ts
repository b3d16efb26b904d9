/** Counts that all servers of one store share: whoever asks one server and then another has asked twice. */
export interface SharedCounts {
  /** Adds to the count of that name at the instant `at` (ms) and answers it. What was last added to `within` ms away or more begins anew. */
  add(name: string, more: number, at: number, within: number): Promise<number>;
  /** The count and when it was last added to; `null` when that was not within so many ms. */
  read(name: string, at: number, within: number): Promise<{ readonly count: number; readonly at: number } | null>;
  clear(name: string): Promise<void>;
}
