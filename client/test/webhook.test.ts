import { createHmac, randomBytes } from 'node:crypto';
import { decryptWebhook, GenjinWebhookError, verifyWebhook, type WebhookHeaders, webhookAnswer } from '@genjin/client';
import { describe, expect, test } from 'vitest';
import { okkiHeaders, sealedData, standardHeaders } from './other-side.ts';

const secret = randomBytes(32).toString('base64');
const sentAt = 1_724_122_122;
const options = { now: () => sentAt * 1000 };
const sealed = (plain: string): string => sealedData(plain, secret);

const events = [
  { biz_type: 'xiaoman.crm.dynamic_trail.create', biz_data: { trail_id: 11_000_000_001 } },
  { biz_type: 'xiaoman.crm.company.update', biz_data: { company_id: 16_696_797_769, serial_id: '客户-7' } },
];
const data = sealed(JSON.stringify({ biz: events }));
const body = JSON.stringify({ message_id: 'msg_1', data });

const okki = (raw: string | Buffer = body, time = String(sentAt)) => okkiHeaders(raw, secret, time);
const hex = (raw: string): string => okki(raw)['X-Signature'] ?? '';
const standard = (raw = body, time = String(sentAt)) => standardHeaders(raw, secret, time);

describe('a message that is genuine', () => {
  const lower = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const upper = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  const escaped = body.replaceAll('/', '\\/');
  const rows: readonly [string, string | Uint8Array, WebhookHeaders][] = [
    ['headers of an object', body, okki()],
    ['in small letters, with others', body, { ...lower(okki()), host: 'x', 'set-cookie': ['a', 'b'], via: undefined }],
    ['in capitals', body, upper(okki())],
    ['headers of a Request', body, new Request('http://x', { headers: okki() }).headers],
    ['headers as pairs', body, Object.entries(okki())],
    ['headers as lists', body, Object.fromEntries(Object.entries(okki()).map(([name, value]) => [name, [value]]))],
    ['bytes', new TextEncoder().encode(body), okki()],
    ['a Buffer within a larger one', Buffer.from(`--${body}--`).subarray(2, -2), okki()],
    ['a signature in capitals', body, { ...okki(), 'X-Signature': hex(body).toUpperCase() }],
    ['escaped slashes, signed as sent', escaped, okki(escaped)],
    ['299 seconds old', body, okki(body, String(sentAt - 299))],
    ['299 seconds ahead', body, okki(body, String(sentAt + 299))],
    ['both kinds of headers: OKKI’s count', body, { ...okki(), ...standard(body), 'webhook-signature': 'v1,AAAA' }],
    ['Standard Webhooks', body, standard()],
    [
      'Standard Webhooks with several signatures',
      body,
      { ...standard(), 'webhook-signature': `v1,AAAA v2,x ${standard()['webhook-signature']}` },
    ],
  ];
  test.each(rows)('%s', async (_name, raw, headers) => {
    expect(await verifyWebhook(raw, headers, secret, options)).toEqual({ messageId: 'msg_1', data });
  });

  test('now, when no clock is given', async () => {
    const time = String(Math.floor(Date.now() / 1000));
    await expect(verifyWebhook(body, okki(body, time), secret)).resolves.toHaveProperty('messageId', 'msg_1');
    await expect(verifyWebhook(body, okki(), secret)).rejects.toHaveProperty('reason', 'time');
  });

  test('any age, when the tolerance says so', async () => {
    await expect(verifyWebhook(body, okki(), secret, { tolerance: Number.POSITIVE_INFINITY })).resolves.toHaveProperty(
      'data',
      data,
    );
  });
});

