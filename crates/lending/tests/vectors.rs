//! The published figures: every vector of the copy kept here, and of the shared folder where it is present, must come
//! out exactly, and the certificate says so, or says what does not.

use farthing_lending::compute::answer;
use farthing_lending::prove::{Difference, certify, compare, prove};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::Path;

#[test]
fn every_published_figure_comes_out() {
    let all = crate::common::vectors();
    let wrong: Vec<Difference> = all.iter().flat_map(|v| compare(v, &answer(v)).differences).collect();
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[test]
fn the_certificate_covers_every_file_and_can_be_checked_by_other_means() {
    let certificate = prove();
    assert!(certificate.holds(), "{:#?}", certificate.differences);
    assert!(certificate.figures > 2_000, "only {} figures", certificate.figures);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect();
    let mut hash = Sha256::new();
    texts.iter().for_each(|text| hash.update(text));
    let vectors: Vec<serde_json::Value> = texts
        .iter()
        .flat_map(|text| serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap())
        .collect();
    for vector in &vectors {
        let mut line = Vec::new();
        farthing_lending::compute::write_answer(vector, &mut line);
        hash.update([&line[..], b"\n"].concat());
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((certificate.hash, certificate.examples), (hash, vectors.len()));
}

#[test]
fn a_figure_that_differs_is_named() {
    let example = |remaining: &str| {
        json!([{
            "id": "r", "kind": "rule", "source": "predecessor 1, screen 4", "authority": "predecessor",
            "terms": {"rule": "remaining_after_payment", "total": "100", "paid": "30.005"},
            "expect": {"remaining": remaining},
        }])
        .to_string()
    };
    let right = certify(&[&example("70.00")]);
    assert!(right.holds());
    assert_eq!(
        (right.examples, right.figures, right.sources[0].name.as_str()),
        (1, 1, "predecessor 1")
    );
    let wrong = certify(&[&example("70.01"), "[{"]);
    let paths: Vec<_> = wrong
        .differences
        .iter()
        .map(|d| (d.id.as_str(), d.path.as_str(), d.got.as_str()))
        .collect();
    assert_eq!(paths[0], ("r", "remaining", "70.00"));
    assert_eq!((paths.len(), paths[1].1), (2, "file"));
    assert!(!wrong.holds() && wrong.hash != right.hash);
    let refused = certify(&[&example("70.00").replace("30.005", "many")]);
    assert_eq!(refused.differences[0].path, "error");
}
