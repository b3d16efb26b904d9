#!/usr/bin/env node
// Plain enough for any Node to read, so that an old one says what to do instead of failing on newer syntax.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 24 || (major === 24 && minor >= 15)) {
  import('../dist/main.js');
} else {
  process.stderr.write(
    `genjin needs Node 24.15 or newer; this is ${process.version}. Run: npx -y node@24 node_modules/genjin/bin/genjin.js, or install Node 24.\n` +
      `genjin 需要 Node 24.15 或更高版本，当前为 ${process.version}。请运行：npx -y node@24 node_modules/genjin/bin/genjin.js，或安装 Node 24。\n`,
  );
  process.exitCode = 1;
}
