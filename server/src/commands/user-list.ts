import { openCore } from '../app.ts';
import { userStates } from '../domain/objects.ts';
import { presentPeople } from '../wire/admin-wire.ts';
import { formatTime } from '../wire/time.ts';
import { type Command, place, print } from './command.ts';
import { existingTenant } from './tenant-option.ts';

export const userList: Command = {
  name: 'user list',
  summary: { en: 'list the users of an enterprise and what they may do', zh: '列出企业的用户及其角色' },
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'the enterprise', zh: '所属企业 ID' }, required: true },
    { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } },
  ],
  async run({ config, options, say }) {
    const core = await openCore(config, { make: false });
    try {
      const people = await core.people.list(await existingTenant(core, '--tenant', options['tenant']));
      if (options['json'] === true) {
        print(presentPeople(people));
        return 0;
      }
      for (const { user, signIn } of people) {
        const role = signIn?.role ?? say({ en: 'no sign-in', zh: '不可登录' });
        const state = user.state === userStates.normal ? '' : `  ${say({ en: 'disabled', zh: '已停用' })}`;
        const last = signIn?.lastAt ?? null;
        const seen = last === null ? '' : `  ${formatTime(last)}`;
        print(`${user.userId}  ${role}  ${JSON.stringify(user.nickname)}  ${signIn?.email ?? user.email}${seen}${state}`);
      }
      if (people.length === 0) print(say({ en: 'no users', zh: '没有用户' }));
      return 0;
    } finally {
      await core.close();
    }
  },
};
