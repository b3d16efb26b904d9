/** Clients that leave before they are answered: nothing is held for them, and nobody is alarmed. */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { engine } from '../support/place.ts';
import { type ServerProcess, startProcess } from '../support/process.ts';
import { tokenPath } from '../support/server.ts';

const post = (server: ServerProcess, path: string, body: unknown, token = '') =>
  server.send(path, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: token }, body });

async function tokenOf(server: ServerProcess): Promise<string> {
  const { clientId, clientSecret } = server.credentials;
  const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return (await post(server, tokenPath, body)).json<{ access_token: string }>().access_token;
}

/** Sends, and is gone after so many ms. */
async function sendAndGo(port: number, bytes: string, after: number): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(bytes);
  await wait(after);
  socket.resetAndDestroy();
}

test('exports whose clients leave, whenever that is, hold no state of the store', { timeout: 60_000 }, async () => {
  const server = await startProcess();
  const token = await tokenOf(server);
  const company = await post(
    server,
    '/v1/company/pushCompanyAndCustomers',
    { name: 'company', customers: [{ name: 'contact' }] },
    token,
  );
  const { company_id } = company.json<{ data: { company_id: number } }>().data;
  const entry = { company_id, content: '长'.repeat(1500), remark_type: 101 };
  // More than a thread makes before anybody reads.
  for (let i = 0; i < 6; i++) {
    const answer = await post(server, '/v1/dynamic/trail/push/batch', { list: Array.from({ length: 1000 }, () => entry) }, token);
    expect(answer.json().code).toBe(200);
  }
  const ask = `GET /v1/dynamic/trail/export?format=csv HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\n\r\n`;
  // Every second time two: the second waits for its turn on the connection.
  for (let i = 0; i < 40; i++) await sendAndGo(server.port, i % 2 === 0 ? ask : ask + ask, i % 13);
  await post(server, '/v1/dynamic/trail/push', entry, token);
  // Whoever still reads a former state keeps the log from being emptied, and is a transaction that goes on.
  const held =
    engine === 'sqlite'
      ? 'PRAGMA wal_checkpoint(TRUNCATE)'
      : "SELECT count(*) AS busy FROM pg_stat_activity WHERE datname = current_database() AND state LIKE '%in transaction%'";
  let busy: unknown = 1;
  for (let i = 0; i < 50 && busy !== 0; i++) {
    busy = (await server.place.rows(held))[0]?.['busy'];
    await wait(100);
  }
  expect(busy).toBe(0);
});

test('requests of clients that are gone are no faults', { timeout: 60_000 }, async () => {
  const server = await startProcess();
  const ask = 'GET /v1/dynamic/trail/list HTTP/1.1\r\nHost: x\r\nAuthorization: nobody\r\n\r\n';
  for (let i = 0; i < 20; i++) await sendAndGo(server.port, ask.repeat(i % 2 === 0 ? 300 : 1), i % 3);
  expect((await server.send('/healthz')).status).toBe(200);
  expect(server.logLines().filter(({ level }) => Number(level) >= 50).length).toBe(0);
});

test('what is no request does not go into the midst of an answer', async () => {
  const server = await startProcess();
  const token = await tokenOf(server);
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let came = '';
  socket.setEncoding('latin1').on('data', (text: string) => (came += text));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`GET /v1/dynamic/trail/changes/stream HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\n\r\n`);
  while (!came.includes('\r\n\r\n')) await wait(20);
  socket.write('GARBAGE\r\n\r\n');
  await ended;
  expect(came.match(/HTTP\/1\.1/g)).toEqual(['HTTP/1.1']);
});
