//! Writes the JavaScript glue beside the screens' WASM, and their texts, which the program carries in a section of its own:
//! `farthing-bindgen IN.wasm OUT_FOLDER NAME [small]`. With `small` the program's functions are put in the order in which it
//! compresses best.
//!
//! A program of its own, so that `cargo xtask` starts without compiling a WASM parser first. The library's version is
//! pinned to that of the `wasm-bindgen` crate which the screens use: the two only understand each other at one version.

mod order;

use std::error::Error;
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// The section with the texts; what comes out of it is a file beside the WASM.
const TEXTS: &str = "farthing-texts";
const TEXTS_FILE: &str = "texts.json";

/// What can fail for a reason that is only told.
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (input, folder, name, small) = match arguments.as_slice() {
        [input, folder, name] => (input, folder, name, false),
        [input, folder, name, word] if word == "small" => (input, folder, name, true),
        _ => return Err("usage: farthing-bindgen IN.wasm OUT_FOLDER NAME [small]".into()),
    };
    let wasm = fs::read(input)?;
    let (program, texts) = parted(&wasm)?;
    Bindgen::new()
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name(name)
        .input_bytes(name, program)
        .generate(folder)?;
    if small {
        let glued = Path::new(folder).join(format!("{name}_bg.wasm"));
        fs::write(&glued, order::reordered(&fs::read(&glued)?)?)?;
    }
    fs::write(Path::new(folder).join(TEXTS_FILE), texts)?;
    Ok(())
}

/// The program without the section of its texts, and that section's content.
fn parted(wasm: &[u8]) -> Outcome<(Vec<u8>, &[u8])> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let (mut program, mut texts) = (wasm.get(..HEADER).ok_or("no WASM")?.to_vec(), None);
    let mut rest = &wasm[HEADER..];
    while let Some((kind, after)) = rest.split_first() {
        let (content, next) = sized(after)?;
        let of_texts = match kind {
            &CUSTOM => sized(content).ok().filter(|(name, _)| *name == TEXTS.as_bytes()),
            _ => None,
        };
        match of_texts {
            Some((_, content)) => texts = Some(content),
            None => program.extend_from_slice(&rest[..rest.len() - next.len()]),
        }
        rest = next;
    }
    Ok((program, texts.ok_or("the WASM carries no texts")?))
}

/// What a length (unsigned LEB128) announces, and what follows it.
fn sized(bytes: &[u8]) -> Outcome<(&[u8], &[u8])> {
    let (mut size, mut shift) = (0usize, 0);
    for (at, byte) in bytes.iter().enumerate().take(5) {
        size |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(bytes[at + 1..]
                .split_at_checked(size)
                .ok_or("the WASM ends in the middle")?);
        }
    }
    Err("a length in the WASM is none".into())
}
