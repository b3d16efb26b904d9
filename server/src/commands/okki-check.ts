import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Api } from '../compat/api.ts';
import { agrees, checkAll, type Finding, neededModules, withoutSecrets } from '../compat/check.ts';
import { Difference } from '../compat/scenario.ts';
import { type Module, modules } from '../domain/application.ts';
import { AppError } from '../errors.ts';
import { type Command, type Invocation, print } from './command.ts';

/** Milliseconds between two requests to a server that is somebody else's. */
const politePause = 200;
const patience = 20_000;

/** The exit code when there is nothing to compare: no server, or no token. */
const unreachable = 2;

export const okkiCheck: Command = {
  name: 'okki-check',
  summary: {
    en: 'compare a server, such as OKKI itself, with what Genjin holds for true; only reads',
    zh: '将某个服务（如 OKKI 本身）与 Genjin 的约定逐项对照；只读取',
  },
  arguments: [{ words: '<URL>', help: { en: 'its base URL, with or without /v1', zh: '其基础地址，带不带 /v1 均可' } }],
  settings: [],
  options: [
    { flags: '--client-id <ID>', help: { en: 'an application there', zh: '该服务上的应用' }, required: true },
    { flags: '--client-secret-file <FILE>', help: { en: 'file with its secret', zh: '存有其密钥的文件' }, required: true },
    {
      flags: '--scope <MODULES>',
      help: { en: 'modules to ask for (default: all that are needed)', zh: '申请的模块（默认：所需的全部）' },
    },
    {
      flags: '--pause <MS>',
      help: {
        en: `before each request (default ${politePause}, none for this machine)`,
        zh: `每个请求之前的停顿（默认 ${politePause}，本机为 0）`,
      },
    },
    { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } },
  ],
  async run({ args, options, say }) {
    const base = readBase(args[0] ?? '');
    const json = options['json'] === true;
    const api = new Api({
      base: base.href,
      clientId: String(options['clientId']),
      clientSecret: readSecret(String(options['clientSecretFile'])),
      pause: readPause(options['pause'], base.loopback),
      patience,
    });
    if (base.clear && !base.loopback) {
      process.stderr.write(
        `genjin: ${say({ en: 'this is http: the secret crosses the network in clear text', zh: '这是 http：密钥将以明文经过网络' })}\n`,
      );
    }
    try {
      await api.signIn(readModules(options['scope']));
    } catch (error) {
      if (!(error instanceof Difference)) throw error;
      const seen = withoutSecrets(error.message, api.secrets);
      process.stderr.write(`genjin: ${say({ en: 'no token', zh: '无法获取令牌' })}: ${seen}\n`);
      return unreachable;
    }
    const findings = await checkAll(api, (finding) => {
      if (!json) print(lineOf(finding, say));
    });
    if (json) print(JSON.stringify({ base_url: base.href, requests: api.requests, scenarios: findings.map(jsonOf) }, null, 2));
    else print(summaryOf(findings, api.requests, say));
    return agrees(findings) ? 0 : 1;
  },
};

/** Throws `usage` for anything but an address to which `/v1/…` can be added. */
function readBase(text: string): { href: string; clear: boolean; loopback: boolean } {
  const url = URL.parse(text.trim());
  const usable = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
  if (!usable) {
    throw new AppError('usage', {
      reason: 'the URL is not accepted; accepted: http or https, a host and perhaps a path, without user and query',
    });
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  const href = `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
  return { href, clear: url.protocol === 'http:', loopback };
}

function readSecret(file: string): string {
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('usage', { reason: `--client-secret-file: ${JSON.stringify(file)} cannot be read` }, { cause });
  }
  if (secret === '') throw new AppError('usage', { reason: `--client-secret-file: ${JSON.stringify(file)} is empty` });
  return secret;
}

function readPause(value: string | boolean | undefined, loopback: boolean): number {
  if (value === undefined) return loopback ? 0 : politePause;
  if (/^\d{1,5}$/.test(String(value))) return Number(value);
  throw new AppError('usage', {
    reason: `--pause: ${JSON.stringify(value)} is not accepted; accepted: a whole number of milliseconds up to 99999`,
  });
}

function readModules(value: string | boolean | undefined): readonly Module[] {
  if (value === undefined) return neededModules;
  const words = String(value)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const known = modules.filter((module) => words.includes(module));
  if (words.length === 0 || known.length < new Set(words).size) {
    throw new AppError('usage', {
      reason: `--scope: ${JSON.stringify(value)} is not accepted; accepted: words of ${modules.join(' ')}`,
    });
  }
  return known;
}

const verdicts = {
  agrees: { en: 'agrees', zh: '一致' },
  differs: { en: 'DIFFERS', zh: '不一致' },
  'not applicable': { en: '-', zh: '不适用' },
} as const;

/** Mark, verdict, route and scenario; below it what was seen. */
function lineOf({ scenario, verdict, seen }: Finding, say: Invocation['say']): string {
  const mark = `[${scenario.mark}]`.padEnd(11);
  const line = `${mark} ${say(verdicts[verdict]).padEnd(8)} ${scenario.routes.join(', ')}: ${scenario.name}`;
  return seen === '' ? line : `${line}\n${' '.repeat(21)}${seen}`;
}

const jsonOf = ({ scenario: { name, routes, mark }, verdict, seen }: Finding) => ({ name, routes, mark, verdict, seen });

function summaryOf(findings: readonly Finding[], requests: number, say: Invocation['say']): string {
  const count = (verdict: Finding['verdict']): number => findings.filter((finding) => finding.verdict === verdict).length;
  const [same, other, none] = [count('agrees'), count('differs'), count('not applicable')];
  return say({
    en: `\n${same} agree, ${other} differ, ${none} are not applicable; ${requests} requests`,
    zh: `\n一致 ${same} 项，不一致 ${other} 项，不适用 ${none} 项；共 ${requests} 个请求`,
  });
}
