//! What the part of a payment beyond what is due may do, side by side.

use crate::i18n::{Text, t, text};
use crate::parts::{Choice, RadioOptions};
use crate::screens::loan_kit::Show;
use farthing_api::WhatIfView;
use farthing_lending::Prepayment;
use leptos::prelude::*;

/// The ways with the word and the name of each choice; the first one needs no decision.
const WAYS: [(&str, Option<Prepayment>, Text); 4] = [
    ("agreed", None, text::WAY_AGREED),
    ("shorten", Some(Prepayment::Shorten), text::WAY_SHORTEN),
    ("lower", Some(Prepayment::Lower), text::WAY_LOWER),
    ("defer", Some(Prepayment::Defer), text::WAY_DEFER),
];

/// The word of a way, as the choice holds it.
pub fn word(choice: Option<Prepayment>) -> &'static str {
    let found = WAYS.iter().find(|(_, way, _)| *way == choice);
    found.map_or(WAYS[0].0, |(word, ..)| word)
}

/// The way of a word.
pub fn of(word: &str) -> Option<Prepayment> {
    WAYS.iter().find(|(own, ..)| *own == word).and_then(|(_, way, _)| *way)
}

/// What follows from a way, in one line: the next due, the installment, the end.
fn note(way: &WhatIfView, show: Show) -> String {
    let (Some((day, amount)), Some(end)) = (way.next_due, way.ends_on) else {
        return show.say(text::WAY_SETTLED);
    };
    let values = [
        ("date", show.day_near(day)),
        ("amount", show.money(amount)),
        ("installment", show.money(way.installment)),
        ("end", show.day(end)),
    ];
    match way.installments_left {
        1 => show.fill(text::WAY_NOTE_ONE, [values[0].clone(), values[1].clone()]),
        _ => show.fill(text::WAY_NOTE, values),
    }
}

/// The choice, where there is one: each way with the interest that it saves and what follows.
pub fn options(ways: Signal<Vec<WhatIfView>>, choice: RwSignal<String>, show: Show) -> AnyView {
    // A way that the new amount does not allow is not kept in secret.
    Effect::new(move |_| {
        let ways = ways.get();
        let is_offered = choice.with_untracked(|word| ways.iter().any(|way| self::word(way.choice) == word));
        if !ways.is_empty() && !is_offered {
            choice.set(WAYS[0].0.to_owned());
        }
    });
    let choices = Signal::derive(move || {
        let option = |way: &WhatIfView| {
            let (word, _, title) = WAYS.iter().find(|(_, own, _)| *own == way.choice).unwrap_or(&WAYS[0]);
            Choice::new(*word, *title)
                .amount(Signal::stored(show.money(way.interest_saved)))
                .note(Signal::stored(note(way, show)))
        };
        ways.with(|ways| ways.iter().map(option).collect::<Vec<_>>())
    });
    let has_choice = Memo::new(move |_| choices.with(|choices| choices.len() > 1));
    (move || {
        has_choice.get().then(|| {
            view! {
                <fieldset class="whatif-choices" data-figure="ways">
                    <legend class="visually-hidden">{t(text::WAYS_TITLE)}</legend>
                    <div class="whatif-legend" aria-hidden="true">
                        <span>{t(text::WAYS_TITLE)}</span><span>{t(text::WAYS_SAVED)}</span>
                    </div>
                    <RadioOptions name="prepayment" label=text::WAYS_TITLE value=choice choices/>
                </fieldset>
            }
        })
    })
    .into_any()
}
