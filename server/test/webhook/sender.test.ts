/** Sending a delivery: what goes out, what counts as an answer, where the connection goes, and the reasons when there is no answer. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { byDns } from '../../src/webhook/resolve.ts';
import { createSender, SendError } from '../../src/webhook/sender.ts';
import { countConnections, listenAt, outcome, recordConnections } from './loopback.ts';
import { startNameServer } from './name-server.ts';

const tls = {
  cert: readFileSync(new URL('../cli/tls/cert.pem', import.meta.url), 'utf8'),
  key: readFileSync(new URL('../cli/tls/key.pem', import.meta.url), 'utf8'),
};
const loopback = ['127.0.0.0/8'];
const body = Buffer.from('{"message_id":"msg_1","data":"a/b+中"}');
const signed = { 'Content-Type': 'application/json', 'X-Timestamp': '1730688547', 'X-Signature': 'abc' };

/** As NODE_EXTRA_CA_CERTS does it for a whole process. */
function trustTestCertificate(): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, tls.cert]);
  onTestFinished(() => setDefaultCACertificates(before));
}

interface Received {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A receiver that answers each delivery, by http or https, and keeps what came, by which server names, and on how many connections. */
async function startReceiver(
  secure: boolean,
  answer: (response: ServerResponse) => void = (response) => response.end('ok'),
): Promise<{ port: number; received: Received[]; names: string[]; connections: () => number; open: () => Promise<number> }> {
  const received: Received[] = [];
  const names: string[] = [];
  let connections = 0;
  const sockets = new Set<Socket>();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = await request.toArray();
    received.push({
      line: `${request.method} ${request.url} HTTP/${request.httpVersion}`,
      headers: request.headers,
      body: Buffer.concat(chunks),
    });
    answer(response);
  };
  const SNICallback = (name: string, done: (error: null) => void) => {
    names.push(name);
    done(null);
  };
  const server = secure ? createHttpsServer({ ...tls, SNICallback }, handle) : createHttpServer(handle);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  const port = await listenAt(() => server, ['127.0.0.1']);
  const closed = (socket: Socket) => socket.destroyed || new Promise((resolve) => socket.once('close', resolve));
  const open = async () => {
    await Promise.all([...sockets].map(closed));
    return [...sockets].filter((socket) => !socket.destroyed).length;
  };
  return { port, received, names, connections: () => connections, open };
}

describe('what goes out', () => {
  it.each([
    { scheme: 'http', host: '127.0.0.1' },
    { scheme: 'https', host: '127.0.0.1' },
    { scheme: 'http', host: 'localhost' },
    { scheme: 'https', host: 'localhost' },
    { scheme: 'https', host: 'LOCALHOST.' },
    { scheme: 'https', host: '127.1' },
  ])('$scheme://$host', async ({ scheme, host }) => {
    trustTestCertificate();
    const receiver = await startReceiver(scheme === 'https');
    const attempts = recordConnections();
    const sender = createSender({ allowPrivate: loopback, resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    const answer = await outcome(sender.send(`${scheme}://${host}:${receiver.port}/hook?a=%20b&c=中`, signed, body));
    expect(answer).toEqual({ status: 200, body: 'ok' });
    const shownHost = host === '127.1' ? '127.0.0.1' : host.toLowerCase();
    expect(receiver.received).toEqual([
      {
        line: 'POST /hook?a=%20b&c=%E4%B8%AD HTTP/1.1',
        // These and no others: above all no Accept-Encoding.
        headers: {
          host: `${shownHost}:${receiver.port}`,
          'content-type': 'application/json',
          'x-timestamp': '1730688547',
          'x-signature': 'abc',
          'content-length': String(body.length),
          connection: 'close',
        },
        body,
      },
    ]);
    expect(receiver.names).toEqual(scheme === 'https' && shownHost.startsWith('localhost') ? ['localhost'] : []);
    expect(attempts).toEqual(['127.0.0.1']);
  });

  it('each delivery has a connection of its own, and none stays open', async () => {
    const receiver = await startReceiver(false, (response) => {
      response.shouldKeepAlive = true;
      response.writeHead(200, { Connection: 'keep-alive', 'Keep-Alive': 'timeout=600', 'Content-Length': 2 }).end('ok');
    });
    const sender = createSender({ allowPrivate: loopback });
    for (let round = 0; round < 3; round += 1) await sender.send(`http://127.0.0.1:${receiver.port}/`, signed, body);
    expect(receiver.connections()).toBe(3);
    expect(await receiver.open()).toBe(0);
  });

  it('the system looks names up where private addresses are allowed', async () => {
    const receiver = await startReceiver(false);
    const sender = createSender({ allowPrivate: ['127.0.0.0/8', '::1/128'] });
    expect(await outcome(sender.send(`http://localhost:${receiver.port}/`, signed, body))).toEqual({ status: 200, body: 'ok' });
  });

  it('no proxy of the environment stands in between', async () => {
    const receiver = await startReceiver(false);
    const proxy = await countConnections(['127.0.0.2']);
    const proxyUrl = `http://127.0.0.2:${proxy.port}`;
    const script = `
      const { createSender } = await import(${JSON.stringify(new URL('../../src/webhook/sender.ts', import.meta.url).href)});
      const sender = createSender({ allowPrivate: ['127.0.0.0/8'] });
      const answer = await sender.send('http://127.0.0.1:${receiver.port}/', {}, Buffer.from('{}'));
      // Node's own requests do ask the proxy.
      const { get } = await import('node:http');
      await new Promise((resolve) => get('http://127.0.0.1:${receiver.port}/').on('error', resolve));
      process.stdout.write(JSON.stringify(answer));`;
    const proxied = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl, http_proxy: proxyUrl };
    const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env: proxied });
    expect(JSON.parse(ran.stdout)).toEqual({ status: 200, body: 'ok' });
    expect(receiver.received.map((one) => one.line)).toEqual(['POST / HTTP/1.1']);
    expect(proxy.seen).toEqual(['127.0.0.2']);
  });
});

