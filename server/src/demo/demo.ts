import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../app.ts';
import { modules } from '../domain/application.ts';
import { readEntry } from '../wire/entry-wire.ts';
import { exampleEntries } from './example.ts';
import { generateFirm } from './firm.ts';

export const demoTenantId = 23412;

/** `clientSecret` is `null` when it was shown before: only its hash is kept. */
export interface DemoCredentials {
  readonly clientId: string;
  readonly clientSecret: string | null;
}

interface Mark {
  readonly endAt: number;
  readonly clientId: string | null;
}

const day = 24 * 3600 * 1000;
const beijing = 8 * 3600 * 1000;

/**
 * Fills an empty store with a trading firm's year: the six entries of OKKI's page and 6,000 generated ones. A mark in the
 * folder says that its data is a demo's; filling that was interrupted goes on. Answers `null` for a store with data of its own.
 */
export async function makeDemo(core: Core, folder: string): Promise<DemoCredentials | null> {
  const markFile = join(folder, 'demo.json');
  const marked: Mark | null = existsSync(markFile) ? (JSON.parse(readFileSync(markFile, 'utf8')) as Mark) : null;
  if (marked?.clientId != null) return { clientId: marked.clientId, clientSecret: null };
  const tenants = await core.tenants.list();
  if (tenants.some(({ tenantId }) => marked === null || tenantId !== demoTenantId)) return null;
  // The last midnight in Beijing: the same data all day long.
  const endAt = marked?.endAt ?? Math.floor((core.clock() + beijing) / day) * day - beijing - 1000;
  const mark = (clientId: string | null): void => {
    writeFileSync(`${markFile}.part`, `${JSON.stringify({ endAt, clientId } satisfies Mark)}\n`, { mode: 0o600 });
    renameSync(`${markFile}.part`, markFile);
  };
  mark(null);
  await core.tenants.create({ tenantId: demoTenantId, name: '演示企业 Demo', createdAt: core.clock() });
  const firm = { clientId: demoTenantId, seed: 23412, entries: 6000, companies: 200, salespeople: 20, endAt, days: 365 };
  await core.importer.take([exampleEntries.map(readEntry), Array.from(generateFirm(firm), readEntry)]);
  const credentials = await core.applications.create(demoTenantId, 'demo', modules);
  mark(credentials.clientId);
  return credentials;
}
