import { openCore } from '../app.ts';
import { type Command, place, print } from './command.ts';

export const appRevoke: Command = {
  name: 'app revoke',
  summary: { en: 'end an application and its tokens, for good', zh: '永久吊销应用及其令牌' },
  arguments: [{ words: '<CLIENT_ID>', help: { en: 'the application', zh: '应用的 client_id' } }],
  settings: place,
  async run({ config, args, say }) {
    const clientId = args[0] as string;
    const core = await openCore(config, { make: false });
    try {
      await core.applications.revoke(clientId);
      print(say({ en: `application ${clientId} revoked`, zh: `已吊销应用 ${clientId}` }));
      return 0;
    } finally {
      await core.close();
    }
  },
};
