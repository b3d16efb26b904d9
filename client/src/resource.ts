import type { CallOptions, EditOptions, Transport } from './transport.ts';

/** A part of the API. */
export abstract class Resource {
  /** @internal */
  protected readonly transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** @internal */
  protected read<T>(path: string, query: object | undefined, options: CallOptions): Promise<T> {
    return this.transport.call({ method: 'GET', path, query }, options);
  }

  /** @internal */
  protected send<T>(path: string, body: object | undefined, options: CallOptions): Promise<T> {
    return this.transport.call({ method: 'POST', path, body }, options);
  }

  /** @internal Of what a server does once for a key. */
  protected sendOnce<T>(path: string, body: object, options: EditOptions): Promise<T> {
    const { idempotencyKey, ifMatch } = options;
    return this.transport.call({ method: 'POST', path, body, idempotencyKey, ifMatch }, options);
  }
}
