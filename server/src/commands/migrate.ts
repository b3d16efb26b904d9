import { AppError } from '../errors.ts';
import { distribute } from '../store/citus.ts';
import { openStore } from '../store/place.ts';
import { type Command, place, print } from './command.ts';

const usualShards = 64;
const mostShards = 4096;

export const migrate: Command = {
  name: 'migrate',
  summary: {
    en: "make the store's tables, or bring them to this program's shape; on Citus, distribute them",
    zh: '建立或升级数据表；在 Citus 上则按企业分布',
  },
  settings: place,
  options: [
    { flags: '--citus', help: { en: 'distribute the tables by enterprise over the nodes', zh: '按企业把数据表分布到各节点' } },
    {
      flags: '--shards <NUMBER>',
      help: {
        en: `with --citus, the first time: how many shards, 1 to ${mostShards} (${usualShards})`,
        zh: `与 --citus 首次使用：分片数，1 至 ${mostShards}（${usualShards}）`,
      },
    },
  ],
  async run({ config, options, say }) {
    const citus = options['citus'] === true;
    const shards = readShards(options['shards']);
    if (!citus && options['shards'] !== undefined) throw new AppError('usage', { reason: '--shards: only with --citus' });
    if (citus && config.databaseUrl === null) throw new AppError('usage', { reason: '--citus: needs --database-url' });
    const db = await openStore(config, 'command', 'make');
    try {
      if (!citus) {
        print(say({ en: 'the tables are in shape', zh: '数据表已就绪' }));
        return 0;
      }
      const { made, there } = await distribute(db, shards);
      for (const table of made) print(say({ en: `distributed: ${table}`, zh: `已分布：${table}` }));
      print(
        say({
          en: `${made.length} tables distributed now, ${there.length} were already`,
          zh: `本次分布 ${made.length} 张表，此前已分布 ${there.length} 张`,
        }),
      );
      return 0;
    } finally {
      await db.close();
    }
  },
};

function readShards(given: string | boolean | undefined): number {
  if (given === undefined) return usualShards;
  const shards = /^\d{1,4}$/.test(String(given)) ? Number(given) : 0;
  if (shards >= 1 && shards <= mostShards) return shards;
  throw new AppError('usage', { reason: `--shards: ${JSON.stringify(given)} is not accepted; accepted: 1 to ${mostShards}` });
}
