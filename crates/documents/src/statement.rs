//! The statement of one loan, on A4: how it stands, its schedule, its payments.

use crate::labels::{day, is_french, say};
use crate::note::{foot_note, rate};
use crate::paper::{Align, Block, Cell, Header, MM, Paper, Style};
use crate::receipt::method_word;
use crate::table::{Column, Flow, Table};
use crate::{DocumentError, Letterhead};
use chrono::NaiveDateTime;
use farthing_api::{InstallmentStatus, InstallmentView, LoanStatus, LoanView, PaymentView};
use farthing_lending::{CostOfCredit, Money};

const BODY: Style = Style::plain(9.0);
const STRONG: Style = Style::strong(9.0);
const TITLE: Style = Style::strong(16.0);
const SECTION: Style = Style::strong(11.0);
const LEADING: f32 = 14.0;

/// The statement as a PDF of A4 pages; of a loan that is not paid out yet it is the offer. `cost` is what the loan costs as
/// it was agreed, `printed_at` the time of the figures in the branch's time zone.
///
/// # Errors
/// [`DocumentError`] where the PDF can't be made.
pub fn statement(
    letterhead: &Letterhead,
    loan: &LoanView,
    cost: Option<&CostOfCredit>,
    (customer_name, customer_number): (&str, &str),
    printed_at: NaiveDateTime,
) -> Result<Vec<u8>, DocumentError> {
    let language = letterhead.language.as_str();
    let mut paper = Paper::new(210.0, 297.0)?;
    let margin = 18.0 * MM;
    let mut flow = Flow {
        left: margin,
        right: paper.width - margin,
        // Pages after the first start with a line of their own.
        top: margin + 34.0,
        bottom: paper.height - margin - 20.0,
        y: margin + 14.0,
    };
    let kind = match (loan.row.purchase, loan.row.status) {
        (true, _) => say(language, "Purchase statement", "Relevé d’achat à crédit"),
        (false, LoanStatus::Waiting | LoanStatus::Approved) => say(language, "Loan offer", "Offre de prêt"),
        (false, _) => say(language, "Loan statement", "Relevé de prêt"),
    };
    let title = format!("{kind} {}", loan.row.number);
    let as_of = format!(
        "{} {}, {}",
        say(language, "Figures as of", "Chiffres au"),
        day(language, printed_at.date()),
        printed_at.format("%H:%M")
    );
    heading(&mut paper, &mut flow, 1, &title, TITLE);
    let amounts_in = format!(
        "{} {}",
        say(language, "Amounts in", "Montants en"),
        letterhead.currency.code
    );
    let from = format!(
        "{}, {}. {as_of}. {amounts_in}.",
        letterhead.organisation, letterhead.branch
    );
    note(&mut paper, &mut flow, &from, BODY);
    flow.y += 11.0;
    facts(
        &mut paper,
        &mut flow,
        letterhead,
        loan,
        (customer_name, customer_number),
    );

    if let Some(cost) = cost {
        let title = say(language, "Cost of the credit as agreed", "Coût du crédit convenu");
        section(&mut paper, &mut flow, title, &amounts_in);
        flow.y += LEADING;
        cost_of_credit(&mut paper, &mut flow, letterhead, cost);
    }
    if !loan.rows.is_empty() {
        let schedule = say(language, "Schedule", "Échéancier");
        section(&mut paper, &mut flow, schedule, &amounts_in);
        schedule_table(letterhead, loan).write(&mut paper, &mut flow);
    }
    if !loan.payments.is_empty() {
        section(
            &mut paper,
            &mut flow,
            say(language, "Payments", "Paiements"),
            &amounts_in,
        );
        payment_table(letterhead, &loan.payments).write(&mut paper, &mut flow);
    }
    flow.y += 8.0;
    note(&mut paper, &mut flow, &foot_note(language, loan), Style::plain(8.0));
    let running = format!("{title}, {customer_name}");
    number_pages(&mut paper, language, margin, (&running, &as_of));
    paper.finish(&title, language)
}

