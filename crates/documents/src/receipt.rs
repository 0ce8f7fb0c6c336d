//! The receipt of one payment, on A6.

use crate::labels::{day, is_french, say, words};
use crate::paper::{Align, Block, Cell, Header, MM, Paper, Style};
use crate::{DocumentError, Letterhead, amount_in_words};
use chrono::NaiveDate;
use farthing_api::{PaymentMethod, PaymentView};
use farthing_lending::Money;

const BODY: Style = Style::plain(10.0);
const BODY_STRONG: Style = Style::strong(10.0);
const SMALL: Style = Style::plain(8.5);
const AMOUNT: Style = Style::strong(13.0);
/// Points from base line to base line.
const LEADING: f32 = 14.0;

/// What a receipt says.
#[derive(Clone, Debug)]
pub struct ReceiptPaper {
    /// The payment.
    pub payment: PaymentView,
    /// The loan's number.
    pub loan_number: String,
    /// The product's name, or the goods.
    pub product: String,
    /// The customer's name.
    pub customer_name: String,
    /// The customer's number.
    pub customer_number: String,
    /// What is outstanding after the payment.
    pub outstanding: Money,
    /// The next due date and amount, if there is one.
    pub next_due: Option<(NaiveDate, Money)>,
    /// 1 for the first print, 2 for `Copy 2`.
    pub copy: u32,
    /// The number of the receipt or the entry that reversed the payment.
    pub reversed_by: Option<String>,
}

/// The receipt as a PDF of one page: A6, or longer where its texts need more.
///
/// # Errors
/// [`DocumentError`] where the PDF can't be made.
pub fn receipt(letterhead: &Letterhead, receipt: &ReceiptPaper) -> Result<Vec<u8>, DocumentError> {
    let language = letterhead.language.as_str();
    let say = |en: &'static str, fr: &'static str| say(language, en, fr);
    let paper = Paper::new(105.0, 148.0)?;
    let margin = 8.0 * MM;
    let right = paper.width - margin;
    let mut sheet = Sheet {
        paper,
        left: margin,
        right,
        y: margin + 9.0,
        cells: Vec::new(),
    };
    let title = format!("{} {}", say("Receipt", "Reçu"), receipt.payment.receipt);

    sheet.head(&title, &day(language, receipt.payment.value_date));
    sheet.text(&letterhead.organisation, BODY);
    sheet.text(&letterhead.branch, BODY);
    if receipt.copy > 1 {
        sheet.text(&format!("{} {}", say("Copy", "Copie"), receipt.copy), BODY_STRONG);
    }
    if let Some(by) = &receipt.reversed_by {
        sheet.text(&format!("{} {by}", say("Reversed by", "Annulé par")), BODY_STRONG);
    }
    sheet.rule();
    sheet.row(say("Customer", "Client"), &receipt.customer_name, BODY);
    sheet.row(
        say("Customer number", "Numéro de client"),
        &receipt.customer_number,
        BODY,
    );
    sheet.row(say("Loan", "Prêt"), &receipt.loan_number, BODY);
    sheet.row(say("Product", "Produit"), &receipt.product, BODY);
    sheet.row(
        say("Paid by", "Moyen de paiement"),
        &method(language, &receipt.payment),
        BODY,
    );
    sheet.rule();
    let parts = &receipt.payment.parts;
    let show = |amount: Money| letterhead.show(amount);
    let is_aside = parts.recovery.is_positive() || parts.suspense.is_positive();
    let always = [
        (say("Penalty", "Pénalité"), parts.penalty),
        (say("Interest", "Intérêts"), parts.interest),
        (say("Principal", "Capital"), parts.principal),
    ];
    for (name, amount) in always.into_iter().filter(|_| !is_aside) {
        sheet.row(name, &show(amount), BODY);
    }
    let sometimes = [
        (say("Charges", "Frais"), parts.fee),
        (say("Unapplied credit", "Avoir non affecté"), parts.credit),
        (
            say("Recovery of a loan written off", "Recouvrement sur prêt passé en perte"),
            parts.recovery,
        ),
        (
            say("Kept until it is decided where it goes", "En attente d’affectation"),
            parts.suspense,
        ),
    ];
    for (name, amount) in sometimes.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        sheet.row(name, &show(amount), BODY);
    }
    sheet.rule();
    sheet.y += 3.0;
    let received = format!(
        "{}, {}",
        say("Amount received", "Montant reçu"),
        letterhead.currency.code
    );
    sheet.row(&received, &show(receipt.payment.amount), AMOUNT);
    sheet.end_table();
    sheet.text(
        &amount_in_words(language, &letterhead.currency, receipt.payment.amount),
        BODY,
    );
    sheet.rule();
    let outstanding = format!("{}, {}", say("Outstanding", "Restant dû"), letterhead.currency.code);
    sheet.row(&outstanding, &show(receipt.outstanding), BODY_STRONG);
    if let Some((date, amount)) = receipt.next_due {
        let next = format!("{}, {}", say("Next due", "Prochaine échéance"), day(language, date));
        sheet.row(&next, &show(amount), BODY);
    }
    sheet.rule();
    let by = match is_french(language) {
        true => format!("Reçu par {} au guichet {}", receipt.payment.by, letterhead.desk),
        false => format!("Received by {} at desk {}", receipt.payment.by, letterhead.desk),
    };
    sheet.end_table();
    sheet.text(&by, SMALL);
    // Names and references of any length lengthen the paper; nothing is cut.
    sheet.paper.height = sheet.paper.height.max(sheet.y - LEADING + margin);
    sheet.paper.finish(&title, language)
}

