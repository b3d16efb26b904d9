import { readFileSync } from 'node:fs';
import { openCore } from '../app.ts';
import { newPassword } from '../domain/sign-in.ts';
import { AppError } from '../errors.ts';
import { type Command, place, print } from './command.ts';
import { existingTenant, readId } from './tenant-option.ts';

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
    { flags: '--user <ID>', help: { en: 'a user who is there already', zh: '已有用户的 ID' } },
    {
      flags: '--password-file <FILE>',
      help: {
        en: 'file with the password, 8 characters or more; none: one is made',
        zh: '密码文件，至少 8 个字符；不给则自动生成',
      },
    },
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
    const given = options['passwordFile'];
    const password = given === undefined ? null : readPassword(String(given));
    const core = await openCore(config, { make: false });
    try {
      const tenantId = await existingTenant(core, '--tenant', options['tenant']);
      const made = password ?? newPassword();
      const replace = options['replace'] === true;
      const user = await core.signIns.create(tenantId, { userId, name, email, password: made, replace });
      if (options['json'] === true) {
        print(JSON.stringify({ user_id: user, email, ...(password === null ? { password: made } : {}) }));
        return 0;
      }
      print(`user_id   ${user}`);
      print(`email     ${email}`);
      if (password === null) {
        print(`password  ${made}`);
        print(say({ en: 'The password is not kept and will not be shown again.', zh: '密码不会保存，也不会再次显示。' }));
      }
      return 0;
    } finally {
      await core.close();
    }
  },
};

/** Without the line's end that an editor or `echo` leaves. */
function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new AppError('usage', { reason: `--password-file: ${file} cannot be read` }, { cause });
  }
}
