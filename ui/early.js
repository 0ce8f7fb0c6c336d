// Asks for what takes longest before anything else of the page is read: the screens, which the web view compiles while
// they arrive, their texts, and what the desk shows first.
globalThis.farthing = {
  screens: WebAssembly.compileStreaming(fetch("./farthing_bg.wasm")),
  texts: fetch("./texts.json").then((answer) => answer.text()),
  start: globalThis.__TAURI_INTERNALS__?.invoke("call", { name: "Start", body: "{}" }),
};
// Whoever waits for it hears of a failure; until then it is nobody's.
for (const promise of Object.values(farthing)) promise?.catch(() => {});
