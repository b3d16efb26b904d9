import { type Core, openCore } from '../app.ts';
import { auditLines, headHash } from '../store/audit.ts';
import { type Command, type Invocation, place, print } from './command.ts';
import { headText } from './head-option.ts';
import { existingTenant } from './tenant-option.ts';
import { checkNew, writeWhole } from './whole-file.ts';

const tenantOption = { flags: '--tenant <ID>', help: { en: 'only this enterprise', zh: '仅此企业' } };

export const auditExport: Command = {
  name: 'audit export',
  summary: {
    en: 'write the hash chain of every change, without any text, to be verified without Genjin',
    zh: '导出全部变更的哈希链（不含任何内容），可脱离本程序验证',
  },
  arguments: [{ words: '<FILE>', help: { en: 'a new file', zh: '新文件' } }],
  settings: place,
  options: [tenantOption],
  async run({ config, args, options, say }) {
    const file = args[0] as string;
    checkNew(file);
    const core = await openCore(config, { make: false });
    try {
      const tenants = await tenantsOf(core, options);
      // One state, however many enterprises there are.
      const snapshot = await core.db.snapshot(null);
      try {
        await writeWhole(
          file,
          (async function* () {
            for (const tenantId of tenants) yield* auditLines(snapshot, tenantId);
          })(),
        );
      } finally {
        await snapshot.end();
      }
      print(say({ en: `exported: ${file}`, zh: `已导出：${file}` }));
      return 0;
    } finally {
      await core.close();
    }
  },
};

export const auditHead: Command = {
  name: 'audit head',
  summary: {
    en: 'print the head of each change log, to be kept where nobody can change it',
    zh: '输出各变更日志的链头，请保存到无人能改动的地方',
  },
  settings: place,
  options: [tenantOption],
  async run({ config, options }) {
    const core = await openCore(config, { make: false });
    try {
      const tenants = await tenantsOf(core, options);
      const heads = await core.db.read(null, (tx) => Promise.all(tenants.map((tenantId) => headHash(tx, tenantId))));
      for (const [i, head] of heads.entries()) print(`${tenants[i]} ${headText(head)}`);
      return 0;
    } finally {
      await core.close();
    }
  },
};

async function tenantsOf(core: Core, options: Invocation['options']): Promise<readonly number[]> {
  if (options['tenant'] !== undefined) return [await existingTenant(core, '--tenant', options['tenant'])];
  return (await core.tenants.list()).map(({ tenantId }) => tenantId);
}