describe('certificates', () => {
  const rows: { name: string; trusted: boolean; host: string; expected: string }[] = [
    { name: 'signed by nobody known', trusted: false, host: 'localhost', expected: 'the certificate is not trusted' },
    { name: 'for another name', trusted: true, host: 'hooks.example', expected: 'the certificate is for another name' },
    { name: 'for another address', trusted: true, host: '127.0.0.2', expected: 'the certificate is for another name' },
  ];
  it.each(rows)('$name: nothing goes out', async ({ trusted, host, expected }) => {
    if (trusted) trustTestCertificate();
    const received: string[] = [];
    const make = () => createHttpsServer(tls, (request) => received.push(request.url ?? ''));
    const port = await listenAt(make, ['127.0.0.1', '127.0.0.2']);
    const sender = createSender({ allowPrivate: loopback, resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    expect(await outcome(sender.send(`https://${host}:${port}/`, signed, body))).toBe(expected);
    expect(received).toEqual([]);
  });

  it('are asked for even when the environment says not to', async () => {
    const receiver = await startReceiver(true);
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    });
    const sender = createSender({ allowPrivate: loopback });
    const sending = sender.send(`https://127.0.0.1:${receiver.port}/`, signed, body);
    expect(await outcome(sending)).toBe('the certificate is not trusted');
    expect(receiver.received).toEqual([]);
  });
});

