import { pipeline } from 'node:stream/promises';
import { type Core, openCore } from '../app.ts';
import type { TrailPortion } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { formats, type Portion } from '../export/formats.ts';
import { exportFormats, exportLanguages, readTrailExport } from '../wire/trail-export-wire.ts';
import { type Command, type Option, place, print } from './command.ts';
import { Progress } from './progress.ts';
import { existingTenant } from './tenant-option.ts';
import { checkNew, writeWhole } from './whole-file.ts';

/** The list's parameters as options: the option's name as commander keeps it, and what it is called on the command line and the wire. */
const filterOptions: Readonly<Record<string, { readonly parameter: string } & Option>> = {
  company: {
    parameter: 'company_id',
    flags: '--company <ID>',
    help: { en: 'only about this company', zh: '只导出该客户的' },
  },
  lead: { parameter: 'lead_id', flags: '--lead <ID>', help: { en: 'only about this lead', zh: '只导出该线索的' } },
  opportunity: {
    parameter: 'opportunity_id',
    flags: '--opportunity <ID>',
    help: { en: 'only about this opportunity', zh: '只导出该商机的' },
  },
  from: {
    parameter: 'start_time',
    flags: '--from <TIME>',
    help: { en: 'from this time or day on, Beijing time', zh: '自该时间或日期起（北京时间）' },
  },
  to: {
    parameter: 'end_time',
    flags: '--to <TIME>',
    help: { en: 'up to this time or day, Beijing time', zh: '至该时间或日期止（北京时间）' },
  },
  timeType: {
    parameter: 'time_type',
    flags: '--time-type <N>',
    help: {
      en: 'what time is meant and ordered by: 1 last changed, 2 when it took place (default), 3 recorded',
      zh: '按哪个时间筛选和排序：1 更新时间，2 跟进时间（默认），3 记录时间',
    },
  },
  type: {
    parameter: 'type',
    flags: '--type <N,…>',
    help: { en: 'only of these types, by number', zh: '只导出这些类型的（编号）' },
  },
  author: {
    parameter: 'create_user',
    flags: '--author <ID,…>',
    help: { en: 'only written by these users', zh: '只导出这些用户写的' },
  },
  contact: {
    parameter: 'customer_id',
    flags: '--contact <ID,…>',
    help: { en: 'only with one of these contact persons', zh: '只导出涉及这些联系人的' },
  },
  keyword: {
    parameter: 'keyword',
    flags: '--keyword <WORDS>',
    help: { en: 'only whose content has all of these words', zh: '只导出内容包含全部关键词的' },
  },
  removed: {
    parameter: 'removed',
    flags: '--removed',
    help: { en: 'those that were removed, instead of those that are listed', zh: '导出已删除的，而不是列表中的' },
  },
  sort: {
    parameter: 'sort',
    flags: '--sort <ORDER>',
    help: { en: 'desc: newest first (default), asc: oldest first', zh: 'desc 新的在前（默认），asc 旧的在前' },
  },
  asOf: {
    parameter: 'as_of',
    flags: '--as-of <REVISION|TIME>',
    help: { en: 'as it was after this revision, or at this time', zh: '该修订号之后或该时间的状态' },
  },
};

