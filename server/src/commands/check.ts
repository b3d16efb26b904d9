import { type Core, openCore } from '../app.ts';
import { AppError } from '../errors.ts';
import { checkStore } from '../store/check.ts';
import type { KeptHead } from '../store/check-log.ts';
import { integrityOf } from '../store/files.ts';
import { followAll, rebuildSearch } from '../store/search-follower.ts';
import { type Command, type Invocation, place, print } from './command.ts';
import { readHead } from './head-option.ts';
import { existingTenant } from './tenant-option.ts';

export const check: Command = {
  name: 'check',
  summary: {
    en: 'verify the store: the hash chain of every change log, and every derived number against a recount',
    zh: '校验数据：验证变更日志的哈希链，并逐项重新计算比对',
  },
  settings: place,
  options: [
    {
      flags: '--head <REVISION:HASH>',
      help: {
        en: 'the head as "audit head" printed it: the log must go on from there',
        zh: '“audit head” 曾输出的链头：日志须与之一致',
      },
    },
    {
      flags: '--rebuild-search',
      help: { en: 'delete the search index and build it anew first', zh: '先删除并重建搜索索引' },
    },
    { flags: '--tenant <ID>', help: { en: 'whose head it is, when there are several', zh: '该链头所属企业（有多个企业时）' } },
  ],
  async run({ config, options, say }) {
    const core = await openCore(config, { make: false });
    try {
      const kept = await keptHead(core, options);
      if (options['rebuildSearch'] === true) await rebuildAll(core);
      const { tenants, findings, count } = await checkStore(
        core.db,
        () => (config.databaseUrl === null ? integrityOf(config.data) : []),
        kept,
      );
      for (const { tenantId, revision, trails } of tenants) {
        print(
          say({
            en: `tenant ${tenantId}: ${trails} entries, revision ${revision}`,
            zh: `企业 ${tenantId}：${trails} 条跟进，修订号 ${revision}`,
          }),
        );
      }
      for (const { tenantId, firstBad } of tenants) {
        if (firstBad === null) continue;
        print(
          say({
            en: `WRONG  tenant ${tenantId}: the first bad revision is ${firstBad}`,
            zh: `错误  企业 ${tenantId}：首个错误的修订号是 ${firstBad}`,
          }),
        );
      }
      for (const { tenantId, what } of findings) {
        print(
          say({
            en: `WRONG  ${tenantId === 0 ? 'store' : `tenant ${tenantId}`}: ${what}`,
            zh: `错误  ${tenantId === 0 ? '数据文件' : `企业 ${tenantId}`}：${what}`,
          }),
        );
      }
      print(count === 0 ? say({ en: 'all is right', zh: '一切正确' }) : say({ en: `${count} findings`, zh: `${count} 处错误` }));
      return count === 0 ? 0 : 1;
    } finally {
      await core.close();
    }
  },
};

/** Builds the search index of every enterprise anew. */
async function rebuildAll(core: Core): Promise<void> {
  for (const { tenantId } of await core.tenants.list()) {
    await core.db.write(tenantId, (tx) => rebuildSearch(tx, tenantId));
    await followAll(core.db, tenantId);
  }
}

/** The head that a log must still have, by its tenant. Throws `usage`. */
async function keptHead(core: Core, options: Invocation['options']): Promise<ReadonlyMap<number, KeptHead>> {
  if (options['head'] === undefined) {
    if (options['tenant'] !== undefined) throw new AppError('usage', { reason: '--tenant goes with --head' });
    return new Map();
  }
  const head = readHead('--head', options['head']);
  if (options['tenant'] !== undefined) return new Map([[await existingTenant(core, '--tenant', options['tenant']), head]]);
  const [only, another] = await core.tenants.list();
  if (only === undefined || another !== undefined)
    throw new AppError('usage', { reason: '--head needs --tenant, unless there is exactly one enterprise' });
  return new Map([[only.tenantId, head]]);
}
