//! Papers as poppler reads them. Needs Debian's `poppler-utils`.

use crate::common::{date, letterhead, loan, look, money, payment, read};
use farthing_api::{LoanStatus, PaymentParts};
use farthing_documents::{ReceiptPaper, receipt, statement};
use farthing_lending::{CostOfCredit, Marks};
use std::process::Command;

const MAI_LAN: (&str, &str) = ("Nguyễn Thị Mai Lan", "BR1-C-00107");

fn paper() -> ReceiptPaper {
    let parts = PaymentParts {
        penalty: money(235),
        interest: money(6_750),
        principal: money(120_833),
        credit: money(22_182),
        ..PaymentParts::default()
    };
    ReceiptPaper {
        payment: payment(42, parts),
        loan_number: "BR1-L-00418".into(),
        product: "Small business".into(),
        customer_name: "Nguyễn Thị Mai Lan".into(),
        customer_number: "BR1-C-00107".into(),
        outstanding: money(1_234_567),
        next_due: Some((date(2026, 8, 5), money(26_583))),
        copy: 1,
        reversed_by: None,
    }
}

#[test]
fn a_receipt_says_everything_in_text_that_can_be_searched() {
    let pages = read("receipt.pdf", &receipt(&letterhead("en", "USD"), &paper()).unwrap());
    assert_eq!(pages.len(), 1);
    let text = &pages[0];
    assert!(
        text.trim_start().starts_with("Receipt BR1-07-000042"),
        "number first: {text}"
    );
    for expected in [
        "5 Jul 2029",
        "Lakeside Credit Union",
        "Hill Road branch",
        "Nguyễn Thị Mai Lan",
        "BR1-C-00107",
        "BR1-L-00418",
        "Bank transfer, TRX 88242",
        "2.35",
        "67.50",
        "1,208.33",
        "221.82",
        "Amount received, USD",
        "1,500.00",
        "One thousand five hundred and 00/100 USD",
        "12,345.67",
        "5 Aug 2026",
        "265.83",
        "Received by Tomasz Wójcik at desk BR1-07",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("Copy") && !text.contains("Reversed"));
}

#[test]
fn a_reprint_and_a_reversal_say_so_in_french_too() {
    let reprint = ReceiptPaper {
        copy: 2,
        reversed_by: Some("BR1-07-000051".into()),
        next_due: None,
        ..paper()
    };
    let text = read(
        "receipt-copy.pdf",
        &receipt(&letterhead("en", "USD"), &reprint).unwrap(),
    )
    .join("");
    assert!(text.contains("Copy 2") && text.contains("Reversed by BR1-07-000051") && !text.contains("Next due"));
    let text = read("receipt-fr.pdf", &receipt(&letterhead("fr", "XOF"), &reprint).unwrap()).join("");
    for expected in [
        "Copie 2",
        "Annulé par BR1-07-000051",
        "Montant reçu, XOF",
        "150 000",
        "Cent cinquante mille XOF",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn the_longest_texts_stay_on_the_page() {
    let mut long = paper();
    long.customer_name = "Rajalakshmi Venkataraman Subramaniam Thiruvananthapuram-Krishnamurthy".into();
    long.payment.reference = "REF/2026/07/05/ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".into();
    long.payment.amount = money(999_999_999_999_999);
    let pages = read("receipt-long.pdf", &receipt(&letterhead("fr", "USD"), &long).unwrap());
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("9 999 999 999 999,99"), "{}", pages[0]);
    assert!(
        pages[0].contains("Krishnamurthy") && pages[0].contains("au guichet BR1-07"),
        "{}",
        pages[0]
    );
}

#[test]
fn a_receipt_grows_rather_than_lose_its_end() {
    let mut long = paper();
    long.customer_name = "Rajalakshmi Venkataraman ".repeat(20);
    let pages = read("receipt-grown.pdf", &receipt(&letterhead("en", "USD"), &long).unwrap());
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("at desk BR1-07"), "{}", pages[0]);
    let info = Command::new("pdfinfo").arg(look("receipt-grown.pdf")).output().unwrap();
    assert!(
        !String::from_utf8(info.stdout).unwrap().contains("419.5"),
        "taller than A6"
    );
}

