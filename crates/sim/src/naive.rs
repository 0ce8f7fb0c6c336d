//! A desk that believes any page, for a planted bug.

use farthing_sync::authority::Head;
use farthing_sync::device::{Broken, News, Position};
use farthing_sync::versions::Versions;
use farthing_sync::wire::Page;

/// What a page brings, unchecked but for its versions: the cursor is the greatest number that was seen.
pub(crate) fn news(position: &Position, versions: Versions, page: Page) -> Result<News, Broken> {
    if let Some(newer) = page.entries.iter().find(|entry| entry.fact.is_newer(versions)) {
        return Err(Broken::Newer(newer.fact.version));
    }
    let mut cursors = position.cursors.clone();
    for part in &page.scopes {
        let place = page.scopes.iter().position(|p| p.scope == part.scope).unwrap_or(0);
        let count = page.entries.iter().filter(|e| usize::from(e.part) == place).count();
        let seq = part.from - 1 + i64::try_from(count).unwrap_or(0);
        let seen = cursors.entry(part.scope.clone()).or_default();
        if seq > seen.seq {
            *seen = Head { seq, hash: part.head };
        }
    }
    Ok(News {
        facts: page.entries.into_iter().map(|e| (e.fact, e.key)).collect(),
        credentials: Vec::new(),
        cursors,
        outcomes: page
            .outcomes
            .into_iter()
            .filter(|o| o.dev_seq > position.decided)
            .collect(),
        more: page.more,
        lacks: None,
        history: page.history,
        authority: page.authority,
    })
}
