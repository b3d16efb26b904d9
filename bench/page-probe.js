/** What `page.ts` asks of the document that it measures; there before anything of it. Times in ms. */
globalThis.probe = {
  first: null,

  /** Notes when an element that fits is first seen. */
  watch(selector) {
    const look = () => {
      if (document.querySelector(selector) === null) requestAnimationFrame(look);
      else this.first = performance.now();
    };
    requestAnimationFrame(look);
  },

  firstPaint: () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,

  /** From a click on the rail until entries of there are seen. */
  async jumpTo(share) {
    const top = () => Number(document.querySelector('article[data-index]')?.getAttribute('data-index'));
    const rail = document.querySelector('.scrubber-rail');
    const box = rail.getBoundingClientRect();
    const at = { bubbles: true, pointerId: 1, clientX: box.left + 20, clientY: box.top + box.height * share };
    const before = top();
    const began = performance.now();
    rail.dispatchEvent(new PointerEvent('pointermove', at));
    rail.dispatchEvent(new PointerEvent('pointerup', at));
    while (top() < before + 1000) {
      if (performance.now() - began > 30_000) throw new Error('the rail leads nowhere');
      await new Promise(requestAnimationFrame);
    }
    return performance.now() - began;
  },

  /** Frames that took too long while so many entries went by. */
  async scroll(selector, entries, stride, longFrame) {
    let long = 0;
    let last = await new Promise(requestAnimationFrame);
    for (let frame = 0; frame < 100_000; frame++) {
      window.scrollBy(0, stride);
      const now = await new Promise(requestAnimationFrame);
      if (now - last > longFrame) long += 1;
      last = now;
      // Looked at seldom, for it costs time itself.
      if (frame % 50 !== 0) continue;
      const seen = document.querySelectorAll(selector);
      if (Number(seen[seen.length - 1]?.getAttribute('data-index')) >= entries) return long;
    }
    throw new Error(`there are no ${entries} entries to scroll over`);
  },
};
