import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Core, createApp, openCore } from '../../server/src/app.ts';
import { readConfig } from '../../server/src/config.ts';
import { exampleEntries } from '../../server/src/demo/example.ts';
import type { Clock } from '../../server/src/domain/stores.ts';
import { readEntry } from '../../server/src/wire/entry-wire.ts';

export const tenantId = 23412;

/** A server on a free port over a store of its own, with the example's six entries and whatever else is given. */
export interface RunningServer {
  readonly baseUrl: string;
  readonly core: Core;
  /** Id and secret of a new application. */
  application(scopes?: readonly string[]): Promise<{ clientId: string; clientSecret: string }>;
  stop(): Promise<void>;
}

export async function startServer(options: { clock?: Clock; entries?: Iterable<unknown> } = {}): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-test-'));
  const core = await openCore(
    { data: folder, databaseUrl: null },
    {
      make: true,
      allowPrivateCallbacks: ['127.0.0.0/8'],
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    },
  );
  await core.importer.take([[...exampleEntries, ...(options.entries ?? [])].map(readEntry)]);
  const app = await createApp(core, readConfig({ logLevel: 'silent', demo: true }, {}, {}).config);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    core,
    application: (scopes = ['company']) => core.applications.create(tenantId, 'test', scopes),
    stop: async () => {
      await app.close();
      await core.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
