//! What a screen asks the desk for, asked again whenever the question changes.

use crate::ipc::{self, Asked, Taken};
use crate::state::app;
use farthing_api::{ApiError, Request};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
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

/// Asks what `question` says, and asks again when a signal that it reads changes or others' work arrives; `question` may
/// answer nothing to ask nothing. A late answer to an old question is dropped.
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
    let source = Followed {
        ask: Box::new(move || {
            query.again.track();
            question().map(|request| Asked::by(&request))
        }),
        is_empty: Rc::new(move || query.value.try_with_untracked(Option::is_none) == Some(true)),
        take: Rc::new(move |answer: &str| ipc::read::<R>(answer).map(|answer| query.put(answer))),
        error: query.error,
        slow: query.slow,
    };
    source.follow();
    query
}

/// A query without the type of its answer: what is the same for all of them.
struct Followed {
    ask: Box<dyn Fn() -> Option<Asked>>,
    /// Whether there is no answer yet; one of a screen that is gone is not waited for.
    is_empty: Rc<dyn Fn() -> bool>,
    take: Rc<dyn Fn(&str) -> Taken>,
    error: RwSignal<Option<ApiError>>,
    slow: RwSignal<bool>,
}

impl Followed {
    fn follow(self) {
        let (latest, news) = (StoredValue::new(0u64), app().news);
        Effect::new(move || {
            news.track();
            let Some(asked) = (self.ask)() else {
                return;
            };
            let turn = latest.get_value() + 1;
            latest.set_value(turn);
            self.be_patient();
            let (take, error, slow) = (self.take.clone(), self.error, self.slow);
            spawn_local(async move {
                let outcome = asked.answered().await;
                if latest.try_get_value() != Some(turn) {
                    return;
                }
                slow.try_set(false);
                if let Err(reason) = outcome.and_then(|answer| take(&answer)) {
                    error.try_set(Some(reason));
                }
            });
        });
    }

    /// Shows grey bars where the first answer takes long.
    fn be_patient(&self) {
        if !(self.is_empty)() {
            return;
        }
        let (is_empty, slow) = (self.is_empty.clone(), self.slow);
        let show = move || {
            if is_empty() {
                slow.try_set(true);
            }
        };
        set_timeout(show, PATIENCE);
    }
}
