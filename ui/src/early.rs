//! What the page has asked for while the screens were compiled (`early.js`).

use wasm_bindgen::JsValue;

/// The name under which the page hands it over.
const HANDED_OVER: &str = "farthing";

/// What the page has under a word, which is handed over once; nothing where it was taken already.
pub fn take(word: &str) -> Option<JsValue> {
    let handed = js_sys::Reflect::get(&js_sys::global(), &HANDED_OVER.into()).ok()?;
    let handed = js_sys::Object::from(handed);
    let found = js_sys::Reflect::get(&handed, &word.into()).ok()?;
    js_sys::Reflect::delete_property(&handed, &word.into()).ok()?;
    (!found.is_undefined()).then_some(found)
}
