import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { backupTo, restoreFrom, storeExists } from '../store/files.ts';
import type { Place } from '../store/place.ts';
import { type Command, place, print } from './command.ts';
import { copyStore } from './copy.ts';

export const backup: Command = {
  name: 'backup',
  summary: { en: 'copy the store into one file, also while it is served', zh: '备份为单个文件，服务运行时也可以' },
  arguments: [{ words: '<FILE>', help: { en: 'a new file', zh: '新文件' } }],
  settings: place,
  async run({ config, args, say }) {
    const file = args[0] as string;
    if (config.databaseUrl !== null) await backupDatabase(config, file);
    else if (storeExists(config.data)) backupTo(config.data, file);
    else throw new AppError('usage', { reason: `there is no store in ${config.data}` });
    print(say({ en: `backup written: ${file}`, zh: `已备份：${file}` }));
    return 0;
  },
};

/** Each tenant as one state, in a file as that of a folder's store. */
async function backupDatabase(place: Place, file: string): Promise<void> {
  if (existsSync(file)) throw new AppError('usage', { reason: `${file} is there already` });
  const folder = mkdtempSync(`${resolve(file)}.`);
  try {
    await copyStore(place, { data: folder, databaseUrl: null }, null, () => undefined);
    backupTo(folder, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const restore: Command = {
  name: 'restore',
  summary: { en: 'put a backup in the place of the store; not while it is served', zh: '用备份恢复数据；服务须先停止' },
  arguments: [{ words: '<FILE>', help: { en: 'a backup', zh: '备份文件' } }],
  settings: ['data'],
  options: [
    { flags: '--replace', help: { en: 'keep the store that is there beside the restored one', zh: '已有数据改名保留在旁' } },
  ],
  async run({ config, args, options, say }) {
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const kept = restoreFrom(config.data, args[0] as string, options['replace'] === true, stamp);
    print(say({ en: `restored into ${config.data}`, zh: `已恢复到 ${config.data}` }));
    if (kept !== null) print(say({ en: `the former store: ${kept}`, zh: `原数据：${kept}` }));
    return 0;
  },
};
