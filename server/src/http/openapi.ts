import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Route } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    genjin?: Route;
  }
}

const envelope = (data: TSchema): TSchema =>
  Type.Object({
    code: Type.Integer({ description: '200: success; anything else is a business error, with empty data.' }),
    message: Type.String({ description: '"success", or what is wrong.' }),
    now: Type.String({ description: "The server's time, YYYY-MM-DD HH:mm:ss, Beijing time." }),
    data,
  });

const refused = Type.Object({
  code: Type.Integer({ description: 'The HTTP status.' }),
  message: Type.String({ description: 'What is wrong.' }),
  error: Type.String({ description: "OAuth's name of it, such as access_denied." }),
  error_description: Type.String({ description: 'The message again.' }),
  hint: Type.Optional(Type.String({ description: 'What to look at.' })),
  now: Type.String({ description: "The server's time." }),
  data: Type.Array(Type.Never(), { maxItems: 0, description: 'Empty.' }),
});

/** Makes `app.swagger()` (openapi.json) and the interactive documents at /docs, which load nothing from elsewhere. */
export async function documentation(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Genjin 跟进',
        version,
        description:
          "Follow-up timeline, wire-compatible with OKKI's (小满) open API. Genjin is independent of OKKI and not affiliated with it. " +
          'Business errors answer HTTP 200 with another `code` than 200 in the body.',
        license: { name: 'MIT' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${i}`),
    },
    transform: ({ schema, url, route }) => {
      const own = route.config?.genjin;
      if (own === undefined) return { schema, url };
      const description = `${own.description}\n\nScope: \`${own.module}\`. Errors in the body: ${own.errors.join('; ')}.`;
      return {
        schema: {
          ...schema,
          description,
          security: [{ token: [] }],
          response: {
            200: { description: 'Success, or a business error', ...envelope(own.data) },
            401: { description: 'No token, a bad one, or one without the scope', ...refused },
          },
        },
        url,
      };
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
