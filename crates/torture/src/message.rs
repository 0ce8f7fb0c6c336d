//! Just enough of HTTP/1.1 to tell where a message ends: what passes here has its length in its head.

use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncReadExt};

/// A longer head, or a longer body, is nobody's here.
const MOST_HEAD: usize = 64 << 10;
const MOST_BODY: usize = 64 << 20;

/// Reads one whole message, byte for byte as it came; none where the line ended before it began.
///
/// # Errors
/// The line ended within the message, or it is none.
pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if bytes.len() > MOST_HEAD {
            return Err(Error::new(ErrorKind::InvalidData, "a head without an end"));
        }
        if from.read_buf(&mut bytes).await? == 0 {
            return match bytes.is_empty() {
                true => Ok(None),
                false => Err(ErrorKind::UnexpectedEof.into()),
            };
        }
    };
    let whole = end + length(&bytes[..end])?;
    while bytes.len() < whole {
        if from.read_buf(&mut bytes).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    bytes.truncate(whole);
    Ok(Some(bytes))
}

/// How long the body is.
fn length(head: &[u8]) -> Result<usize> {
    let wrong = |what: &str| Error::new(ErrorKind::InvalidData, what.to_string());
    let head = std::str::from_utf8(head).map_err(|_| wrong("a head that is no text"))?;
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(wrong("a body in pieces"));
        }
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.trim().parse().map_err(|_| wrong("a length that is no number"))?;
            return match length <= MOST_BODY {
                true => Ok(length),
                false => Err(wrong("a body that is too long")),
            };
        }
    }
    Ok(0)
}
