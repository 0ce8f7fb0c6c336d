//! Replays the golden files of the wire as seeds of its fuzz targets, and whatever is near them: read or refused, never a panic.

use crate::golden::files;
use crate::wire;
use farthing_sync::wire::{MOST_BYTES, Reply, WireError, unpack};

/// What MessagePack begins lengths, numbers, maps and nothing with.
const TELLING: &[u8] = b"\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc4\xc6\xcf\xd3\xd9\xdb\xdd\xdf\xff\x00\x7f:";

fn near(seeds: Vec<Vec<u8>>, check: fn(&[u8])) {
    crate::near::near(seeds, TELLING, check);
}

#[test]
fn any_letter_is_read_or_refused() {
    near([files("letters"), files("requests")].concat(), wire::letter);
}

#[test]
fn any_request_is_read_or_refused() {
    near(files("requests"), wire::request);
}

#[test]
fn any_reply_is_read_or_refused() {
    near(files("replies"), wire::reply);
}

#[test]
fn anything_off_the_line_is_unpacked_within_the_limit_or_refused() {
    near([files("packed"), files("dense")].concat(), wire::packed);
}

#[test]
fn any_page_goes_on_where_a_desk_stands_or_is_left() {
    near(files("replies"), wire::page);
}

#[test]
fn any_chunk_goes_on_where_a_desk_stands_or_is_left() {
    let pages = files("replies")
        .iter()
        .filter_map(|reply| wire::chunk_of(reply))
        .collect();
    near([files("replies"), pages].concat(), wire::chunk);
}

#[test]
fn no_push_of_nobody_is_taken() {
    near(files("requests"), wire::push);
}

#[test]
fn any_text_is_one_scope_or_none() {
    let seeds = [
        "org-public",
        "org",
        "branch:BR1",
        "customer:01980000-0000-7000-8000-000000000001",
    ];
    near(seeds.map(|text| text.as_bytes().to_vec()).to_vec(), wire::scope);
}

#[test]
fn what_would_unpack_to_too_much_is_refused() {
    // A frame of a few kilobytes that would unpack to one byte more than a message may have, and one that hides how much.
    let whole = vec![0; MOST_BYTES + 1];
    let pressed = zstd::bulk::compress(&whole, 19).unwrap();
    let mut streamed = zstd::Encoder::new(Vec::new(), 19).unwrap();
    std::io::copy(&mut whole.as_slice(), &mut streamed).unwrap();
    for bomb in [pressed, streamed.finish().unwrap()] {
        assert!(bomb.len() < 8 << 10);
        assert!(matches!(unpack::<Reply>(&bomb), Err(WireError::TooLarge)));
    }
    let most = zstd::bulk::compress(&whole[1..], 3).unwrap();
    assert!(matches!(unpack::<Reply>(&most), Err(WireError::Malformed(_))));
}
