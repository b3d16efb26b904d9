import { openCore } from '../app.ts';
import { type ClientCredentials, modules } from '../domain/application.ts';
import { AppError } from '../errors.ts';
import { type Command, type Invocation, place, print } from './command.ts';
import { existingTenant } from './tenant-option.ts';

export const appCreate: Command = {
  name: 'app create',
  summary: { en: 'add an application and print its credentials once', zh: '新建应用，凭据只显示一次' },
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'the enterprise', zh: '所属企业 ID' }, required: true },
    {
      flags: '--name <NAME>',
      help: { en: 'its name; it records follow-ups under it', zh: '应用名称，也是它记录跟进时的作者名' },
      required: true,
    },
    {
      flags: '--scope <MODULES>',
      help: { en: `modules it may use, of: ${modules.join(' ')}`, zh: `可用模块：${modules.join(' ')}` },
      required: true,
    },
    { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } },
  ],
  async run({ config, options, say }) {
    const scopes = [...new Set(String(options['scope']).split(/[\s,]+/))].filter((scope) => scope !== '');
    const unknown = scopes.filter((scope) => !modules.some((module) => module === scope));
    if (scopes.length === 0 || unknown.length > 0) {
      throw new AppError('usage', {
        reason: `--scope: ${JSON.stringify(options['scope'])} is not accepted; accepted: words of ${modules.join(' ')}`,
      });
    }
    const name = String(options['name']).trim();
    if (name === '') throw new AppError('usage', { reason: '--name: "" is not accepted; accepted: a text' });
    const core = await openCore(config, { make: false });
    try {
      const tenantId = await existingTenant(core, '--tenant', options['tenant']);
      const credentials = await core.applications.create(tenantId, name, scopes);
      printCredentials(credentials, { scope: scopes.join(' ') }, options['json'] === true, say);
      return 0;
    } finally {
      await core.close();
    }
  },
};

/** Shows a secret, for the only time; `more` is for JSON. */
export function printCredentials(
  { clientId, clientSecret }: ClientCredentials,
  more: Readonly<Record<string, string>>,
  json: boolean,
  say: Invocation['say'],
): void {
  if (json) {
    print(JSON.stringify({ client_id: clientId, client_secret: clientSecret, ...more }));
    return;
  }
  print(`client_id      ${clientId}`);
  print(`client_secret  ${clientSecret}`);
  print(say({ en: 'The secret is not kept and will not be shown again.', zh: '密钥不会保存，也不会再次显示。' }));
}
