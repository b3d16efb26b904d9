import { argon2, createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';

/** OWASP's smallest advice for argon2id: 19 MiB, two passes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/**
 * Keeps what must not be read out of the store, under one key that lies beside it in a file of its own (docs/operations.md): secrets
 * and passwords as argon2id with that key as pepper, and sealed, with AES-256-GCM, what must be used in clear again. Everything names
 * the key that it was made with, so that a lost key file is told from a wrong secret.
 */
export class Vault {
  /** Names the key, and tells nothing of it. */
  readonly #keyId: string;
  readonly #pepper: Buffer;
  readonly #sealing: Buffer;
  readonly #digest: Buffer;

  /** `key`: 32 random bytes. */
  constructor(key: Buffer) {
    const derive = (purpose: string, length = 32): Buffer =>
      Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `genjin ${purpose}`, length));
    this.#keyId = derive('key id', 6).toString('hex');
    this.#pepper = derive('pepper');
    this.#sealing = derive('sealing');
    this.#digest = derive('digest');
  }

  /** A secret or password as it may be kept. Takes some 50 ms of a core, on purpose, off the main thread. */
  async hash(secret: string): Promise<string> {
    const nonce = randomBytes(16);
    return ['argon2id', this.#keyId, nonce.toString('base64url'), (await this.#argon2(secret, nonce)).toString('base64url')].join(
      '$',
    );
  }

  /**
   * Whether it is the secret that was hashed; against `null`, for whom there is none, it takes as long and is `false`.
   * Throws `key_lost` for a hash under another key.
   */
  async verify(secret: string, hashed: string | null, what: string): Promise<boolean> {
    const [, keyId, nonce = '', expected = ''] = hashed?.split('$') ?? [];
    if (hashed !== null && keyId !== this.#keyId) throw new AppError('key_lost', { what });
    const made = await this.#argon2(secret, hashed === null ? randomBytes(16) : Buffer.from(nonce, 'base64url'));
    const wanted = Buffer.from(expected, 'base64url');
    return hashed !== null && made.length === wanted.length && timingSafeEqual(made, wanted);
  }

  #argon2(secret: string, nonce: Buffer): Promise<Buffer> {
    const parameters = { ...cost, message: secret, nonce, secret: this.#pepper };
    return new Promise((resolve, reject) => {
      argon2('argon2id', parameters, (error, made) => (error === null ? resolve(made) : reject(error)));
    });
  }

  /** Encrypts a text; `purpose` binds it to its place, so that it cannot be moved to another one. */
  seal(text: string, purpose: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, iv).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `sealed$${this.#keyId}$${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** The text again. Throws `key_lost` when another key sealed it, or when it was changed or moved. */
  open(sealed: string, purpose: string, what: string): string {
    const [, keyId, content = ''] = sealed.split('$');
    const bytes = Buffer.from(content, 'base64url');
    if (keyId !== this.#keyId) throw new AppError('key_lost', { what });
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#sealing, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new AppError('key_lost', { what }, { cause });
    }
  }

  /** The same for the same text, and tells nothing of it without the key: for comparing with what came before. */
  digest(text: string): string {
    return createHmac('sha256', this.#digest).update(text).digest('base64url');
  }
}
