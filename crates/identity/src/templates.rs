//! What the messages say, in the recipient's language: `fr`, or English for every other.

use farthing_api::Secret;
use std::fmt::Write;

/// What a receipt by mail says. Amounts are already written out, with the currency's code where it is wanted.
#[derive(Clone, Debug)]
pub struct ReceiptMail<'a> {
    /// The organisation's name.
    pub organisation: &'a str,
    /// The customer's name.
    pub customer: &'a str,
    /// The receipt's number.
    pub receipt: &'a str,
    /// The loan's number.
    pub loan: &'a str,
    /// What was received.
    pub amount: &'a str,
    /// The day it was received on.
    pub date: &'a str,
    /// What is outstanding afterwards.
    pub outstanding: &'a str,
    /// The next due date and amount, if there is one.
    pub next_due: Option<(&'a str, &'a str)>,
}

/// One paragraph of a message.
enum Part<'a> {
    Words(String),
    /// A line of its own, large.
    Code(&'a str),
    /// Names and values.
    Table(Vec<(&'a str, &'a str)>),
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

/// The text message that carries a one-time code. The reference says to which screen it belongs.
pub fn code_text(language: &str, organisation: &str, code: &Secret, reference: &str, minutes: u32) -> String {
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

/// The message that confirms a payment: subject, text, HTML.
pub fn receipt_message(language: &str, mail: &ReceiptMail<'_>) -> (String, String, String) {
    let names = match language {
        "fr" => [
            "Reçu",
            "Prêt",
            "Montant reçu",
            "Date",
            "Restant dû",
            "Prochaine échéance",
            "Montant à payer",
        ],
        _ => [
            "Receipt",
            "Loan",
            "Amount received",
            "Date",
            "Outstanding",
            "Next due date",
            "Amount due",
        ],
    };
    let (subject, greeting, outro) = match language {
        "fr" => (
            format!("Reçu {} de {}", mail.receipt, mail.organisation),
            format!(
                "Bonjour {}, {} a reçu votre paiement.",
                mail.customer, mail.organisation
            ),
            "Si l’un de ces chiffres ne correspond pas à votre reçu imprimé, apportez-le à votre agence.",
        ),
        _ => (
            format!("Receipt {} from {}", mail.receipt, mail.organisation),
            format!(
                "Hello {}, {} has received your payment.",
                mail.customer, mail.organisation
            ),
            "If a figure here differs from your printed receipt, bring the receipt to your branch.",
        ),
    };
    let mut values = vec![mail.receipt, mail.loan, mail.amount, mail.date, mail.outstanding];
    if let Some((date, amount)) = mail.next_due {
        values.extend([date, amount]);
    }
    let table = names.into_iter().zip(values).collect();
    let parts = [Part::Words(greeting), Part::Table(table), Part::Words(outro.into())];
    message(language, subject, &parts)
}

fn message(language: &str, subject: String, parts: &[Part<'_>]) -> (String, String, String) {
    (subject, as_text(language, parts), as_html(language, parts))
}

fn as_text(language: &str, parts: &[Part<'_>]) -> String {
    let colon = if language == "fr" { " :" } else { ":" };
    let paragraphs: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Code(code) => (*code).to_string(),
            Part::Table(rows) => {
                let lines: Vec<String> = rows
                    .iter()
                    .map(|(name, value)| format!("{name}{colon} {value}"))
                    .collect();
                lines.join("\n")
            }
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
            Part::Table(rows) => {
                html.push_str("<table style=\"margin:0 0 16px;border-collapse:collapse\">");
                for (name, value) in rows {
                    let _ = write!(
                        html,
                        "<tr><th scope=\"row\" style=\"padding:4px 24px 4px 0;text-align:left;font-weight:400;color:#465060\">{}</th>\
                         <td style=\"padding:4px 0;text-align:right;font-weight:600\">{}</td></tr>",
                        escape(name),
                        escape(value)
                    );
                }
                html.push_str("</table>");
            }
        }
    }
    html.push_str("</div></body></html>\n");
    html
}

fn escape(text: &str) -> String {
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
    fn a_receipt_says_every_figure() {
        let mut mail = ReceiptMail {
            organisation: "Lakeside Credit",
            customer: "Amina Odhiambo",
            receipt: "BR1-01-000042",
            loan: "BR1-L-00418",
            amount: "KES 1,500.00",
            date: "5 Jun 2026",
            outstanding: "KES 12,000.00",
            next_due: Some(("10 Jul 2026", "KES 1,269.59")),
        };
        for language in ["en", "fr"] {
            let (subject, text, html) = receipt_message(language, &mail);
            assert!(subject.contains("BR1-01-000042"));
            for figure in [
                "BR1-L-00418",
                "KES 1,500.00",
                "5 Jun 2026",
                "KES 12,000.00",
                "10 Jul 2026",
                "KES 1,269.59",
            ] {
                assert!(text.contains(figure) && html.contains(figure), "{language} {figure}");
            }
        }
        mail.next_due = None;
        assert!(!receipt_message("en", &mail).1.contains("Next due"));
        assert!(test_message("en", "Lakeside Credit").0.contains("Lakeside"));
    }
}
