//! A process that ends while its book is at work ends in order.

use farthing_store::{Book, BookKey};
use std::path::PathBuf;
use std::process::Command;

const FOLDER: &str = "FARTHING_TEST_LEAVE_FOLDER";
const STATUS: i32 = 7;

#[test]
fn a_process_ends_in_order_while_its_book_is_at_work() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let ended = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "leave::leaves_in_the_middle", "--ignored"])
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        assert_eq!(ended.status.code(), Some(STATUS), "{}", ended.status);
    }
}

/// Opens and drops connections on one thread while another ends the process.
#[test]
#[ignore = "run by a_process_ends_in_order_while_its_book_is_at_work in a process of its own"]
fn leaves_in_the_middle() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let (begun, seen) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let key = BookKey::random().unwrap();
            for n in 0.. {
                drop(Book::create(&folder.join(format!("{n}.book")), &key).await.unwrap());
                begun.send(n).unwrap();
            }
        });
    });
    while seen.recv().unwrap() < 1 {}
    std::process::exit(STATUS);
}
