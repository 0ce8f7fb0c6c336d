//! `cargo xtask prepare`: what sqlx knows of the queries, made anew after a migration or a query has changed.

use crate::cluster::Cluster;
use crate::process::{Outcome, cargo, command, is_program, root, run, say, target};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes a plain database of each schema, the desk's in SQLite and the server's in PostgreSQL, and lets the compiler check
/// every query against it; what it finds out is kept in `.sqlx`, so that no other build needs a database.
///
/// # Errors
/// The tool `sqlite3` or PostgreSQL is missing, a migration or a query is wrong.
pub fn prepare() -> Outcome {
    if !is_program("sqlite3") {
        return Err(
            "sqlite3 is missing: it makes the database that queries are checked against (Debian's package is sqlite3)"
                .into(),
        );
    }
    let folder = target().join("prepare");
    fs::create_dir_all(&folder)?;
    let desk = desk_database(&folder)?;
    let place = std::env::temp_dir().join(format!("farthing-prepare-{}", std::process::id()));
    let cluster = server_database(&place)?;
    let kept = root().join(".sqlx");
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::create_dir(&kept)?;
    check("farthing-store", &format!("sqlite:{}", desk.display()), &kept)?;
    check("farthing-server", &cluster.url(), &kept)?;
    drop(cluster);
    fs::remove_dir_all(&place)?;
    say(&format!("{} queries are kept in .sqlx.", fs::read_dir(&kept)?.count()));
    Ok(())
}

/// The files of a schema, in their order.
fn migrations(of: &str) -> Outcome<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(root().join("migrations").join(of))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    Ok(files)
}

fn desk_database(folder: &Path) -> Outcome<PathBuf> {
    let database = folder.join("plain.db");
    if database.exists() {
        fs::remove_file(&database)?;
    }
    for migration in migrations("desk")? {
        run(command("sqlite3")
            .arg("-bail")
            .arg(&database)
            .arg(format!(".read {}", migration.display())))?;
    }
    Ok(database)
}

fn server_database(folder: &Path) -> Outcome<Cluster> {
    let cluster = Cluster::start(folder, false)?;
    for migration in migrations("server")? {
        // As the role that will own the tables.
        cluster.sql(
            "farthing",
            &format!("set role farthing; {}", fs::read_to_string(migration)?),
        )?;
    }
    Ok(cluster)
}

/// The macros write only while they are expanded, so the package has to be compiled anew.
fn check(package: &str, database: &str, kept: &Path) -> Outcome {
    run(cargo().args(["clean", "--quiet", "--package", package]))?;
    run(cargo()
        .args(["check", "--quiet", "--package", package])
        .env("DATABASE_URL", database)
        .env("SQLX_OFFLINE_DIR", kept))
}
