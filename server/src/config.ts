/** Every setting in one table: the command line, the environment, `genjin config` and the manual all come from it. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { AppError } from './errors.ts';
import { cidrAccepted, isCidr } from './webhook/addresses.ts';
import { parseTime } from './wire/time.ts';

export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}

interface Setting<T> {
  readonly help: Bilingual;
  /** In the help; none for a switch. */
  readonly placeholder?: string;
  readonly secret?: true;
  readonly fallback: T;
  /** Throws a text that says what is accepted. */
  parse(text: string): T;
}

const refuse = (accepted: string): never => {
  throw new AppError('usage', { reason: accepted });
};

const text = (help: Bilingual, placeholder: string, fallback: string): Setting<string> => ({
  help,
  placeholder,
  fallback,
  parse: (value) => (value.trim() === '' ? refuse('a text that is not empty') : value),
});
const optional = (help: Bilingual, placeholder: string): Setting<string | null> => ({
  help,
  placeholder,
  fallback: null,
  parse: (value) => (value === '' ? null : value),
});
const flag = (help: Bilingual): Setting<boolean> => ({
  help,
  fallback: false,
  parse: (value) =>
    /^(1|true|yes|on)$/i.test(value) ? true : /^(0|false|no|off|)$/i.test(value) ? false : refuse('true or false'),
});
const whole = <T>(help: Bilingual, placeholder: string, fallback: T, minimum: number, maximum: number): Setting<number | T> => ({
  help,
  placeholder,
  fallback,
  parse: (value) =>
    /^\d{1,9}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum
      ? Number(value)
      : refuse(`a whole number from ${minimum} to ${maximum}`),
});
const day = (help: Bilingual): Setting<string | null> => ({
  help,
  placeholder: 'YYYY-MM-DD',
  fallback: null,
  parse: (value) =>
    value === '' ? null : value.length === 10 && parseTime(value) !== null ? value : refuse('a day YYYY-MM-DD that exists'),
});
const choice = <const C extends readonly string[]>(help: Bilingual, choices: C, fallback: C[number]): Setting<C[number]> => ({
  help,
  placeholder: choices.join('|'),
  fallback,
  parse: (value) => choices.find((one) => one === value) ?? refuse(`one of ${choices.join(', ')}`),
});

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  // What is in the address is shown: a password is none of it.
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
}

const cidrs = (help: Bilingual): Setting<readonly string[]> => ({
  help,
  placeholder: 'CIDR,…',
  fallback: [],
  parse: (value) => {
    const given = value.split(',').map((one) => one.trim());
    return value.trim() === '' ? [] : given.every(isCidr) ? given : refuse(`${cidrAccepted}; several with commas`);
  },
});

