//! What the messages say, in the recipient's language: `fr`, or English for every other.

use farthing_api::Secret;
use std::fmt::Write;

/// One paragraph of a message.
enum Part<'a> {
    Words(String),
    /// A line of its own, large.
    Code(&'a str),
}

/// The message that carries a one-time code: subject, text, HTML. The code stands on a line of its own in the text and
/// not in the subject, which locked screens show.
pub fn code_message(
    language: &str,
    organisation: &str,
    code: &Secret,
    reference: &str,
    minutes: u32,
) -> (String, String, String) {
    #[cfg(feature = "test-hooks")]
    crate::work::worded();
    let (subject, intro, outro) = match language {
        "fr" => (
            format!("Votre code pour {organisation} (référence {reference})"),
            format!("Voici votre code pour {organisation}. L’écran qui le demande affiche la référence {reference}."),
            format!(
                "Il est valable {minutes} minutes et ne sert qu’une fois. Ne le donnez à personne au téléphone. Si vous \
                 n’avez rien demandé, ignorez ce message : sans le code, rien ne se passe."
            ),
        ),
        _ => (
            format!("Your code for {organisation} (reference {reference})"),
            format!(
                "Here is your code for {organisation}. The screen that asks for it shows the reference {reference}."
            ),
            format!(
                "It holds for {minutes} minutes and works once. Give it to nobody on the phone. If you asked for \
                 nothing, ignore this message: nothing happens without the code."
            ),
        ),
    };
    let parts = [Part::Words(intro), Part::Code(code.reveal()), Part::Words(outro)];
    message(language, subject, &parts)
}

/// The message to whoever registers with an email that is known, in place of a code: subject, text, HTML.
pub fn known_message(language: &str, organisation: &str) -> (String, String, String) {
    #[cfg(feature = "test-hooks")]
    crate::work::worded();
    let (subject, what, then) = match language {
        "fr" => (
            format!("Vous avez déjà un accès à {organisation}"),
            format!("Quelqu’un a voulu s’inscrire à {organisation} avec cette adresse, qui y a déjà un accès."),
            "Si c’était vous, connectez-vous avec cette adresse ; « Mot de passe oublié » vous donne un nouveau mot de passe. Sinon, \
             ignorez ce message : rien n’a changé.",
        ),
        _ => (
            format!("You have access to {organisation} already"),
            format!("Someone wanted to register at {organisation} with this address, which has access there already."),
            "If it was you, sign in with this address; “Forgot your password?” gives you a new password. If not, ignore this message: \
             nothing has changed.",
        ),
    };
    message(language, subject, &[Part::Words(what), Part::Words(then.into())])
}

/// The text message that carries a one-time code. The reference says to which screen it belongs.
pub fn code_text(language: &str, organisation: &str, code: &Secret, reference: &str, minutes: u32) -> String {
    #[cfg(feature = "test-hooks")]
    crate::work::worded();
    let code = code.reveal();
    match language {
        "fr" => format!(
            "{code} est votre code pour {organisation} (référence {reference}). Valable {minutes} minutes. Ne le donnez à \
             personne au téléphone."
        ),
        _ => format!(
            "{code} is your code for {organisation} (reference {reference}). It holds for {minutes} minutes. Give it to \
             nobody on the phone."
        ),
    }
}

/// The message that carries a link for a new password: subject, text, HTML.
pub fn reset_message(language: &str, organisation: &str, link: &Secret, minutes: u32) -> (String, String, String) {
    #[cfg(feature = "test-hooks")]
    crate::work::worded();
    let (subject, intro, outro) = match language {
        "fr" => (
            format!("Nouveau mot de passe pour {organisation}"),
            format!(
                "Quelqu’un a demandé un nouveau mot de passe pour votre accès à {organisation}. Ouvrez ce lien sur le poste, ou \
                 collez-le sous « Mot de passe oublié » :"
            ),
            format!(
                "Il est valable {minutes} minutes et ne sert qu’une fois. Si vous n’avez rien demandé, ignorez ce message : sans le \
                 lien, rien ne change."
            ),
        ),
        _ => (
            format!("A new password for {organisation}"),
            format!(
                "Someone asked for a new password for your access to {organisation}. Open this link at the desk, or paste it under \
                 “Forgot your password?”:"
            ),
            format!(
                "It holds for {minutes} minutes and works once. If you asked for nothing, ignore this message: nothing changes \
                 without the link."
            ),
        ),
    };
    let text = format!("{intro}\n\n{}\n\n{outro}\n", link.reveal());
    let html = crate::letters::as_html(language, &text);
    (subject, text, html)
}

/// The text message that shows that the SMS settings work.
pub fn test_text(language: &str, organisation: &str) -> String {
    match language {
        "fr" => format!("Message d’essai de {organisation} : les réglages des SMS fonctionnent."),
        _ => format!("Test message from {organisation}: the SMS settings work."),
    }
}

/// The message that shows that the mail settings work: subject, text, HTML.
pub fn test_message(language: &str, organisation: &str) -> (String, String, String) {
    let (subject, words) = match language {
        "fr" => (
            format!("Message d’essai de {organisation}"),
            "Ce message est arrivé : les réglages du courrier fonctionnent. Vous n’avez rien à faire.",
        ),
        _ => (
            format!("Test message from {organisation}"),
            "This message has arrived, so the mail settings work. There is nothing to do.",
        ),
    };
    message(language, subject, &[Part::Words(words.into())])
}

fn message(language: &str, subject: String, parts: &[Part<'_>]) -> (String, String, String) {
    (subject, as_text(parts), as_html(language, parts))
}

fn as_text(parts: &[Part<'_>]) -> String {
    let paragraphs: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Code(code) => (*code).to_string(),
        })
        .collect();
    paragraphs.join("\n\n") + "\n"
}

/// Black on white, with the styles in the elements: mail programs drop style sheets.
fn as_html(language: &str, parts: &[Part<'_>]) -> String {
    let language = if language == "fr" { "fr" } else { "en" };
    let mut html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"></head><body style=\"margin:0;padding:24px;\
         font:16px/24px sans-serif;color:#151a22;background:#ffffff\"><div style=\"max-width:560px\">"
    );
    for part in parts {
        match part {
            Part::Words(words) => {
                let _ = write!(html, "<p style=\"margin:0 0 16px\">{}</p>", escape(words));
            }
            Part::Code(code) => {
                let _ = write!(
                    html,
                    "<p style=\"margin:0 0 16px;font:600 32px/40px monospace;letter-spacing:4px\">{}</p>",
                    escape(code)
                );
            }
        }
    }
    html.push_str("</div></body></html>\n");
    html
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_stands_on_a_line_of_its_own_and_not_in_the_subject() {
        for language in ["en", "fr", "sw"] {
            let (subject, text, html) = code_message(language, "Lakeside <Credit>", &Secret::new("012345"), "BKTX", 10);
            assert!(text.lines().any(|line| line == "012345"));
            assert!(!subject.contains("012345") && subject.contains("BKTX"));
            assert!(text.contains("BKTX") && text.contains("10 minutes"));
            assert!(html.contains("012345") && html.contains("Lakeside &lt;Credit&gt;") && !html.contains("<Credit>"));
        }
    }

    #[test]
    fn a_trial_names_who_sends_it() {
        assert!(test_message("en", "Lakeside Credit").0.contains("Lakeside"));
    }
}
