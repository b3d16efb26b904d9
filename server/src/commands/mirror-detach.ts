import { type Command, place, print } from './command.ts';
import { tenantOption, withMirror } from './mirror-option.ts';

export const mirrorDetach: Command = {
  name: 'mirror detach',
  summary: {
    en: 'end a mirror: what it copied stays, and can be written from now on',
    zh: '结束镜像：已复制的数据保留，此后可在本地写入',
  },
  settings: place,
  options: [tenantOption],
  run: (invocation) =>
    withMirror(invocation, async (core, tenantId) => {
      await core.mirrors.end(tenantId);
      print(
        invocation.say({
          en: `tenant ${tenantId} is no mirror any more: it can be written here, and nothing is read from the upstream`,
          zh: `企业 ${tenantId} 已不再是镜像：可在本地写入，也不再从上游读取`,
        }),
      );
      return 0;
    }),
};
