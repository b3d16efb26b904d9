import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type { MirrorStatusData } from './wire.ts';

/** The copy of an account elsewhere. Genjin only. */
export class Mirrors extends Resource {
  /**
   * How far back and how fresh the copy is, and what was proven equal; `mirror` is null where nothing is copied.
   *
   * @example
   * const { mirror } = await client.mirror.status();
   * console.log(mirror === null ? 'no mirror' : `fresh as of ${mirror.polled_at}`);
   */
  status(options: CallOptions = {}): Promise<MirrorStatusData> {
    return this.read('/v1/mirror/status', {}, options);
  }
}
