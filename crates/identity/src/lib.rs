//! Passwords, one-time codes, key slots and the mail transport.
