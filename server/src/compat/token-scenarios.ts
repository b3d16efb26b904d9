/** Getting tokens, and what they open (docs/wire.md#tokens). */
import { type Answer, type Api, errorOf, said, successOf, tokenRoute } from './api.ts';
import { asRow, must, type Scenario } from './scenario.ts';

const listPath = '/v1/dynamic/trail/list';
const listRoute = `GET ${listPath}`;
const tokenLife = 8 * 3600;

function mustBeToken({ status, body }: Answer): void {
  const token = asRow(body, 'the answer');
  must(status === 200, `HTTP ${status}, ${said(token)}`);
  must(token['token_type'] === 'Bearer', 'token_type is not "Bearer"');
  must(typeof token['access_token'] === 'string' && token['access_token'] !== '', 'access_token is no text');
  const seconds = token['expires_in'];
  must(
    typeof seconds === 'number' && seconds > 0 && seconds <= tokenLife,
    `expires_in is not a number of seconds up to ${tokenLife}: ${typeof seconds} ${String(seconds).slice(0, 20)}`,
  );
  must(!('data' in token), 'it is in the envelope');
}

/** Every way of saying no that programs look at: the status, `error`, `code`, and the two texts. */
function mustBeRefused({ status, body }: Answer, expected: number, error: string): void {
  const answer = asRow(body, 'the answer');
  must(status === expected, `HTTP ${status} and not ${expected}, ${said(answer)}`);
  must(answer['error'] === error, `error is ${JSON.stringify(answer['error'] ?? null)} and not "${error}"`);
  for (const name of ['message', 'error_description']) must(typeof answer[name] === 'string', `${name} is no text`);
}

const scope = (api: Api): { scope: string } => ({ scope: [...api.modules].join(' ') });

export const tokenScenarios: readonly Scenario[] = [
  {
    name: 'a form gets a token, outside the envelope',
    routes: [tokenRoute],
    mark: 'doc',
    modules: [],
    holds: async (api) => mustBeToken(await api.requestToken(scope(api))),
  },
  {
    name: 'JSON gets a token too',
    routes: [tokenRoute],
    mark: 'seen',
    modules: [],
    holds: async (api) => mustBeToken(await api.requestToken(scope(api), 'json')),
  },
  {
    name: 'asked again, the token ends when the first one does',
    routes: [tokenRoute],
    mark: 'inferred',
    modules: [],
    async holds(api) {
      const first = asRow((await api.requestToken(scope(api))).body, 'the answer')['expires_in'];
      const second = asRow((await api.requestToken(scope(api), 'form', 1)).body, 'the answer')['expires_in'];
      must(Number(second) <= Number(first), `expires_in grew from ${String(first)} to ${String(second)}`);
    },
  },
  {
    name: 'a wrong secret is refused as invalid_client',
    routes: [tokenRoute],
    mark: 'inferred',
    modules: [],
    holds: async (api) => mustBeRefused(await api.requestToken({ client_secret: 'no-such-secret' }), 401, 'invalid_client'),
  },
  {
    name: 'the bare token opens as well as Bearer',
    routes: [listRoute],
    mark: 'doc',
    modules: ['company'],
    async holds(api) {
      const bare = await api.envelope(listPath, { query: { count: 1 }, authorization: api.token });
      must(bare['code'] === (await api.envelope(listPath, { query: { count: 1 } }))['code'], said(bare));
    },
  },
  {
    name: 'a wrong token is noticed by the status, by error and by code',
    routes: [listRoute],
    mark: 'seen',
    modules: ['company'],
    async holds(api) {
      const answer = await api.ask(listPath, { authorization: 'Bearer no-such-token' });
      mustBeRefused(answer, 401, 'access_denied');
      must(asRow(answer.body, 'the answer')['code'] === 401, said(asRow(answer.body, 'the answer')));
    },
  },
  {
    name: 'no token is refused in the same way',
    routes: [listRoute],
    mark: 'ours',
    modules: ['company'],
    async holds(api) {
      const answer = await api.ask(listPath, { authorization: null });
      must(answer.status === 401, `HTTP ${answer.status}`);
      must(errorOf(answer) === 'access_denied', `error is ${JSON.stringify(errorOf(answer) ?? null)}`);
    },
  },
  {
    name: 'a GET may carry a Content-Type without a body',
    routes: [listRoute],
    mark: 'seen',
    modules: ['company'],
    async holds(api) {
      const envelope = await api.envelope(listPath, { query: { count: 1 }, headers: { 'Content-Type': 'application/json' } });
      if ((await api.envelope(listPath, { query: { count: 1 } }))['code'] === 200) successOf(envelope);
    },
  },
];
