import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The sources themselves, never a build of them.
  ssr: { resolve: { conditions: ['@genjin/source', 'node', 'import', 'default'] } },
  test: {
    include: ['{server,client,web}/test/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    chaiConfig: { truncateThreshold: 0 },
    hookTimeout: 60_000,
    // Two cores: more workers would only wait for each other.
    maxWorkers: 2,
    globalSetup: ['./scripts/test-setup.ts'],
  },
});
