import { existsSync, readFileSync } from 'node:fs';

/**
 * The peak of this program's memory, in MB (10^6 bytes). `maxRSS` may be the parent's: Linux carries it over from the process that started this
 * one; the mark in /proc begins with the program.
 */
export function peakMb(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return (Number(kibibytes) * 1024) / 1e6;
}
