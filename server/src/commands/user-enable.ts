import { openCore } from '../app.ts';
import type { Bilingual } from '../config.ts';
import { type Command, place, print } from './command.ts';
import { existingTenant } from './tenant-option.ts';
import { existingUser, whichUser } from './user-option.ts';

const command = (name: string, enabled: boolean, summary: Bilingual, done: (userId: number) => Bilingual): Command => ({
  name,
  summary,
  settings: place,
  options: whichUser,
  async run({ config, options, say }) {
    const core = await openCore(config, { make: false });
    try {
      const tenantId = await existingTenant(core, '--tenant', options['tenant']);
      const { userId } = await existingUser(core, tenantId, options);
      await core.people.enable(tenantId, 'command:user', userId, enabled);
      print(say(done(userId)));
      return 0;
    } finally {
      await core.close();
    }
  },
});

export const userDisable = command(
  'user disable',
  false,
  { en: 'keep a user out: sessions and tokens end at once', zh: '停用用户，其登录和令牌立即失效' },
  (userId) => ({ en: `user ${userId} disabled`, zh: `已停用用户 ${userId}` }),
);

export const userEnable = command('user enable', true, { en: 'let a user in again', zh: '启用用户' }, (userId) => ({
  en: `user ${userId} enabled`,
  zh: `已启用用户 ${userId}`,
}));
