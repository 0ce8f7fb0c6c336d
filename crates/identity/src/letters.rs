//! Messages to customers as templates: words with blanks in braces, which an administrator may change.

use crate::letters_words::original as words;
use crate::templates::escape;
use farthing_api::{ApiError, Code, Contact, Letter, MessageKind};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What fills the blanks, by their names.
pub type Values = BTreeMap<&'static str, String>;

/// Languages in which there are messages.
pub const LANGUAGES: [&str; 2] = ["en", "fr"];
/// The most letters of a subject, a mail and a text message; the last is what three parts of one hold.
const LONGEST: (u32, u32, u32) = (150, 4_000, 459);

/// The blanks that a message of a kind may have.
pub const fn blanks(kind: MessageKind) -> &'static [&'static str] {
    match kind {
        MessageKind::DueSoon | MessageKind::DueToday => &[
            "customer",
            "organisation",
            "branch",
            "loan",
            "product",
            "amount",
            "date",
            "outstanding",
        ],
        MessageKind::Overdue => &[
            "customer",
            "organisation",
            "branch",
            "loan",
            "product",
            "amount",
            "date",
            "days",
            "outstanding",
        ],
        MessageKind::Receipt => &[
            "customer",
            "organisation",
            "branch",
            "loan",
            "product",
            "receipt",
            "amount",
            "date",
            "outstanding",
            "next_amount",
            "next_date",
        ],
        MessageKind::Approved => &["customer", "organisation", "branch", "loan", "product", "amount"],
        MessageKind::Rejected => &[
            "customer",
            "organisation",
            "branch",
            "loan",
            "product",
            "amount",
            "reason",
        ],
        MessageKind::ContactChanged => &["customer", "organisation", "branch", "contact", "code", "date"],
    }
}

/// What a message says as long as nobody has changed it.
pub fn original(kind: MessageKind, language: &str, channel: Contact) -> Letter {
    words(kind, language, channel)
}

/// Checks a template.
///
/// # Errors
/// Names the field, and the blank that this kind doesn't have.
pub fn check(kind: MessageKind, channel: Contact, letter: &Letter) -> Result<(), ApiError> {
    let (subject, mail, phone) = LONGEST;
    let longest = if channel == Contact::Email { mail } else { phone };
    if channel == Contact::Email {
        check_words(kind, "subject", &letter.subject, subject)?;
    }
    check_words(kind, "text", &letter.text, longest)
}

fn check_words(kind: MessageKind, field: &str, text: &str, most: u32) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::input(field, Code::Required));
    }
    if text.chars().count() > most as usize {
        return Err(ApiError::input(field, Code::TooLong).with("most", most));
    }
    let known = blanks(kind);
    for part in parts(text) {
        match part {
            Part::Words(words) if words.contains(['{', '}']) => {
                return Err(ApiError::input(field, Code::TemplateBrace).with("example", "{customer}"));
            }
            Part::Blank(name) if !known.contains(&name) => {
                let list = known.join(", ");
                return Err(ApiError::input(field, Code::TemplateBlank)
                    .with("blank", name)
                    .with("known", list.as_str()));
            }
            _ => {}
        }
    }
    Ok(())
}

enum Part<'a> {
    Words(&'a str),
    Blank(&'a str),
}

/// A text's words and blanks in their order. A brace without its other one stays among the words.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| open + at) else {
            break;
        };
        out.push(Part::Words(&rest[..open]));
        out.push(Part::Blank(&rest[open + 1..close]));
        rest = &rest[close + 1..];
    }
    out.push(Part::Words(rest));
    out
}

/// Fills a template's blanks. A line that has blanks, all of them empty, is left out; a value never begins a line of its own.
pub fn fill(template: &Letter, values: &Values) -> Letter {
    let lines = template.text.lines().filter_map(|line| fill_line(line, values));
    Letter {
        subject: fill_line(&template.subject, values).unwrap_or_default(),
        text: lines.collect::<Vec<_>>().join("\n"),
    }
}

