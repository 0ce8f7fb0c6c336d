//! `cargo xtask prepare`: what sqlx knows of the store's queries, made anew after a migration or a query has changed.

use crate::process::{Outcome, cargo, command, is_program, root, run, say, target};
use std::fs;

/// Makes a plain database of the migrations and lets the compiler check every query of the store against it; what it
/// finds out is kept in `.sqlx`, so that no other build needs a database.
///
/// # Errors
/// The tool `sqlite3` is missing, a migration or a query is wrong.
pub fn prepare() -> Outcome {
    if !is_program("sqlite3") {
        return Err(
            "sqlite3 is missing: it makes the database that queries are checked against (Debian's package is sqlite3)"
                .into(),
        );
    }
    let folder = target().join("prepare");
    fs::create_dir_all(&folder)?;
    let database = folder.join("plain.db");
    if database.exists() {
        fs::remove_file(&database)?;
    }
    let mut migrations: Vec<_> = fs::read_dir(root().join("migrations/desk"))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    migrations.sort();
    for migration in &migrations {
        run(command("sqlite3")
            .arg("-bail")
            .arg(&database)
            .arg(format!(".read {}", migration.display())))?;
    }
    let kept = root().join(".sqlx");
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::create_dir(&kept)?;
    // The macros write only while they are expanded, so the store has to be compiled anew.
    run(cargo().args(["clean", "--quiet", "--package", "farthing-store"]))?;
    run(cargo()
        .args(["check", "--quiet", "--package", "farthing-store"])
        .env("DATABASE_URL", format!("sqlite:{}", database.display()))
        .env("SQLX_OFFLINE_DIR", &kept))?;
    say(&format!("{} queries are kept in .sqlx.", fs::read_dir(&kept)?.count()));
    Ok(())
}
