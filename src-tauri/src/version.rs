//! The order of dotted versions.

/// Whether a version such as "2.40.1" comes before `least`; one that can't be read counts as recent.
pub fn is_older(version: &str, least: (u32, u32)) -> bool {
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    matches!((parts.next(), parts.next()), (Some(major), Some(minor)) if (major, minor) < least)
}
