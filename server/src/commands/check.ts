import { openCore } from '../app.ts';
import { checkStore } from '../store/check.ts';
import { integrityOf } from '../store/files.ts';
import { type Command, print } from './command.ts';

export const check: Command = {
  name: 'check',
  summary: { en: 'verify the store: every derived number against a recount', zh: '校验数据：逐项重新计算并比对' },
  settings: ['data'],
  async run({ config, say }) {
    const core = await openCore(config.data, { make: false });
    try {
      const report = await checkStore(core.db, () => integrityOf(config.data));
      for (const { tenantId, revision, trails } of report.tenants) {
        print(
          say({
            en: `tenant ${tenantId}: ${trails} entries, revision ${revision}`,
            zh: `企业 ${tenantId}：${trails} 条跟进，修订号 ${revision}`,
          }),
        );
      }
      for (const { tenantId, what } of report.findings) {
        print(
          say({
            en: `WRONG  ${tenantId === 0 ? 'store' : `tenant ${tenantId}`}: ${what}`,
            zh: `错误  ${tenantId === 0 ? '数据文件' : `企业 ${tenantId}`}：${what}`,
          }),
        );
      }
      const { length } = report.findings;
      print(
        length === 0 ? say({ en: 'all is right', zh: '一切正确' }) : say({ en: `${length} findings`, zh: `${length} 处错误` }),
      );
      return length === 0 ? 0 : 1;
    } finally {
      await core.close();
    }
  },
};
