//! Writes the JavaScript glue beside the screens' WASM: `farthing-bindgen IN.wasm OUT_FOLDER NAME`.
//!
//! A program of its own, so that `cargo xtask` starts without compiling a WASM parser first. The library's version is
//! pinned to that of the `wasm-bindgen` crate which the screens use: the two only understand each other at one version.

use std::error::Error;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder, name] = arguments.as_slice() else {
        return Err("usage: farthing-bindgen IN.wasm OUT_FOLDER NAME".into());
    };
    Bindgen::new()
        .web(true)?
        .typescript(false)
        .out_name(name)
        .input_path(input)
        .generate(folder)?;
    Ok(())
}
