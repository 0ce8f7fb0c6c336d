//! The desk's use cases: sessions, clock, and the way from a request to an appended fact.