describe('a message that is not accepted', () => {
  const other = randomBytes(32).toString('base64');
  const rows: readonly [string, string, WebhookHeaders, string, string?][] = [
    ['another secret', body, okki(), 'signature', other],
    [
      'the secret decoded',
      body,
      {
        ...okki(),
        'X-Signature': createHmac('sha256', Buffer.from(secret, 'base64'))
          .update(sentAt + body)
          .digest('hex'),
      },
      'signature',
    ],
    ['a changed body', body.replace('msg_1', 'msg_2'), okki(), 'signature'],
    ['a body made anew', JSON.stringify(JSON.parse(body), null, 1), okki(), 'signature'],
    ['a changed time', body, { ...okki(), 'X-Timestamp': String(sentAt + 1) }, 'signature'],
    ['a signature that is short', body, { ...okki(), 'X-Signature': hex(body).slice(0, 62) }, 'signature'],
    ['a signature that is long', body, { ...okki(), 'X-Signature': `${hex(body)}00` }, 'signature'],
    ['a signature that is no hex', body, { ...okki(), 'X-Signature': 'v1,xyz' }, 'signature'],
    ['a signature that stands twice', body, { ...okki(), 'X-Signature': [hex(body), hex(body)] }, 'signature'],
    ['no headers', body, {}, 'headers'],
    ['no signature', body, { 'X-Timestamp': String(sentAt) }, 'headers'],
    ['no timestamp', body, { 'X-Signature': hex(body) }, 'headers'],
    ['an empty signature', body, { ...okki(), 'X-Signature': ' ' }, 'headers'],
    ['301 seconds old', body, okki(body, String(sentAt - 301)), 'time'],
    ['301 seconds ahead', body, okki(body, String(sentAt + 301)), 'time'],
    ['a time that is none', body, okki(body, 'now'), 'time'],
    ['no JSON', 'x', okki('x'), 'body'],
    ['JSON of something else', '[]', okki('[]'), 'body'],
    ['null', 'null', okki('null'), 'body'],
    ['no data', '{"message_id":"m"}', okki('{"message_id":"m"}'), 'body'],
    ['Standard Webhooks: a changed id', body, { ...standard(), 'webhook-id': 'msg_2' }, 'signature'],
    ['Standard Webhooks: a changed body', `${body} `, standard(), 'signature'],
    ['Standard Webhooks: another version', body, { ...standard(), 'webhook-signature': 'v2,AAAA' }, 'headers'],
    ['Standard Webhooks: no base64', body, { ...standard(), 'webhook-signature': 'v1,?' }, 'signature'],
    ['Standard Webhooks: old', body, standard(body, String(sentAt - 301)), 'time'],
    ['Standard Webhooks: a secret that is no base64', body, standard(), 'signature', '?'],
  ];
  test.each(rows)('%s', async (_name, raw, headers, reason, key = secret) => {
    const error = await verifyWebhook(raw, headers, key, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GenjinWebhookError);
    expect(error).toHaveProperty('reason', reason);
    expect(String(error)).not.toContain(key === '?' ? 'undefined' : key);
  });
});

describe('decrypting', () => {
  test.each([
    ['data', data],
    ['a body', body],
    ['a body with blanks before it', `\n ${body}`],
    ['the bytes of a body', new TextEncoder().encode(body)],
    ['a body with escaped slashes', body.replaceAll('/', '\\/')],
  ] as const)('%s', async (_name, given) => {
    expect(await decryptWebhook(given, secret)).toEqual(events);
  });

  test('the test event, and a text outside ASCII', async () => {
    const event = { biz_type: 'xiaoman.open.callback.test', biz_data: '成功🧾' };
    expect(await decryptWebhook(sealed(JSON.stringify({ biz: [event] })), secret)).toEqual([event]);
  });

  const flipped = (at: number): string => {
    const bytes = Buffer.from(data, 'base64');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes.toString('base64');
  };
  test.each([
    ['another secret', data, randomBytes(32).toString('base64')],
    ['a secret that is no base64', data, '?'],
    ['a secret of no length for a key', data, 'AAAA'],
    ['a changed IV', flipped(0), secret],
    ['a changed tag', flipped(12), secret],
    ['a changed text', flipped(28), secret],
    ['too short', 'AAAA', secret],
    ['no base64', '?', secret],
    ['no JSON within', sealed('x'), secret],
    ['no events within', sealed('{}'), secret],
    ['null within', sealed('null'), secret],
  ])('not: %s', async (_name, given, key) => {
    const error = await decryptWebhook(given, key).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GenjinWebhookError);
    expect(error).toHaveProperty('reason', 'decryption');
  });

  test('a body that is no message', async () => {
    await expect(decryptWebhook('{"a":1}', secret)).rejects.toHaveProperty('reason', 'body');
  });
});

test.each([
  [['msg_1'], '{"code":200,"data":{"message_id":"msg_1"}}'],
  [['msg_1', undefined], '{"code":200,"data":{"message_id":"msg_1"}}'],
  [['msg_1', 'success'], '{"code":200,"data":{"message_id":"msg_1","data":"success"}}'],
] as [[string, string?], string][])('the answer to %j', (given, expected) => {
  expect(webhookAnswer(...given)).toBe(expected);
});
