/** Puts the parts together: settings -> store -> rules -> HTTP; nothing else constructs anything. */
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import type { Config } from './config.ts';
import { demoMailbox } from './demo/demo-person.ts';
import { Applications } from './domain/application.ts';
import { Attempts } from './domain/attempts.ts';
import type { Standing } from './domain/basis.ts';
import { Calendars } from './domain/calendar.ts';
import { Changes } from './domain/change.ts';
import { Comments } from './domain/comment.ts';
import { Companies } from './domain/company.ts';
import { type Cleaning, Erasures } from './domain/erasure.ts';
import { Files } from './domain/file.ts';
import { FileTidying } from './domain/file-tidying.ts';
import { Health } from './domain/health.ts';
import { Importer } from './domain/import.ts';
import { Kept } from './domain/kept.ts';
import { Leads } from './domain/lead.ts';
import { MirrorCopy } from './domain/mirror-copy.ts';
import { MirrorStatuses } from './domain/mirror-status.ts';
import type { MirrorStore } from './domain/mirror-stores.ts';
import { NextFollowUps } from './domain/next.ts';
import { Opportunities } from './domain/opportunity.ts';
import { People } from './domain/people.ts';
import { Reports } from './domain/report.ts';
import { Sessions } from './domain/session.ts';
import { SignIns } from './domain/sign-in.ts';
import { TrailStats } from './domain/stats.ts';
import {
  type ApplicationStore,
  allTrails,
  type Clock,
  type ObjectStore,
  type TenantStore,
  type TrailStore,
} from './domain/stores.ts';
import { Subjects } from './domain/subject.ts';
import { Trails } from './domain/trail.ts';
import { TrailLife } from './domain/trail-life.ts';
import { Users } from './domain/user.ts';
import { Vault } from './domain/vault.ts';
import { Webhooks } from './domain/webhook.ts';
import { WebhookCare } from './domain/webhook-care.ts';
import type { DeliveryStore, WebhookStore } from './domain/webhook-stores.ts';
import { readTls } from './exposure.ts';
import type { KeptPage } from './http/kept-page.ts';
import type { Route } from './http/route.ts';
import { adminRoutes } from './http/routes/admin-routes.ts';
import { changeRoutes } from './http/routes/change-routes.ts';
import { commentRoutes } from './http/routes/comment-routes.ts';
import { companyRoutes } from './http/routes/company-routes.ts';
import { exportRoutes, type WriteExport } from './http/routes/export-routes.ts';
import { fileRoutes } from './http/routes/file-routes.ts';
import { healthRoutes } from './http/routes/health-routes.ts';
import { importRoutes } from './http/routes/import-routes.ts';
import { leadRoutes } from './http/routes/lead-routes.ts';
import { mirrorRoutes } from './http/routes/mirror-routes.ts';
import { nextRoutes } from './http/routes/next-routes.ts';
import { opportunityRoutes } from './http/routes/opportunity-routes.ts';
import { reportRoutes } from './http/routes/report-routes.ts';
import { statsRoutes } from './http/routes/stats-routes.ts';
import { subjectRoutes } from './http/routes/subject-routes.ts';
import { trailLifeRoutes } from './http/routes/trail-life-routes.ts';
import { trailRoutes } from './http/routes/trail-routes.ts';
import { userRoutes } from './http/routes/user-routes.ts';
import { webhookCareRoutes } from './http/routes/webhook-care-routes.ts';
import { webhookRoutes } from './http/routes/webhook-routes.ts';
import { ProcessInspector } from './inspector/inspector.ts';
import { version, webRoot } from './installation.ts';
import { MirrorHook } from './mirror/hook.ts';
import { figuresOf, MirrorAtWork, mirrorSettings } from './mirroring.ts';
import { jobsOn } from './readers/jobs.ts';
import { Readers } from './readers/readers.ts';
import { readingReports, readingStats, readingTrails } from './readers/reading-stores.ts';
import { applicationStore } from './store/application-store.ts';
import { calendarStore } from './store/calendar-store.ts';
import { changeStore } from './store/change-store.ts';
import { commentStore } from './store/comment-store.ts';
import { companyStore } from './store/company-store.ts';
import type { Db } from './store/db.ts';
import { deliveryStore } from './store/delivery-store.ts';
import { fileStore } from './store/file-store.ts';
import { keyFrom, readKey, storePath } from './store/files.ts';
import { healthStore } from './store/health-store.ts';
import { leadStore } from './store/lead-store.ts';
import { requireShape } from './store/migrations.ts';
import { mirrorStore } from './store/mirror-store.ts';
import { nextStore } from './store/next-store.ts';
import { objectStore } from './store/object-store.ts';
import { opportunityStore } from './store/opportunity-store.ts';
import { openStore, type Place } from './store/place.ts';
import { Recencies } from './store/recency.ts';
import { type KnownObject, RenderedEntries, type RenderedEntry } from './store/rendered-entries.ts';
import { reportStore } from './store/report-store.ts';
import { SearchWorker } from './store/search-worker.ts';
import { sessionStore } from './store/session-store.ts';
import { signInStore } from './store/sign-in-store.ts';
import { statsStore } from './store/stats-store.ts';
import { subjectStore } from './store/subject-store.ts';
import { Sweeper } from './store/sweeper.ts';
import { tenantStore } from './store/tenant-store.ts';
import { trailStore } from './store/trail-store.ts';
import { Turn } from './store/turn.ts';
import { userStore } from './store/user-store.ts';
import { Vacuum } from './store/vacuum.ts';
import { webhookStore } from './store/webhook-store.ts';
import { sendTest } from './webhook/attempt.ts';
import { Deliverer } from './webhook/deliverer.ts';
import { messageIdOf } from './webhook/message.ts';
import { checkCallbackUrl, createSender, type Sender } from './webhook/sender.ts';
import type { WorkerParts } from './webhook/worker.ts';
import { renderTrail } from './wire/trail-wire.ts';

