// Starts the screens. A file of its own, since the content security policy allows no inline script.
import start from "./farthing.js";

start({ module_or_path: "./farthing_bg.wasm" });