describe('what comes back', () => {
  const redirect = (status: string) => (socket: Socket, port: number) =>
    socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: http://127.0.0.2:${port}/private\r\nContent-Length: 0\r\n\r\n`);
  const repeat = (socket: Socket, head: string, text: string) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(text), 5);
    socket.once('close', () => clearInterval(timer));
  };
  const okHead = 'HTTP/1.1 200 OK\r\n';
  const full = 'a'.repeat(65_536);
  const zipped = gzipSync('ok');
  const tooLarge = 'the answer is larger than 64 KiB';
  const cutOff = 'the connection ended before the answer was whole';
  const late = 'no whole answer within 0.4 s';

  const rows: {
    name: string;
    answer: (socket: Socket, port: number) => void;
    expected: string | { status: number; body: string };
  }[] = [
    {
      name: '200',
      answer: (socket) => socket.end(`${okHead}Content-Length: 2\r\n\r\nok`),
      expected: { status: 200, body: 'ok' },
    },
    { name: 'no length', answer: (socket) => socket.end(`${okHead}\r\nok`), expected: { status: 200, body: 'ok' } },
    { name: '204', answer: (socket) => socket.end('HTTP/1.1 204 None\r\n\r\n'), expected: { status: 204, body: '' } },
    { name: '410', answer: (socket) => socket.end('HTTP/1.1 410 Gone\r\n\r\n'), expected: { status: 410, body: '' } },
    { name: '500', answer: (socket) => socket.end('HTTP/1.1 500 Oh\r\n\r\noh'), expected: { status: 500, body: 'oh' } },
    { name: '301 is not followed', answer: redirect('301'), expected: { status: 301, body: '' } },
    { name: '302 is not followed', answer: redirect('302'), expected: { status: 302, body: '' } },
    { name: '303 is not followed', answer: redirect('303'), expected: { status: 303, body: '' } },
    { name: '307 is not followed', answer: redirect('307'), expected: { status: 307, body: '' } },
    { name: '308 is not followed', answer: redirect('308'), expected: { status: 308, body: '' } },
    {
      name: 'a refresh is not followed',
      answer: (socket, port) =>
        socket.end(`${okHead}Refresh: 0; url=http://127.0.0.2:${port}/\r\nAlt-Svc: http/1.1="127.0.0.2:${port}"\r\n\r\n`),
      expected: { status: 200, body: '' },
    },
    {
      name: 'a provisional answer comes before',
      answer: (socket) =>
        socket.end(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n${okHead}Content-Length: 2\r\n\r\nok`),
      expected: { status: 200, body: 'ok' },
    },
    {
      name: 'gzip stays as it is',
      answer: (socket) => {
        socket.write(`${okHead}Content-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`);
        socket.end(zipped);
      },
      expected: { status: 200, body: zipped.toString('utf8') },
    },
    { name: '64 KiB', answer: (socket) => socket.end(`${okHead}\r\n${full}`), expected: { status: 200, body: full } },
    { name: 'a byte more than 64 KiB', answer: (socket) => socket.end(`${okHead}\r\n${full}a`), expected: tooLarge },
    {
      name: 'a body without end',
      answer: (socket) => repeat(socket, `${okHead}Content-Length: 9999999999\r\n\r\n`, full),
      expected: tooLarge,
    },
    {
      name: 'chunks without end',
      answer: (socket) => repeat(socket, `${okHead}Transfer-Encoding: chunked\r\n\r\n`, `10000\r\n${full}\r\n`),
      expected: tooLarge,
    },
    { name: 'silence', answer: () => {}, expected: late },
    { name: 'a header without end, slowly', answer: (socket) => repeat(socket, okHead, 'X: a\r\n'), expected: late },
    {
      name: 'a body byte by byte',
      answer: (socket) => repeat(socket, `${okHead}Content-Length: 9999\r\n\r\n`, 'a'),
      expected: late,
    },
    {
      name: 'provisional answers without end',
      answer: (socket) => repeat(socket, '', 'HTTP/1.1 103 Hints\r\n\r\n'),
      expected: late,
    },
    {
      name: 'a header of 20 KB',
      answer: (socket) => socket.end(`${okHead}X: ${'a'.repeat(20_000)}\r\n\r\n`),
      expected: 'the header of the answer is too large',
    },
    { name: 'another protocol', answer: (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), expected: 'the answer is not HTTP' },
    { name: 'the end at once', answer: (socket) => socket.end(), expected: cutOff },
    { name: 'a reset', answer: (socket) => socket.resetAndDestroy(), expected: cutOff },
    {
      name: 'the end within the body',
      answer: (socket) => socket.end(`${okHead}Content-Length: 9\r\n\r\nok`),
      expected: cutOff,
    },
    {
      name: 'another protocol by agreement',
      answer: (socket) => socket.end('HTTP/1.1 101 Switch\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      expected: cutOff,
    },
  ];
  it.each(rows)('$name', async ({ answer, expected }) => {
    let port = 0;
    const closed = Promise.withResolvers<void>();
    const receive = (address: string) =>
      createServer((socket) => {
        seen.push(address);
        socket.once('close', () => closed.resolve());
        socket.once('data', () => answer(socket, port));
      });
    const seen: string[] = [];
    port = await listenAt(receive, ['127.0.0.1', '127.0.0.2']);
    const attempts = recordConnections();
    // Generous where an answer comes, so that a slow machine changes nothing.
    const sender = createSender({ allowPrivate: loopback, timeout: expected === late ? 400 : 30_000 });
    expect(await outcome(sender.send(`http://127.0.0.1:${port}/`, signed, body))).toEqual(expected);
    await closed.promise;
    expect([attempts, seen]).toEqual([['127.0.0.1'], ['127.0.0.1']]);
  });

  it('nobody listens', async () => {
    const { port } = await countConnections(['127.0.0.1']);
    const sender = createSender({ allowPrivate: loopback });
    expect(await outcome(sender.send(`http://127.0.0.2:${port}/`, signed, body))).toBe('the connection was refused');
  });

  it('https where http is spoken', async () => {
    const receiver = await startReceiver(false);
    const sender = createSender({ allowPrivate: loopback });
    const sending = sender.send(`https://127.0.0.1:${receiver.port}/`, signed, body);
    expect(await outcome(sending)).toBe('no TLS connection could be made');
  });

  it('a refusal is an error of its own kind', async () => {
    const sending = createSender({ allowPrivate: [] }).send('https://10.0.0.1/', {}, body);
    await expect(sending).rejects.toBeInstanceOf(SendError);
    await expect(sending).rejects.toMatchObject({ reason: 'the address of the host is not public' });
  });
});

