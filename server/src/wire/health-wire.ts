/** How the store of an enterprise is, on the wire: ours alone. */
import { Type } from 'typebox';
import type { LastCheck } from '../domain/health.ts';
import { formatTime } from './time.ts';

const running = Type.Boolean({ description: '是否正在检查 · Whether a check is under way.' });

export const adminHealthData = Type.Object({
  version: Type.String({ description: '版本 · Of the program.' }),
  revision: Type.Integer({ description: "修订号 · The last revision of the enterprise's change log." }),
  engine: Type.String({ description: '存储引擎 · What keeps the data.', enum: ['sqlite', 'postgres'] }),
  entries: Type.Integer({ description: '动态数量 · Entries in the list.' }),
  last_check: Type.Union(
    [
      Type.Object(
        {
          time: Type.String({ description: '检查时间 · When it ended, YYYY-MM-DD HH:mm:ss, Beijing time.' }),
          count: Type.Integer({ description: '问题数量 · How much it found wrong.' }),
          findings: Type.Array(
            Type.Object(
              {
                revision: Type.Union([Type.Integer(), Type.Null()], {
                  description: '修订号 · The change that it is about; null when it is about none.',
                }),
                what: Type.String({ description: '问题 · What is wrong.' }),
              },
              { title: 'CheckFinding' },
            ),
            { description: '问题 · The first hundred; none: all is right.' },
          ),
        },
        { title: 'LastCheck' },
      ),
      Type.Null(),
    ],
    { description: '最近一次检查 · The last check that came to its end; null: there was none.' },
  ),
  running,
});

export interface HealthState {
  readonly version: string;
  readonly engine: 'sqlite' | 'postgres';
  readonly revision: number;
  readonly entries: number;
  readonly lastCheck: LastCheck | null;
  readonly running: boolean;
}

export const presentHealth = ({ version, revision, engine, entries, lastCheck, running: now }: HealthState): string =>
  JSON.stringify({
    version,
    revision,
    engine,
    entries,
    last_check:
      lastCheck === null
        ? null
        : {
            time: formatTime(lastCheck.checkedAt),
            count: lastCheck.count,
            findings: lastCheck.findings.map(({ revision: about, what }) => ({ revision: about, what })),
          },
    running: now,
  });

export const adminHealthCheckData = Type.Object({ running });
export const presentCheckBegun = (): string => JSON.stringify({ running: true });
