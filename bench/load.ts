/** Makes load by autocannon, in a process of its own: takes a `LoadOrder` from the parent, sends back a `LoadResult`. */
import autocannon from 'autocannon';

export interface LoadOrder {
  readonly url: string;
  readonly authorization: string;
  /** Each connection begins at another place of the list. */
  readonly paths: readonly string[];
  /** JSON for each path, which is then posted. */
  readonly bodies?: readonly string[];
  readonly connections: number;
  /** Ends after so many requests … */
  readonly amount?: number;
  /** … or after so many seconds. */
  readonly seconds?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const { url, authorization, paths, bodies, connections, amount, seconds } = order;
  const requests = paths.map((path, i): autocannon.Request => {
    const body = bodies?.[i];
    if (body === undefined) return { method: 'GET', path, headers: { authorization } };
    return { method: 'POST', path, headers: { authorization, 'content-type': 'application/json' }, body };
  });
  const share = Math.ceil(requests.length / connections);
  let connection = 0;
  const clients = {
    setupClient(client: autocannon.Client): void {
      const first = (connection++ * share) % requests.length;
      // The same list for all, so in a round of `amount` requests every server answers exactly the same ones.
      client.setRequests(requests.slice(first, first + share));
    },
  };
  const options = {
    url,
    connections,
    timeout: 60,
    sampleInt: 50,
    ...clients,
    ...(amount === undefined ? { duration: seconds } : { amount }),
  };
  return new Promise((resolve, reject) => {
    let answered = 0;
    let begin = 0;
    let last = 0;
    const instance = autocannon(options as autocannon.Options, (error, result) => {
      if (error !== null && error !== undefined) return reject(error);
      const { errors, timeouts, non2xx } = result;
      if (errors + timeouts + non2xx > 0)
        return reject(new Error(`${errors} errors, ${timeouts} time-outs, ${non2xx} bad answers`));
      resolve({ requests: answered, seconds: (last - begin) / 1000 });
    });
    // Only then have the clients built their requests.
    instance.on('start', () => {
      begin = performance.now();
    });
    instance.on('response', () => {
      answered += 1;
      last = performance.now();
    });
  });
}

process.on('message', async (order) => process.send?.(await run(order as LoadOrder)));
process.once('disconnect', () => process.exit(1));
