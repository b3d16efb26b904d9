import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Inspector, Picture } from '../domain/file-stores.ts';
import type { Finding, Question } from './messages.ts';

/** What nothing is known of. */
const unknownType = 'application/octet-stream';
/** ms that a look may take; whatever takes longer is not worth it, or meant to take long. The first one includes the start. */
const headTime = 5_000;
const pictureTime = 15_000;
/** ms after which a process that is asked nothing ends. */
const idleTime = 60_000;

/** Beside this file: a source from the sources, built from what is built. */
const script = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './inspecting-process.ts' : './inspecting-process.js', import.meta.url),
);

/** As little as can be: it reads, and does nothing else. Modules of the machine's own language, such as sharp, are let in. */
const rights = ['--permission', '--allow-fs-read=*', '--allow-addons'];

/** Without the number that belongs to the asking. */
type Asked<Q> = Q extends unknown ? Omit<Q, 'id'> : never;

/**
 * Looks into the bytes of strangers in a process of its own: what they bring a decoder to, they bring it to there. It has no secrets and
 * may write nowhere; when it dies or takes too long it is ended, and the file is one of which nothing is known.
 */
export class ProcessInspector implements Inspector {
  #child: ChildProcess | null = null;
  #last = 0;
  readonly #asked = new Map<number, (finding: Finding | null) => void>();
  /** One picture at a time: each may take much memory. */
  #turn: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | null = null;

  async typeOf(head: Uint8Array): Promise<string> {
    const finding = await this.#ask({ head }, headTime);
    return finding !== null && 'type' in finding ? (finding.type ?? unknownType) : unknownType;
  }

  picture(type: string, bytes: () => Promise<Uint8Array>): Promise<Picture | null> {
    const look = this.#turn.then(async () => {
      const finding = await this.#ask({ picture: await bytes(), type }, pictureTime);
      return finding !== null && 'seen' in finding ? finding.seen : null;
    });
    this.#turn = look.catch(() => undefined);
    return look;
  }

  close(): void {
    this.#child?.kill('SIGKILL');
  }

  #ask(question: Asked<Question>, time: number): Promise<Finding | null> {
    const child = this.#started();
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      // All that it was asked is then answered with nothing.
      const timer = setTimeout(() => child.kill('SIGKILL'), time);
      this.#asked.set(id, (finding) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        this.#rest();
        resolve(finding);
      });
      child.send({ ...question, id }, (error) => {
        if (error !== null) this.#asked.get(id)?.(null);
      });
    });
  }

  #started(): ChildProcess {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#child !== null) return this.#child;
    const child = fork(script, [], {
      execArgv: ['--conditions=@genjin/source', '--no-warnings', '--max-old-space-size=256', ...rights],
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    child.on('message', (finding: Finding) => this.#asked.get(finding.id)?.(finding));
    const gone = (): void => {
      if (this.#child !== child) return;
      this.#child = null;
      for (const answer of [...this.#asked.values()]) answer(null);
    };
    child.on('exit', gone);
    child.on('error', gone);
    // Who waits for an answer keeps this process; the other one does not.
    child.unref();
    child.channel?.unref();
    return child;
  }

  #rest(): void {
    if (this.#asked.size > 0 || this.#idle !== null) return;
    this.#idle = setTimeout(() => this.#child?.kill('SIGKILL'), idleTime).unref();
  }
}
