/** The process: started by `bin/genjin.js` from what is built, directly from the sources in a checkout. */
import { main } from './cli.ts';

process.exitCode = await main(process.argv.slice(2));
