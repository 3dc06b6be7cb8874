declare module '*.wasm' {
  const module: WebAssembly.Module;
  // workerd's own convention.
  export default module;
}
