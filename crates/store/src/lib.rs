//! The encrypted book: SQLite log, aggregates, projections, queries, search, backup.
