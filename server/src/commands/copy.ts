import { AppError } from '../errors.ts';
import { copyTenant } from '../store/copy.ts';
import type { Db } from '../store/db.ts';
import { makeFolder } from '../store/files.ts';
import { migrate } from '../store/migrations.ts';
import { openDb, type Place, requireStore, shownPlace } from '../store/place.ts';
import { tenantStore } from '../store/tenant-store.ts';
import { type Command, print } from './command.ts';
import { Progress } from './progress.ts';
import { readId } from './tenant-option.ts';

/** A folder, or the URL of a database. */
const placeOf = (text: string): Place =>
  /^postgres(ql)?:/.test(text) ? { data: '', databaseUrl: text } : { data: text, databaseUrl: null };

export const copy: Command = {
  name: 'copy',
  summary: {
    en: 'copy enterprises to another store, also while this one is served; again: only what has come since',
    zh: '把企业数据复制到另一个库，服务运行时也可以；再次运行只复制新增的部分',
  },
  settings: [],
  options: [
    { flags: '--from <PLACE>', help: { en: 'a folder, or postgres://…', zh: '数据目录，或 postgres://…' }, required: true },
    { flags: '--to <PLACE>', help: { en: 'the same; made when it is empty', zh: '同上；为空时自动建库' }, required: true },
    { flags: '--tenant <ID>', help: { en: 'only this enterprise', zh: '仅此企业' } },
  ],
  async run({ options, say }) {
    const [source, target] = [placeOf(String(options['from'])), placeOf(String(options['to']))];
    if (shownPlace(source) === shownPlace(target)) throw new AppError('usage', { reason: '--from and --to are the same store' });
    const only = options['tenant'] === undefined ? null : readId('--tenant', options['tenant']);
    if (source.databaseUrl === null) await requireStore(source, null);
    if (target.databaseUrl === null) makeFolder(target.data);
    const from = openDb(source, 'command');
    const to = openDb(target, 'command');
    try {
      await requireStore(source, source.databaseUrl === null ? null : from);
      await migrate(from);
      await migrate(to);
      await copyAll(from, to, only, (tenantId, revision, rows) =>
        print(
          say({
            en: `tenant ${tenantId}: copied up to revision ${revision}, ${rows} rows, the same chain head`,
            zh: `企业 ${tenantId}：已复制到修订号 ${revision}，共 ${rows} 行，链头一致`,
          }),
        ),
      );
      print(
        say({
          en: 'Secrets stay under the same key: give the new place the same genjin.key or GENJIN_KEY.',
          zh: '密钥仍由原主密钥保护：新库须使用同一个 genjin.key 或 GENJIN_KEY。',
        }),
      );
      return 0;
    } finally {
      await Promise.all([from.close(), to.close()]);
    }
  },
};

/** Every tenant, or one; `done` hears of each. */
export async function copyAll(
  from: Db,
  to: Db,
  only: number | null,
  done: (tenantId: number, revision: number, rows: number) => void,
): Promise<void> {
  const tenants = only === null ? (await tenantStore(from).list()).map(({ tenantId }) => tenantId) : [only];
  for (const tenantId of tenants) {
    let progress: Progress | null = null;
    let last = 0;
    const { revision, rows } = await copyTenant(from, to, tenantId, (reached, of) => {
      progress ??= new Progress(`copy ${tenantId}`, of);
      progress.read(reached - last);
      last = reached;
      progress.show(reached);
    });
    (progress as Progress | null)?.end();
    done(tenantId, revision, rows);
  }
}
