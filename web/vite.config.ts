import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { shell } from './shell.ts';

/** Files that gain nothing from it are left alone. */
const worthCompressing = /\.(?:js|css|html|svg|json|webmanifest)$/;
const smallest = 1024;

/** Compresses what was built, once and as far as it goes: a server would do it for every visitor, and less well. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true }) as string[]) {
        if (!worthCompressing.test(name)) continue;
        const file = join(folder, name);
        const content = readFileSync(file);
        if (content.length < smallest) continue;
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), shell(), compressed()],
  // The page may stand below a path of its own behind a proxy.
  base: './',
  // The client's sources, never a build of them.
  resolve: { conditions: ['@genjin/source', ...defaultClientConditions] },
  build: {
    outDir: '../server/dist/web',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // A data: address would need leave from the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { page: resolve(import.meta.dirname, 'index.html'), sw: resolve(import.meta.dirname, 'src/worker/sw.ts') },
      // The service worker is found by its name, and its scope is the folder that it lies in.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8787' } },
});