export const exportCommand: Command = {
  name: 'export',
  summary: {
    en: 'write follow-ups to a file; without options all of them as NDJSON, removed ones with their flag, which import takes back',
    zh: '导出跟进；不带选项时为全部跟进的 NDJSON（已删除的带标记），可由 import 导回',
  },
  arguments: [
    { words: '[FILE]', help: { en: 'a new file; none or - writes to standard output', zh: '新文件；省略或 - 表示标准输出' } },
  ],
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'only this enterprise', zh: '只导出该企业' } },
    {
      flags: '--format <FORMAT>',
      help: {
        en: `${exportFormats.join(', ')}; csv and xlsx have what the list shows, in its order (default: ndjson)`,
        zh: `${exportFormats.join('、')}；csv 和 xlsx 按列表的内容与顺序导出（默认 ndjson）`,
      },
    },
    {
      flags: '--language <LANGUAGE>',
      help: {
        en: `of the headers in csv and xlsx: ${exportLanguages.join(', ')} (default: zh)`,
        zh: `csv 和 xlsx 表头的语言：${exportLanguages.join('、')}（默认 zh）`,
      },
    },
    ...Object.values(filterOptions).map(({ flags, help }) => ({ flags, help })),
  ],
  async run({ config, args, options, say }) {
    const file = args[0] === undefined || args[0] === '-' ? null : args[0];
    if (file !== null) checkNew(file);
    const question = readQuestion(options);
    const core = await openCore(config, { make: false });
    try {
      const tenants =
        options['tenant'] === undefined
          ? (await core.tenants.list()).map((tenant) => tenant.tenantId)
          : [await existingTenant(core, '--tenant', options['tenant'])];
      const bytes = (name: string) => formats[question.format].write(portions(core, tenants, question, name), question.language);
      if (file === null) {
        // A reader that has seen enough (head, less) is no error.
        await pipeline(bytes('stdout'), process.stdout, { end: false }).catch(unlessGone);
        return 0;
      }
      await writeWhole(file, bytes(file));
      print(say({ en: `exported: ${file}`, zh: `已导出：${file}` }));
      return 0;
    } finally {
      await core.close();
    }
  },
};

type Question = ReturnType<typeof readTrailExport> & {
  /** Whatever the store has, in its order, and not what the list shows. */
  readonly everything: boolean;
};

/** Throws `bad_parameter` that names the option. */
function readQuestion(options: Readonly<Record<string, string | boolean | undefined>>): Question {
  const query: Record<string, unknown> = { format: options['format'], language: options['language'] };
  let everything = (options['format'] ?? 'ndjson') === 'ndjson';
  for (const [option, { parameter }] of Object.entries(filterOptions)) {
    const value = options[option];
    if (value === undefined) continue;
    query[parameter] = value === true ? 1 : value;
    everything = false;
  }
  try {
    return { ...readTrailExport(query), everything };
  } catch (error) {
    throw inOptions(error);
  }
}

/** The error with the option in the place of the parameter that it names. */
function inOptions(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const field = String(error.details['field']);
  // Of a list the item is named too, as in type[1].
  const parameter = field.replace(/\[.*/, '');
  const named = Object.values(filterOptions).find((option) => option.parameter === parameter);
  const flag = named === undefined ? `--${parameter}` : (named.flags.split(' ')[0] as string);
  return new AppError(error.errorName, { ...error.details, field: flag + field.slice(parameter.length) });
}

/** The entries, a portion at a time; memory does not grow with the store. */
async function* portions(core: Core, tenants: readonly number[], question: Question, name: string): AsyncGenerator<Portion> {
  const sources: { tenantId: number; entries: AsyncIterable<TrailPortion> }[] = [];
  let total = 0;
  for (const tenantId of tenants) {
    if (question.everything) {
      sources.push({ tenantId, entries: core.trailStore.all(tenantId) });
      total += await core.trailStore.count(tenantId);
      continue;
    }
    const { filter, asOf } = question;
    try {
      const { revision, portions: entries } = await core.trails.stream({ tenantId }, filter, asOf);
      sources.push({ tenantId, entries });
      total += (await core.trailStore.list(tenantId, filter, { number: 1, size: 1 }, revision)).total;
    } catch (error) {
      throw inOptions(error);
    }
  }
  const progress = new Progress(name, total);
  let rows = 0;
  for (const { tenantId, entries } of sources) {
    for await (const portion of entries) {
      yield { tenantId, ...portion };
      rows += portion.trails.length;
      progress.read(portion.trails.length);
      progress.show(rows);
    }
  }
  progress.end();
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
