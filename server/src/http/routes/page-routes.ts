import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Scripts only from here; Ant Design writes its styles into the document. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** What the page may do in a browser, and who may do what with it: nobody shows it in a frame or holds on to its window. */
export const browserHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': policy,
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), ' +
    'microphone=(), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=()',
};

/** The web page at `/`. */
export async function pageRoutes(app: FastifyInstance, webRoot: string | null): Promise<void> {
  if (webRoot === null) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .headers(browserHeaders)
        .type('text/plain; charset=utf-8')
        .send('The page is not built: npm run build\n页面尚未构建：npm run build\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: webRoot,
    wildcard: false,
    // The build compresses them better than there would be time for here.
    preCompressed: true,
    schemaHide: true,
    setHeaders: (reply, path) => {
      for (const [name, value] of Object.entries(browserHeaders)) reply.header(name, value);
      // Built files carry a hash of their content in the name; the page itself does not.
      reply.header('Cache-Control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
