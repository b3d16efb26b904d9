/** Reads CPU profiles and tells where the time went. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 25;

let made = 0;

/** The file of a profile in the folder that was asked for; `null` when none was. */
export const profileFile = (folder: string | null, name: string): string | null =>
  folder === null ? null : join(folder, `${name}-${++made}.cpuprofile`);

/** The functions of each profile in a folder that took most time themselves, without what they called. */
export function hotSpots(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => join(folder, name))
    .map((file) => `${file}\n${topOf(JSON.parse(readFileSync(file, 'utf8')) as Profile)}\n`)
    .join('\n');
}

function topOf({ nodes, samples, timeDeltas }: Profile): string {
  const places = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split('/').slice(-3).join('/');
      return [id, `${functionName || '(anonymous)'} ${file === '' ? '' : `${file}:${lineNumber + 1}`}`];
    }),
  );
  const times = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const place = places.get(id) ?? '';
    if (place.startsWith('(idle)')) continue;
    const time = timeDeltas[i] ?? 0;
    busy += time;
    times.set(place, (times.get(place) ?? 0) + time);
  }
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, shown)
    .map(([place, time]) => `${((100 * time) / busy).toFixed(1).padStart(5)} %  ${place}`)
    .join('\n');
}
