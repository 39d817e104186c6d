import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Packs text once, here, so that the server need not do it at each request. */
function pack(): Plugin {
  return {
    name: 'pack',
    apply: 'build',
    writeBundle({ dir }) {
      for (const name of readdirSync(dir as string, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const path = join(dir as string, name);
        const content = readFileSync(path);
        if (content.length < 1500) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(content));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [svelte(), pack()],
  resolve: { alias: { $lib: here('./src/lib') } },
  build: {
    outDir: here('../src/fieldguide/api/site'),
    emptyOutDir: true,
    // The first browsers with light-dark() and with nested CSS, on which the design stands.
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    // The server forbids everything inline, data: fonts and styles among it.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8000', changeOrigin: false } } },
});
