/** The same bytes in pieces of `size`, of which the last one may be smaller; a piece is never changed after it was given. */
export async function* inFull(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const some of bytes) {
    for (let at = 0; at < some.length; ) {
      const more = some.subarray(at, at + size - filled);
      piece.set(more, filled);
      filled += more.length;
      at += more.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}
