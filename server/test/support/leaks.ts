/** Looks for secrets in files, in every form that they might have slipped through in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bytes of a secret as they may stand in a file, each form with its name. */
function formsOf(bytes: Buffer): [string, Buffer][] {
  const forms: [string, Buffer][] = [['raw', bytes]];
  const hex = bytes.toString('hex');
  forms.push(['hex', Buffer.from(hex)], ['hex in capitals', Buffer.from(hex.toUpperCase())]);
  // Within other bytes, base64 begins at any of three places; what depends on the neighbours is left out.
  for (const shift of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = padded.subarray(0, padded.length - (padded.length % 3));
    for (const encoding of ['base64', 'base64url'] as const)
      forms.push([`${encoding} ${shift}`, Buffer.from(whole.toString(encoding).slice(shift === 0 ? 0 : 4))]);
  }
  return forms;
}

/** What a secret is: its text, and the bytes that the text stands for when it is hex or base64url itself. */
function bytesOf(secret: string | Buffer): Buffer[] {
  if (Buffer.isBuffer(secret)) return [secret];
  const text = Buffer.from(secret);
  if (/^[\da-f]{64}$/i.test(secret)) return [text, Buffer.from(secret, 'hex')];
  // A token without its tenant.
  const random = secret.slice(secret.indexOf('.') + 1);
  return /^[\w-]{43}$/.test(random) ? [text, Buffer.from(random), Buffer.from(random, 'base64url')] : [text];
}

interface Needle {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Each place where one of the secrets stands: name, form and file. One walk through a file, however many secrets there are. */
export function leaksOf(secrets: readonly (readonly [string, string | Buffer])[], files: ReadonlyMap<string, Buffer>): string[] {
  const byStart = new Map<number, Needle[]>();
  for (const [name, secret] of secrets) {
    for (const [form, bytes] of bytesOf(secret).flatMap(formsOf)) {
      if (bytes.length < 8) throw new Error(`${name} as ${form} is too short to look for`);
      const start = bytes.readUInt32LE();
      byStart.set(start, [...(byStart.get(start) ?? []), { what: `${name} as ${form}`, bytes }]);
    }
  }
  const found = new Set<string>();
  for (const [file, content] of files) {
    let four = 0;
    for (let i = 0; i < content.length; i++) {
      four = ((four >>> 8) | ((content[i] as number) << 24)) >>> 0;
      for (const { what, bytes } of byStart.get(four) ?? [])
        if (bytes.equals(content.subarray(i - 3, i - 3 + bytes.length))) found.add(`${what} in ${file}`);
    }
  }
  return [...found];
}

/** Every file in a folder but some, whole. */
export function filesIn(folder: string, but: readonly string[] = []): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = names.map((one) => join(one.parentPath, one.name));
  return new Map(paths.filter((path) => !but.some((name) => path.endsWith(name))).map((path) => [path, readFileSync(path)]));
}
