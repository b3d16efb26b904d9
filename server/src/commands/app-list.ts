import { openCore } from '../app.ts';
import { formatTime } from '../wire/time.ts';
import { type Command, place, print } from './command.ts';
import { existingTenant } from './tenant-option.ts';

export const appList: Command = {
  name: 'app list',
  summary: { en: 'list applications, revoked ones too', zh: '列出应用，含已吊销的' },
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'only of this enterprise', zh: '仅此企业的应用' } },
    { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } },
  ],
  async run({ config, options, say }) {
    const core = await openCore(config, { make: false });
    try {
      const tenantIds =
        options['tenant'] === undefined
          ? (await core.tenants.list()).map((tenant) => tenant.tenantId)
          : [await existingTenant(core, '--tenant', options['tenant'])];
      const found = (await Promise.all(tenantIds.map((tenantId) => core.applications.list(tenantId)))).flat();
      if (options['json'] === true) {
        const shown = found.map((one) => ({
          tenant_id: one.tenantId,
          client_id: one.clientId,
          name: one.name,
          scope: one.scopes.join(' '),
          user_id: one.userId,
          created_at: formatTime(one.createdAt),
          revoked_at: one.revokedAt === null ? null : formatTime(one.revokedAt),
        }));
        print(JSON.stringify(shown));
        return 0;
      }
      for (const { clientId, createdAt, revokedAt, scopes, name } of found) {
        const state = revokedAt === null ? '' : `  ${say({ en: 'revoked', zh: '已吊销' })} ${formatTime(revokedAt)}`;
        print(`${clientId}  ${formatTime(createdAt)}  ${JSON.stringify(name)}  ${scopes.join(' ')}${state}`);
      }
      if (found.length === 0) print(say({ en: 'no applications', zh: '没有应用' }));
      return 0;
    } finally {
      await core.close();
    }
  },
};
