/** Words on the command line -> one command. */
import { Command as Commander, CommanderError } from 'commander';
import { appCreate } from './commands/app-create.ts';
import { appList } from './commands/app-list.ts';
import { appRevoke } from './commands/app-revoke.ts';
import { appRotate } from './commands/app-rotate.ts';
import { auditExport, auditHead } from './commands/audit-export.ts';
import { backup, restore } from './commands/backup.ts';
import { check } from './commands/check.ts';
import { type Command, languageOf } from './commands/command.ts';
import { configCommand } from './commands/config.ts';
import { copy } from './commands/copy.ts';
import { erase } from './commands/erase.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { migrate } from './commands/migrate.ts';
import { mirrorRun } from './commands/mirror.ts';
import { mirrorDetach } from './commands/mirror-detach.ts';
import { mirrorStatus } from './commands/mirror-status.ts';
import { mirrorVerify } from './commands/mirror-verify.ts';
import { okkiCheck } from './commands/okki-check.ts';
import { serve } from './commands/serve.ts';
import { tenantCreate } from './commands/tenant-create.ts';
import { userCreate } from './commands/user-create.ts';
import { userDisable, userEnable } from './commands/user-enable.ts';
import { userList } from './commands/user-list.ts';
import { userPassword } from './commands/user-password.ts';
import { webhookDeliveries } from './commands/webhook-deliveries.ts';
import { webhookReplay } from './commands/webhook-replay.ts';
import { type Bilingual, optionOf, readConfig, type SettingName, settings, variableOf } from './config.ts';
import { AppError } from './errors.ts';
import { version } from './installation.ts';

const commands: readonly Command[] = [
  serve,
  importCommand,
  exportCommand,
  tenantCreate,
  appCreate,
  appList,
  appRotate,
  appRevoke,
  userCreate,
  userPassword,
  userDisable,
  userEnable,
  userList,
  webhookDeliveries,
  webhookReplay,
  mirrorRun,
  mirrorStatus,
  mirrorVerify,
  mirrorDetach,
  erase,
  check,
  auditExport,
  auditHead,
  backup,
  restore,
  copy,
  migrate,
  okkiCheck,
  configCommand,
];

const groups: Readonly<Record<string, Bilingual>> = {
  tenant: { en: 'enterprises', zh: '企业' },
  app: { en: 'applications', zh: '应用' },
  webhook: { en: 'events to applications', zh: '向应用投递的事件' },
  audit: { en: 'the hash chain of the change logs', zh: '变更日志的哈希链' },
  user: { en: 'people who sign in', zh: '可登录的用户' },
};

/** Commander's own words. */
const titles: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Arguments:': '参数：',
};

const language = languageOf(process.env);
const say = (text: Bilingual): string => text[language];

/** Runs the command line and answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Commander('genjin')
    .description(
      say({ en: "follow-up timeline, wire-compatible with OKKI's open API", zh: '跟进：兼容 OKKI（小满）开放接口的跟进时间线' }),
    )
    .version(version(), '-V, --version', say({ en: 'show the version', zh: '显示版本' }))
    .helpOption('-h, --help', say({ en: 'show help', zh: '显示帮助' }))
    .helpCommand(false)
    // What stands after a command's word is that command's.
    .enablePositionalOptions()
    .configureHelp({ styleTitle: (title) => (language === 'zh' ? (titles[title] ?? title) : title) })
    .exitOverride();
  const made = new Map<string, Commander>();
  for (const command of commands) {
    const words = command.name.split(' ');
    const group = words.length === 1 ? null : (words[0] as string);
    if (group !== null && !made.has(group))
      made.set(
        group,
        program
          .command(group)
          .helpCommand(false)
          .description(say(groups[group] as Bilingual))
          .exitOverride(),
      );
    const parent = group === null ? program : (made.get(group) as Commander);
    const sub = parent
      .command(words.at(-1) as string)
      .description(say(command.summary))
      .exitOverride();
    // A command may have others under it.
    if (group === null) made.set(command.name, sub.helpCommand(false).enablePositionalOptions());
    for (const { words: argument, help } of command.arguments ?? []) sub.argument(argument, say(help));
    for (const name of command.settings) sub.option(flagsOf(name), helpOf(name));
    for (const { flags, help, required } of command.options ?? []) {
      if (required) sub.requiredOption(flags, `${say(help)} ${say({ en: '(required)', zh: '（必填）' })}`);
      else sub.option(flags, say(help));
    }
    sub.action(async () => {
      const options = sub.opts() as Record<string, string | boolean | undefined>;
      const given = Object.fromEntries(
        command.settings.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
      );
      const effective = readConfig(given as Partial<Record<SettingName, string | boolean>>, process.env);
      code = await command.run({ config: effective.config, effective, args: sub.processedArgs.flat() as string[], options, say });
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof AppError) {
      process.stderr.write(`genjin: ${error.message}\n`);
      return 1;
    }
    const { code: reason, message } = error as NodeJS.ErrnoException;
    if (reason === 'ERR_SQLITE_ERROR') {
      const { errcode } = error as { errcode?: number };
      // CORRUPT and NOTADB; a full disk or a missing right is no reason to put a backup in the store's place.
      const damaged = errcode !== undefined && [11, 26].includes(errcode & 0xff);
      process.stderr.write(`genjin: the store: ${message}${damaged ? '; "restore" puts a backup in its place' : ''}\n`);
      return 1;
    }
    // What the system refuses (a full disk, a folder that may not be written) is no fault of the program's.
    if (typeof reason === 'string' && /^E[A-Z]+$/.test(reason)) {
      process.stderr.write(`genjin: ${message}\n`);
      return 1;
    }
    throw error;
  }
}

function helpOf(name: SettingName): string {
  const { help, fallback }: { help: Bilingual; fallback: unknown } = settings[name];
  const standard =
    typeof fallback === 'string' || typeof fallback === 'number' ? say({ en: ` (${fallback})`, zh: `（${fallback}）` }) : '';
  return `${say(help)}${standard} [${variableOf(name)}]`;
}

function flagsOf(name: SettingName): string {
  const setting: { placeholder?: string } = settings[name];
  return setting.placeholder === undefined ? optionOf(name) : `${optionOf(name)} <${setting.placeholder}>`;
}
