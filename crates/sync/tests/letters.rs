//! What is written, signed and read.

use crate::common::*;
use farthing_office::chain::START;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{About, Letter, Pull, Request, WireError, pack, unpack};
use uuid::Uuid;

#[test]
fn a_letter_is_read_only_as_it_was_signed() {
    let (organisation, request) = (Uuid::from_u128(5), Request::Push(push(rows(1..=2), START)));
    let letter = Letter::new(Versions::HERE, organisation, device(), &request, sign).unwrap();
    let public = key().verifying_key().to_bytes();
    let there: Letter = unpack(&pack(&letter).unwrap()).unwrap();
    assert_eq!(there.open(Versions::HERE, &public).unwrap(), request);
    let other = Letter {
        organisation: Uuid::from_u128(6),
        ..letter.clone()
    };
    assert!(matches!(other.open(Versions::HERE, &public), Err(WireError::Signature)));
    let newer = Letter { version: 2, ..letter };
    assert!(matches!(
        newer.open(Versions::HERE, &public),
        Err(WireError::Version(2))
    ));
    assert!(unpack::<Letter>(b"not packed").is_err());
    let pull = Request::Pull(Pull {
        epoch: 0,
        cursors: Vec::new(),
        outcomes_after: 0,
        most: 1,
        about: About::default(),
    });
    let letter = Letter::new(Versions::HERE, organisation, device(), &pull, sign).unwrap();
    assert_eq!(letter.open(Versions::HERE, &public).unwrap(), pull);
}
