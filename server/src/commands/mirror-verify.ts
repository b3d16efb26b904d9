import { AppError } from '../errors.ts';
import { QuotaUsed, UpstreamError } from '../mirror/upstream.ts';
import { verifyMirror } from '../mirroring.ts';
import { type Command, place, print } from './command.ts';
import { upstreamOf, upstreamOptions, withMirror } from './mirror-option.ts';
import { Progress } from './progress.ts';

/** Differences that are printed; all are counted. */
const mostPrinted = 1_000;

export const mirrorVerify: Command = {
  name: 'mirror verify',
  summary: {
    en: 'read the whole account once and print what differs, by entry and field; changes nothing',
    zh: '完整读取上游一遍，按动态与字段列出差异；不做任何修改',
  },
  settings: place,
  options: upstreamOptions,
  async run(invocation) {
    const settings = upstreamOf(invocation);
    const { say } = invocation;
    return withMirror({ ...invocation, options: { ...invocation.options, tenant: String(settings.tenantId) } }, async (core) => {
      let differences = 0;
      const progress = new Progress('verify', null);
      try {
        const entries = await verifyMirror(core, settings, {
          read: (count) => progress.show(count),
          differs({ trailId, field, upstream, own }) {
            differences += 1;
            if (differences > mostPrinted) return;
            const where = `trail ${trailId}${field === null ? '' : ` ${field}`}`;
            print(
              say({
                en: `${where}: upstream ${upstream ?? '(none)'}, here ${own ?? '(none)'}`,
                zh: `${where}：上游 ${upstream ?? '（无）'}，本地 ${own ?? '（无）'}`,
              }),
            );
          },
        });
        progress.end();
        print(
          say({ en: `${entries} entries read, ${differences} differences`, zh: `已读 ${entries} 条，差异 ${differences} 处` }),
        );
        return differences === 0 ? 0 : 1;
      } catch (error) {
        progress.end();
        if (error instanceof UpstreamError || error instanceof QuotaUsed)
          throw new AppError('usage', { reason: `not read to the end: ${error.message}` }, { cause: error });
        throw error;
      }
    });
  },
};
