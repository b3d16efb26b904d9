import type { Bilingual, Config, Effective, SettingName } from '../config.ts';

export type Language = 'en' | 'zh';

/** Words of a command's own on the command line, beside the settings. */
export interface Option {
  /** As commander takes it, such as `--tenant <ID>`. */
  readonly flags: string;
  readonly help: Bilingual;
  readonly required?: true;
}

export interface Argument {
  /** As commander takes it, such as `<FILE...>`. */
  readonly words: string;
  readonly help: Bilingual;
}

export interface Invocation {
  readonly config: Config;
  readonly effective: Effective;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Picks a text for a person. */
  say(text: Bilingual): string;
}

/** A command of the program, as data. */
export interface Command {
  /** Words, such as `app create`. */
  readonly name: string;
  readonly summary: Bilingual;
  readonly arguments?: readonly Argument[];
  readonly settings: readonly SettingName[];
  readonly options?: readonly Option[];
  /** Answers the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** Where the store is. */
export const place = ['data', 'databaseUrl', 'key'] as const satisfies readonly SettingName[];

/** Writes a line for a person or a script to read. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Chinese when the environment asks for it, in the order that programs look at it. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}
