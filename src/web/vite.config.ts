/** Builds the staff's page into dist/web and serves it in development; the API behind it is the gateway's. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const GATEWAY = 'http://127.0.0.1:8080';

export default defineConfig({
  root: here('.'),
  base: '/',
  cacheDir: here('../../node_modules/.vite-web'),
  plugins: [react()],
  server: { proxy: { '/api': GATEWAY, '/health': GATEWAY } },
  build: {
    outDir: here('../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Ant Design in one cacheable chunk is about 900 kB; it changes only with its version.
    chunkSizeWarningLimit: 1_200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'echarts', test: /node_modules[\\/](echarts|zrender)[\\/]/, priority: 3 },
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack|i18next|react-i18next)[\\/]/,
              priority: 2,
            },
            { name: 'antd', test: /node_modules[\\/]/, priority: 1 },
          ],
        },
      },
    },
  },
});
