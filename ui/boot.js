// Starts the screens, once what they say is there. A file of its own, since the content security policy allows no inline
// script.
import start from "./farthing.js";

const answer = await fetch("./texts.json");
globalThis.farthingTexts = await answer.text();
start({ module_or_path: "./farthing_bg.wasm" });
