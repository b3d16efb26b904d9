import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Core, openCore } from '../app.ts';
import { AppError } from '../errors.ts';
import { presentTrail } from '../wire/trail-wire.ts';
import { type Command, print } from './command.ts';
import { Progress } from './progress.ts';
import { existingTenant } from './tenant-option.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: {
    en: 'write every follow-up as NDJSON, one entry a line, removed ones with their flag',
    zh: '导出全部跟进为 NDJSON，每行一条；已删除的带标记',
  },
  arguments: [
    { words: '[FILE]', help: { en: 'a new file; none or - writes to standard output', zh: '新文件；省略或 - 表示标准输出' } },
  ],
  settings: ['data'],
  options: [{ flags: '--tenant <ID>', help: { en: 'only this enterprise', zh: '只导出该企业' } }],
  async run({ config, args, options, say }) {
    const file = args[0] === undefined || args[0] === '-' ? null : args[0];
    if (file !== null && existsSync(file)) throw new AppError('usage', { reason: `${file} is there already` });
    const core = await openCore(config.data, { make: false });
    try {
      const tenants =
        options['tenant'] === undefined
          ? (await core.tenants.list()).map((tenant) => tenant.tenantId)
          : [await existingTenant(core, '--tenant', options['tenant'])];
      if (file === null) {
        // A reader that has seen enough (head, less) is no error.
        await pipeline(entries(core, tenants, 'stdout'), process.stdout, { end: false }).catch(unlessGone);
        return 0;
      }
      // The file is there whole or not at all.
      const part = `${file}.${randomBytes(6).toString('hex')}.part`;
      try {
        await pipeline(
          entries(core, tenants, file),
          createWriteStream(part, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20, flush: true }),
        );
        renameSync(part, file);
        print(say({ en: `exported: ${file}`, zh: `已导出：${file}` }));
      } catch (error) {
        rmSync(part, { force: true });
        throw error;
      }
      return 0;
    } finally {
      await core.close();
    }
  },
};

/** The lines, a portion at a time; memory does not grow with the store. */
async function* entries(core: Core, tenants: readonly number[], name: string): AsyncGenerator<Buffer> {
  let total = 0;
  for (const tenantId of tenants) total += await core.trailStore.count(tenantId);
  const progress = new Progress(name, total);
  let rows = 0;
  for (const tenantId of tenants) {
    for await (const { trails, joined } of core.trailStore.all(tenantId)) {
      let text = '';
      for (const trail of trails) text += `${presentTrail(tenantId, trail, joined)}\n`;
      yield Buffer.from(text);
      rows += trails.length;
      progress.read(trails.length);
      progress.show(rows);
    }
  }
  progress.end();
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
