//! Links and codes that prove who asks: long enough that nobody guesses one, kept as hashes alone.

use crate::{IdentityError, paper, random};
use farthing_api::Secret;
use sha2::{Digest, Sha256};

/// What a link begins with. It names no host, so none can be put into it from outside.
pub const RESET: &str = "farthing://reset/";
/// What the token of a server's link begins with; the others have hexadecimal digits alone.
const OF_SERVER: &str = "s";
/// Minutes for which a link holds.
pub const RESET_MINUTES: u32 = 30;
/// Hours for which a changed contact may be taken back.
pub const UNDO_HOURS: i64 = 24;

/// A new link of 256 random bits.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn new_link() -> Result<Secret, IdentityError> {
    let bytes: [u8; 32] = random::bytes()?;
    Ok(Secret::new(format!("{RESET}{}", hex::encode(bytes))))
}

/// Letters of a code that is typed, five bits each: 140 bits.
const CODE_LETTERS: usize = 28;

/// A new code of 140 random bits, in seven groups of four letters.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn new_undo_code() -> Result<Secret, IdentityError> {
    Ok(Secret::new(paper::in_fours(&paper::letters::<CODE_LETTERS>()?)))
}

/// A new link that a server sends, of 256 random bits too. It leads to the server, where the others lead to the book.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn new_server_link() -> Result<Secret, IdentityError> {
    let bytes: [u8; 32] = random::bytes()?;
    Ok(Secret::new(format!("{RESET}{OF_SERVER}{}", hex::encode(bytes))))
}

/// Whether a link, or its token, leads to a server.
pub fn is_of_server(pasted: &Secret) -> bool {
    token(pasted).starts_with(OF_SERVER)
}

/// How a link or its token is kept, whichever of the two was pasted.
pub fn link_hash(pasted: &Secret) -> String {
    hash("reset link", &token(pasted).to_lowercase())
}

fn token(pasted: &Secret) -> &str {
    let pasted = pasted.reveal().trim();
    pasted.strip_prefix(RESET).unwrap_or(pasted).trim_end_matches('/')
}

/// How an undo code is kept: case, spaces and dashes don't matter, I and L are 1, O is 0.
pub fn undo_hash(typed: &Secret) -> String {
    hash("undo code", &paper::plain(typed.reveal()))
}

fn hash(purpose: &str, text: &str) -> String {
    let hash = Sha256::new()
        .chain_update("farthing ")
        .chain_update(purpose)
        .chain_update([0]);
    hex::encode(hash.chain_update(text).finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_link_is_known_whole_or_by_its_token() {
        let link = new_link().unwrap();
        let token = link.reveal().strip_prefix(RESET).unwrap();
        assert_eq!(token.len(), 64);
        for pasted in [
            link.reveal().to_string(),
            format!("  {token}\n"),
            format!("{}/", link.reveal()),
        ] {
            assert_eq!(link_hash(&Secret::new(pasted)), link_hash(&link));
        }
        assert_ne!(link_hash(&new_link().unwrap()), link_hash(&link));
        assert!(!link_hash(&link).contains(token));
    }

    #[test]
    fn a_link_of_a_server_is_told_apart() {
        let link = new_server_link().unwrap();
        let token = Secret::new(link.reveal().strip_prefix(RESET).unwrap());
        assert!(is_of_server(&link) && is_of_server(&token));
        assert_eq!(link_hash(&link), link_hash(&token));
        assert!(!is_of_server(&new_link().unwrap()));
    }

    #[test]
    fn an_undo_code_is_typed_as_one_likes() {
        let code = new_undo_code().unwrap();
        assert_eq!(code.reveal().len(), CODE_LETTERS + 6);
        let typed = code
            .reveal()
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(undo_hash(&Secret::new(typed)), undo_hash(&code));
        assert_ne!(undo_hash(&code), link_hash(&code));
    }
}
