/** For LIKE with `ESCAPE '\'`: the word means only itself. */
export const escaped = (word: string): string => word.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
