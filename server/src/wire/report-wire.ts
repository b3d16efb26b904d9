/** Reports on the wire (docs/wire.md#report). */
import { Type } from 'typebox';
import type { UserReport } from '../domain/report.ts';
import type { Bounds } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, idList } from './fields.ts';
import { number, objects, shape, text } from './shape.ts';
import { formatTime, parseTime } from './time.ts';

/** The only report that is published. */
const reportKey = 'xs1';

const key: Field<typeof reportKey> = {
  schema: Type.Literal(reportKey, { description: '报表 · Which report: xs1, what each user did.' }),
  read(name, raw) {
    if (raw !== reportKey) throw badParameter(name, raw, `accepted: ${reportKey}`);
    return reportKey;
  },
};

/** A day that must be given: its first or its last second. */
function day(bound: 'start' | 'end', description: string): Field<number> {
  return {
    schema: Type.String({ description, examples: ['2024-05-01'] }),
    read(name, raw) {
      const given = typeof raw === 'string' ? raw.trim() : raw;
      const at = typeof given === 'string' && given.length === 10 ? parseTime(given, bound === 'end') : null;
      if (at === null) throw badParameter(name, raw, 'accepted: a day YYYY-MM-DD that exists, Beijing time');
      return at;
    },
  };
}

export const reportInfoBody = fieldSet({
  key,
  start_date: day('start', '开始日期 · The first day, Beijing time.'),
  end_date: day('end', '结束日期 · The last day.'),
  user_id: idList('用户ID · These users; none: all in the normal state.', 1000),
  refresh: {
    schema: Type.Unknown({ description: '刷新 · Accepted and without effect: every report is counted anew.' }),
    read: () => null,
  },
});

/** Throws `bad_parameter`, also for a start after the end. */
export function readReportInfo(body: Readonly<Record<string, unknown>>): { period: Bounds; userIds: readonly number[] } {
  const given = reportInfoBody.read(body);
  if (given.start_date > given.end_date) {
    const last = formatTime(given.end_date).slice(0, 10);
    throw badParameter('start_date', body['start_date'], `accepted: a day not after end_date (${last})`);
  }
  return { period: { from: given.start_date, to: given.end_date }, userIds: given.user_id };
}

const userReport = shape<UserReport>({
  user_id: text('用户ID · The user, as a string.', ({ user }) => String(user.userId)),
  nickname: text('昵称 · Nickname.', ({ user }) => user.nickname),
  customer_remark_count: number('跟进数 · Entries of the types 101 to 112 that the user wrote.', ({ followUps }) => followUps),
  dynamic_count: number('动态数 · All entries that the user wrote.', ({ entries }) => entries),
  lead_add_count: number('新增线索数 · Leads that the user added.', ({ added }) => added.lead),
  company_add_count: number('新增客户数 · Companies that the user added.', ({ added }) => added.company),
  opportunity_add_count: number('新增商机数 · Opportunities that the user added.', ({ added }) => added.opportunity),
  quotation_add_count: number('新增报价单数 · Genjin has no quotations: 0.'),
  order_add_count: number('新增订单数 · Genjin has no orders: 0.'),
  mail_send_count: number('发送邮件数 · Genjin sends no mail: 0.'),
  edm_send_count: number('发送EDM数 · Genjin sends no mail: 0.'),
  edm_finish_count: number('完成EDM数 · Genjin sends no mail: 0.'),
  login_count: number('登录次数 · Not counted: 0.'),
});

const reportInfo = shape<readonly UserReport[]>({
  list: objects('每个用户 · One row a user, by ascending id.', userReport, (reports) => reports),
});

export const reportInfoData = reportInfo.schema;

export const presentReportInfo = (reports: readonly UserReport[]): string => JSON.stringify(reportInfo.present(reports));
