/** `company_id` → `companyId`. */
export type CamelCase<Name> = Name extends `${infer Word}_${infer Rest}` ? `${Word}${Capitalize<CamelCase<Rest>>}` : Name;

/** The fields of `T`, each as on the wire or in camelCase; `undefined` counts as left out. */
export type Input<T> = T extends readonly (infer Item)[]
  ? readonly Input<Item>[]
  : T extends object
    ? { [Name in keyof T as Name | CamelCase<Name>]?: Input<T[Name]> | undefined }
    : T;

/**
 * @internal
 * An input in the wire's words. What is no plain object or list stays as it is.
 * Throws a `TypeError` when a field is given under both of its names.
 */
export function toWire(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(toWire);
  if (typeof input !== 'object' || input === null) return input;
  const prototype: unknown = Object.getPrototypeOf(input);
  if (prototype !== Object.prototype && prototype !== null) return input;
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const wireName = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (fields.has(wireName)) throw new TypeError(`${wireName} is given twice, also in camelCase`);
    fields.set(wireName, toWire(value));
  }
  return Object.fromEntries(fields);
}
