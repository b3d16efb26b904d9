import { openCore } from '../app.ts';
import type { ErasableKind } from '../domain/erasure.ts';
import { AppError } from '../errors.ts';
import { type Command, place, print } from './command.ts';
import { existingTenant, readId } from './tenant-option.ts';

/** The option of each kind, as commander keeps it. */
const kinds: Readonly<Record<string, { readonly kind: ErasableKind; readonly flag: string }>> = {
  trail: { kind: 'trail', flag: '--trail' },
  comment: { kind: 'comment', flag: '--comment' },
  contact: { kind: 'contact', flag: '--contact' },
  leadContact: { kind: 'leadContact', flag: '--lead-contact' },
  user: { kind: 'user', flag: '--user' },
  file: { kind: 'file', flag: '--file' },
};

export const erase: Command = {
  name: 'erase',
  summary: {
    en: 'delete for good what an entry says, who a person is, or a file, also from the change log; it cannot be undone',
    zh: '彻底删除一条跟进的内容、一个人的资料或一个文件，变更日志中的也一并删除；不可恢复',
  },
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'the enterprise', zh: '企业 ID' }, required: true },
    { flags: '--trail <ID>', help: { en: 'the content of this entry', zh: '该条跟进的内容' } },
    { flags: '--comment <ID>', help: { en: 'the content of this comment', zh: '该条评论的内容' } },
    { flags: '--contact <ID>', help: { en: 'who this contact is', zh: '该联系人的资料' } },
    { flags: '--lead-contact <ID>', help: { en: 'who this contact of a lead is', zh: '该线索联系人的资料' } },
    { flags: '--user <ID>', help: { en: 'who this user is; it can no longer sign in', zh: '该用户的资料；此后不能再登录' } },
    { flags: '--file <ID>', help: { en: 'this file: its name and its bytes', zh: '该文件的名称与内容' } },
  ],
  async run({ config, options, say }) {
    const [given, another] = Object.entries(kinds).filter(([option]) => options[option] !== undefined);
    if (given === undefined || another !== undefined)
      throw new AppError('usage', {
        reason: `give one of ${Object.values(kinds)
          .map(({ flag }) => flag)
          .join(', ')}`,
      });
    const [option, { kind, flag }] = given;
    const id = readId(flag, options[option]);
    const core = await openCore(config, { make: false });
    try {
      const tenantId = await existingTenant(core, '--tenant', options['tenant']);
      const erased = await core.erasures.eraseAs(tenantId, 'command:erase', kind, id).catch((error: unknown) => {
        const unknown = error instanceof AppError && error.errorName === 'not_found';
        throw unknown ? new AppError('usage', { reason: `${flag}: tenant ${tenantId} has no ${id}` }) : error;
      });
      // Also what another process had left.
      await core.sweeper.sweep();
      print(
        erased
          ? say({ en: `erased: ${kind} ${id}`, zh: `已彻底删除：${kind} ${id}` })
          : say({ en: `${kind} ${id} has nothing to erase`, zh: `${kind} ${id} 没有可删除的内容` }),
      );
      return 0;
    } finally {
      await core.close();
    }
  },
};
