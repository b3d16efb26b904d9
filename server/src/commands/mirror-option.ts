import { readFileSync } from 'node:fs';
import { type Core, openCore } from '../app.ts';
import { type Config, settings, variableOf } from '../config.ts';
import { AppError } from '../errors.ts';
import { type MirrorSettings, mirrorSettings } from '../mirroring.ts';
import type { Invocation, Option } from './command.ts';
import { existingTenant } from './tenant-option.ts';

/** Words of the mirror's commands that stand for settings, which the variables have too. */
const shortcuts = {
  upstream: 'mirrorUpstream',
  tenant: 'mirrorTenant',
  clientId: 'mirrorClientId',
  quota: 'mirrorQuota',
  rate: 'mirrorRate',
  pageSize: 'mirrorPageSize',
} as const;

/** Where an upstream is, and who asks it. */
export const upstreamOptions: readonly Option[] = [
  ...(Object.entries(shortcuts) as [keyof typeof shortcuts, (typeof shortcuts)[keyof typeof shortcuts]][]).map(
    ([name, setting]) => {
      const { help, placeholder } = settings[setting];
      const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const shown = name === 'quota' ? 'N/day' : name === 'rate' ? 'N/s' : placeholder;
      return {
        flags: `--${words} <${shown}>`,
        help: { en: `${help.en} [${variableOf(setting)}]`, zh: `${help.zh} [${variableOf(setting)}]` },
      };
    },
  ),
  {
    flags: '--client-secret-file <FILE>',
    help: {
      en: `file with the client_secret [${variableOf('mirrorClientSecret')}_FILE]`,
      zh: `存放 client_secret 的文件 [${variableOf('mirrorClientSecret')}_FILE]`,
    },
  },
];

/** What the words of the command line and the variables say together. Throws `usage` naming what is missing or not accepted. */
export function upstreamOf({ config, options }: Pick<Invocation, 'config' | 'options'>): MirrorSettings {
  const given: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(shortcuts)) {
    const value = options[name];
    if (value === undefined) continue;
    const text = String(value).replace(name === 'quota' ? /\/day$/ : name === 'rate' ? /\/s$/ : /$^/, '');
    try {
      given[setting] = settings[setting].parse(text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError('usage', { reason: `--${name}: ${JSON.stringify(value)} is not accepted; accepted: ${error.message}` });
    }
  }
  const file = options['clientSecretFile'];
  if (file !== undefined) given['mirrorClientSecret'] = secretIn(String(file));
  const found = mirrorSettings({ ...config, ...given } as Config);
  if (found === null)
    throw new AppError('usage', {
      reason: `--upstream is missing; accepted: the base URL of the account, or ${variableOf('mirrorUpstream')}`,
    });
  return found;
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('usage', { reason: `--client-secret-file: ${JSON.stringify(file)} cannot be read` }, { cause });
  }
}

export const tenantOption: Option = {
  flags: '--tenant <ID>',
  help: { en: 'the enterprise; left out where only one is a mirror', zh: '企业 ID；只有一个镜像企业时可省略' },
};

/** Opens the store and finds the mirror that is meant. Throws `usage` when there is none. */
export async function withMirror<T>(
  { config, options }: Invocation,
  work: (core: Core, tenantId: number) => Promise<T>,
): Promise<T> {
  const core = await openCore(config, { make: false });
  try {
    return await work(core, await mirrorIn(core, options['tenant']));
  } finally {
    await core.close();
  }
}

async function mirrorIn(core: Core, given: unknown): Promise<number> {
  if (given !== undefined) {
    const tenantId = await existingTenant(core, '--tenant', given);
    if ((await core.mirrors.get(tenantId)) === null)
      throw new AppError('usage', { reason: `--tenant: ${tenantId} is no mirror` });
    return tenantId;
  }
  const found: number[] = [];
  for (const { tenantId } of await core.tenants.list()) if ((await core.mirrors.get(tenantId)) !== null) found.push(tenantId);
  const [one] = found;
  if (one === undefined) throw new AppError('usage', { reason: 'no enterprise of this store is a mirror' });
  if (found.length > 1)
    throw new AppError('usage', { reason: `--tenant is missing; mirrors are: ${found.slice(0, 20).join(', ')}` });
  return one;
}
