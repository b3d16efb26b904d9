/** Long work on the thread that answers requests gives way to them after this many ms. */
const stretch = 8;

/** Answers a function to call between small pieces of work: it waits for a turn of the event loop when a stretch is over. */
export function pace(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < stretch) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}
