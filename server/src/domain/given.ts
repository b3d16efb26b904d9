/** What a push says of an object: `undefined` (or absent) means "as it was", which is something else than cleared. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The object with what is given laid over it. */
export function overlay<T extends object>(before: T, given: Given<NoInfer<T>>): T {
  return { ...before, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** The same for details, of which only what is not empty is kept. */
export function overlayDetails<T extends object>(before: T, given: Given<NoInfer<T>>): T {
  return Object.fromEntries(Object.entries(overlay(before, given)).filter(([, value]) => !isEmpty(value))) as T;
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === 0 || value === null || (Array.isArray(value) && value.length === 0);
