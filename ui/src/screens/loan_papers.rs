//! Receipts and statements as PDF: written by the desk, then opened from the toast.

use crate::i18n::{Text, text};
use crate::ipc::send;
use crate::screens::loan_kit::Show;
use farthing_api::{ApiError, LoanId, OpenDocument, PaymentId, Saved, WriteReceipt, WriteStatement};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What writes papers from a screen, and why one could not be written.
#[derive(Clone, Copy)]
pub struct Papers {
    show: Show,
    trouble: RwSignal<Option<String>>,
}

impl Papers {
    /// Nothing written yet.
    pub fn new(show: Show) -> Papers {
        Papers {
            show,
            trouble: RwSignal::new(None),
        }
    }

    fn fail(self, error: &ApiError) {
        self.trouble.try_set(Some(untrack(|| self.show.answer(error))));
    }

    fn open(self, path: String) {
        spawn_local(async move {
            if let Err(error) = send(&OpenDocument { path }).await {
                self.fail(&error);
            }
        });
    }

    /// Says that a paper is written and offers to open it.
    fn offer(self, answer: Result<Saved, ApiError>, words: String) {
        match answer {
            Ok(saved) => {
                let label = self.show.say(text::LOAN_DO_OPEN);
                self.show.done_with(words, label, move || self.open(saved.path.clone()));
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Writes the receipt of a payment and offers to open it. `writing` is true meanwhile.
    pub fn receipt(self, payment: PaymentId, receipt: String, writing: RwSignal<bool>) {
        if writing.get_untracked() {
            return;
        }
        writing.set(true);
        self.trouble.set(None);
        spawn_local(async move {
            let answer = send(&WriteReceipt { payment }).await;
            self.offer(
                answer,
                self.show.fill(text::LOAN_DONE_RECEIPT_WRITTEN, [("receipt", receipt)]),
            );
            writing.try_set(false);
        });
    }

    /// Writes the statement of a loan, or its offer, says so in words with its number, and offers to open it. `writing` is true
    /// meanwhile.
    pub fn statement(self, loan: LoanId, (words, number): (Text, String), writing: RwSignal<bool>) {
        if writing.get_untracked() {
            return;
        }
        writing.set(true);
        self.trouble.set(None);
        spawn_local(async move {
            let answer = send(&WriteStatement { loan }).await;
            self.offer(answer, self.show.fill(words, [("number", number)]));
            writing.try_set(false);
        });
    }

    /// Writes the receipt of a payment and opens it.
    pub fn show_receipt(self, payment: PaymentId) {
        self.trouble.try_set(None);
        spawn_local(async move {
            match send(&WriteReceipt { payment }).await {
                Ok(saved) => self.open(saved.path),
                Err(error) => self.fail(&error),
            }
        });
    }

    /// Says what was saved and offers its receipt, which is written when it is asked for.
    pub fn received(self, words: String, payment: PaymentId) {
        let label = self.show.say(text::LOAN_DO_OPEN_RECEIPT);
        self.show.done_with(words, label, move || self.show_receipt(payment));
    }

    /// Why the last paper could not be written or opened.
    pub fn banner(self) -> AnyView {
        (move || {
            self.trouble.get().map(|words| {
                view! { <div class="banner banner-bad" role="alert"><span data-figure="error">{words}</span></div> }
            })
        })
        .into_any()
    }
}
