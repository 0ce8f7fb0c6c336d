//! Replays the seeds of identity's fuzz targets and whatever is near them: read or refused, never a panic.

use std::path::Path;

/// What numbers, JSON, headers and PHC strings are made of.
const TELLING: &[u8] = b"0+-=$.,:;{}[]\"\\ \r\n\x1e\x00";

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let seeds: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| std::fs::read(f.unwrap().path()).unwrap())
        .collect();
    assert!(seeds.len() >= 3, "only {} seeds of {target}", seeds.len());
    seeds
}

fn near_its_seeds(target: &str, check: fn(&[u8])) {
    crate::near::near(seeds(target), TELLING, check);
}

#[test]
fn any_slot_file_is_read_or_refused() {
    near_its_seeds("slot_file", crate::identity::slot_file);
}

#[test]
fn no_text_is_a_token() {
    near_its_seeds("token", crate::identity::token);
}

#[test]
fn any_hash_is_worked_out_within_limits_or_refused() {
    near_its_seeds("phc", crate::identity::phc);
}

#[test]
fn any_phone_number_has_one_form_or_none() {
    near_its_seeds("phone", crate::identity::phone);
}

#[test]
fn no_message_adds_to_what_a_gateway_is_asked() {
    near_its_seeds("sms_template", crate::identity::sms_template);
}

#[test]
fn nobody_adds_a_header_line() {
    near_its_seeds("mail_headers", crate::identity::mail_headers);
}
