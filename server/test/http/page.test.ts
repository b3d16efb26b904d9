/** What the page may do in a browser, and who may do what with it. */
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());

test('the page runs no script but its own, is shown in no frame, and asks nobody else', async () => {
  const { status, headers } = await server.send('/');
  expect(status).toBe(200);
  const policy = Object.fromEntries(
    String(headers['content-security-policy'])
      .split('; ')
      .map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]),
  );
  expect(policy).toEqual({
    'default-src': "'self'",
    'script-src': "'self'",
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' blob: data:",
    'media-src': "'self' blob:",
    'connect-src': "'self'",
    'worker-src': "'self'",
    'manifest-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  });
  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringMatching(/camera=\(\).*geolocation=\(\).*microphone=\(\)/),
  });
});

test('nothing that is asked for leads elsewhere', async () => {
  const elsewhere = ['//evil.example', '/\\evil.example', '/%2f%2fevil.example', '/v1/session?next=https://evil.example'];
  for (const path of [...elsewhere, '/?setup=https://evil.example', '/?redirect=//evil.example']) {
    const { status, headers } = await server.send(path);
    expect({ path, location: headers['location'] }).toEqual({ path, location: undefined });
    expect(status === 200 || status >= 400, `${path}: ${status}`).toBe(true);
  }
});
