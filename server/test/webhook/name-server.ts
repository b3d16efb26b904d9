/** A name server on this machine that answers whatever a test says, for every name. */
import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** Addresses, of which `alias` makes the name another one's first; or an error. */
type Reply = readonly string[] | 'unknown' | 'failure';
/** One reply after the other; the last one stays. */
type Replies = readonly Reply[];

const types = { 1: 'A', 28: 'AAAA' } as const;
const codes = { unknown: 3, failure: 2 } as const;

/** The two tests ever give: IPv4 in full, and `::1`. */
const data = (address: string): Buffer =>
  address.includes(':')
    ? Buffer.concat([Buffer.alloc(15), Buffer.from([1])])
    : Buffer.from(address.split('.').map((part) => Number(part)));

/** A record of the name at `owner`, an offset into the message. */
function record(owner: number, type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 + owner, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(content.length, 10);
  return Buffer.concat([head, content]);
}

function answerTo(query: Buffer, next: (type: 'A' | 'AAAA') => Reply): Buffer {
  // The question: the name, label by label, then its type and class.
  let end = 12;
  while (query[end] !== 0) end += 1 + (query[end] ?? 0);
  const typeCode = query.readUInt16BE(end + 1);
  const question = query.subarray(12, end + 5);
  const reply: Reply = typeCode === 1 || typeCode === 28 ? next(types[typeCode]) : [];
  const answers: Buffer[] = [];
  if (typeof reply !== 'string') {
    const aliased = reply[0] === 'alias';
    // CNAME: `a.` and the name that was asked for. The alias then lies behind the question and the record's head.
    if (aliased) answers.push(record(12, 5, Buffer.from([1, 0x61, 0xc0, 12])));
    const owner = aliased ? 12 + question.length + 12 : 12;
    for (const address of reply.slice(aliased ? 1 : 0)) answers.push(record(owner, typeCode, data(address)));
  }
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 + (typeof reply === 'string' ? codes[reply] : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, question, ...answers]);
}

/** Answers with where it listens, `address:port`; ends with the test. */
export async function startNameServer(replies: Readonly<Record<'A' | 'AAAA', Replies>>): Promise<string> {
  const asked = { A: 0, AAAA: 0 };
  const next = (type: 'A' | 'AAAA'): Reply => {
    asked[type] += 1;
    return replies[type][asked[type] - 1] ?? replies[type].at(-1) ?? [];
  };
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answerTo(query, next), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    socket.close();
  });
  return `127.0.0.1:${socket.address().port}`;
}
