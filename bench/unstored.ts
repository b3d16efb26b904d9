/**
 * Loaded into a server before its own code: what it records is authenticated, read, checked and answered as ever, but nothing is
 * written, and what the checks read in the store they read there once (`unstored-db.ts`).
 */
import { registerHooks } from 'node:module';

const sqlite = new URL('../server/src/store/sqlite.ts', import.meta.url).href;
const instead = new URL('unstored-db.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url === sqlite && context.parentURL !== instead ? { ...found, url: instead } : found;
  },
});
