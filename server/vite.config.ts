import { defineConfig } from 'vite';

/** The published program: one file, with the client bundled in it; what npm installs beside it stays outside. */
export default defineConfig({
  publicDir: false,
  ssr: { target: 'node', noExternal: ['@genjin/client'], resolve: { conditions: ['@genjin/source'] } },
  build: {
    ssr: 'src/main.ts',
    target: 'node24',
    outDir: 'dist',
    // The page lies in dist/web.
    emptyOutDir: false,
    minify: false,
    sourcemap: false,
  },
});