fn heading(paper: &mut Paper, flow: &mut Flow, level: u16, text: &str, style: Style) {
    let leaf = paper.leaf();
    for line in paper.wrap(text, style, flow.right - flow.left) {
        paper.write((flow.left, flow.y), Align::Left, style, &line, Some(leaf));
        flow.y += style.size + 5.0;
    }
    paper.block(Block::Heading(level, text.to_string(), leaf));
}

/// A section's title with the unit of its amounts at the right; it never ends a page.
fn section(paper: &mut Paper, flow: &mut Flow, title: &str, unit: &str) {
    flow.y += 16.0;
    if !flow.fits(80.0) {
        flow.turn(paper);
    }
    let y = flow.y;
    heading(paper, flow, 2, title, SECTION);
    paper.line((flow.right, y), Align::Right, BODY, unit);
    flow.y += 4.0;
}

/// How the loan stands: two columns of names and values.
fn facts(
    paper: &mut Paper,
    flow: &mut Flow,
    letterhead: &Letterhead,
    loan: &LoanView,
    (customer_name, customer_number): (&str, &str),
) {
    let language = letterhead.language.as_str();
    let say = |en: &'static str, fr: &'static str| say(language, en, fr);
    let show = |amount: Money| letterhead.show(amount);
    let date = |d: Option<chrono::NaiveDate>| d.map_or("–".to_string(), |d| day(language, d));
    let left = [
        (say("Customer", "Client"), customer_name.to_string()),
        (say("Customer number", "Numéro de client"), customer_number.to_string()),
        (say("Product", "Produit"), loan.row.product.clone()),
        (
            say("Status", "État"),
            status_of_loan(language, loan.row.status).to_string(),
        ),
        (say("Disbursed on", "Décaissé le"), date(loan.disbursed_on)),
        (say("Closed on", "Soldé le"), date(loan.closed_on)),
        (say("Rate", "Taux"), rate(language, loan)),
        (say("Installments", "Échéances"), loan.installments.to_string()),
    ];
    let right = [
        (say("Amount lent", "Montant prêté"), show(loan.row.principal)),
        (say("Total interest", "Total des intérêts"), show(loan.total_interest)),
        (say("Total due", "Total dû"), show(loan.total_due)),
        (say("Total paid", "Total payé"), show(loan.total_paid)),
        (
            say("Principal outstanding", "Capital restant dû"),
            show(loan.outstanding_principal),
        ),
        (say("Late", "En retard"), show(loan.overdue)),
        (say("Unapplied credit", "Avoir non affecté"), show(loan.credit)),
        (say("Outstanding", "Restant dû"), show(loan.row.outstanding)),
    ];
    pairs(paper, flow, [left.to_vec(), right.to_vec()]);
}

/// What the loan costs, with the rates by which it can be compared with others.
fn cost_of_credit(paper: &mut Paper, flow: &mut Flow, letterhead: &Letterhead, cost: &CostOfCredit) {
    let language = letterhead.language.as_str();
    let say = |en: &'static str, fr: &'static str| say(language, en, fr);
    let show = |amount: Money| letterhead.show(amount);
    let percent = |rate: &Option<String>| match rate {
        Some(rate) if is_french(language) => format!("{} %", rate.replace('.', ",")),
        Some(rate) => format!("{rate}%"),
        None => "–".to_string(),
    };
    let left = vec![
        (say("Received in hand", "Reçu en main"), show(cost.received)),
        (say("Interest", "Intérêts"), show(cost.interest)),
        (say("Charges", "Frais"), show(cost.charges)),
        (say("Total cost of credit", "Coût total du crédit"), show(cost.cost)),
    ];
    let right = vec![
        (say("To be paid in all", "À payer en tout"), show(cost.repaid)),
        (say("APR (Regulation Z)", "TAEG (Regulation Z)"), percent(&cost.apr)),
        (say("APRC (EU)", "TAEG (UE)"), percent(&cost.aprc)),
    ];
    pairs(paper, flow, [left, right]);
}

