/** How a mirror stands, on the wire: ours alone. */
import { Type } from 'typebox';
import type { MirrorStatus } from '../domain/mirror-status.ts';
import { type CallPurpose, callPurposes } from '../domain/mirror-stores.ts';
import { formatTime } from './time.ts';

const orNull = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer> | ReturnType<typeof Type.Number>>(
  type: T,
  description: string,
) => Type.Union([type, Type.Null()], { description });
const time = (description: string) => orNull(Type.String(), `${description} YYYY-MM-DD HH:mm:ss, Beijing time.`);
const count = (description: string) => Type.Integer({ description });

const purposes: Readonly<Record<CallPurpose, string>> = {
  token: '获取令牌 · For tokens.',
  poll: '读取新动态 · To read what is recent.',
  told: '读取通知所指的动态 · To read what was announced.',
  lists: '读取客户、线索、商机、用户列表 · For lists.',
  info: '读取有变动的客户与线索详情 · For changed companies and leads in full.',
  fill: '读取历史动态 · To read everything once.',
  compare: '比对数量 · To compare counts.',
  heal: '查找并修正差异 · To find and put right what differs.',
  reread: '复读内容 · To read contents again.',
  verify: '核验 · For mirror verify.',
};

const mirror = Type.Object(
  {
    upstream: Type.String({ description: '上游地址 · The address that is mirrored.' }),
    fill_done: Type.Boolean({ description: '历史是否已全部读完 · Whether everything was read once.' }),
    fill_from: time('已读到的时间 · What lies at or after it is here; null: everything is, or nothing yet.'),
    fill_calls_left: orNull(Type.Integer(), '历史尚需调用次数 · Calls that the rest will take; null: none, or not known yet.'),
    fill_days_left: orNull(Type.Number(), '历史尚需天数 · Days that it will take with this quota.'),
    entries: count('本地动态数量 · Entries here.'),
    upstream_entries: orNull(Type.Integer(), '上游动态数量 · Entries there, when it was last asked.'),
    polled_at: time('最近一次读取新动态 · When what is recent was last read.'),
    answered_at: time('上游最近一次正常应答 · When the upstream last answered sensibly.'),
    offline_since: time('上游不可用起始时间 · Since when it does not; null: it does.'),
    offline_reason: orNull(Type.String(), '上游不可用原因 · What came instead.'),
    windows: count('比对的时间段数量 · Months, and what lies before and after them, that were compared.'),
    windows_equal: count('数量一致的时间段 · Those with as many entries here as there.'),
    windows_equal_since: time(
      '全部时间段均曾一致，其中最早一次的时间 · The oldest of the proofs; null: not each was found equal yet.',
    ),
    differing: Type.Array(
      Type.Object(
        {
          from: time('开始 · From.'),
          to: time('结束 · To.'),
          upstream: count('上游数量 · Entries there.'),
          own: count('本地数量 · Entries here.'),
          compared_at: time('比对时间 · When they were counted.'),
        },
        { title: 'MirrorDifference' },
      ),
      { description: '数量不一致的时间段 · Windows that differ.' },
    ),
    reread_from: time('内容复读已到达的时间 · How far contents were read again; null: not begun.'),
    reread_began_at: time('上一轮完整复读开始 · When the last whole reading of all contents began.'),
    reread_ended_at: time('上一轮完整复读结束 · When it ended.'),
    healed_added: count('补上的动态 · Entries that were lacking and were put in.'),
    healed_changed: count('修正的动态 · Entries that differed and were put right.'),
    healed_removed: count('移除的动态 · Entries that the upstream has no more.'),
    missed: count('待确认缺失的动态 · Entries that were missed once and are looked for again.'),
    refused: Type.Array(
      Type.Object(
        {
          time: time('时间 · When.'),
          entry: Type.String({ description: '动态 · Which.' }),
          reason: Type.String({ description: '原因 · Why.' }),
        },
        { title: 'MirrorRefused' },
      ),
      { description: '无法保存的动态 · What the upstream answers and cannot be kept.' },
    ),
    calls_today: Type.Object(
      Object.fromEntries(
        callPurposes.map((purpose) => [purpose, Type.Optional(Type.Integer({ description: purposes[purpose] }))]),
      ),
      {
        title: 'MirrorCalls',
        description: '今日调用次数，按用途 · Calls of today (Beijing), by what they were for.',
      },
    ),
    calls_used: count('今日已用调用次数 · All of them.'),
    calls_quota: orNull(Type.Integer(), '每日调用上限 · How many a day may have; null: any number.'),
    calls_left: orNull(Type.Integer(), '今日剩余调用次数 · How many are left.'),
  },
  { title: 'Mirror' },
);

export const mirrorStatusData = Type.Object({
  mirror: Type.Union([mirror, Type.Null()], { description: '镜像状态 · null: the enterprise is no mirror.' }),
});

const timeOf = (at: number | null): string | null => (at === null ? null : formatTime(at));

/** The fields of a status, for the answer and for the command. */
export const mirrorFields = (status: MirrorStatus) => ({
  upstream: status.upstream,
  fill_done: status.fill.done,
  fill_from: timeOf(status.fill.from),
  fill_calls_left: status.fill.callsLeft,
  fill_days_left: status.fill.daysLeft === null ? null : Math.ceil(status.fill.daysLeft * 10) / 10,
  entries: status.entries.own,
  upstream_entries: status.entries.upstream,
  polled_at: timeOf(status.polledAt),
  answered_at: timeOf(status.answeredAt),
  offline_since: timeOf(status.offline?.since ?? null),
  offline_reason: status.offline?.reason ?? null,
  windows: status.windows.all,
  windows_equal: status.windows.equal,
  windows_equal_since: timeOf(status.windows.equalSince),
  differing: status.windows.differing.map(({ from, to, upstream, own, comparedAt }) => ({
    from: timeOf(from),
    to: timeOf(to),
    upstream,
    own,
    compared_at: timeOf(comparedAt),
  })),
  reread_from: timeOf(status.reread.from),
  reread_began_at: timeOf(status.reread.whole?.beganAt ?? null),
  reread_ended_at: timeOf(status.reread.whole?.endedAt ?? null),
  healed_added: status.healed.added,
  healed_changed: status.healed.changed,
  healed_removed: status.healed.removed,
  missed: status.missed,
  refused: status.refused.map(({ at, entry, reason }) => ({ time: timeOf(at), entry, reason })),
  calls_today: status.calls.today,
  calls_used: status.calls.used,
  calls_quota: status.calls.quota,
  calls_left: status.calls.left,
});

export const presentMirrorStatus = (status: MirrorStatus | null): string =>
  JSON.stringify({ mirror: status === null ? null : mirrorFields(status) });
