import { AppError, type ErrorDetails, type ErrorName } from '../errors.ts';
import type { JobName, StreamName } from './jobs.ts';

/** To a reader: begin, send so many more chunks of a stream, or give it up. */
export type Order =
  | { readonly id: number; readonly do: JobName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly stream: StreamName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly more: number }
  | { readonly id: number; readonly giveUp: true }
  | { readonly id: 0; readonly end: true };

/** From a reader: a result, a chunk, the end of a stream, or what went wrong. */
export type Report =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly chunk: Uint8Array }
  | { readonly id: number; readonly ended: true }
  | { readonly id: number; readonly failed: Failure };

/** An error as another thread can read it. */
type Failure =
  | { readonly errorName: ErrorName; readonly details: ErrorDetails; readonly data: unknown; readonly hint: string | null }
  | { readonly message: string; readonly stack: string; readonly code?: unknown; readonly errcode?: unknown };

export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) {
    const { errorName, details, data, hint } = error;
    return { errorName, details, data, hint };
  }
  const { message, stack, code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  return { message, stack: stack ?? message, code, errcode };
}

export function errorOf(failure: Failure): Error {
  if ('errorName' in failure) {
    const { errorName, details, data, hint } = failure;
    return new AppError(errorName, details, { data, ...(hint === null ? {} : { hint }) });
  }
  const { message, stack, code, errcode } = failure;
  return Object.assign(new Error(message), { stack, code, errcode });
}
