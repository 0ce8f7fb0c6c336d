//! How large messages are as they go over the wire, against their JSON.

use crate::speaker::Speaker;
use farthing_sync::device::{Position, Unsent};
use farthing_sync::wire::{Request, SentCommand};
use serde::Serialize;
use serde_json::Value;

/// The length of the JSON in which a program that speaks JSON would send this: bytes in hexadecimal.
pub(crate) fn json(message: &impl Serialize) -> usize {
    let mut value = serde_json::to_value(message).unwrap();
    in_hex(&mut value);
    serde_json::to_vec(&value).unwrap().len()
}

fn in_hex(value: &mut Value) {
    match value {
        Value::Array(bytes) if bytes.len() >= 32 && bytes.iter().all(|b| b.as_u64().is_some_and(|b| b < 256)) => {
            *value = Value::String("00".repeat(bytes.len()));
        }
        Value::Array(values) => values.iter_mut().for_each(in_hex),
        Value::Object(fields) => fields.values_mut().for_each(in_hex),
        _ => {}
    }
}

/// Pushes of different sizes.
pub(crate) fn of_pushes(speaker: &Speaker, commands: &[SentCommand]) {
    for count in [1, 5, 20, 200] {
        let unsent = Unsent {
            commands: commands[..count].to_vec(),
            follows: true,
            ..Unsent::default()
        };
        let push = Position::default()
            .push(speaker.device, unsent, |m| speaker.sign(m))
            .unwrap();
        let request = Request::Push(push);
        let (wire, json) = (speaker.letter(&request).len(), json(&request));
        println!(
            "wire of a push of {count} payments: {wire} bytes, JSON {json}: {:.1} % (limit 35 %)",
            100.0 * wire as f64 / json as f64
        );
    }
}