/** The store with the rules over it. */
export interface Core {
  readonly db: Db;
  readonly standing: Standing;
  /** What was rendered and may be asked for again; a server sets how much. */
  readonly kept: { readonly pages: Kept<string, KeptPage>; readonly entries: Kept<number, RenderedEntry> };
  readonly objects: ObjectStore;
  readonly tenants: TenantStore;
  readonly trailStore: TrailStore;
  readonly applicationStore: ApplicationStore;
  readonly mirrors: MirrorStore;
  readonly mirrorCopy: MirrorCopy;
  readonly mirrorStatuses: MirrorStatuses;
  readonly vault: Vault;
  readonly applications: Applications;
  readonly signIns: SignIns;
  readonly sessions: Sessions;
  readonly people: People;
  readonly health: Health;
  readonly trails: Trails;
  readonly trailLife: TrailLife;
  readonly comments: Comments;
  readonly next: NextFollowUps;
  readonly calendars: Calendars;
  readonly changes: Changes;
  readonly companies: Companies;
  readonly leads: Leads;
  readonly opportunities: Opportunities;
  readonly users: Users;
  readonly files: Files;
  /** When it was opened (ms). */
  readonly openedAt: number;
  readonly writeExport: WriteExport;
  readonly reports: Reports;
  readonly stats: TrailStats;
  readonly subjects: Subjects;
  readonly importer: Importer;
  readonly erasures: Erasures;
  readonly sweeper: Cleaning;
  readonly webhookStore: WebhookStore;
  readonly deliveryStore: DeliveryStore;
  readonly sender: Sender;
  readonly webhooks: Webhooks;
  readonly webhookCare: WebhookCare;
  readonly clock: Clock;
  close(): Promise<void>;
}

/** MB that an uploaded file may have, where nobody says another number. */
const usualFileMb = 20;

/** Bytes of objects that entries show, in memory: some 50,000 of them. */
const shownBytes = 25_000_000;

