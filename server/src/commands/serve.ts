import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { type Core, createApp, openCore } from '../app.ts';
import type { Config } from '../config.ts';
import { completeReset, type DemoCredentials, makeDemo, planDemo, requireDemoOrNothing, resetDemo } from '../demo/demo.ts';
import { demoTenantId } from '../demo/demo-person.ts';
import { modules } from '../domain/application.ts';
import { AppError } from '../errors.ts';
import { checkExposure } from '../exposure.ts';
import { programName } from '../installation.ts';
import { lockFolder, makeFolder } from '../store/files.ts';
import { shownPlace } from '../store/place.ts';
import { type Command, place, print } from './command.ts';
import { makeSocket, serveAsWorker, startWorkers, workerOrders } from './serve-workers.ts';

/** Threads for what takes long to read: one for an export of an hour, and another one that answers meanwhile. */
const readers = 2;

/** What is under way at a stop may take this long; then the process ends all the same. */
const drainTime = 9_000;

export const serve: Command = {
  name: 'serve',
  summary: { en: 'serve the API and the page', zh: '启动服务：接口与页面' },
  settings: [
    'host',
    'port',
    ...place,
    'demo',
    'demoDate',
    'demoClientId',
    'demoClientSecret',
    'strict',
    'rateLimit',
    'workers',
    'cacheMb',
    'maxFileMb',
    'tlsCert',
    'tlsKey',
    'behindProxy',
    'metricsToken',
    'allowPrivateCallbacks',
    'mirrorUpstream',
    'mirrorTenant',
    'mirrorClientId',
    'mirrorClientSecret',
    'mirrorWebhookSecret',
    'mirrorQuota',
    'mirrorRate',
    'mirrorPageSize',
    'logLevel',
  ],
  options: [
    {
      flags: '--reset',
      help: { en: 'with --demo: delete the demo data first and make it anew', zh: '配合 --demo：先删除演示数据，再重新生成' },
    },
  ],
  async run({ config, options }) {
    const orders = workerOrders();
    if (orders !== null) return serveAsWorker(config, orders);
    checkExposure(config);
    const reset = options['reset'] === true;
    if (reset && !config.demo) throw new AppError('usage', { reason: '--reset needs --demo: it deletes demo data only' });
    const plan = planDemo(config, Date.now());
    const embedded = config.databaseUrl === null;
    if (reset && !embedded)
      throw new AppError('usage', { reason: '--reset deletes the demo of a folder, not of a database: drop that one' });
    if (reset) requireDemoOrNothing(config.data);
    if (embedded || config.demo) makeFolder(config.data);
    // A database may have many servers.
    const lock = embedded ? lockFolder(config.data) : null;
    if (reset) await resetDemo(config.data, plan);
    else if (config.demo && embedded) await completeReset(config.data);
    const { allowPrivateCallbacks, maxFileMb } = config;
    const core = await openCore(config, { make: true, allowPrivateCallbacks, maxFileMb, readers });
    const credentials = config.demo ? await makeDemo(core, config.data, plan) : null;
    const setup = await setupCodes(core);
    const stopped = new Promise<void>((done) => {
      // For good, not once: npm passes on what its whole group got already, and the second one must not cut the draining short.
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => done());
    });
    const listening = await listen(core, config);
    announce(config, listening.port, { credentials, setup });
    await stopped;
    setTimeout(() => process.exit(0), drainTime).unref();
    await listening.close();
    await core.close();
    lock?.release();
    return 0;
  },
};

/** The whole server, listening, in this process or several. Throws `usage` when it cannot. */
async function listen(core: Core, config: Config): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = config.workers > 1 ? makeSocket() : null;
  const app = await createApp(core, config, socket === null ? 'alone' : 'owner');
  try {
    if (socket === null) {
      await app.listen({ host: config.host, port: config.port });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    }
    const [workers] = await Promise.all([
      startWorkers(config.workers, socket.path, config.port),
      app.listen({ path: socket.path }),
    ]);
    return {
      port: workers.port,
      async close() {
        await workers.stop();
        await app.close();
        socket.remove();
      },
    };
  } catch (cause) {
    await app.close();
    await core.close();
    socket?.remove();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new AppError('usage', { reason: `port ${config.port} is in use; choose another with --port` }, { cause });
    if (code === 'EACCES') throw new AppError('usage', { reason: `port ${config.port} may not be used by this user` }, { cause });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new AppError('usage', { reason: `--host ${config.host} is no address of this machine` }, { cause });
    }
    throw cause;
  }
}

