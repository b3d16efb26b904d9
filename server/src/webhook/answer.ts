/** Whether a receiver accepted a message: HTTP 200 and `{code: 200, data: {message_id}}` (docs/wire.md#webhooks). */
import type { SenderAnswer } from './sender.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As much of a receiver's value as helps its owner. */
const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80));

/** What the answer lacks, in words for the receiver's owner; `null` when the message is accepted. */
export function refusalOf(answer: SenderAnswer, messageId: string): string | null {
  return lackOf(answer, { message_id: messageId });
}

/** Likewise for the test event, which must come back decrypted. */
export function testRefusalOf(answer: SenderAnswer, messageId: string, plaintext: string): string | null {
  return lackOf(answer, { message_id: messageId, data: plaintext });
}

function lackOf({ status, body }: SenderAnswer, expected: Readonly<Record<string, string>>): string | null {
  if (status !== 200) return `HTTP ${status} instead of 200`;
  const answer = parsed(body);
  if (!isObject(answer)) return 'HTTP 200, but the body is no JSON object';
  if (answer['code'] !== 200) return `HTTP 200, but code is ${shown(answer['code'])} instead of 200`;
  const { data } = answer;
  if (!isObject(data)) return `HTTP 200, but data is ${shown(data)} instead of an object`;
  const wrong = Object.entries(expected).find(([name, value]) => data[name] !== value);
  return wrong === undefined
    ? null
    : `HTTP 200, but data.${wrong[0]} is ${shown(data[wrong[0]])} instead of ${JSON.stringify(wrong[1])}`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
