/** Loaded into a server before its own code: answers the harness what the process has used. */
process.on('message', () => process.send?.(process.resourceUsage()));
// The channel does not keep the server, and without the harness nobody would stop it.
process.channel?.unref();
process.once('disconnect', () => process.exit(1));
