/** Loaded into a server before its own code: answers the harness what the process has used. */
import { peakMb } from './memory.ts';

export interface Usage {
  /** Processor time, µs. */
  readonly cpu: number;
  readonly peakMb: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, peakMb: peakMb() } satisfies Usage);
});
// Without the harness nobody would stop it.
process.once('disconnect', () => process.exit(1));
// Else these listeners would keep a server that wants to end.
process.channel?.unref();
