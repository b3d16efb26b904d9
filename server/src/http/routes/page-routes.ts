import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Scripts only from here; Ant Design writes its styles into the document. */
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The web page at `/`. */
export async function pageRoutes(app: FastifyInstance, webRoot: string | null): Promise<void> {
  if (webRoot === null) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send('The page is not built: npm run build\n页面尚未构建：npm run build\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: webRoot,
    wildcard: false,
    schemaHide: true,
    setHeaders: (reply, path) => {
      reply.header('Content-Security-Policy', policy);
      // Built files carry a hash of their content in the name; the page itself does not.
      reply.header('Cache-Control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
