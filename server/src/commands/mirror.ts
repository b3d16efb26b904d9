import pino from 'pino';
import { openCore } from '../app.ts';
import { AppError } from '../errors.ts';
import type { MirrorLog, RoundEnd } from '../mirror/mirror.ts';
import { MirrorAtWork, type MirrorSettings, openMirror } from '../mirroring.ts';
import { lockMirror, makeFolder } from '../store/files.ts';
import { formatTime } from '../wire/time.ts';
import { type Command, type Invocation, place, print } from './command.ts';
import { upstreamOf, upstreamOptions } from './mirror-option.ts';

/** How often a person is told how far it is, in ms. */
const tellEvery = 10_000;

export const mirrorRun: Command = {
  name: 'mirror',
  summary: {
    en: 'copy an account elsewhere, such as at OKKI, and keep the copy fresh',
    zh: '镜像另一处（如 OKKI）的账号，并保持更新',
  },
  settings: [...place, 'logLevel'],
  options: [
    ...upstreamOptions,
    {
      flags: '--once',
      help: {
        en: 'end when everything is equal, or the calls of the day are used up',
        zh: '全部一致或当日调用次数用尽后结束',
      },
    },
  ],
  async run(invocation) {
    const { config, options } = invocation;
    const settings = upstreamOf(invocation);
    if (config.databaseUrl === null) makeFolder(config.data);
    const core = await openCore(config, { make: true });
    const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
    const stopping = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
    try {
      return await (options['once'] === true ? once : always)({ core, settings, log, invocation, ended: stopping.signal });
    } finally {
      await core.close();
    }
  },
};

interface Work {
  readonly core: Awaited<ReturnType<typeof openCore>>;
  readonly settings: MirrorSettings;
  readonly log: MirrorLog;
  readonly invocation: Invocation;
  readonly ended: AbortSignal;
}

async function always({ core, settings, log, invocation: { config, say }, ended }: Work): Promise<number> {
  const work = new MirrorAtWork(core, config, settings, log);
  const telling = setInterval(() => void tell(core, settings.tenantId, say).catch(() => undefined), tellEvery);
  try {
    work.start();
    await Promise.race([work.ended, new Promise((done) => ended.addEventListener('abort', done, { once: true }))]);
    await work.stop();
    return ended.aborted ? 0 : 1;
  } finally {
    clearInterval(telling);
  }
}

async function once({ core, settings, log, invocation: { config, say }, ended }: Work): Promise<number> {
  const lock = config.databaseUrl === null ? lockMirror(config.data, settings.tenantId) : null;
  const telling = setInterval(() => void tell(core, settings.tenantId, say).catch(() => undefined), tellEvery);
  let end: RoundEnd | null = null;
  try {
    const mirror = await openMirror(core, settings, log);
    const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 1000)));
    end = await mirror.round({ contents: false, sleep, ended });
  } catch (error) {
    if (!ended.aborted) throw error;
  } finally {
    clearInterval(telling);
    lock?.release();
  }
  const status = await core.mirrorStatuses.of(settings.tenantId);
  if (status === null) throw new AppError('usage', { reason: `tenant ${settings.tenantId} is no mirror any more` });
  await tell(core, settings.tenantId, say);
  return end !== 'offline' && status.fill.done && status.offline === null && status.windows.differing.length === 0 ? 0 : 1;
}

async function tell(core: Work['core'], tenantId: number, say: Invocation['say']): Promise<void> {
  const status = await core.mirrorStatuses.of(tenantId);
  if (status === null) return;
  const { entries, fill, calls, windows, offline } = status;
  const of = entries.upstream ?? '?';
  const used = calls.quota === null ? `${calls.used}` : `${calls.used} / ${calls.quota}`;
  const back = fill.from === null ? '' : formatTime(fill.from);
  print(
    fill.done
      ? say({
          en: `${entries.own} entries of ${of}; ${windows.equal} of ${windows.all} windows equal; calls today ${used}`,
          zh: `${entries.own} / ${of} 条；${windows.equal} / ${windows.all} 个时间段一致；今日调用 ${used}`,
        })
      : say({
          en: `${entries.own} entries of ${of}, back to ${back || '…'}; about ${fill.callsLeft ?? '?'} calls to go${fill.daysLeft === null ? '' : `, ${fill.daysLeft.toFixed(1)} days`}; calls today ${used}`,
          zh: `${entries.own} / ${of} 条，已回溯至 ${back || '…'}；约需再调用 ${fill.callsLeft ?? '?'} 次${fill.daysLeft === null ? '' : `，约 ${fill.daysLeft.toFixed(1)} 天`}；今日调用 ${used}`,
        }),
  );
  if (offline !== null)
    print(
      say({
        en: `  the upstream does not answer since ${formatTime(offline.since)}: ${offline.reason}`,
        zh: `  上游自 ${formatTime(offline.since)} 起无正常应答：${offline.reason}`,
      }),
    );
}
