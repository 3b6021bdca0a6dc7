import vue from '@vitejs/plugin-vue'
import { defineConfig, loadEnv } from 'vite'

export default defineConfig(({ mode }) => {
  // During development the page runs beside `landcycle serve`, which listens only to pages of its own host.
  const target = loadEnv(mode, '.', 'LANDCYCLE_')['LANDCYCLE_SERVER'] ?? 'http://127.0.0.1:8080'
  const to = { target, changeOrigin: true, headers: { origin: target } }
  const proxy = { '/api': to, '/ogc': to }
  return {
    plugins: [vue()],
    build: {
      target: 'es2022',
      // The server's content policy forbids data: addresses, so nothing is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
    server: { proxy },
    preview: { proxy },
  }
})
