import { openCore } from '../app.ts';
import { AppError } from '../errors.ts';
import { type Command, place, print } from './command.ts';
import { readId } from './tenant-option.ts';

export const tenantCreate: Command = {
  name: 'tenant create',
  summary: { en: 'add an enterprise', zh: '新建企业' },
  settings: place,
  options: [
    {
      flags: '--id <ID>',
      help: { en: "the enterprise's id, as OKKI's client_id in entries", zh: '企业 ID，即 OKKI 动态中的 client_id' },
      required: true,
    },
    { flags: '--name <NAME>', help: { en: 'its name', zh: '企业名称' }, required: true },
  ],
  async run({ config, options, say }) {
    const tenantId = readId('--id', options['id']);
    const name = String(options['name']).trim();
    if (name === '') throw new AppError('usage', { reason: '--name: "" is not accepted; accepted: a text' });
    const core = await openCore(config, { make: true });
    try {
      if (!(await core.tenants.create({ tenantId, name, createdAt: core.clock() }))) {
        throw new AppError('usage', { reason: `tenant ${tenantId} is there already` });
      }
      print(say({ en: `tenant ${tenantId} created`, zh: `已新建企业 ${tenantId}` }));
      return 0;
    } finally {
      await core.close();
    }
  },
};
