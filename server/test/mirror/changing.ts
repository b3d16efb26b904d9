/** What people do at an account meanwhile, drawn at random. */
import type { Company, Trail } from '../../src/domain/objects.ts';
import { allTrails, type Edit, type Stored, type Write } from '../../src/domain/stores.ts';
import { testTenant } from '../support/entries.ts';
import type { TestServer } from '../support/server.ts';

const day = 86_400_000;
const second = 1000;

type Deed = (one: { trail: Stored<Trail>; now: number; upTo: (n: number) => number }) => Trail;

const deeds: Readonly<Record<string, Deed>> = {
  rewritten: ({ trail: { object }, now, upTo }) => ({ ...object, content: `第 ${upTo(1e9)} 次修改`, updatedAt: now }),
  // Not everything that changes an entry changes its time of update.
  'rewritten without a trace': ({ trail: { object }, upTo }) => ({ ...object, content: `悄悄改动 ${upTo(1e9)}` }),
  'of another type': ({ trail: { object }, now, upTo }) => ({ ...object, type: 9000 + upTo(1000), updatedAt: now }),
  moved: ({ trail: { object }, now, upTo }) => ({
    ...object,
    happenedAt: object.happenedAt + (upTo(120) - 60) * day,
    updatedAt: now,
  }),
  'moved a little': ({ trail: { object }, now, upTo }) => ({
    ...object,
    happenedAt: object.happenedAt + (upTo(7200) - 3600) * second,
    updatedAt: now,
  }),
  removed: ({ trail: { object }, now }) => ({ ...object, removed: true, updatedAt: now }),
  disabled: ({ trail: { object }, now }) => ({ ...object, enabled: false, updatedAt: now }),
  'back again': ({ trail: { object }, now }) => ({ ...object, removed: false, enabled: true, updatedAt: now }),
};

/** Does so many things to entries, records as many new ones, and renames a company. */
export async function changeSomething({ core, clock }: TestServer, random: () => number, times: number): Promise<void> {
  const upTo = (n: number): number => Math.floor(random() * n);
  const now = Math.floor(clock.at / second) * second;
  const known = await idsOf(core.trailStore);
  await core.objects.change(testTenant, 'command:test', async (edit) => {
    const ids = new Set(Array.from({ length: times }, () => known[upTo(known.length)] as number));
    const found = await edit.getMany('trail', ids);
    const names = Object.keys(deeds);
    const writes: Write<Trail>[] = [...found.values()].map((before) => {
      const deed = deeds[names[upTo(names.length)] as string] as Deed;
      return { before, after: deed({ trail: before, now, upTo }), knownAt: now };
    });
    const [model] = [...found.values()];
    for (let n = 0; model !== undefined && n < times; n++) {
      const trailId = 70_000_000_000_000 + upTo(1e12);
      const happenedAt = now - (upTo(4) === 0 ? upTo(90) * day : upTo(3600) * second);
      writes.push({ before: null, after: recorded(model.object, trailId, happenedAt, now), knownAt: now });
    }
    await edit.write('trail', writes);
    await rename(edit, model?.object.companyId ?? null, `更名 ${upTo(1e9)}`, now);
  });
}

const recorded = (model: Trail, trailId: number, happenedAt: number, now: number): Trail => ({
  ...model,
  trailId,
  followUpId: trailId + 1,
  referId: trailId + 1,
  content: `新记录 ${trailId}`,
  happenedAt,
  recordedAt: now,
  updatedAt: now,
  removed: false,
  enabled: true,
});

async function rename(edit: Edit, companyId: number | null, name: string, now: number): Promise<void> {
  if (companyId === null) return;
  for (const before of (await edit.getMany('company', [companyId])).values()) {
    const after: Company = { ...before.object, name, updatedAt: now, editedAt: now };
    await edit.write('company', [{ before, after, knownAt: now }]);
  }
}

/** Of all entries, removed ones too. */
async function idsOf(trails: TestServer['core']['trailStore']): Promise<number[]> {
  const ids: number[] = [];
  for await (const portion of trails.all(testTenant)) ids.push(...portion.trails.map(({ trailId }) => trailId));
  return ids.sort((a, b) => a - b);
}

/** How many entries the account shows. */
export async function liveEntries({ core }: Pick<TestServer, 'core'>): Promise<number> {
  return (await core.trailStore.list(testTenant, allTrails, { number: 1, size: 1 }, null)).total;
}
