import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Described } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    genjin?: Described;
  }
}

/** What the page of the documents may load: nothing from elsewhere. */
const documentsPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const now = Type.String({ description: "The server's time, YYYY-MM-DD HH:mm:ss, Beijing time." });
const nothing = Type.Array(Type.Never(), { maxItems: 0, description: 'Empty.' });

// A title makes a schema a component of that name; see nameSchemas.
const failureWith = (data: TSchema, title: string): TSchema =>
  Type.Object(
    {
      code: Type.Integer({ description: 'The HTTP status; with HTTP 200 the business error.' }),
      message: Type.String({ description: 'What is wrong.' }),
      now,
      data,
    },
    { title },
  );
const failure = failureWith(nothing, 'Failure');
const tokenError = Type.Object(
  {
    code: Type.Integer({ description: 'The HTTP status.' }),
    message: Type.String({ description: 'What is wrong.' }),
    error: Type.String({ description: "OAuth's name of it, such as access_denied." }),
    error_description: Type.String({ description: 'The message again.' }),
    hint: Type.Optional(Type.String({ description: 'What to look at.' })),
    now,
    data: nothing,
  },
  { title: 'TokenError' },
);

const success = (data: TSchema): TSchema =>
  Type.Object({
    code: Type.Literal(200, { description: 'Success.' }),
    message: Type.Literal('success', { description: 'Success.' }),
    now,
    data,
  });

const header = (description: string, type = 'string') => ({ type, description });

/** The plug-in's name for what an answer is, beside the description of its schema. */
const answer = 'x-response-description';

const refusals = {
  429: {
    ...failure,
    [answer]: 'Too many requests',
    headers: { 'Retry-After': header('Seconds to wait.', 'integer') },
  },
  default: { ...failure, [answer]: 'The request was not understood, is too large, or the server failed' },
};

const notAdmitted = 'No token, a bad one, or one without the scope';

/** `/v1/dynamic/trail/list` -> `trailList`: the last two words of a path name its operation, unless the route says another name. */
function operationName({ path, operation }: Described): string {
  if (operation !== undefined) return operation;
  const words = path.split('/').slice(2).slice(-2).join('_').split('_');
  return words.map((word, i) => (i === 0 ? word : capitalized(word))).join('');
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const idempotencyHeader = {
  'Idempotency-Key':
    'Sent again under the same key, the request answers what it answered first; another request under it is code 409.',
};

/** The headers that a route reads, as a schema; none: nothing. */
function headersTaken({ idempotent, takes }: Described): { headers?: TSchema } {
  const all = Object.entries({ ...(idempotent ? idempotencyHeader : {}), ...takes });
  if (all.length === 0) return {};
  return {
    headers: Type.Object(
      Object.fromEntries(all.map(([name, description]) => [name, Type.Optional(Type.String({ description }))])),
    ),
  };
}

const described = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, header(description)]));

const envelopeOf = (route: Described, call: string, title: string): TSchema =>
  Type.Union([
    success({ description: `The data of ${call}.`, ...route.data, title: `${title}Data` }),
    failure,
    ...(route.refusal === undefined ? [] : [failureWith(route.refusal, `${title}Failure`)]),
  ]);

const portionsOf = (types: readonly string[], data: TSchema) => ({
  content: Object.fromEntries([...types.map((type) => [type, { schema: data }]), ['application/json', { schema: failure }]]),
});

const partial = ({ streams = [], data, headers }: Described) => ({
  206: {
    ...portionsOf(streams, data),
    [answer]: 'The range that was asked for',
    headers: { ...described(headers ?? {}), 'Content-Range': header('Which of the bytes they are, of how many.') },
  },
  416: { type: 'null', description: 'Nothing of the range is there' },
});

const file = Type.String({ description: 'The file.' });

/** An answer in the envelope, or as a file of one of these types. */
const orFile = (types: readonly string[], envelope: TSchema) => ({
  content: Object.fromEntries([
    ['application/json', { schema: envelope }],
    ...types.map((type) => [type, { schema: file }] as const),
  ]),
});

function answerOf(route: Described, call: string, title: string) {
  if (route.streams !== undefined) return portionsOf(route.streams, route.data);
  const envelope = envelopeOf(route, call, title);
  return route.files === undefined ? envelope : orFile(route.files, envelope);
}