describe('names', () => {
  const hook = (port: number) => `http://hooks.example:${port}/`;

  it('a name that changes its answer: the connection goes to the judged one, the next delivery is refused', async () => {
    const { port, seen } = await countConnections(['127.0.0.1', '127.0.0.2']);
    const attempts = recordConnections();
    const asked: string[] = [];
    const sender = createSender({
      allowPrivate: ['127.0.0.1/32'],
      resolve: async (host) => {
        asked.push(host);
        return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
      },
    });
    expect(await outcome(sender.send(hook(port), signed, body))).toBe('the connection ended before the answer was whole');
    expect([asked, attempts, seen]).toEqual([['hooks.example'], ['127.0.0.1'], ['127.0.0.1']]);
    expect(await outcome(sender.send(hook(port), signed, body))).toBe('the address of the host is not public');
    expect([attempts, seen]).toEqual([['127.0.0.1'], ['127.0.0.1']]);
  });

  it('an address that does not answer is passed over for the next one', async () => {
    const { port, seen } = await countConnections(['127.0.0.1', '127.0.0.3']);
    const attempts = recordConnections();
    const addresses = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 as const }));
    const sender = createSender({ allowPrivate: loopback, resolve: async () => addresses });
    await outcome(sender.send(hook(port), signed, body));
    expect([attempts, seen]).toEqual([['127.0.0.2', '127.0.0.3'], ['127.0.0.3']]);
  });

  it('a name without addresses', async () => {
    const sender = createSender({ allowPrivate: [], resolve: async () => [] });
    expect(await outcome(sender.send('https://hooks.example/', signed, body))).toBe('the name of the host has no address');
  });

  it('a look-up that does not end counts against the time limit', async () => {
    const sender = createSender({ allowPrivate: [], timeout: 100, resolve: () => new Promise(() => {}) });
    expect(await outcome(sender.send('https://hooks.example/', signed, body))).toBe('no whole answer within 0.1 s');
  });

  describe('asked of a name server', () => {
    const nowhere = 'the name of the host has no address';
    const notPublic = 'the address of the host is not public';
    const here = { status: 200, body: 'ok' };
    const rows: { name: string; answers: Parameters<typeof startNameServer>[0]; expected: (typeof here | string)[] }[] = [
      { name: 'an address', answers: { A: [['127.0.0.1']], AAAA: [[]] }, expected: [here, here] },
      { name: 'a failure for IPv6 only', answers: { A: [['127.0.0.1']], AAAA: ['failure'] }, expected: [here] },
      { name: 'a changed answer', answers: { A: [['127.0.0.1'], ['127.0.0.2']], AAAA: [[]] }, expected: [here, notPublic] },
      { name: 'mixed answers', answers: { A: [['127.0.0.1', '127.0.0.2']], AAAA: [[]] }, expected: [notPublic] },
      { name: 'a private IPv6 address beside', answers: { A: [['127.0.0.1']], AAAA: [['::1']] }, expected: [notPublic] },
      { name: 'an alias of a private one', answers: { A: [['alias', '127.0.0.2']], AAAA: [['alias']] }, expected: [notPublic] },
      { name: 'no address', answers: { A: [[]], AAAA: [[]] }, expected: [nowhere] },
      { name: 'no such name', answers: { A: ['unknown'], AAAA: ['unknown'] }, expected: [nowhere] },
      {
        name: 'a failure',
        answers: { A: ['failure'], AAAA: ['failure'] },
        expected: ['the name of the host could not be looked up'],
      },
    ];
    it.each(rows)('$name', async ({ answers, expected }) => {
      const receiver = await startReceiver(false);
      const nameServer = await startNameServer(answers);
      const attempts = recordConnections();
      const sender = createSender({ allowPrivate: ['127.0.0.1/32'], resolve: byDns([nameServer]) });
      for (const one of expected) expect(await outcome(sender.send(hook(receiver.port), signed, body))).toEqual(one);
      expect(attempts).toEqual(expected.filter((one) => one === here).map(() => '127.0.0.1'));
    });
  });
});
