/** The process: started by `bin/genjin.js` from what is built, directly from the sources in a checkout. */
import { main } from './cli.ts';

// A reader that has seen enough (head, less) ends no server and is no error of a command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await main(process.argv.slice(2));
