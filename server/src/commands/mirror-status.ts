import type { MirrorStatus } from '../domain/mirror-status.ts';
import { mirrorFields } from '../wire/mirror-wire.ts';
import { formatTime } from '../wire/time.ts';
import { type Command, type Invocation, place, print } from './command.ts';
import { tenantOption, withMirror } from './mirror-option.ts';

export const mirrorStatus: Command = {
  name: 'mirror status',
  summary: {
    en: 'how far back and how fresh a mirror is, what was proven equal, and the calls of today',
    zh: '查看镜像：回溯范围、新鲜度、一致性证明与今日调用次数',
  },
  settings: place,
  options: [tenantOption, { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } }],
  run: (invocation) =>
    withMirror(invocation, async (core, tenantId) => {
      const status = (await core.mirrorStatuses.of(tenantId)) as MirrorStatus;
      if (invocation.options['json'] === true) print(JSON.stringify({ tenant_id: tenantId, ...mirrorFields(status) }));
      else for (const line of linesOf(tenantId, status, core.clock(), invocation.say)) print(line);
      return 0;
    }),
};

function linesOf(tenantId: number, status: MirrorStatus, now: number, say: Invocation['say']): string[] {
  const { fill, entries, windows, reread, healed, calls, offline } = status;
  const time = (at: number | null): string => (at === null ? say({ en: 'never', zh: '从未' }) : formatTime(at));
  const minutes = status.polledAt === null ? null : Math.round((now - status.polledAt) / 60_000);
  const rows: readonly (readonly [en: string, zh: string, en: string, zh: string])[] = [
    ['mirror of', '镜像来源', status.upstream, status.upstream],
    ['enterprise', '企业', String(tenantId), String(tenantId)],
    [
      'entries',
      '动态',
      `${entries.own} here, ${entries.upstream ?? '?'} there`,
      `本地 ${entries.own} 条，上游 ${entries.upstream ?? '?'} 条`,
    ],
    fill.done
      ? ['back to', '回溯', 'the first entry', '已至最早一条']
      : [
          'back to',
          '回溯',
          `${time(fill.from)}; about ${fill.callsLeft ?? '?'} calls to go, ${fill.daysLeft?.toFixed(1) ?? '?'} days`,
          `${time(fill.from)}；约需再调用 ${fill.callsLeft ?? '?'} 次，${fill.daysLeft?.toFixed(1) ?? '?'} 天`,
        ],
    [
      'fresh as of',
      '新鲜度',
      `${time(status.polledAt)}${minutes === null ? '' : ` (${minutes} min ago)`}`,
      `${time(status.polledAt)}${minutes === null ? '' : `（${minutes} 分钟前）`}`,
    ],
    [
      'proven equal',
      '一致性',
      `${windows.equal} of ${windows.all} windows, the oldest proof of ${time(windows.equalSince)}`,
      `${windows.equal} / ${windows.all} 个时间段，最早一次证明于 ${time(windows.equalSince)}`,
    ],
    ...windows.differing.map(({ from, to, own, upstream }) => {
      const stretch = `${from === null ? '…' : formatTime(from)} – ${to === null ? '…' : formatTime(to)}`;
      return [
        '  differs',
        '  不一致',
        `${stretch}: ${own} here, ${upstream} there`,
        `${stretch}：本地 ${own} 条，上游 ${upstream} 条`,
      ] as const;
    }),
    [
      'contents read again',
      '内容复读',
      `whole: ${time(reread.whole?.endedAt ?? null)}`,
      `上一轮完成于 ${time(reread.whole?.endedAt ?? null)}`,
    ],
    [
      'healed',
      '已修复',
      `${healed.added} put in, ${healed.changed} put right, ${healed.removed} removed; ${status.missed} missed once`,
      `补上 ${healed.added}，修正 ${healed.changed}，移除 ${healed.removed}；待确认缺失 ${status.missed}`,
    ],
    [
      'calls today',
      '今日调用',
      `${calls.used}${calls.quota === null ? '' : ` of ${calls.quota}`}: ${purposesOf(calls.today)}`,
      `${calls.used}${calls.quota === null ? '' : ` / ${calls.quota}`}：${purposesOf(calls.today)}`,
    ],
    ...(offline === null
      ? []
      : [
          [
            'offline',
            '上游不可用',
            `since ${formatTime(offline.since)}: ${offline.reason}`,
            `自 ${formatTime(offline.since)}：${offline.reason}`,
          ] as const,
        ]),
    ...status.refused.map(
      ({ entry, reason }) => ['cannot be kept', '无法保存', `${entry}: ${reason}`, `${entry}：${reason}`] as const,
    ),
  ];
  return rows.map(([en, zh, enValue, zhValue]) =>
    say({ en: `${en.padEnd(20)} ${enValue}`, zh: `${zh.padEnd(8, '　')} ${zhValue}` }),
  );
}

const purposesOf = (today: MirrorStatus['calls']['today']): string =>
  Object.entries(today)
    .map(([purpose, calls]) => `${purpose} ${calls}`)
    .join(', ') || '–';
