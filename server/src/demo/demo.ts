import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Core, openCore } from '../app.ts';
import type { Config } from '../config.ts';
import { type ClientCredentials, checkChosen, modules } from '../domain/application.ts';
import { newPassword } from '../domain/sign-in.ts';
import { AppError } from '../errors.ts';
import { removeStore, storeExists } from '../store/files.ts';
import { readEntry } from '../wire/entry-wire.ts';
import { formatTime, parseTime } from '../wire/time.ts';
import { demoMailbox, demoTenantId } from './demo-person.ts';
import { exampleEntries } from './example.ts';
import { exampleObjects, exampleObjectsKnownAt } from './example-objects.ts';
import { generateFirm } from './firm.ts';
import { firmObjects } from './firm-objects.ts';

/** `clientSecret` is `null` when it was shown before or was chosen: only its hash is kept. */
export interface DemoCredentials {
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** Whether the demo was made by this start of the program. */
  readonly made: boolean;
}

/** What a demo that is to be made is like. */
export interface DemoPlan {
  /** The last instant (ms) of its data. */
  readonly endAt: number;
  /** `null`: they are made up. */
  readonly credentials: ClientCredentials | null;
}

interface Mark {
  readonly endAt: number;
  /** `null`: it is being filled. */
  readonly clientId: string | null;
  /** What was there before is to be deleted first. */
  readonly reset?: true;
}

const second = 1000;
const firstDay = '2000-01-01';

/** Throws `usage` for settings of the demo that are not acceptable. */
export function planDemo({ demoDate, demoClientId, demoClientSecret }: Config, now: number): DemoPlan {
  const today = formatTime(now).slice(0, 10);
  if (demoDate !== null && (demoDate < firstDay || demoDate > today)) {
    throw new AppError('usage', {
      reason: `--demo-date: "${demoDate}" is not accepted; accepted: a day from ${firstDay} to today, ${today} in Beijing`,
    });
  }
  if ((demoClientId === null) !== (demoClientSecret === null)) {
    throw new AppError('usage', { reason: 'GENJIN_DEMO_CLIENT_ID and GENJIN_DEMO_CLIENT_SECRET go together' });
  }
  const credentials =
    demoClientId === null || demoClientSecret === null ? null : { clientId: demoClientId, clientSecret: demoClientSecret };
  if (credentials !== null) checkChosen(demoTenantId, credentials);
  // Midnight in Beijing: the same data all day long.
  return { endAt: (parseTime(demoDate ?? today) as number) - second, credentials };
}

/**
 * Fills an empty store with a trading firm's year: the six entries of OKKI's page and 6,000 generated ones, with everything that
 * they are about. A mark in the folder says that its data is a demo's; filling that was interrupted goes on. Answers `null` for a
 * store with data of its own.
 */
export async function makeDemo(core: Core, folder: string, plan: DemoPlan): Promise<DemoCredentials | null> {
  const marked = readMark(folder);
  if (marked !== null && marked.clientId !== null) {
    await makeDemoAdmin(core);
    return { clientId: marked.clientId, clientSecret: null, made: false };
  }
  const tenants = await core.tenants.list();
  if (tenants.some(({ tenantId }) => marked === null || tenantId !== demoTenantId)) return null;
  const { endAt } = marked ?? plan;
  writeMark(folder, { endAt, clientId: null });
  await core.tenants.create({ tenantId: demoTenantId, name: '演示企业 Demo', createdAt: endAt });
  await core.importer.take([exampleEntries.map(readEntry)]);
  await core.importer.learn(demoTenantId, exampleObjects, exampleObjectsKnownAt);
  const firm = { clientId: demoTenantId, seed: 23412, entries: 6000, companies: 200, salespeople: 20, endAt, days: 365 };
  const entries = [...generateFirm(firm)];
  await core.importer.learn(demoTenantId, firmObjects(firm, entries), endAt);
  await core.importer.take([entries.map(readEntry)]);
  await makeDemoAdmin(core);
  const { clientId, clientSecret } = await core.applications.create(demoTenantId, 'demo', modules, plan.credentials);
  writeMark(folder, { endAt, clientId });
  return { clientId, clientSecret: plan.credentials === null ? clientSecret : null, made: true };
}

/** Lets the one who leads the firm sign in, with a password that nobody knows; a demo of a former version has nobody yet. */
async function makeDemoAdmin(core: Core): Promise<void> {
  const { email } = demoMailbox;
  const leader = (await core.people.list(demoTenantId)).find(({ user }) => user.email === email);
  if (leader === undefined || leader.signIn !== null) return;
  const { userId } = leader.user;
  const given = { userId, name: null, email, password: newPassword(), replace: false, role: 'admin' } as const;
  await core.signIns.create(demoTenantId, given);
}

/** Throws `usage` for a folder with a store that is not marked as a demo's: nothing there may be deleted. */
export function requireDemoOrNothing(folder: string): void {
  if (storeExists(folder) && readMark(folder) === null) {
    throw new AppError('usage', {
      reason: `the data in ${folder} is not marked as a demo's (there is no demo.json): --reset deletes nothing there; use another --data`,
    });
  }
}

/**
 * Deletes the demo's store in a folder that this process has locked; `makeDemo` then makes it anew. Throws `usage`, deleting nothing,
 * for data that is no demo's, or not only.
 */
export async function resetDemo(folder: string, { endAt }: DemoPlan): Promise<void> {
  requireDemoOrNothing(folder);
  if (readMark(folder) === null) return;
  await requireOnlyDemo(folder);
  writeMark(folder, { endAt, clientId: null, reset: true });
  await completeReset(folder);
}

/** Deletes what a reset that was interrupted has left, in a folder that this process has locked. Throws `usage` as `resetDemo`. */
export async function completeReset(folder: string): Promise<void> {
  const mark = readMark(folder);
  if (mark?.reset !== true) return;
  await requireOnlyDemo(folder);
  removeStore(folder);
  // Only now, so that nothing is ever filled into what was to be deleted.
  writeMark(folder, { endAt: mark.endAt, clientId: null });
}

async function requireOnlyDemo(folder: string): Promise<void> {
  if (!storeExists(folder)) return;
  const core = await openCore({ data: folder, databaseUrl: null }, { make: false });
  try {
    const other = (await core.tenants.list()).find(({ tenantId }) => tenantId !== demoTenantId);
    if (other === undefined) return;
    throw new AppError('usage', {
      reason: `the demo in ${folder} also holds tenant ${other.tenantId}: --reset deletes nothing there; use another --data`,
    });
  } finally {
    await core.close();
  }
}

const markFile = (folder: string): string => join(folder, 'demo.json');

/** `null` without one. Throws `usage` for a file of that name that is no mark. */
function readMark(folder: string): Mark | null {
  const file = markFile(folder);
  if (!existsSync(file)) return null;
  let mark: Partial<Mark> | null = null;
  try {
    mark = JSON.parse(readFileSync(file, 'utf8')) as Partial<Mark> | null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { endAt, clientId, reset } = mark ?? {};
  if (typeof endAt !== 'number' || (clientId !== null && typeof clientId !== 'string'))
    throw new AppError('usage', { reason: `${file} is no mark of a demo; use another --data` });
  return { endAt, clientId, ...(reset === true ? { reset } : {}) };
}

function writeMark(folder: string, mark: Mark): void {
  const file = markFile(folder);
  writeFileSync(`${file}.part`, `${JSON.stringify(mark)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.part`, file);
}
