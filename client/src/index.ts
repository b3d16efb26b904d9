export { GenjinClient, type NewTrail, type TrailQuery, type Trails } from './client.ts';
export { GenjinConnectionError, GenjinError } from './errors.ts';
export type { CallOptions, GenjinClientOptions, GenjinCredentials } from './transport.ts';
export type * from './wire.ts';
