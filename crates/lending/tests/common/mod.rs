//! What several tests share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

use serde_json::Value;
use std::path::Path;

fn read(folder: &Path) -> Vec<Value> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for file in files.map(|f| f.unwrap().path()) {
        if file.extension().is_some_and(|e| e == "json") {
            let list: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            all.extend(list);
        }
    }
    all
}

/// The published vectors: the copy kept here, and the shared folder where it is present.
pub fn vectors() -> Vec<Value> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = read(&here.join("vectors"));
    assert!(all.len() >= 90, "only {} vectors are kept", all.len());
    for shared in ["../../../shared/vectors/dev", "../../../shared/vectors"] {
        for vector in read(&here.join(shared)) {
            if !all.contains(&vector) {
                all.push(vector);
            }
        }
    }
    all
}

/// Every figure of an answer with its path, as `rows[3].interest`.
pub fn figures(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let mut all = Vec::new();
    for (key, value) in answer.as_object().unwrap() {
        match (key.as_str(), value) {
            ("id", _) => {}
            ("rows", Value::Array(rows)) => {
                for row in rows {
                    let fields = row.as_object().unwrap().iter().filter(|(field, _)| *field != "n");
                    all.extend(fields.map(|(field, value)| (format!("rows[{}].{field}", row["n"]), text(value))));
                }
            }
            (_, Value::Object(parts)) => {
                all.extend(parts.iter().map(|(part, value)| (format!("{key}.{part}"), text(value))));
            }
            _ => all.push((key.clone(), text(value))),
        }
    }
    all
}
