//! What a host's name says about where it is.

use std::net::IpAddr;

/// The address that a host is written as, an IPv6 one with or without its brackets; nothing for a name.
pub(crate) fn address_of(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether the host is this machine, by name or number.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address_of(host).is_some_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_this_machine() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["localhost.example.org", "10.0.0.1", "mail", ""] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
