//! The order of a WASM file's functions: alike beside alike. What compresses the file looks back no further than 32 KiB
//! (RFC 1951), so it finds more that is repeated; nothing that runs is changed.

use crate::Outcome;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hasher;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef};

/// How many bytes make one of the runs by which functions are compared.
const RUN: usize = 6;
/// How many of its runs a function is found by.
const MARKS: usize = 48;
/// What so many functions have in common says nothing of them.
const CROWD: usize = 400;
/// How many of those with the most marks in common are compared whole.
const COMPARED: usize = 12;
/// Of all runs of two functions, so many percent in common make them alike.
const ALIKE: usize = 3;

/// The same program with its functions in the order of [`by_likeness`].
///
/// # Errors
/// The file is no WASM.
pub fn reordered(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let order = by_likeness(&bodies);
    let mut places = vec![0; order.len()];
    for (place, function) in order.iter().enumerate() {
        places[*function] = u32::try_from(place)?;
    }
    let mut module = Module::new();
    let mut functions = Functions {
        imported,
        order,
        places,
    };
    functions
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| error.to_string())?;
    Ok(module.finish())
}

/// An order in which each function stands after the one that it is most like of those that are left.
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let runs: Vec<Vec<u64>> = bodies.iter().map(|body| runs(body)).collect();
    let marks = |function: usize| runs[function].iter().take(MARKS);
    let mut marked = HashMap::<u64, Vec<usize>>::new();
    for function in 0..bodies.len() {
        for mark in marks(function) {
            marked.entry(*mark).or_default().push(function);
        }
    }
    let mut by_size: Vec<usize> = (0..bodies.len()).collect();
    by_size.sort_by_key(|function| std::cmp::Reverse(bodies[*function].len()));
    let (mut left, mut order) = (vec![true; bodies.len()], Vec::with_capacity(bodies.len()));
    for first in by_size {
        let mut next = left[first].then_some(first);
        while let Some(function) = next {
            left[function] = false;
            order.push(function);
            let mut common = HashMap::<usize, usize>::new();
            for mark in marks(function) {
                for other in marked[mark].iter().take(CROWD).filter(|other| left[**other]) {
                    *common.entry(*other).or_default() += 1;
                }
            }
            let mut likely: Vec<_> = common
                .into_iter()
                .map(|(other, n)| (std::cmp::Reverse(n), other))
                .collect();
            likely.sort_unstable();
            let likenesses = likely
                .iter()
                .take(COMPARED)
                .map(|(_, other)| (likeness(&runs[function], &runs[*other]), std::cmp::Reverse(*other)));
            let best = likenesses.max().filter(|(percent, _)| *percent >= ALIKE);
            next = best.map(|(_, other)| other.0);
        }
    }
    order
}

/// The runs of bytes of a function, each once, as sorted hashes.
fn runs(body: &[u8]) -> Vec<u64> {
    let hash = |run: &[u8]| {
        let mut hasher = DefaultHasher::new();
        hasher.write(run);
        hasher.finish()
    };
    let all: BTreeSet<u64> = body.windows(RUN).map(hash).collect();
    all.into_iter().collect()
}

/// How many percent of the runs of either two functions have in common.
fn likeness(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    100 * common / (a.len() + b.len() - common).max(1)
}

/// Writes a module anew with its own functions in another order.
struct Functions {
    imported: u32,
    order: Vec<usize>,
    places: Vec<u32>,
}

impl Reencode for Functions {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let own = function
            .checked_sub(self.imported)
            .and_then(|own| usize::try_from(own).ok());
        Ok(own.map_or(function, |own| self.imported + self.places[own]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for function in self.order.clone() {
            functions.function(self.type_index(types[function])?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let bodies = section.into_iter().collect::<Result<Vec<FunctionBody<'_>>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}
