//! The book: one encrypted SQLite file, one process, one writing connection.

use crate::key::{BookKey, unlock};
use crate::log::Ends;
use crate::provisional::set_aside;
use crate::{StoreError, leave};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex as PlainMutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/desk");

/// An open book.
pub struct Book {
    path: PathBuf,
    writer: Mutex<SqliteConnection>,
    /// Whether the writer is in a transaction that its owner may have dropped.
    unended: AtomicBool,
    /// Where the chains ended after the last transaction that was committed here: no other process can have gone on.
    ends: PlainMutex<Option<Ends>>,
    readers: SqlitePool,
    key: BookKey,
    #[cfg(feature = "test-hooks")]
    asked: std::sync::atomic::AtomicU64,
    /// Held as long as the book is open; the lock goes with it.
    _lock: File,
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".lock");
    name.into()
}

/// Takes the lock file beside the book, so that one process holds it.
fn lock(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock_path(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// What a connection is told as soon as it can read: 32 MiB of pages stay in memory, taken only as they are read, since they need
/// not be decrypted again; about 16 MiB of log before a commit moves it into the file, so that one payment in a hundred or so
/// waits for that.
const EACH: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -32768;
    pragma wal_autocheckpoint = 4000";

/// What one that only reads is told besides.
const READS: &str = "pragma query_only = 1; pragma wal_autocheckpoint = 0";

/// Options for one connection, which has no key yet.
fn options(path: &Path, vfs: Option<&str>) -> SqliteConnectOptions {
    leave::at_once_at_exit();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(300)
        .disable_statement_logging();
    match vfs {
        Some(name) => options.vfs(name.to_string()),
        None => options,
    }
}

/// Gives a connection its key and tells it what each is told.
async fn prepare(conn: &mut SqliteConnection, key: &BookKey) -> sqlx::Result<()> {
    unlock(conn, key).await?;
    sqlx::raw_sql(EACH).execute(conn).await.map(drop)
}

/// The connection that writes.
async fn connect(options: SqliteConnectOptions, key: &BookKey) -> Result<SqliteConnection, StoreError> {
    let mut conn = options.connect().await?;
    prepare(&mut conn, key).await?;
    Ok(conn)
}

impl Book {
    /// Makes a new book.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is a file already; otherwise those of opening.
    pub async fn create(path: &Path, key: &BookKey) -> Result<Book, StoreError> {
        if path.exists() {
            return Err(StoreError::Exists);
        }
        Book::open_with(path, key, None, true).await
    }

    /// Opens a book, migrating it first if the program is newer than the file. Before a migration the file is copied
    /// beside itself.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::InUse`], [`StoreError::Unreadable`], [`StoreError::Newer`],
    /// [`StoreError::Damaged`], [`StoreError::DiskFull`]: each has a screen of its own.
    pub async fn open(path: &Path, key: &BookKey) -> Result<Book, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing);
        }
        Book::open_with(path, key, None, false).await
    }

    /// Opens or makes a book through a named virtual file system; tests use one that loses unsynced writes.
    ///
    /// # Errors
    /// Those of [`Book::open`].
    pub async fn open_with(path: &Path, key: &BookKey, vfs: Option<&str>, create: bool) -> Result<Book, StoreError> {
        Book::open_by(&MIGRATIONS, path, key, vfs, create).await
    }

    /// Opens a book as a later program would, which changes its tables by more than this one does.
    ///
    /// # Errors
    /// Those of [`Book::open`].
    #[cfg(feature = "test-hooks")]
    pub async fn open_updated(path: &Path, key: &BookKey, sql: &'static str) -> Result<Book, StoreError> {
        use sqlx::SqlSafeStr;
        use sqlx::migrate::{Migration, MigrationType};
        let later = Migration::new(
            i64::MAX,
            "later".into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        );
        let all = MIGRATIONS.iter().cloned().chain([later]).collect();
        Book::open_by(&Migrator::with_migrations(all), path, key, None, false).await
    }

    async fn open_by(
        migrations: &Migrator,
        path: &Path,
        key: &BookKey,
        vfs: Option<&str>,
        create: bool,
    ) -> Result<Book, StoreError> {
        let lock = lock(path)?;
        let mut writer = connect(options(path, vfs).create_if_missing(create), key).await?;
        migrate(migrations, &mut writer, path).await?;
        let readers = PoolOptions::new()
            .max_connections(3)
            .min_connections(1)
            // A file in this machine doesn't hang up; asking it before each query costs as much as a small query.
            .test_before_acquire(false)
            .after_connect({
                let key = key.clone();
                move |conn, _| {
                    let key = key.clone();
                    Box::pin(async move {
                        prepare(conn, &key).await?;
                        sqlx::raw_sql(READS).execute(conn).await.map(drop)
                    })
                }
            })
            .connect_with(options(path, vfs))
            .await?;
        let book = Book {
            path: path.to_path_buf(),
            writer: Mutex::new(writer),
            unended: AtomicBool::new(false),
            ends: PlainMutex::new(None),
            readers,
            key: key.clone(),
            #[cfg(feature = "test-hooks")]
            asked: std::sync::atomic::AtomicU64::new(0),
            _lock: lock,
        };
        book.derive_set_aside().await?;
        Ok(book)
    }

    /// Whether another process holds the book at a path.
    pub fn is_held(path: &Path) -> bool {
        matches!(lock(path), Err(StoreError::InUse))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's key, for adding a key slot.
    pub fn key(&self) -> &BookKey {
        &self.key
    }

    /// How often the database was asked for something, for tests that compare two ways.
    #[cfg(feature = "test-hooks")]
    pub fn times_asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Connections that only read.
    pub fn readers(&self) -> &SqlitePool {
        #[cfg(feature = "test-hooks")]
        self.asked.fetch_add(1, Ordering::Relaxed);
        &self.readers
    }

    /// The one connection that writes. A transaction that its owner dropped without an end is undone here.
    pub(crate) async fn writer(&self) -> MutexGuard<'_, SqliteConnection> {
        #[cfg(feature = "test-hooks")]
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut conn = self.writer.lock().await;
        if self.unended.swap(false, Ordering::Relaxed) {
            let _ = sqlx::query("rollback").execute(&mut *conn).await;
        }
        conn
    }

    /// Where the chains end, for the transaction that goes on from there; the next one gets it when that is committed.
    pub(crate) fn ends(&self) -> &PlainMutex<Option<Ends>> {
        &self.ends
    }

    /// Whether a transaction was begun and not ended.
    pub(crate) fn unended(&self) -> &AtomicBool {
        &self.unended
    }

    /// Makes the file look as if a newer program had changed its schema.
    ///
    /// # Errors
    /// What the database says.
    #[cfg(feature = "test-hooks")]
    pub async fn mark_newer(&self) -> Result<(), StoreError> {
        sqlx::query(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'of a newer program', 1, x'00', 0)",
        )
        .execute(&mut *self.writer().await)
        .await?;
        Ok(())
    }

    /// Checkpoints and closes the file. Afterwards the one file holds everything.
    ///
    /// # Errors
    /// What the database says on its last write.
    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await;
        let mut writer = self.writer.into_inner();
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut writer)
            .await?;
        writer.close().await?;
        Ok(())
    }

    /// A connection to another book file with the same key, for backups.
    pub(crate) async fn connect_to(path: &Path, key: &BookKey) -> Result<SqliteConnection, StoreError> {
        connect(options(path, None), key).await
    }
}

/// A book in memory, for the comparison of a replay with the file.
pub(crate) async fn shadow() -> Result<SqliteConnection, StoreError> {
    leave::at_once_at_exit();
    let mut conn = SqliteConnectOptions::new()
        .in_memory(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .statement_cache_capacity(300)
        .disable_statement_logging()
        .connect()
        .await?;
    MIGRATIONS.run_direct(None, &mut conn, false).await?;
    Ok(conn)
}

async fn migrate(migrations: &Migrator, conn: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let known = migrations.iter().map(|m| m.version).max().unwrap_or(0);
    let has_table: i64 = sqlx::query_scalar("select count(*) from sqlite_schema where name = '_sqlx_migrations'")
        .fetch_one(&mut *conn)
        .await?;
    let found: i64 = match has_table {
        0 => 0,
        _ => {
            sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations")
                .fetch_one(&mut *conn)
                .await?
        }
    };
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    if found > 0 {
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut *conn)
            .await?;
        std::fs::copy(path, path.with_extension(format!("before-{known}.book")))?;
        set_aside(conn).await?;
    }
    // Not `run`: its bound on the connection keeps every future above from being sent between threads.
    migrations.run_direct(None, conn, false).await?;
    Ok(())
}
