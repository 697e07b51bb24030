// `npm run portal`: builds src/portal into static files that both runtimes serve.

import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/portal',
  base: '/portal/',
  publicDir: false,
  // Components are Preact's.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../public/portal',
    emptyOutDir: true,
    target: 'es2022',
    // Every file is fetched from our own host under a strict content security policy.
    modulePreload: { polyfill: false },
  },
});