/** Opens a store; throws `usage` when it is not there and `make` is not asked for. */
export async function openCore(
  place: Place & { readonly key?: string | null },
  options: {
    make: boolean;
    clock?: Clock;
    allowPrivateCallbacks?: readonly string[];
    /** Threads for what takes long to read; without them everything is read on this one, as commands do. */
    readers?: number;
    maxFileMb?: number;
    /** Another process owns the writes: nothing is written here. */
    reads?: true;
  },
): Promise<Core> {
  const clock = options.clock ?? Date.now;
  const allowPrivateCallbacks = options.allowPrivateCallbacks ?? [];
  const sender = createSender({ allowPrivate: allowPrivateCallbacks });
  const folder = place.data;
  const key = place.key ? keyFrom(place.key, 'the given key') : null;
  const when = options.reads ? 'as it is' : options.make ? 'make' : 'there';
  const db = await openStore(place, options.readers ? 'server' : 'command', when);
  const vault = new Vault(key ?? readKey(folder));
  const objects = objectStore(db, clock);
  const sweeper: Cleaning = place.databaseUrl === null ? new Sweeper(storePath(folder)) : new Vacuum(place.databaseUrl);
  const tenants = tenantStore(db);
  const pages = new Kept<string, KeptPage>(0);
  const entries = new Kept<number, RenderedEntry>(0);
  const shown = new Kept<number, KnownObject>(shownBytes);
  const recencies = new Recencies(db, () => {
    pages.clear();
    entries.clear();
    shown.clear();
  });
  const readers = options.readers ? new Readers(place, options.readers) : null;
  const own = trailStore(db, new RenderedEntries(entries, shown, recencies, renderTrail));
  const trails = readers === null ? own : readingTrails(own, readers);
  const counted = statsStore(db, own);
  const stats = readers === null ? { ...counted, ...subjectStore(db) } : readingStats(counted, readers);
  const changes = changeStore(db);
  const users = userStore(db);
  const next = nextStore(db);
  const webhooks = webhookStore(db);
  const deliveries = deliveryStore(db);
  const storedApplications = applicationStore(db);
  const [mirrors, mirrorCopy] = [mirrorStore(db), new MirrorCopy({ objects, trails })];
  const attempts = new Attempts(clock, db.counts);
  const inspector = new ProcessInspector();
  const applications = new Applications({ applications: storedApplications, objects, vault, attempts, clock });
  const [signIns, sessions] = [signInStore(db), sessionStore(db)];
  const access = { signIns, sessions, objects, tenants, users, applications, vault, attempts, clock };
  return {
    db,
    standing: recencies,
    kept: { pages, entries },
    objects,
    tenants,
    trailStore: trails,
    applicationStore: storedApplications,
    mirrors,
    mirrorCopy,
    mirrorStatuses: new MirrorStatuses({ mirrors, copy: mirrorCopy, clock }),
    vault,
    applications,
    signIns: new SignIns(access),
    sessions: new Sessions({ ...access, writes: options.reads !== true }),
    people: new People(access),
    health: new Health({
      health: healthStore(db),
      check: readers === null ? jobsOn(db).check : (tenantId) => readers.run('check', [tenantId]),
      clock,
    }),
    trails: new Trails({ trails, objects, vault, clock }),
    trailLife: new TrailLife({ changes, objects, vault, clock }),
    comments: new Comments({ comments: commentStore(db), objects, vault, clock }),
    next: new NextFollowUps({ next, objects, vault, clock }),
    calendars: new Calendars({ calendars: calendarStore(db), next, clock }),
    changes: new Changes({ changes }),
    users: new Users({ users }),
    files: new Files({
      ...{ objects, files: fileStore(db), inspector, vault, clock },
      mostBytes: (options.maxFileMb ?? usualFileMb) * 1_000_000,
    }),
    openedAt: clock(),
    writeExport: readers === null ? jobsOn(db).export : (...asked) => readers.stream('export', asked),
    reports: new Reports({ reports: readers === null ? reportStore(db) : readingReports(readers), users }),
    stats: new TrailStats({ stats, users, clock }),
    subjects: new Subjects({ subjects: stats, clock }),
    companies: new Companies({ companies: companyStore(db), objects, vault, clock }),
    leads: new Leads({ leads: leadStore(db), objects, vault, clock }),
    opportunities: new Opportunities({ opportunities: opportunityStore(db), objects, vault, clock }),
    importer: new Importer({ objects }),
    erasures: new Erasures({ objects, cleaning: sweeper, clock }),
    sweeper,
    webhookStore: webhooks,
    deliveryStore: deliveries,
    sender,
    webhooks: new Webhooks({
      webhooks,
      vault,
      clock,
      checkUrl: (callbackUrl) => checkCallbackUrl(callbackUrl, allowPrivateCallbacks),
      sendTest: (webhook) => sendTest({ vault, sender, clock }, webhook),
    }),
    webhookCare: new WebhookCare({ applications: storedApplications, webhooks, deliveries, messageIdOf }),
    clock,
    async close() {
      inspector.close();
      await readers?.close();
      await sweeper.close();
      if (options.reads !== true) await trails.settle().catch(() => undefined);
      await db.close();
    },
  };
}

/** What tells applications of changes; its owner starts and stops it. */
export const createDeliverer = (core: Core, { log, attempted }: Pick<WorkerParts, 'log' | 'attempted'>): Deliverer =>
  new Deliverer({
    tenants: core.tenants,
    deliveries: core.deliveryStore,
    webhooks: core.webhookStore,
    vault: core.vault,
    sender: core.sender,
    clock: core.clock,
    log,
    attempted,
  });

/** Every route in the envelope, resource by resource. */
export const routesOf = (core: Core): Route[] => [
  ...trailRoutes(core.trails, core.trailLife),
  ...trailLifeRoutes(core.trailLife, core.erasures),
  ...commentRoutes(core.comments),
  ...nextRoutes(core.next, core.calendars),
  ...changeRoutes(core.changes),
  ...exportRoutes(core.trails, core.writeExport),
  ...companyRoutes(core.companies),
  ...leadRoutes(core.leads),
  ...opportunityRoutes(core.opportunities),
  ...webhookRoutes(core.webhooks),
  ...userRoutes(core.users),
  ...adminRoutes(core.people, core.applications),
  ...webhookCareRoutes(core.webhookCare),
  ...importRoutes(core.importer),
  ...healthRoutes({
    health: core.health,
    entries: (tenantId) => core.trailStore.list(tenantId, allTrails, { number: 1, size: 1 }, null),
    version: version(),
    engine: core.db.dialect.far === null ? 'sqlite' : 'postgres',
  }),
  ...fileRoutes(core.files),
  ...reportRoutes(core.reports),
  ...statsRoutes(core.stats),
  ...subjectRoutes(core.subjects),
  ...mirrorRoutes(core.mirrorStatuses),
];

