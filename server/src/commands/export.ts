import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Core, openCore } from '../app.ts';
import { AppError } from '../errors.ts';
import { presentTrail } from '../wire/trail-wire.ts';
import type { Command } from './command.ts';
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
  async run({ config, args, options }) {
    const file = args[0] === undefined || args[0] === '-' ? null : args[0];
    if (file !== null && existsSync(file)) throw new AppError('usage', { reason: `${file} is there already` });
    const core = await openCore(config.data, { make: false });
    try {
      const tenants =
        options['tenant'] === undefined
          ? (await core.tenants.list()).map((tenant) => tenant.tenantId)
          : [await existingTenant(core, '--tenant', options['tenant'])];
      if (file === null) {
        await exportTo(core, tenants, process.stdout, 'stdout');
        return 0;
      }
      // The file is there whole or not at all.
      const part = `${file}.part`;
      const output = createWriteStream(part, { mode: 0o600, highWaterMark: 1 << 20, flush: true });
      try {
        await exportTo(core, tenants, output, file);
        output.end();
        await finished(output);
        renameSync(part, file);
      } catch (error) {
        output.destroy();
        rmSync(part, { force: true });
        throw error;
      }
      return 0;
    } finally {
      await core.close();
    }
  },
};

/** Streams; memory does not grow with the store. Ends early, without an error, when the reader goes away. */
export async function exportTo(core: Core, tenants: readonly number[], output: Writable, name: string): Promise<void> {
  let gone = false;
  let failed: Error | null = null;
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') gone = true;
    else failed = error;
  });
  let total = 0;
  for (const tenantId of tenants) total += await core.trailStore.count(tenantId);
  const progress = new Progress(name, total);
  let rows = 0;
  for (const tenantId of tenants) {
    for await (const { trails, joined } of core.trailStore.all(tenantId)) {
      const text = trails.map((trail) => `${JSON.stringify(presentTrail(tenantId, trail, joined))}\n`).join('');
      if (!output.write(text)) await Promise.race([drained(output), closed(output)]);
      if (failed !== null) throw failed;
      if (gone) return;
      rows += trails.length;
      progress.read(trails.length);
      progress.show(rows);
    }
  }
  progress.end();
}

const drained = (output: Writable): Promise<unknown> => new Promise((resolve) => output.once('drain', resolve));
const closed = (output: Writable): Promise<unknown> =>
  new Promise((resolve) => {
    output.once('close', resolve);
    output.once('error', resolve);
  });
