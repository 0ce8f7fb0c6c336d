//! A book that can't be used: each kind of trouble has a screen that says what happened, what is safe and what to do.

use crate::harness::{ADMIN, App, Branch, PASSWORD};
use farthing_api::BackupBook;
use std::path::Path;

const AT: &str = "2025-03-02T09:00:00Z";

/// Damages each page of the file after the first few, as a disk that fails does.
fn damage(book: &Path) {
    let mut bytes = std::fs::read(book).unwrap();
    for at in (3 * 4096 + 100..bytes.len()).step_by(4096) {
        bytes[at] ^= 1;
    }
    std::fs::write(book, bytes).unwrap();
}

#[test]
fn a_book_that_another_process_holds_opens_once_it_is_free() {
    let home = tempfile::tempdir().unwrap();
    let holder = Branch::found(home.path(), AT, "en", false);
    let app = App::start(home.path());
    app.find("[data-trouble=in_use]");
    app.text("Only one program at a time may write into it");
    app.click("[data-do=try-again]");
    app.find("[data-trouble=in_use]");
    app.picture("tour-trouble");
    holder.close();
    app.click("[data-do=try-again]");
    app.sign_in(ADMIN);
}

#[test]
fn a_book_of_a_newer_program_is_not_touched() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), AT, "en", false);
    branch.mark_newer();
    branch.close();
    let book = home.path().join("desk.book");
    let before = std::fs::read(&book).unwrap();
    let mut app = App::start(home.path());
    app.sign_in_with(ADMIN, PASSWORD);
    app.find("[data-trouble=newer]");
    app.text("This book needs a newer Farthing");
    assert!(app.read("[data-figure=book-path]").ends_with("desk.book"));
    app.picture("trouble-newer");
    app.click_last("[data-do=quit]");
    app.ends();
    assert!(std::fs::read(&book).unwrap() == before, "the book was changed");
}

#[test]
fn a_damaged_book_is_replaced_by_a_backup_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), AT, "en", false);
    branch.borrower();
    let backup = branch.ask(|desk| desk.backup_book(BackupBook {}));
    branch.close();
    damage(&home.path().join("desk.book"));
    let app = App::start(home.path());
    app.sign_in_with(ADMIN, PASSWORD);
    app.find("[data-trouble=damaged]");
    app.text("Your backups are untouched");
    app.picture("trouble-damaged");
    app.click("[data-do=restore-backup]");
    app.choose_option("#restore-form [name=backup]", "MB");
    assert_eq!(
        app.script("return document.querySelector('#restore-form [name=backup]').value"),
        backup.path
    );
    app.fill(
        "#restore-form",
        &[("email", ADMIN), ("password", "not the password of then")],
    );
    app.click("[data-do=restore-now]");
    app.text("This does not open the backup");
    app.type_into("#restore-form [name=password]", PASSWORD);
    app.click("[data-do=restore-now]");
    app.sign_in(ADMIN);
    app.open_loan("BR1-01-L00001");
    app.shows("[data-figure=outstanding_principal]", "1,200.00");
    let kept = std::fs::read_dir(home.path()).unwrap().flatten();
    assert!(
        kept.into_iter()
            .any(|file| file.file_name().to_string_lossy().contains("before-restore")),
        "the damaged book stays"
    );
}
