//! A disk that is really full: a small one in memory, filled to the last byte while the desk works.
#![cfg(target_os = "linux")]

use crate::common::{ADMIN, Branch, PASSWORD};
use farthing_api::*;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const DISK: &str = "FARTHING_TEST_DISK";

/// Runs the test below on a disk of its own, where this machine lets an ordinary user have one. (Where it doesn't, the
/// store's own tests of a full disk stand alone.)
#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let on_disk = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-ec"]);
        command.arg(format!("mount -t tmpfs -o size=12m tmpfs \"${DISK}\"; {script}"));
        command.env(DISK, folder.path());
        command
    };
    if !on_disk("true").output().is_ok_and(|tried| tried.status.success()) {
        return;
    }
    let done = on_disk("exec \"$0\" --exact full::on_a_disk_of_its_own --ignored")
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Takes all the room that is left.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).unwrap();
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    path
}

#[tokio::test]
#[ignore = "run by a_full_disk_is_said_and_loses_nothing on a disk of its own"]
async fn on_a_disk_of_its_own() {
    let disk = PathBuf::from(std::env::var_os(DISK).unwrap());
    let branch = Branch::at(&disk, "2025-03-02T09:00:00Z").await;
    let customer = |n: u32| RegisterCustomer {
        form: CustomerForm {
            first_name: "Amina".into(),
            last_name: format!("Odhiambo {n}"),
            phone: format!("+254 700 000 {n:03}"),
            ..CustomerForm::default()
        },
    };
    branch.desk.register_customer(customer(1)).await.unwrap();

    // While one works: the answer says so, and the same form goes through once there is room.
    let filler = fill(&disk);
    let mut kept = 1;
    let refused = loop {
        match branch.desk.register_customer(customer(kept + 1)).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((refused.kind, refused.code), (ErrorKind::Unavailable, Code::DiskFull));
    std::fs::remove_file(&filler).unwrap();
    branch.desk.register_customer(customer(kept + 1)).await.unwrap();
    branch.check().await;

    // At the door: the screen of a book in trouble, and in as soon as there is room.
    let branch = branch.restarted().await;
    let filler = fill(&disk);
    let sign_in = || SignIn {
        email: ADMIN.into(),
        password: Secret::new(PASSWORD),
    };
    let refused = branch.desk.sign_in(sign_in()).await.unwrap_err();
    assert_eq!((refused.kind, refused.code), (ErrorKind::Book, Code::BookDiskFull));
    std::fs::remove_file(&filler).unwrap();
    branch.desk.sign_in(sign_in()).await.unwrap();
    let listed = branch
        .desk
        .list_customers(ListCustomers {
            query: ListQuery::default(),
        })
        .await
        .unwrap();
    assert_eq!(listed.matches, kept + 1);
    branch.check().await;
}