fn fill_line(line: &str, values: &Values) -> Option<String> {
    let (mut out, mut has_blank, mut has_value) = (String::new(), false, false);
    for part in parts(line) {
        match part {
            Part::Words(words) => out.push_str(words),
            Part::Blank(name) => {
                let value = values.get(name).map(String::as_str).unwrap_or_default();
                has_blank = true;
                has_value |= !value.trim().is_empty();
                out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
        }
    }
    (!has_blank || has_value).then_some(out)
}

/// The same words as HTML: a paragraph for each block of lines, a line of nothing but a link as one. Black on white, with the
/// styles in the elements: mail programs drop style sheets.
pub fn as_html(language: &str, text: &str) -> String {
    let language = if language == "fr" { "fr" } else { "en" };
    let mut html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"></head><body style=\"margin:0;padding:24px;\
         font:16px/24px sans-serif;color:#151a22;background:#ffffff\"><div style=\"max-width:560px\">"
    );
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let lines: Vec<String> = block.lines().map(line_as_html).collect();
        let _ = write!(html, "<p style=\"margin:0 0 16px\">{}</p>", lines.join("<br>"));
    }
    html.push_str("</div></body></html>\n");
    html
}

fn line_as_html(line: &str) -> String {
    let line = escape(line);
    match line.starts_with("farthing://") && !line.contains(char::is_whitespace) {
        true => format!("<a href=\"{line}\" style=\"color:#1b4f8f\">{line}</a>"),
        false => line,
    }
}

/// Sample data for a preview. Amounts and days are written as the caller's language does.
pub fn sample(organisation: &str, branch: &str, amounts: [String; 3], days: [String; 2]) -> Values {
    let [amount, outstanding, next_amount] = amounts;
    let [date, next_date] = days;
    [
        ("customer", "Amina Odhiambo".to_string()),
        ("organisation", organisation.to_string()),
        ("branch", branch.to_string()),
        ("loan", "BR1-L-00418".into()),
        ("product", "Small business".into()),
        ("receipt", "BR1-01-000042".into()),
        ("amount", amount),
        ("outstanding", outstanding),
        ("next_amount", next_amount),
        ("date", date),
        ("next_date", next_date),
        ("days", "7".into()),
        ("reason", "The income is not documented.".into()),
        ("contact", "a…@example.org".into()),
        ("code", "K7QF-29XB-MT4D-0H3R-W8CN-5PVA-61YE".into()),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn values() -> Values {
        let amounts = ["USD 1,500.00", "USD 12,000.00", "USD 1,269.59"].map(String::from);
        let days = ["5 Jun 2026", "5 Jul 2026"].map(String::from);
        sample("Lakeside <Credit>", "Harbour", amounts, days)
    }

    #[test]
    fn every_original_passes_its_own_check_and_leaves_no_blank() {
        for kind in MessageKind::ALL {
            for language in LANGUAGES {
                for channel in [Contact::Email, Contact::Phone] {
                    let letter = original(kind, language, channel);
                    check(kind, channel, &letter).unwrap();
                    let filled = fill(&letter, &values());
                    assert!(!filled.text.contains(['{', '}']), "{}", filled.text);
                    assert_eq!(filled.subject.is_empty(), channel == Contact::Phone);
                    let html = as_html(language, &filled.text);
                    assert!(!html.contains("<Credit>"), "{html}");
                }
            }
        }
    }

    #[test]
    fn an_unknown_blank_is_named_and_a_lone_brace_refused() {
        let wrong = |text: &str| {
            let (subject, text) = ("Hello".to_string(), text.to_string());
            check(MessageKind::Approved, Contact::Email, &Letter { subject, text }).unwrap_err()
        };
        let unknown = wrong("Dear {custmer}");
        assert_eq!(
            (unknown.code, unknown.field.as_deref()),
            (Code::TemplateBlank, Some("text"))
        );
        assert!(
            unknown.message.contains("“custmer”") && unknown.message.contains("customer"),
            "{unknown}"
        );
        assert_eq!(wrong("Dear {receipt}").code, Code::TemplateBlank);
        assert_eq!(wrong("Dear {customer").code, Code::TemplateBrace);
        assert_eq!(wrong("Dear customer}").code, Code::TemplateBrace);
        assert_eq!(wrong("  ").code, Code::Required);
    }

    #[test]
    fn a_value_can_begin_no_line_and_no_tag() {
        let mut values = values();
        values.insert("customer", "Eve\r\nBcc: all@example.org".into());
        values.insert("next_amount", String::new());
        values.insert("next_date", String::new());
        let filled = fill(&original(MessageKind::Receipt, "en", Contact::Email), &values);
        assert!(
            !filled.text.lines().any(|line| line.starts_with("Bcc")),
            "{}",
            filled.text
        );
        assert!(!filled.text.contains("Next installment"), "{}", filled.text);
        values.insert("receipt", "1\nBcc: all@example.org".into());
        let subject = fill(&original(MessageKind::Receipt, "en", Contact::Email), &values).subject;
        assert!(!subject.contains('\n'));
        assert!(as_html("en", "<b>x</b>").contains("&lt;b&gt;"));
    }
}
