//! Once a book is closed, its key is nowhere in the program's memory any more.

#![cfg(target_os = "linux")]

use crate::common::{ADMIN, OFFICER, PASSWORD};
use crate::passwords::open_slot;
use crate::town::{AMINA, Town};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// What the key's bytes are kept under in this test, so that the test itself does not hold them.
const MASK: u8 = 0x5a;

/// How much is looked at in one go.
const STEP: usize = 1 << 16;

/// How often some bytes, each masked, stand in what this program can write to.
fn found(masked: &[u8]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    // What is read lies in this program's memory too: it is not looked for there, and taken away at the end.
    let mut seen = vec![0; STEP + masked.len()];
    let own = (seen.as_ptr() as u64)..(seen.as_ptr() as u64 + seen.len() as u64);
    let mut count = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        for start in (from..to).step_by(STEP) {
            let Ok(read) = memory.read_at(&mut seen, start) else {
                break;
            };
            let here = seen[..read]
                .windows(masked.len())
                .take(STEP)
                .enumerate()
                .filter(|(at, here)| {
                    !own.contains(&(start + *at as u64))
                        && here.iter().zip(masked).all(|(byte, kept)| *byte == kept ^ MASK)
                })
                .count();
            if here > 0 {
                println!("{here} in {line}");
            }
            count += here;
        }
    }
    seen.fill(0);
    std::hint::black_box(&seen);
    count
}

/// Some bytes as they are kept here.
fn masked(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ MASK).collect()
}

/// Both ways in which a key can stand in memory: its bytes, and the digits that a statement would have.
fn ways(key: &[u8; 32]) -> [Vec<u8>; 2] {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|four| b"0123456789abcdef"[usize::from(four)] ^ MASK);
    [masked(key), key.iter().flat_map(digits).collect()]
}

/// A book that is made, worked in, signed in to anew, locked, and opened again by another person leaves no key behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_is_locked_leaves_no_key_in_memory() {
    let t = Town::new().await;
    let [bytes, digits] = ways(&open_slot(&t.branch, ADMIN).key);
    let customer = t.customer().await;
    t.lend(customer).await;
    assert!(found(&bytes) > 0, "it is there while the book is open");
    t.desk().forget().await;
    assert_eq!((found(&bytes), found(&digits)), (0, 0), "after its first run");

    for (email, leave) in [(ADMIN, true), (OFFICER, false)] {
        t.sign_in(email, PASSWORD).await.unwrap();
        t.sign_in(AMINA, PASSWORD).await.unwrap();
        assert!(found(&bytes) > 0, "{email}");
        match leave {
            true => t.desk().forget().await,
            false => t.desk().shut().await,
        }
        assert_eq!((found(&bytes), found(&digits)), (0, 0), "after {email}");
    }
}