/** Enterprises that a link is shown for; of a store with more, "user create" makes the admins. */
const setupLinks = 5;

interface SetupCode {
  readonly tenantId: number;
  readonly code: string;
}

/** For the enterprises without an admin: what lets the first one in. `none`: there is no enterprise yet. */
async function setupCodes(core: Core): Promise<readonly SetupCode[] | 'none'> {
  const tenants = await core.tenants.list();
  const found: SetupCode[] = [];
  for (const { tenantId } of tenants.slice(0, setupLinks)) {
    const code = await core.sessions.setupCode(tenantId);
    if (code !== null) found.push({ tenantId, code });
  }
  return tenants.length === 0 ? 'none' : found;
}

/** In both languages, because the first run has not been told which one; one write, so that a script reads all or nothing. */
function announce(
  config: Config,
  port: number,
  { credentials, setup }: { readonly credentials: DemoCredentials | null; readonly setup: readonly SetupCode[] | 'none' },
): void {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const base = `${config.tlsCert === null ? 'http' : 'https'}://${host}:${port}`;
  const lines = [
    '',
    'Genjin 跟进',
    `  page 页面        ${base}/`,
    `  API 接口         ${base}   (instead of OKKI's base URL 替换 OKKI 的基础地址)`,
    `  documents 文档   ${base}/docs`,
    `  data 数据        ${config.databaseUrl === null ? resolve(config.data) : shownPlace(config)}`,
    ...(credentials !== null ? aboutDemo(config, base, credentials) : config.demo ? aboutOwnData(config) : []),
    ...aboutSetup(config, base, setup),
    '',
  ];
  print(lines.join('\n'));
}

/** How the first admin comes in. */
function aboutSetup(config: Config, base: string, setup: readonly SetupCode[] | 'none'): string[] {
  if (setup === 'none')
    return [
      '  sign-in 登录     there is no enterprise yet; make one beside this server, then start it again:',
      '                   尚无企业；另开终端新建，然后重新启动：',
      `                   ${programName()} tenant create --id ID --name NAME --data ${config.data}`,
    ];
  return setup.flatMap(({ tenantId, code }) => [
    `  first admin      of tenant ${tenantId}: open this link within 24 hours, once; the next start shows another one`,
    '  首位管理员       24 小时内打开此链接，仅可使用一次；重新启动会显示新的链接：',
    `                   ${base}/?setup=${code}`,
  ]);
}

/** Asked for a demo, over a store that is somebody's own. */
function aboutOwnData(config: Config): string[] {
  return [
    '  demo 演示数据    none: the store has data of its own; to use it, make an application beside this server:',
    '                   未生成：库中已有自己的数据；如需访问，另开终端新建应用：',
    `                   ${programName()} app create --tenant ID --name my-app --scope company --data ${config.data}`,
  ];
}

function aboutDemo(config: Config, base: string, { clientId, clientSecret, made }: DemoCredentials): string[] {
  if (!made) {
    return [
      `  demo 演示企业    tenant ${demoTenantId}, application ${clientId}`,
      '                   its secret is the one of the first start; for a new one, beside this server:',
      '                   密钥沿用首次启动时的那个；如需新的，另开终端运行：',
      `                   ${programName()} app create --tenant ${demoTenantId} --name my-app --scope "${modules.join(' ')}" --data ${config.data}`,
    ];
  }
  return [
    `  demo 演示企业    tenant ${demoTenantId}`,
    `  client_id        ${clientId}`,
    clientSecret === null
      ? '  client_secret    the one that was given 即所给定的密钥'
      : `  client_secret    ${clientSecret}   (shown once 仅显示一次)`,
    '',
    'Get a token 获取令牌:',
    `  TOKEN=$(curl -s ${base}/v1/oauth2/access_token -d grant_type=client_credentials -d client_id=${clientId} ` +
      `-d client_secret=${clientSecret ?? '"$GENJIN_DEMO_CLIENT_SECRET"'} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); echo $TOKEN`,
    'List follow-ups 查询跟进:',
    `  curl -s -H "Authorization: Bearer $TOKEN" '${base}/v1/dynamic/trail/list?company_id=16696797769&count=2'`,
  ];
}
