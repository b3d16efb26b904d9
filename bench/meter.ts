/** Loaded into a server before its own code: answers the harness what the process has used. */
process.on('message', () => process.send?.(process.resourceUsage()));
// Without the harness nobody would stop it.
process.once('disconnect', () => process.exit(1));
// Else these listeners would keep a server that wants to end.
process.channel?.unref();
