import { optionOf, settingNames, settings, variableOf } from '../config.ts';
import { type Command, print } from './command.ts';

export const configCommand: Command = {
  name: 'config',
  summary: { en: 'print the settings in force, secrets masked', zh: '显示当前生效的设置，密钥已隐去' },
  settings: settingNames,
  async run({ config, effective, say }) {
    for (const name of settingNames) {
      const setting: { help: { en: string; zh: string }; secret?: true } = settings[name];
      const value = config[name];
      // A setting that is not set, or an empty list.
      const given = String(value ?? '') || '-';
      const shown = given === '-' || !setting.secret ? given : '********';
      print(
        `${optionOf(name).padEnd(25)} ${shown.padEnd(20)} ${effective.sources[name].padEnd(11)} ${variableOf(name).padEnd(31)} ${say(setting.help)}`,
      );
    }
    return 0;
  },
};
