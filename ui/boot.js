// Starts the screens, once what they say is there. A file of its own, since the content security policy allows no inline
// script.
import start from "./farthing.js";

// The fonts of the first screen, which the web view would only ask for when it lays out the first words.
for (const weight of [400, 500, 600]) document.fonts.load(`${weight} 14px Inter`);

farthing.texts = await farthing.texts;
start({ module_or_path: await farthing.screens });