export const settings = {
  data: text({ en: 'folder of the store', zh: '数据目录' }, 'DIR', './genjin-data'),
  databaseUrl: {
    ...optional(
      { en: 'PostgreSQL database of the store, instead of a file in the folder', zh: '使用 PostgreSQL 数据库，代替目录中的文件' },
      'postgres://…',
    ),
    secret: true,
  },
  key: {
    ...optional(
      {
        en: 'key that secrets are kept under, 32 bytes in base64 (default genjin.key in the folder)',
        zh: '保护密钥所用的主密钥，32 字节的 base64（默认目录中的 genjin.key）',
      },
      'KEY',
    ),
    secret: true,
  },
  host: text({ en: 'address to listen on', zh: '监听地址' }, 'ADDRESS', '127.0.0.1'),
  port: whole({ en: 'port to listen on; 0: any free one', zh: '监听端口；0 为任一空闲端口' }, 'PORT', 8787, 0, 65535),
  demo: flag({ en: 'make demo data when the store is empty', zh: '数据为空时生成演示数据' }),
  demoDate: day({
    en: 'the day after the last one of the demo data (default today)',
    zh: '演示数据截至此日的前一天（默认今天）',
  }),
  demoClientId: optional({ en: 'client_id of the demo application, 23412-…', zh: '演示应用的 client_id，以 23412- 开头' }, 'ID'),
  demoClientSecret: {
    ...optional(
      { en: 'its client_secret; together with the client_id', zh: '其 client_secret，须与 client_id 一并给出' },
      'SECRET',
    ),
    secret: true,
  },
  strict: flag({ en: 'answer unknown parameters with an error', zh: '未知参数一律报错' }),
  rateLimit: whole(
    {
      en: 'requests a minute, per application and per address; 0: none (default 600, none for this machine)',
      zh: '每个应用、每个地址每分钟的请求上限；0 为不限（默认 600，本机不限）',
    },
    'N',
    null,
    0,
    1_000_000,
  ),
  tlsCert: optional({ en: 'TLS certificate, PEM', zh: 'TLS 证书（PEM）' }, 'FILE'),
  tlsKey: optional({ en: 'TLS private key, PEM', zh: 'TLS 私钥（PEM）' }, 'FILE'),
  behindProxy: flag({
    en: 'a reverse proxy with TLS stands in front; addresses come from X-Forwarded-For',
    zh: '前面有终止 TLS 的反向代理；客户端地址取自 X-Forwarded-For',
  }),
  workers: whole(
    {
      en: 'processes that answer requests; of more than one, another one owns the writes (default 1)',
      zh: '应答请求的进程数；多于一个时，另有一个进程负责写入（默认 1）',
    },
    'N',
    1,
    1,
    64,
  ),
  cacheMb: whole(
    {
      en: 'memory for rendered entries and pages, in MB; 0: none (default 64)',
      zh: '缓存已生成条目与分页的内存（MB）；0 为不缓存（默认 64）',
    },
    'N',
    64,
    0,
    65_536,
  ),
  maxFileMb: whole(
    { en: 'size that an uploaded file may have, in MB (default 20)', zh: '上传文件的大小上限（MB，默认 20）' },
    'N',
    20,
    1,
    1024,
  ),
  metricsToken: {
    ...optional({ en: 'token for /metrics from elsewhere', zh: '从别处读取 /metrics 所需的令牌' }, 'TOKEN'),
    secret: true,
  },
  allowPrivateCallbacks: cidrs({
    en: 'addresses of an intranet that webhooks may be sent to, also by http',
    zh: '允许 Webhook 回调的内网地址段，也可用 http',
  }),
  mirrorUpstream: {
    ...optional(
      { en: "base URL of the account that is mirrored, such as OKKI's", zh: '被镜像账号的接口地址，例如 OKKI 的' },
      'URL',
    ),
    parse: (value: string) => (value === '' ? null : isWebAddress(value) ? value : refuse('an address https://… or http://…')),
  },
  mirrorTenant: whole(
    { en: 'the enterprise that mirrors it: its id there', zh: '镜像到的企业，即其在上游的企业 ID' },
    'ID',
    null,
    1,
    999_999_999,
  ),
  mirrorClientId: optional({ en: 'client_id of the application there', zh: '上游应用的 client_id' }, 'ID'),
  mirrorClientSecret: {
    ...optional({ en: 'its client_secret', zh: '上游应用的 client_secret' }, 'SECRET'),
    secret: true,
  },
  mirrorWebhookSecret: {
    ...optional(
      {
        en: "security_config of the upstream's webhook, for /hooks/okki",
        zh: '上游 Webhook 的 security_config，用于 /hooks/okki',
      },
      'SECRET',
    ),
    secret: true,
  },
  mirrorQuota: whole(
    {
      en: 'calls a day that the mirror may make; 0: any number (default 1000)',
      zh: '镜像每天可用的调用次数；0 为不限（默认 1000）',
    },
    'N',
    1000,
    0,
    100_000_000,
  ),
  mirrorRate: whole({ en: 'calls a second (default 2)', zh: '每秒调用次数（默认 2）' }, 'N', 2, 1, 1000),
  mirrorPageSize: whole({ en: 'entries a call (default 500)', zh: '每次调用的条数（默认 500）' }, 'N', 500, 10, 1000),
  logLevel: choice({ en: 'how much is logged', zh: '日志级别' }, ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;
export type Config = {
  readonly [N in SettingName]: ReturnType<(typeof settings)[N]['parse']> | (typeof settings)[N]['fallback'];
};

export const settingNames = Object.keys(settings) as SettingName[];

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `tlsCert` -> `--tls-cert`. */
export const optionOf = (name: SettingName): string => `--${kebab(name)}`;
/** `tlsCert` -> `GENJIN_TLS_CERT`; a secret also has `…_FILE`. */
export const variableOf = (name: SettingName): string => `GENJIN_${kebab(name).replaceAll('-', '_').toUpperCase()}`;

export type Source = 'option' | 'environment' | '.env' | 'default';

export interface Effective {
  readonly config: Config;
  readonly sources: { readonly [N in SettingName]: Source };
}

/**
 * The settings in force: the command line before the environment before `.env` (in the working folder) before the defaults.
 * Throws `usage` naming the setting, its value unless it is a secret, and what is accepted.
 */
export function readConfig(
  options: Readonly<Partial<Record<SettingName, string | boolean>>>,
  environment: Readonly<Record<string, string | undefined>>,
  dotEnv: Readonly<Record<string, string | undefined>> = readDotEnv(),
): Effective {
  const config: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const name of settingNames) {
    const setting: Setting<unknown> = settings[name];
    const fromOption = options[name];
    const found: [Source, string | undefined, string][] = [
      ['option', fromOption === undefined ? undefined : String(fromOption), optionOf(name)],
      ['environment', fromVariable(name, setting, environment), variableOf(name)],
      ['.env', fromVariable(name, setting, dotEnv), `${variableOf(name)} in .env`],
    ];
    const [source, value, label] = found.find(([, given]) => given !== undefined) ?? ['default' as const, undefined, ''];
    sources[name] = source;
    config[name] = value === undefined ? setting.fallback : parsed(setting, value, label);
  }
  return { config: config as Config, sources: sources as Effective['sources'] };
}

function parsed(setting: Setting<unknown>, value: string, label: string): unknown {
  try {
    return setting.parse(value);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const shown = setting.secret ? '(secret)' : JSON.stringify(value);
    throw new AppError('usage', { reason: `${label}: ${shown} is not accepted; accepted: ${error.message}` });
  }
}

function fromVariable(
  name: SettingName,
  setting: Setting<unknown>,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const variable = variableOf(name);
  const file = setting.secret ? variables[`${variable}_FILE`] : undefined;
  if (variables[variable] !== undefined || file === undefined) return variables[variable];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('usage', { reason: `${variable}_FILE: ${JSON.stringify(file)} cannot be read` }, { cause });
  }
}

function readDotEnv(): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync('.env', 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new AppError('usage', { reason: `.env cannot be read: ${(error as Error).message}` }, { cause: error });
  }
}