/** A row of a route table in full: the envelope around its data, and what every route may answer. */
function describeRoute(schema: FastifySchema, route: Described): FastifySchema {
  const name = operationName(route);
  const title = capitalized(name);
  const call = `${route.method} ${route.path}`;
  const ignored = { 'X-Genjin-Ignored': header('Parameters that are not known here, with what was probably meant.') };
  const own = described(route.headers ?? {});
  const { cached, security } = route;
  const tag = cached ? { ETag: header('Weak; over everything but `now`.') } : {};
  return {
    ...schema,
    ...headersTaken(route),
    ...(schema.body === undefined
      ? {}
      : { body: { description: `The body of ${call}.`, ...(schema.body as TSchema), title: `${title}Body` } }),
    ...(route.uploads === undefined
      ? {}
      : {
          consumes: ['multipart/form-data'],
          body: { description: `The form of ${call}.`, ...route.uploads.form, title: `${title}Form` },
        }),
    description: `${route.description}\n\n${route.access} Business errors: ${route.errors.join('; ')}.`,
    operationId: name,
    tags: [route.tag],
    security: security as FastifySchema['security'] & object,
    response: {
      200: {
        ...answerOf(route, call, title),
        [answer]: 'Success, or a business error',
        headers: { ...ignored, ...tag, ...own },
      },
      ...(cached || route.takes?.['If-None-Match'] !== undefined
        ? { 304: { type: 'null', description: 'Not changed since the given ETag' } }
        : {}),
      ...(route.takes?.['Range'] === undefined ? {} : partial(route)),
      ...(security.length === 0 ? {} : { 401: { ...tokenError, [answer]: notAdmitted } }),
      ...refusals,
    },
  };
}

/** OAuth's paths stand outside the envelope. */
function describeToken(schema: FastifySchema, url: string): FastifySchema {
  const refresh = url.endsWith('/refresh_token');
  const { 200: token } = schema.response as Record<'200', TSchema>;
  return {
    ...schema,
    operationId: refresh ? 'refreshToken' : 'token',
    tags: ['oauth2'],
    security: [],
    consumes: ['application/json', 'application/x-www-form-urlencoded'],
    body: { ...(schema.body as TSchema), title: refresh ? 'RefreshTokenBody' : 'TokenBody' },
    response: {
      200: { ...token, title: 'TokenAnswer', [answer]: 'A token' },
      ...(refresh
        ? {
            400: {
              ...tokenError,
              [answer]: 'unsupported_grant_type, invalid_request (also a bad refresh token), or invalid_client',
            },
          }
        : {
            400: { ...tokenError, [answer]: 'unsupported_grant_type, invalid_request, invalid_scope, or invalid_grant' },
            401: {
              ...tokenError,
              [answer]: 'invalid_client or invalid_credentials: an id or a name, or what proves it, is wrong',
            },
          }),
      ...refusals,
    },
  };
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Replaces schemas below a node, the inner ones first; `visit` is told the property that holds a schema, if any does. */
function replaceSchemas(
  node: unknown,
  visit: (schema: Json, property: string | null) => Json,
  property: string | null = null,
): void {
  if (typeof node !== 'object' || node === null) return;
  const inProperties = isObject(node) && isObject(node['properties']);
  for (const [key, value] of Object.entries(node)) {
    if (inProperties && key === 'properties') {
      const properties = value as Json;
      for (const [name, held] of Object.entries(properties)) {
        replaceSchemas(held, visit, name);
        if (isObject(held)) properties[name] = visit(held, name);
      }
    } else {
      replaceSchemas(value, visit, property);
      if (isObject(value)) (node as Json)[key] = visit(value, property);
    }
  }
}

/**
 * Makes components, so that documents and generated types have names to read: of every schema with a title, under it, and of
 * every object within a component, after the component and the property that holds it.
 */
function nameSchemas(document: { paths?: unknown; components?: { schemas?: unknown } }): void {
  const components: Json = { ...(document.components?.schemas as Json | undefined) };
  const add = (name: string, schema: Json): Json => {
    const known = components[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two schemas are named ${name}`);
    components[name] = schema;
    return { $ref: `#/components/schemas/${name}` };
  };
  replaceSchemas(document.paths, (schema) => {
    const { title, ...rest } = schema;
    return typeof title === 'string' ? add(title, rest) : schema;
  });
  for (const [owner, component] of Object.entries(components)) {
    const names = new Map<string, string>();
    replaceSchemas(component, (schema, property) => {
      if (property === null || schema['type'] !== 'object') return schema;
      const text = JSON.stringify(schema);
      const name = names.get(text) ?? owner + property.split('_').map(capitalized).join('');
      names.set(text, name);
      return add(name, schema);
    });
  }
  const sorted = Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
  document.components = { ...document.components, schemas: sorted };
}

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
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'The `access_token` of `/v1/oauth2/access_token`; bare works too.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-genjin',
            description:
              'The cookie of `/v1/session/create`, instead of a token on any path; what is no GET also needs the header `X-Genjin-Page: 1`.',
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${i}`),
    },
    transform: ({ schema, url, route }) => {
      const own = route.config?.genjin;
      if (own !== undefined) return { schema: describeRoute(schema, own), url };
      return { schema: url.startsWith('/v1/oauth2/') ? describeToken(schema, url) : schema, url };
    },
    transformObject: (made) => {
      if (!('openapiObject' in made)) return made.swaggerObject;
      nameSchemas(made.openapiObject);
      return made.openapiObject;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: documentsPolicy,
    theme: { title: 'Genjin 跟进 · API' },
    // Otherwise it asks a validator elsewhere about this server's document.
    uiConfig: { validatorUrl: null, layout: 'BaseLayout' },
  });
}
