import { type Bytes, bytesOfBase64, bytesOfHex, subtle, utf8 } from './crypto.ts';
import { GenjinWebhookError } from './errors.ts';

type Happening = 'create' | 'update' | 'delete';

interface Told<Module extends string, Data> {
  readonly biz_type: `xiaoman.crm.${Module}.${Happening}`;
  readonly biz_data: Data;
}

/** A change, or the test event. OKKI has more modules; their events look the same. */
export type WebhookEvent =
  | Told<'dynamic_trail', { readonly trail_id: number }>
  | Told<'company', { readonly company_id: number; readonly serial_id: string }>
  | Told<'customer', { readonly customer_id: number }>
  | Told<'lead', { readonly lead_id: number; readonly serial_id: string }>
  | Told<'opportunity', { readonly opportunity_id: number; readonly serial_id: string }>
  | { readonly biz_type: 'xiaoman.open.callback.test'; readonly biz_data: string };

/** Names in any letter case. */
export type WebhookHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** Seconds; 300 when left out. */
  readonly tolerance?: number | undefined;
  /** Instead of `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export interface WebhookMessage {
  /** The same on every try of one message. */
  readonly messageId: string;
  readonly data: string;
}

/**
 * Checks who sent a message, and when; throws `GenjinWebhookError`. `rawBody` is the body as it arrived, `secret` the `security_config`.
 *
 * @example
 * // In a server: rawBody are the request's bytes, headers the request's headers.
 * const { messageId, data } = await verifyWebhook(rawBody, headers, secret);
 * for (const event of await decryptWebhook(data, secret)) console.log(messageId, event.biz_type, event.biz_data);
 */
export async function verifyWebhook(
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string,
  options: VerifyOptions = {},
): Promise<WebhookMessage> {
  // OKKI's headers where they are, otherwise those of Standard Webhooks.
  const header = headerOf(headers);
  const body = typeof rawBody === 'string' ? utf8(rawBody) : rawBody;
  const timestamp = header('x-timestamp');
  const signature = header('x-signature');
  if (timestamp !== '' && signature !== '') {
    await check(utf8(secret), [bytesOfHex(signature)], utf8(timestamp), body);
    checkTime(timestamp, options);
  } else {
    const id = header('webhook-id');
    const time = header('webhook-timestamp');
    const signatures = header('webhook-signature')
      .split(' ')
      .filter((text) => text.startsWith('v1,'));
    if (id === '' || time === '' || signatures.length === 0) {
      throw new GenjinWebhookError('headers', 'X-Timestamp and X-Signature are missing');
    }
    const given = signatures.map((text) => bytesOfBase64(text.slice(3)));
    await check(keyOf(secret, 'signature'), given, utf8(`${id}.${time}.`), body);
    checkTime(time, options);
  }
  return messageIn(body);
}

/**
 * The events in a message: in its `data` or its whole body. Throws `GenjinWebhookError` for another secret.
 *
 * @example
 * const [event] = await decryptWebhook(rawBody, secret);
 * if (event?.biz_type === 'xiaoman.crm.dynamic_trail.create') console.log(event.biz_data.trail_id);
 */
export async function decryptWebhook(dataOrRawBody: string | Uint8Array, secret: string): Promise<WebhookEvent[]> {
  const text = typeof dataOrRawBody === 'string' ? dataOrRawBody : new TextDecoder().decode(dataOrRawBody);
  const data = text.trimStart().startsWith('{') ? messageIn(utf8(text)).data : text;
  const sealed = bytesOfBase64(data);
  if (sealed === null || sealed.length < 28) throw new GenjinWebhookError('decryption', 'data is no encrypted text');
  const iv = sealed.subarray(0, 12);
  // Web Crypto has the tag at the end.
  const content = joined(sealed.subarray(28), sealed.subarray(12, 28));
  const web = subtle();
  const secretKey = keyOf(secret, 'decryption');
  try {
    const key = await web.importKey('raw', secretKey, 'AES-GCM', false, ['decrypt']);
    const plain = await web.decrypt({ name: 'AES-GCM', iv }, key, content);
    const { biz } = JSON.parse(new TextDecoder().decode(plain)) as { biz: WebhookEvent[] };
    if (Array.isArray(biz)) return biz;
  } catch {
    // Web Crypto says no more than that it failed.
  }
  throw new GenjinWebhookError('decryption', 'data cannot be decrypted with this secret');
}

/**
 * The body to answer with, under status 200; `testData` is the test event's `biz_data`.
 *
 * @example
 * const { messageId, data } = await verifyWebhook(rawBody, headers, secret);
 * const [event] = await decryptWebhook(data, secret);
 * const answer = webhookAnswer(messageId, event?.biz_type === 'xiaoman.open.callback.test' ? event.biz_data : undefined);
 * console.log(answer); // {"code":200,"data":{"message_id":"msg_…"}}
 */
export function webhookAnswer(messageId: string, testData?: string): string {
  return JSON.stringify({ code: 200, data: { message_id: messageId, data: testData } });
}

function headerOf(headers: WebhookHeaders): (name: string) => string {
  const pairs: Iterable<readonly [string, unknown]> =
    Symbol.iterator in headers ? (headers as Iterable<readonly [string, string]>) : Object.entries(headers);
  const lower = new Map([...pairs].map(([name, value]) => [name.toLowerCase(), String(value ?? '').trim()]));
  return (name) => lower.get(name) ?? '';
}

/** In constant time: Web Crypto compares. */
async function check(secret: Bytes, signatures: readonly (Bytes | null)[], start: Bytes, body: Uint8Array): Promise<void> {
  const key = await subtle().importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signed = joined(start, body);
  for (const signature of signatures) {
    if (signature !== null && (await subtle().verify('HMAC', key, signature, signed))) return;
  }
  throw new GenjinWebhookError('signature', 'the signature is not that of this message and secret');
}

function checkTime(timestamp: string, { tolerance = 300, now = Date.now }: VerifyOptions): void {
  // Also false for what is no number.
  if (Math.abs(now() / 1000 - Number(timestamp)) <= tolerance) return;
  throw new GenjinWebhookError('time', `the message was sent more than ${tolerance} s from now`);
}

function messageIn(body: Uint8Array): WebhookMessage {
  try {
    const { message_id: messageId, data } = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    if (typeof messageId === 'string' && typeof data === 'string') return { messageId, data };
  } catch {
    // Said below.
  }
  throw new GenjinWebhookError('body', 'the body is not {"message_id", "data"}');
}

function keyOf(secret: string, reason: 'signature' | 'decryption'): Bytes {
  const key = bytesOfBase64(secret);
  if (key === null || key.length === 0) throw new GenjinWebhookError(reason, 'the secret is no base64');
  return key;
}

function joined(first: Uint8Array, second: Uint8Array): Bytes {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
