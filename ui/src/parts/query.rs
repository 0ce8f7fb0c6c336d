//! What a screen asks the desk for, asked again whenever the question changes.

use crate::ipc;
use farthing_api::{ApiError, Request};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long nothing is shown before grey bars are.
const PATIENCE: Duration = Duration::from_millis(150);

/// An answer that follows its question. The old answer stays until the new one is there. Copied freely.
pub struct Query<T: Send + Sync + 'static> {
    /// The latest answer.
    pub value: RwSignal<Option<T>>,
    /// Why there was no answer.
    pub error: RwSignal<Option<ApiError>>,
    /// Whether the first answer takes so long that grey bars should show.
    pub slow: RwSignal<bool>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Query<T> {
    /// Asks again.
    pub fn reload(self) {
        self.again.update(|n| *n += 1);
    }

    /// Puts in an answer that came by another way, such as that of a change.
    pub fn put(self, value: T) {
        self.error.try_set(None);
        self.value.try_set(Some(value));
    }
}

/// Asks what `question` says, and asks again when a signal that it reads changes; `question` may answer nothing to
/// ask nothing. A late answer to an old question is dropped.
pub fn query<R>(question: impl Fn() -> Option<R> + 'static) -> Query<R::Answer>
where
    R: Request + 'static,
    R::Answer: Send + Sync + 'static,
{
    let query = Query {
        value: RwSignal::new(None),
        error: RwSignal::new(None),
        slow: RwSignal::new(false),
        again: RwSignal::new(0),
    };
    let latest = StoredValue::new(0u64);
    Effect::new(move || {
        query.again.track();
        let Some(request) = question() else {
            return;
        };
        let turn = latest.get_value() + 1;
        latest.set_value(turn);
        if query.value.with_untracked(Option::is_none) {
            set_timeout(
                move || {
                    if query.value.try_with_untracked(Option::is_none) == Some(true) {
                        query.slow.try_set(true);
                    }
                },
                PATIENCE,
            );
        }
        spawn_local(async move {
            let outcome = ipc::send(&request).await;
            if latest.try_get_value() != Some(turn) {
                return;
            }
            query.slow.try_set(false);
            match outcome {
                Ok(answer) => query.put(answer),
                Err(error) => {
                    query.error.try_set(Some(error));
                }
            }
        });
    });
    query
}
