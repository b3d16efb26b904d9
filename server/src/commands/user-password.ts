import { openCore } from '../app.ts';
import { newPassword } from '../domain/sign-in.ts';
import { type Command, place } from './command.ts';
import { existingTenant } from './tenant-option.ts';
import { existingUser, passwordFile, printUser, readPassword, whichUser } from './user-option.ts';

export const userPassword: Command = {
  name: 'user password',
  summary: { en: 'give a user a new password; signs the user out', zh: '设置新密码，并使该用户退出登录' },
  settings: place,
  options: [...whichUser, passwordFile, { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } }],
  async run({ config, options, say }) {
    const given = readPassword(options['passwordFile']);
    const core = await openCore(config, { make: false });
    try {
      const tenantId = await existingTenant(core, '--tenant', options['tenant']);
      const { userId, email } = await existingUser(core, tenantId, options);
      const made = given ?? newPassword();
      await core.people.save(tenantId, 'command:user', userId, { password: made });
      printUser({ userId, email, password: given === null ? made : null }, options['json'] === true, say);
      return 0;
    } finally {
      await core.close();
    }
  },
};
