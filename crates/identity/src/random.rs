//! Randomness of the operating system.

use crate::IdentityError;

/// So many random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| IdentityError::Random(e.to_string()))?;
    Ok(bytes)
}

/// A number below `limit`, each as likely as any other: numbers from the incomplete last stretch are drawn again.
pub(crate) fn below(limit: u32) -> Result<u32, IdentityError> {
    let usable = u32::MAX - u32::MAX % limit;
    loop {
        let drawn = u32::from_le_bytes(bytes()?);
        if drawn < usable {
            return Ok(drawn % limit);
        }
    }
}
