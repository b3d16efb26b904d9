import { openCore } from '../app.ts';
import { printCredentials } from './app-create.ts';
import { type Command, place } from './command.ts';

export const appRotate: Command = {
  name: 'app rotate',
  summary: {
    en: 'give an application a new secret; the old one and its tokens end at once',
    zh: '更换应用密钥；旧密钥和已发的令牌立即失效',
  },
  arguments: [{ words: '<CLIENT_ID>', help: { en: 'the application', zh: '应用的 client_id' } }],
  settings: place,
  options: [{ flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } }],
  async run({ config, args, options, say }) {
    const core = await openCore(config, { make: false });
    try {
      printCredentials(await core.applications.rotate(args[0] as string), {}, options['json'] === true, say);
      return 0;
    } finally {
      await core.close();
    }
  },
};