/// Two columns of names and values.
fn pairs(paper: &mut Paper, flow: &mut Flow, [left, right]: [Vec<(&str, String)>; 2]) {
    let (top, middle) = (flow.y, (flow.left + flow.right) / 2.0);
    let mut lowest = top;
    for (rows, x0, x1) in [(left, flow.left, middle - 12.0), (right, middle + 12.0, flow.right)] {
        let mut y = top;
        let mut cells = Vec::new();
        for (name, value) in rows {
            let (name_leaf, value_leaf) = (paper.leaf(), paper.leaf());
            paper.write((x0, y), Align::Left, BODY, name, Some(name_leaf));
            let room = x1 - x0 - paper.width_of(name, BODY) - 10.0;
            for line in paper.wrap(&value, STRONG, room) {
                paper.write((x1, y), Align::Right, STRONG, &line, Some(value_leaf));
                y += LEADING;
            }
            cells.push(vec![
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
        paper.block(Block::Table(cells));
        lowest = lowest.max(y);
    }
    flow.y = lowest;
}

fn words(title: &'static str) -> Column {
    Column {
        title,
        align: Align::Left,
    }
}

fn numbers(title: &'static str) -> Column {
    Column {
        title,
        align: Align::Right,
    }
}

fn schedule_table(letterhead: &Letterhead, loan: &LoanView) -> Table {
    let language = letterhead.language.as_str();
    let say = |en: &'static str, fr: &'static str| say(language, en, fr);
    let show = |amount: Money| letterhead.show(amount);
    // Charges take a column where there are any.
    let fees = loan.rows.iter().any(|r| !r.fee.is_zero());
    let mut columns = vec![
        numbers(say("No.", "N°")),
        numbers(say("Due on", "Échéance")),
        numbers(say("Principal", "Capital")),
        numbers(say("Interest", "Intérêts")),
    ];
    columns.extend(fees.then(|| numbers(say("Charges", "Frais"))));
    columns.extend([
        numbers(say("Penalty", "Pénalité")),
        numbers(say("Due", "Dû")),
        numbers(say("Paid", "Payé")),
        numbers(say("Balance", "Solde")),
        words(say("Status", "État")),
    ]);
    let row = |r: &InstallmentView| {
        let mut cells = vec![r.n.to_string(), day(language, r.due_on)];
        cells.extend([r.principal, r.interest].map(show));
        cells.extend(fees.then(|| show(r.fee)));
        cells.extend([r.penalty, r.due, r.paid, r.balance].map(show));
        cells.push(status(language, r));
        cells
    };
    let sum = |part: fn(&InstallmentView) -> Money| show(loan.rows.iter().map(part).sum());
    let mut totals = vec![
        String::new(),
        say("Total", "Total").to_string(),
        sum(|r| r.principal),
        sum(|r| r.interest),
    ];
    totals.extend(fees.then(|| sum(|r| r.fee)));
    totals.extend([sum(|r| r.penalty), sum(|r| r.due), sum(|r| r.paid)]);
    totals.extend([String::new(), String::new()]);
    Table {
        columns,
        rows: loan.rows.iter().map(row).collect(),
        totals,
    }
}

fn payment_table(letterhead: &Letterhead, payments: &[PaymentView]) -> Table {
    let language = letterhead.language.as_str();
    let say = |en: &'static str, fr: &'static str| say(language, en, fr);
    let show = |amount: Money| letterhead.show(amount);
    let fees = payments.iter().any(|p| !p.parts.fee.is_zero());
    let mut columns = vec![
        words(say("Receipt", "Reçu")),
        numbers(say("Date", "Date")),
        words(say("Paid by", "Moyen")),
        numbers(say("Penalty", "Pénalité")),
    ];
    columns.extend(fees.then(|| numbers(say("Charges", "Frais"))));
    columns.extend([
        numbers(say("Interest", "Intérêts")),
        numbers(say("Principal", "Capital")),
        numbers(say("Credit", "Avoir")),
        numbers(say("Amount", "Montant")),
    ]);
    let row = |p: &PaymentView| {
        let mut how = method_word(language, p.method).to_string();
        if !p.reference.trim().is_empty() {
            how = format!("{how}, {}", p.reference.trim());
        }
        if p.reversed.is_some() {
            how = format!("{how}, {}", say("reversed", "annulé"));
        } else if p.parts.recovery.is_positive() {
            how = format!("{how}, {}", say("recovery", "recouvrement"));
        } else if p.parts.suspense.is_positive() {
            how = format!("{how}, {}", say("kept in suspense", "en attente"));
        }
        let mut cells = vec![
            p.receipt.clone(),
            day(language, p.value_date),
            how,
            show(p.parts.penalty),
        ];
        cells.extend(fees.then(|| show(p.parts.fee)));
        cells.extend([p.parts.interest, p.parts.principal, p.parts.credit, p.amount].map(show));
        cells
    };
    let valid = || payments.iter().filter(|p| p.reversed.is_none());
    let sum = |part: fn(&PaymentView) -> Money| show(valid().map(part).sum());
    let total = match valid().count() == payments.len() {
        true => say("Total", "Total"),
        false => say("Total, reversed left out", "Total, annulés exclus"),
    };
    let mut totals = vec![
        String::new(),
        String::new(),
        total.to_string(),
        sum(|p| p.parts.penalty),
    ];
    totals.extend(fees.then(|| sum(|p| p.parts.fee)));
    totals.extend([
        sum(|p| p.parts.interest),
        sum(|p| p.parts.principal),
        sum(|p| p.parts.credit),
        sum(|p| p.amount),
    ]);
    Table {
        columns,
        rows: payments.iter().map(row).collect(),
        totals,
    }
}

fn status(language: &str, row: &InstallmentView) -> String {
    let word = match row.status {
        InstallmentStatus::Paid => say(language, "Paid", "Payée"),
        InstallmentStatus::Partly => say(language, "Partly paid", "Payée en partie"),
        InstallmentStatus::Late => say(language, "Late", "En retard"),
        InstallmentStatus::DueToday => say(language, "Due today", "Échue ce jour"),
        InstallmentStatus::Next => say(language, "Next", "Prochaine"),
        InstallmentStatus::Upcoming => say(language, "Upcoming", "À venir"),
    };
    match row.status {
        InstallmentStatus::Late => format!("{word} {} {}", row.days_late, say(language, "d", "j")),
        _ => word.to_string(),
    }
}

fn status_of_loan(language: &str, status: LoanStatus) -> &'static str {
    match status {
        LoanStatus::Waiting => say(language, "Waiting for approval", "En attente d’accord"),
        LoanStatus::Approved => say(language, "Approved", "Accordé"),
        LoanStatus::Rejected => say(language, "Refused", "Refusé"),
        LoanStatus::Active => say(language, "Active", "En cours"),
        LoanStatus::Closed => say(language, "Paid off", "Soldé"),
        LoanStatus::WrittenOff => say(language, "Written off", "Passé en perte"),
    }
}

/// A paragraph in lines of the whole width, kept on one page.
fn note(paper: &mut Paper, flow: &mut Flow, text: &str, style: Style) {
    let lines = paper.wrap(text, style, flow.right - flow.left);
    let leading = style.size + 3.0;
    if !flow.fits(lines.len() as f32 * leading) {
        flow.turn(paper);
    }
    let leaf = paper.leaf();
    for line in lines {
        paper.write((flow.left, flow.y), Align::Left, style, &line, Some(leaf));
        flow.y += leading;
    }
    paper.block(Block::Paragraph(leaf));
}

/// `Page 2 of 3` on every page, and what the page belongs to on every page but the first.
fn number_pages(paper: &mut Paper, language: &str, margin: f32, (running, as_of): (&str, &str)) {
    let pages = paper.pages();
    let (right, foot) = (paper.width - margin, paper.height - margin);
    let room = right - margin - 150.0;
    let running = paper.wrap(running, BODY, room).into_iter().next().unwrap_or_default();
    for page in 0..pages {
        let number = format!("Page {} {} {pages}", page + 1, say(language, "of", "sur"));
        paper.write_on(page, (right, foot), Align::Right, BODY, &number, None);
        if page > 0 {
            paper.write_on(page, (margin, margin + 9.0), Align::Left, BODY, &running, None);
            paper.write_on(page, (right, margin + 9.0), Align::Right, BODY, as_of, None);
        }
    }
}
