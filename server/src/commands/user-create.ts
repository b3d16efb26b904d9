import { openCore } from '../app.ts';
import { newPassword } from '../domain/sign-in.ts';
import { AppError } from '../errors.ts';
import { type Command, place } from './command.ts';
import { existingTenant, readId } from './tenant-option.ts';
import { passwordFile, printUser, readPassword, readRole } from './user-option.ts';

export const userCreate: Command = {
  name: 'user create',
  summary: {
    en: 'add a person who can sign in, or let an author of imported entries sign in',
    zh: '新建可登录的用户，或让导入动态的作者可以登录',
  },
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'the enterprise', zh: '所属企业 ID' }, required: true },
    { flags: '--email <MAIL>', help: { en: 'the mail address to sign in with', zh: '登录邮箱' }, required: true },
    {
      flags: '--name <NAME>',
      help: { en: 'the name shown as author; needed without --user', zh: '作为作者显示的姓名；不带 --user 时必填' },
    },
    {
      flags: '--role <ROLE>',
      help: {
        en: 'admin, who decides who gets in; member, who reads and records; or viewer, who only reads (member)',
        zh: '角色：admin 管理员、member 成员、viewer 只读（member）',
      },
    },
    { flags: '--user <ID>', help: { en: 'a user who is there already', zh: '已有用户的 ID' } },
    passwordFile,
    {
      flags: '--replace',
      help: {
        en: 'with --user: instead of the address and password that the user has; signs the user out',
        zh: '配合 --user：替换该用户已有的邮箱和密码，并使其退出登录',
      },
    },
    { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } },
  ],
  async run({ config, options, say }) {
    const userId = options['user'] === undefined ? null : readId('--user', options['user']);
    const name = options['name'] === undefined ? null : String(options['name']).trim();
    if (name === '' || (name === null && userId === null))
      throw new AppError('usage', { reason: `--name: ${JSON.stringify(name ?? '')} is not accepted; accepted: a text` });
    if (options['replace'] === true && userId === null)
      throw new AppError('usage', { reason: '--replace needs --user: the user whose password it is' });
    const email = String(options['email']).trim();
    const role = options['role'] === undefined ? null : readRole(options['role']);
    const password = readPassword(options['passwordFile']);
    const core = await openCore(config, { make: false });
    try {
      const tenantId = await existingTenant(core, '--tenant', options['tenant']);
      const made = password ?? newPassword();
      const replace = options['replace'] === true;
      const given = { userId, name, email, password: made, replace, ...(role === null ? {} : { role }) };
      const user = await core.signIns.create(tenantId, given);
      printUser({ userId: user, email, password: password === null ? made : null }, options['json'] === true, say);
      return 0;
    } finally {
      await core.close();
    }
  },
};
