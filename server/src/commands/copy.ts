import { AppError } from '../errors.ts';
import { type Copied, copyTenant } from '../store/copy.ts';
import type { Db } from '../store/db.ts';
import { openStore, type Place, shownPlace } from '../store/place.ts';
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
    await copyStore(source, target, only, (tenantId, revision, rows) =>
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
  },
};

/** Every tenant, or one; `done` hears of each. Throws `usage` as `copyTenant`, and when the source is not there. */
export async function copyStore(
  source: Place,
  target: Place,
  only: number | null,
  done: (tenantId: number, revision: number, rows: number) => void,
): Promise<void> {
  const from = await openStore(source, 'command', 'there');
  try {
    const to = await openStore(target, 'command', 'make');
    try {
      const tenants = only === null ? (await tenantStore(from).list()).map(({ tenantId }) => tenantId) : [only];
      for (const tenantId of tenants) {
        const { revision, rows } = await copyShown(from, to, tenantId);
        done(tenantId, revision, rows);
      }
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** Shows on stderr how far it is, from the revision that the target had. */
async function copyShown(from: Db, to: Db, tenantId: number): Promise<Copied> {
  let progress: Progress | null = null;
  let last = 0;
  const copied = await copyTenant(from, to, tenantId, (reached, of) => {
    progress ??= new Progress(`copy ${tenantId}`, of);
    progress.read(reached - last);
    last = reached;
    progress.show(reached);
  });
  (progress as Progress | null)?.end();
  return copied;
}
