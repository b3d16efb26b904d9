import { badParameter } from '../errors.ts';

/** As much as the file systems of people's machines take. */
const longest = 255;
/** Control characters and line ends; and what turns the direction of writing, by which `exe.png` may be the end of a program's name. */
const strange = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** Throws `bad_parameter` for a name that no file should have. What is accepted is kept as it came. */
export function checkFileName(name: string): void {
  const accepted = `accepted: a file with a name of 1 to ${longest} characters without control characters`;
  if (name.trim() === '' || name.length > longest || !name.isWellFormed() || strange.test(name))
    throw badParameter('file', name, accepted);
}
