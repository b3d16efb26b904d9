import { Type } from 'typebox';
import { AppError, badParameter } from '../errors.ts';
import type { Field } from './fields.ts';

/** A text that no answer repeats, not even one that refuses it: exactly as it came; `undefined` when it is not given. */
export function secret(description: string, maxLength: number): Field<string | undefined> {
  return {
    schema: Type.String({ description, maxLength }),
    read(name, raw) {
      if (raw === undefined || raw === null || raw === '') return undefined;
      if (typeof raw === 'string' && raw.isWellFormed() && raw.length <= maxLength) return raw;
      const reason = `${name} is not accepted; accepted: one text of well-formed Unicode, at most ${maxLength} characters`;
      throw new AppError('not_acceptable', { reason });
    },
  };
}

/** The same, where it must be given. */
export function neededSecret(description: string, maxLength: number): Field<string> {
  const field = secret(description, maxLength);
  return {
    ...field,
    read(name, raw) {
      const given = field.read(name, raw);
      if (given === undefined) throw badParameter(name, undefined, 'accepted: a text');
      return given;
    },
  };
}
