import { defineConfig } from 'vitest/config';

/** About SQLite's file itself: its plans, its checkpoints, its bytes, a former shape of it. PostgreSQL has tests of its own. */
const ofTheFile = [
  'server/test/store/{query,change,neighbour,search}-plan.test.ts',
  'server/test/store/{checkpointer,erasure,former-store}.test.ts',
  'server/test/store/{check,search-file}.test.ts',
  'server/test/http/secrets.test.ts',
];

/** About no store at all, or about what goes wrong or is counted before anything comes to one, hundreds of times. */
const ofNoEngine = [
  'server/test/mirror/{windows,schedule,doubts,okki-proxy}.test.ts',
  'server/test/mirror/mirror-{faults,trouble,kill}.test.ts',
  'server/test/mirror/{counted,quota}.test.ts',
];

/** The same tests on the other engine, and those of that engine alone. */
const onPostgres = ['server/test/{store,http,webhook,readers,mirror,postgres}/**/*.test.ts'];

export default defineConfig({
  // The sources themselves, never a build of them.
  ssr: { resolve: { conditions: ['@genjin/source', 'module', 'node'] } },
  test: {
    testTimeout: 60_000,
    chaiConfig: { truncateThreshold: 0 },
    hookTimeout: 60_000,
    // Two cores: more workers would only wait for each other.
    maxWorkers: 2,
    globalSetup: ['./scripts/test-setup.ts'],
    reporters: ['default', './scripts/test-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: ['{server,client,web}/test/**/*.test.{ts,tsx}'],
          exclude: ['server/test/postgres/**'],
          env: { GENJIN_TEST_ENGINE: 'sqlite' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: onPostgres,
          exclude: [...ofTheFile, ...ofNoEngine],
          env: { GENJIN_TEST_ENGINE: 'postgres' },
        },
      },
    ],
  },
});
