/** Applications from the command line, beside a server that runs. */
import { expect, test } from 'vitest';
import { type Serving, workplace } from '../support/cli.ts';
import type { Credentials } from '../support/server.ts';

const listPath = '/v1/dynamic/trail/list';
const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);

const open = async (server: Serving, token: string): Promise<number> =>
  (await server.send(listPath, { headers: { Authorization: token } })).status;

async function withApplication() {
  const at = workplace();
  const application = await at.application(7, 'company lead');
  return { at, application };
}

test('app list shows all of them, or those of an enterprise, revoked ones too', async () => {
  const { at, application } = await withApplication();
  const other = await at.application(8);
  await at.genjin(['app', 'revoke', other.clientId]);
  const shown = { scope: 'company lead', name: 'test', user_id: 1e15, created_at: time, revoked_at: null };
  const own = { tenant_id: 7, client_id: application.clientId, ...shown };
  const revoked = { ...shown, tenant_id: 8, client_id: other.clientId, scope: 'company', revoked_at: time };
  expect(JSON.parse((await at.genjin(['app', 'list', '--json'])).stdout)).toEqual([own, revoked]);
  expect(JSON.parse((await at.genjin(['app', 'list', '--tenant', '7', '--json'])).stdout)).toEqual([own]);
  const lines = (await at.genjin(['app', 'list'], { env: { LANG: 'zh_CN.UTF-8' } })).stdout.split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(new RegExp(`^${application.clientId} {2}[\\d-]{10} [\\d:]{8} {2}"test" {2}company lead$`));
  expect(lines[1]).toMatch(new RegExp(`^${other.clientId} .* {2}company {2}已吊销 [\\d-]{10} [\\d:]{8}$`));
  const { code, stderr } = await at.genjin(['app', 'list', '--tenant', '10']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'genjin: --tenant: there is no tenant 10; there are: 7, 8\n' });
});

test('app rotate: the old secret and its tokens end at once, the new one works', async () => {
  const { at, application } = await withApplication();
  const server = await at.serve();
  const token = await server.token(application);
  expect(await open(server, token)).toBe(200);

  const plain = await at.genjin(['app', 'rotate', application.clientId]);
  expect(plain.stdout).toMatch(
    new RegExp(
      `^client_id {6}${application.clientId}\nclient_secret {2}[\\w-]{43}\nThe secret is not kept and will not be shown again\\.\n$`,
    ),
  );
  expect(await open(server, token)).toBe(401);
  await expect(server.token(application)).rejects.toThrow('401');

  const json = await at.genjin(['app', 'rotate', application.clientId, '--json']);
  const made = JSON.parse(json.stdout) as { client_id: string; client_secret: string };
  expect(made).toEqual({ client_id: application.clientId, client_secret: expect.stringMatching(/^[\w-]{43}$/) });
  const renewed: Credentials = { clientId: made.client_id, clientSecret: made.client_secret };
  expect(await open(server, await server.token(renewed))).toBe(200);
});

test('app revoke: the secret and its tokens end at once, for good', async () => {
  const { at, application } = await withApplication();
  const server = await at.serve();
  const token = await server.token(application);
  const done = await at.genjin(['app', 'revoke', application.clientId]);
  expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 0, stdout: `application ${application.clientId} revoked\n` });
  expect(await open(server, token)).toBe(401);
  await expect(server.token(application)).rejects.toThrow('401');
  for (const word of ['revoke', 'rotate']) {
    const { code, stderr } = await at.genjin(['app', word, application.clientId]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `genjin: application ${application.clientId} was revoked\n` });
  }
});

test('an application that is not there', async () => {
  const { at } = await withApplication();
  for (const word of ['revoke', 'rotate']) {
    const { code, stdout, stderr } = await at.genjin(['app', word, '7-nobody']);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'genjin: there is no application 7-nobody\n' });
  }
});
