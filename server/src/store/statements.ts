/**
 * Tells whoever listens on the channel `genjin:statement` (node:diagnostics_channel) of each statement when a connection is first asked it:
 * for tracing, and for the test that reads all of them.
 */
import { channel } from 'node:diagnostics_channel';

const statements = channel('genjin:statement');

export function tellOf(engine: 'sqlite' | 'postgres', sql: string): void {
  if (statements.hasSubscribers) statements.publish({ engine, sql });
}