#[test]
fn a_statement_has_its_figures_on_every_page_it_takes() {
    let loan = loan(60, 1);
    let at = date(2026, 7, 9).and_hms_opt(10, 42, 0).unwrap();
    let pdf = statement(&letterhead("en", "USD"), &loan, None, MAI_LAN, at).unwrap();
    let pages = read("statement.pdf", &pdf);
    assert!(pages.len() >= 2, "{}", pages.len());
    for (i, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", i + 1, pages.len())), "{page}");
        assert!(page.contains("BR1-L-00418"), "{page}");
    }
    let text = pages.join("");
    assert_eq!(text.matches("Balance").count(), 2, "the header repeats");
    for expected in [
        "Loan statement BR1-L-00418",
        "Figures as of 9 Jul 2026, 10:42",
        "BR1-C-00107",
        "5,000.00",
        "18.00% a year",
        "Late 4 d",
        "Interest by real days over 365",
        "Interest is rounded to 0.01, to the nearest, ties to even",
        "the last one takes what is left over",
        "BR1-07-000006",
        "Bank transfer, TRX 88206",
        "Total, reversed left out",
        "reversed",
        "5 Jan 2031",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let total = loan
        .rows
        .iter()
        .map(|r| r.due)
        .sum::<farthing_lending::Money>()
        .to_grouped(2);
    let line = text
        .lines()
        .find(|line| line.trim().starts_with("Total ") && line.contains(&total));
    assert!(line.is_some(), "{total} in {text}");
}

#[test]
fn an_offer_and_a_statement_say_what_the_credit_costs() {
    let at = date(2026, 7, 9).and_hms_opt(10, 42, 0).unwrap();
    let cost = CostOfCredit {
        received: money(495_000),
        interest: money(46_812),
        charges: money(8_600),
        cost: money(55_412),
        repaid: money(550_412),
        apr: Some("21.37".into()),
        aprc: Some("23.9".into()),
    };
    let mut loan = loan(12, 1);
    loan.is_variable = true;
    let cases = [
        (LoanStatus::Active, "en", "Loan statement BR1-L-00418"),
        (LoanStatus::Approved, "en", "Loan offer BR1-L-00418"),
        (LoanStatus::Waiting, "fr", "Offre de prêt BR1-L-00418"),
    ];
    for (status, language, title) in cases {
        loan.row.status = status;
        let pdf = statement(&letterhead(language, "USD"), &loan, Some(&cost), MAI_LAN, at).unwrap();
        let name = format!("cost-{language}-{}.pdf", status.word());
        let text = read(&name, &pdf).join("");
        let expected = match language {
            "en" => [
                "Cost of the credit as agreed",
                "Total cost of credit",
                "554.12",
                "4,950.00",
                "5,504.12",
                "APR (Regulation Z)",
                "21.37%",
                "23.9%",
                "The rate is variable",
            ],
            _ => [
                "Coût du crédit convenu",
                "Coût total du crédit",
                "554,12",
                "4 950,00",
                "5 504,12",
                "TAEG (UE)",
                "21,37 %",
                "23,9 %",
                "Le taux est variable",
            ],
        };
        for expected in expected.into_iter().chain([title]) {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }
    let without = statement(&letterhead("en", "USD"), &loan, None, MAI_LAN, at).unwrap();
    assert!(!read("cost-none.pdf", &without).join("").contains("APR"));
}

#[test]
fn totals_never_stand_alone() {
    let at = date(2026, 7, 9).and_hms_opt(10, 42, 0).unwrap();
    for installments in 20..75 {
        let mut loan = loan(installments, 1);
        loan.payments.clear();
        let pdf = statement(&letterhead("en", "USD"), &loan, None, ("Amina", "1"), at).unwrap();
        for page in read("totals.pdf", &pdf) {
            let lines: Vec<&str> = page.lines().map(str::trim).collect();
            if let Some(i) = lines
                .iter()
                .position(|line| line.starts_with("Total ") && !line.contains("interest"))
            {
                let before = lines[..i].iter().rfind(|line| !line.is_empty()).unwrap();
                assert!(before.starts_with(char::is_numeric), "{installments}: {before}");
            }
        }
    }
}

#[test]
fn large_amounts_fit_the_tables() {
    let loan = loan(24, 1_000_000);
    let at = date(2026, 7, 9).and_hms_opt(10, 42, 0).unwrap();
    let pdf = statement(&letterhead("fr", "IDR"), &loan, None, MAI_LAN, at).unwrap();
    let text = read("statement-large.pdf", &pdf).join("");
    for row in &loan.rows {
        let line = text
            .lines()
            .find(|line| line.trim().starts_with(&format!("{} ", row.n)))
            .unwrap();
        for amount in [row.principal, row.due, row.balance] {
            assert!(
                line.split("  ")
                    .any(|word| word.trim() == amount.written(2, Marks::FRENCH).replace('\u{a0}', " ")),
                "{line}"
            );
        }
    }
    assert!(text.contains("18,00 % par an") && text.contains("Chiffres au 9 juil. 2026, 10:42"));
}

#[test]
fn papers_embed_their_fonts_and_carry_tags() {
    let pdf = receipt(&letterhead("en", "USD"), &paper()).unwrap();
    assert!(pdf.len() < 60_000, "fonts are subsets: {}", pdf.len());
    let path = look("fonts.pdf");
    std::fs::write(&path, pdf).unwrap();
    let fonts = Command::new("pdffonts").arg(&path).output().unwrap();
    let fonts = String::from_utf8(fonts.stdout).unwrap();
    for line in fonts.lines().skip(2) {
        assert!(
            line.contains("+Inter") && line.contains("yes yes yes"),
            "embedded, subset, readable: {fonts}"
        );
    }
    let info = Command::new("pdfinfo")
        .args(["-struct-text"])
        .arg(&path)
        .output()
        .unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    assert!(
        info.contains("Table") && info.contains("TH") && info.contains("Amount received, USD"),
        "{info}"
    );
}
