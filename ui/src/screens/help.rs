//! Help: the proof of the published figures, worked out on this machine.

use crate::i18n::{Text, t, text};
use crate::parts::{Banner, Button, Fact, Facts, Screen, Tone, query};
use crate::screens::loan_kit::{Show, loading, trouble};
use farthing_api::Prove;
use farthing_lending::prove::Certificate;
use leptos::prelude::*;

/// What an authority is called.
fn authority(word: &str) -> Text {
    match word {
        "regulator" => text::HELP_REGULATOR,
        "oss-test" => text::HELP_SYSTEM,
        "predecessor" => text::HELP_PREDECESSOR,
        "published" => text::HELP_PUBLISHED,
        _ => text::HELP_DERIVED,
    }
}

/// The screen.
#[component]
pub fn HelpScreen() -> impl IntoView {
    let show = Show::here();
    let proof = query(|| Some(Prove {}));
    let again = Callback::new(move |()| {
        proof.value.set(None);
        proof.reload();
    });
    let shown = move || match (proof.error.get(), proof.value.get()) {
        (Some(error), _) => trouble(&error),
        (None, Some(certificate)) => drawn(&certificate, show),
        (None, None) => loading(text::HELP_WORKING),
    };
    let tools = move || view! { <Button label=text::HELP_AGAIN icon="check" does="prove-again" on_press=again/> };
    view! {
        <Screen name="help" title=text::HELP_TITLE class="tight" tools>
            <div class="stack-loose">
                <p>{t(text::HELP_LEAD)}</p>
                {shown}
            </div>
        </Screen>
    }
    .into_any()
}

fn drawn(certificate: &Certificate, show: Show) -> AnyView {
    let banner = match certificate.differences.len() {
        0 => view! { <Banner title=text::HELP_HOLDS tone=Tone::Good icon="check"/> }.into_any(),
        n => {
            let words = show.fill(text::HELP_DIFFERS, [("n", n.to_string())]);
            view! { <Banner title=Signal::stored(words) tone=Tone::Bad icon="warning"/> }.into_any()
        }
    };
    let fact = |name: Text, value: String| -> Fact { (name.into(), Signal::stored(value)) };
    let facts = vec![
        fact(text::HELP_VERSION, certificate.version.clone()),
        fact(text::HELP_EXAMPLES, certificate.examples.to_string()),
        fact(text::HELP_FIGURES, certificate.figures.to_string()),
    ];
    let sources: Vec<_> = certificate
        .sources
        .iter()
        .map(|source| {
            view! {
                <tr>
                    <td>{show.say(authority(&source.authority))}</td>
                    <td>{source.name.clone()}</td>
                    <td class="num">{source.examples}</td>
                    <td class="num">{source.figures}</td>
                </tr>
            }
        })
        .collect();
    let differences: Vec<_> = certificate
        .differences
        .iter()
        .map(|difference| {
            let values = [
                ("id", difference.id.clone()),
                ("figure", difference.path.clone()),
                ("expected", difference.expected.clone()),
                ("got", difference.got.clone()),
            ];
            view! { <li>{show.fill(text::HELP_DIFFERENCE, values)}</li> }
        })
        .collect();
    let hash = certificate.hash.clone();
    view! {
        <div data-figure="certificate">{banner}</div>
        {(!differences.is_empty()).then(|| view! { <ul class="stack">{differences}</ul> })}
        <Facts facts/>
        <div class="table-wrap">
            <table class="table flush" data-list="sources" aria-label=t(text::HELP_SOURCES)>
                <thead><tr>
                    <th scope="col">{t(text::HELP_AUTHORITY)}</th>
                    <th scope="col">{t(text::HELP_SOURCE)}</th>
                    <th scope="col" class="num">{t(text::HELP_EXAMPLES)}</th>
                    <th scope="col" class="num">{t(text::HELP_FIGURES)}</th>
                </tr></thead>
                <tbody>{sources}</tbody>
            </table>
        </div>
        <p class="note">{t(text::HELP_HASH)} <br/> <code class="hash" data-figure="hash">{hash}</code></p>
    }
    .into_any()
}
