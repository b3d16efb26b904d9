/** The sender of webhooks, written from the description of the wire with other means than the client's. */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

/** IV, tag and ciphertext in base64. */
export function sealedData(plain: string, secret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), iv);
  const content = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64');
}

/** OKKI's headers: the key is the text of the secret. */
export const okkiHeaders = (raw: string | Buffer, secret: string, time: string): Record<string, string> => ({
  'X-Timestamp': time,
  'X-Signature': createHmac('sha256', secret).update(time).update(raw).digest('hex'),
});

/** Those of Standard Webhooks: the key is what the secret stands for. */
export function standardHeaders(raw: string, secret: string, time: string): Record<string, string> {
  const signed = createHmac('sha256', Buffer.from(secret, 'base64')).update(`msg_1.${time}.${raw}`);
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': time, 'webhook-signature': `v1,${signed.digest('base64')}` };
}
