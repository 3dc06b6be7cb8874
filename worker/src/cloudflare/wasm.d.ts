declare module '@questline/core/core.wasm' {
  const module: WebAssembly.Module;
  export { module as default };
}
