// Loaded before the sources, in words that any Node reads: an old one would fail on the first type.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `Genjin needs Node 24.15 or newer; this is ${process.version}. On Linux x64 "npm ci" brings one; elsewhere install Node 24.\n` +
      `Genjin 需要 Node 24.15 或更高版本，当前为 ${process.version}。Linux x64 上 "npm ci" 会自带；其他平台请安装 Node 24。\n`,
  );
  process.exit(1);
}
