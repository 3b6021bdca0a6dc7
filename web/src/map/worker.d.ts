/** The worker of MapLibre as an address of a file of its own. */
declare module 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url' {
  const address: string
  export default address
}
