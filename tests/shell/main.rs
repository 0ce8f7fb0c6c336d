//! What of the shell needs no window: the answers of its one IPC command over a desk, and the age of a web view.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../src-tauri/src/router.rs"]
mod router;
#[cfg(target_os = "linux")]
#[path = "../../src-tauri/src/version.rs"]
mod version;

use farthing_desk::{Desk, Home};
use router::answer;

#[tokio::test]
async fn answers_by_name_and_tells_why_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(Home::at(folder.path()));
    let start = String::from_utf8(answer(&desk, "Start", "{}").await.unwrap()).unwrap();
    assert!(start.contains("first_run"));
    assert!(
        answer(&desk, "NoSuch", "{}")
            .await
            .unwrap_err()
            .contains("malformed_request")
    );
    assert!(
        answer(&desk, "Start", "[")
            .await
            .unwrap_err()
            .contains("malformed_request")
    );
    assert!(
        answer(
            &desk,
            "ListLoans",
            r#"{"query":{"search":"","filter":"","sort":"","descending":false,"page":0}}"#
        )
        .await
        .unwrap_err()
        .contains("signed_out")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn compares_versions_by_number() {
    use version::is_older;
    assert!(is_older("2.9.5", (2, 48)));
    assert!(is_older("2.47", (2, 48)));
    assert!(!is_older("2.48.0", (2, 48)));
    assert!(!is_older("2.50.6", (2, 48)));
    assert!(!is_older("unknown", (2, 48)));
}
