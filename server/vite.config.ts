import { defineConfig } from 'vite';

/**
 * The published program, with the client bundled in it; what npm installs beside it stays outside. All files lie side by side, because
 * the one that starts other threads and processes looks for theirs beside itself.
 */
export default defineConfig({
  publicDir: false,
  ssr: { target: 'node', noExternal: ['@genjin/client'], resolve: { conditions: ['@genjin/source'] } },
  build: {
    ssr: true,
    rolldownOptions: {
      input: {
        main: 'src/main.ts',
        reader: 'src/readers/reader.ts',
        'sweep-thread': 'src/store/sweep-thread.ts',
        'inspecting-process': 'src/inspector/inspecting-process.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
    target: 'node24',
    outDir: 'dist',
    // The page lies in dist/web.
    emptyOutDir: false,
    minify: false,
    sourcemap: false,
  },
});