fn method(language: &str, payment: &PaymentView) -> String {
    let method = method_word(language, payment.method);
    match payment.reference.trim() {
        "" => method.to_string(),
        reference => format!("{method}, {reference}"),
    }
}

/// How a payment came in, in a word.
pub(crate) fn method_word(language: &str, method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => say(language, "Cash", "Espèces"),
        PaymentMethod::Bank => say(language, "Bank transfer", "Virement"),
        PaymentMethod::Mobile => say(language, "Mobile money", "Mobile money"),
    }
}

/// A column of lines and of rows with a name on the left and a value on the right.
struct Sheet {
    paper: Paper,
    left: f32,
    right: f32,
    /// The next base line.
    y: f32,
    cells: Vec<Vec<Cell>>,
}

impl Sheet {
    /// Number and date, which come first.
    fn head(&mut self, title: &str, date: &str) {
        let leaf = self.paper.leaf();
        self.paper
            .write((self.left, self.y), Align::Left, BODY_STRONG, title, Some(leaf));
        self.paper.block(Block::Heading(1, title.to_string(), leaf));
        self.paper.line((self.right, self.y), Align::Right, BODY_STRONG, date);
        self.y += LEADING;
    }

    fn text(&mut self, text: &str, style: Style) {
        let leaf = self.paper.leaf();
        for line in self.paper.wrap(text, style, self.right - self.left) {
            self.paper
                .write((self.left, self.y), Align::Left, style, &line, Some(leaf));
            self.y += LEADING;
        }
        self.paper.block(Block::Paragraph(leaf));
    }

    fn row(&mut self, name: &str, value: &str, style: Style) {
        let (name_leaf, value_leaf) = (self.paper.leaf(), self.paper.leaf());
        self.paper
            .write((self.left, self.y), Align::Left, style, name, Some(name_leaf));
        let whole = self.right - self.left;
        let mut room = whole - self.paper.width_of(name, style) - 10.0;
        // An amount or a reference that has no room beside its name stands below it, unbroken.
        if words(value).any(|word| self.paper.width_of(word, style) > room) {
            room = whole;
            self.y += LEADING.max(style.size * 1.4);
        }
        for line in self.paper.wrap(value, style, room) {
            self.paper
                .write((self.right, self.y), Align::Right, style, &line, Some(value_leaf));
            self.y += LEADING.max(style.size * 1.4);
        }
        self.cells.push(vec![
            Cell {
                leaf: name_leaf,
                header: Some(Header::Row),
            },
            Cell {
                leaf: value_leaf,
                header: None,
            },
        ]);
    }

    fn rule(&mut self) {
        self.end_table();
        let y = self.y - LEADING + 5.0;
        self.paper.rule((self.left, y), self.right);
        self.y += 5.0;
    }

    /// The rows since the last rule are a table of their own.
    fn end_table(&mut self) {
        if !self.cells.is_empty() {
            let rows = std::mem::take(&mut self.cells);
            self.paper.block(Block::Table(rows));
        }
    }
}
