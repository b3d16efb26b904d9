/** A mirror in a process of its own, in real time, until it has read everything once: to be killed. Its one argument is JSON. */
import { setTimeout as wait } from 'node:timers/promises';
import { openCore } from '../../src/app.ts';
import type { MirrorLog } from '../../src/mirror/mirror.ts';
import { type MirrorSettings, openMirror } from '../../src/mirroring.ts';

export interface ChildArguments {
  readonly data: string;
  readonly settings: MirrorSettings;
}

const { data, settings } = JSON.parse(process.argv[2] ?? '') as ChildArguments;
const core = await openCore({ data, databaseUrl: null }, { make: true });
const write = (what: object, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(what)}\n`);
const log: MirrorLog = { info: () => {}, warn: write, error: write };
const mirror = await openMirror(core, settings, log);
while ((await core.mirrors.get(settings.tenantId))?.state.filledAt === null) {
  const pause = await mirror.step();
  if (pause > 0) await wait(Math.min(pause, 50));
}
await core.close();
