//! Copies of the book.

use crate::StoreError;
use crate::book::Book;
use crate::key::BookKey;
use crate::log::{identity_of, put_meta};
use sqlx::Connection;
use std::path::Path;

impl Book {
    /// Writes a consistent copy of the book to a new file, encrypted with the same key, while work goes on.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is a file already; [`StoreError::DiskFull`].
    pub async fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Exists);
        }
        let part = to.with_extension("part");
        let _ = std::fs::remove_file(&part);
        let mut conn = self.writer().await;
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut *conn)
            .await?;
        // The writer is held, so the file stands still: its bytes are the copy.
        std::fs::copy(self.path(), &part)?;
        std::fs::File::open(&part)?.sync_all()?;
        drop(conn);
        std::fs::rename(&part, to)?;
        Ok(())
    }

    /// Marks a restored copy: the epoch goes above its own and that of the book that it replaces, so that no number
    /// that was printed is given again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn raise_epoch(path: &Path, key: &BookKey, replaced: &Path) -> Result<(), StoreError> {
        let before = match replaced.exists() {
            true => epoch_of(replaced, key).await.unwrap_or(0),
            false => 0,
        };
        let mut conn = Book::connect_to(path, key).await?;
        let identity = identity_of(&mut conn)
            .await?
            .ok_or_else(|| StoreError::Damaged("the book has no identity".into()))?;
        let last = sqlx::query_scalar!("select dev_seq from command order by seq desc limit 1")
            .fetch_optional(&mut conn)
            .await?;
        put_meta(&mut conn, "began", &last.unwrap_or(0).to_string()).await?;
        put_meta(&mut conn, "epoch", &(identity.epoch.max(before) + 1).to_string()).await?;
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut conn)
            .await?;
        conn.close().await?;
        Ok(())
    }
}

/// The epoch of a book that is about to be replaced. One that this key does not open has other numbers anyway.
async fn epoch_of(path: &Path, key: &BookKey) -> Result<u32, StoreError> {
    let mut conn = Book::connect_to(path, key).await?;
    let identity = identity_of(&mut conn).await?;
    conn.close().await?;
    Ok(identity.map_or(0, |i| i.epoch))
}
