import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
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
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8787' } },
});