/** How often the trail store is told to keep what it found out, in ms. */
const settleEvery = 10_000;

/** Of several processes: the one that owns the writes, or one that hands them to the owner's socket. */
export type Role = 'alone' | 'owner' | { readonly owner: string };

/** The HTTP server over a core, not yet listening. */
export async function createApp(core: Core, config: Config, role: Role = 'alone'): Promise<FastifyInstance> {
  // Only here, because the other commands have no use for them, and they take 50 MB.
  const [{ createServer }, { createMetrics }] = await Promise.all([import('./http/server.ts'), import('./http/metrics.ts')]);
  // To stderr: stdout is for what a person or a script asked for.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }));
  const metrics = createMetrics();
  const { pages, entries } = core.kept;
  const bytes = config.cacheMb * 1_000_000;
  // Of entries make pages too that were never asked for; a page serves one address.
  pages.limitTo(0.4 * bytes);
  entries.limitTo(0.6 * bytes);
  metrics.keeps({ page: pages, entry: entries });
  const mirrored = mirrorSettings(config);
  const hook =
    mirrored === null || config.mirrorWebhookSecret === null
      ? null
      : new MirrorHook({
          ...{ tenantId: mirrored.tenantId, store: core.mirrors, secret: config.mirrorWebhookSecret, clock: core.clock },
        });
  if (mirrored !== null) metrics.mirrors(async () => figuresOf(mirrored.tenantId, core));
  const app = await createServer({
    applications: core.applications,
    signIns: core.signIns,
    sessions: core.sessions,
    demo: config.demo ? demoMailbox : null,
    head: (tenantId) => core.trailStore.head(tenantId),
    upstreamOf: async (tenantId) => (await core.mirrors.get(tenantId))?.upstream ?? null,
    calendars: core.calendars,
    hook,
    routes: routesOf(core),
    metrics,
    standing: core.standing,
    pages,
    clock: core.clock,
    storeAnswers: () => requireShape(core.db),
    log,
    strict: config.strict,
    limits: { perMinute: config.rateLimit, behindProxy: config.behindProxy, behindWorkers: role === 'owner' },
    counts: core.db.counts,
    owner: typeof role === 'object' ? role.owner : null,
    metricsToken: config.metricsToken,
    webRoot: webRoot(),
    // Between the processes of one machine there is none.
    tls: role === 'owner' ? null : readTls(config),
    version: version(),
  });
  if (typeof role === 'object') return app;
  // Made anew for each turn: one that was stopped stays so.
  let following: readonly { stop(): Promise<void> }[] = [];
  const begin = (): void => {
    const deliverer = createDeliverer(core, { log, attempted: metrics.delivered });
    const searchWorker = new SearchWorker({
      db: core.db,
      tenants: core.tenants,
      failed: (error) => log.error({ err: error }, 'the search index could not follow the log'),
    });
    const tidying = new FileTidying({
      files: core.files,
      tenants: core.tenants,
      clock: core.clock,
      // A folder has one server.
      alone: config.databaseUrl === null ? core.openedAt : null,
      failed: (error) => log.error({ err: error }, 'files that nobody uses could not be removed'),
    });
    following = [deliverer, searchWorker, tidying];
    for (const one of [deliverer, searchWorker, tidying]) one.start();
  };
  const end = async (): Promise<void> => void (await Promise.all(following.map((one) => one.stop())));
  const mirror = mirrored === null ? null : new MirrorAtWork(core, config, mirrored, log);
  const turn = config.databaseUrl === null ? null : new Turn(config.databaseUrl, begin, end);
  app.addHook('onListen', async () => {
    if (turn === null) begin();
    else turn.start();
    mirror?.start();
    // What a former process did not finish; a database has been at it meanwhile.
    if (config.databaseUrl === null)
      core.sweeper
        .sweep()
        .catch((error: unknown) => log.error({ err: error }, 'what was erased could not be cleared everywhere'));
  });
  // Beside the requests that are under way, not after them.
  let stopped: Promise<unknown> = Promise.resolve();
  app.addHook('preClose', async () => {
    stopped = Promise.all([turn === null ? end() : turn.stop(), mirror?.stop()]);
  });
  // What cannot be kept now is found out again.
  const settling = setInterval(() => void core.trailStore.settle().catch(() => undefined), settleEvery).unref();
  app.addHook('onClose', async () => {
    clearInterval(settling);
    await stopped;
  });
  return app;
}
