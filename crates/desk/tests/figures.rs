//! What the desk says about how a figure came about is the figure that the loan's page shows.

use crate::common::loans::*;
use crate::common::*;
use farthing_api::*;
use farthing_lending::explain::{Code, Derivation};
use farthing_lending::{PenaltyKind, PenaltyRule, Prepayment};

async fn why(t: &Branch, loan: LoanId, figure: String, payoff: Option<PayoffAsked>) -> Derivation {
    let asked = ExplainFigure { loan, figure, payoff };
    t.desk.explain_figure(asked).await.unwrap()
}

#[tokio::test]
async fn every_figure_on_the_loans_page_is_explained() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let mut terms = terms();
    terms.penalty = Some(PenaltyRule::new(PenaltyKind::PercentOfOverdueInstallment(10.into()), 3));
    terms.max_discount = money("10");
    let loan = loan_under(&t, terms).await;
    let id = loan.row.id;
    t.go_to("2025-04-02T09:00:00Z").await;
    let ahead = ReceivePayment {
        loan: id,
        amount: money("3000"),
        value_date: t.today(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: Some(Prepayment::Lower),
        anyway: false,
    };
    t.desk.receive_payment(ahead).await.unwrap();
    // The second installment is late, and charged for it.
    t.go_to("2025-05-20T09:00:00Z").await;
    let view = t.desk.get_loan(GetLoan { id }).await.unwrap();
    assert!(view.rows[1].penalty.is_positive());
    for row in &view.rows {
        for (name, amount) in [
            ("principal", row.principal),
            ("interest", row.interest),
            ("fee", row.fee),
            ("penalty", row.penalty),
            ("due", row.due),
            ("paid", row.paid),
            ("balance", row.balance),
        ] {
            let step = why(&t, id, format!("rows[{}].{name}", row.n), None).await;
            assert_eq!(step.result, amount.to_plain(2), "{} of {}", name, row.n);
            assert!(
                step.code != Code::AsRecorded || name == "principal",
                "{name} of {}: {}",
                row.n,
                step.sentence
            );
        }
    }
    let asked = PayoffAsked {
        on: t.today(),
        discount: money("10"),
    };
    let quote = QuotePayoff {
        loan: id,
        on: asked.on,
        discount: asked.discount,
    };
    let quote = t.desk.quote_payoff(quote).await.unwrap();
    for (name, amount) in [
        ("principal", quote.principal),
        ("interest", quote.interest),
        ("penalty", quote.penalty),
        ("fee", quote.fee),
        ("total", quote.total),
    ] {
        let step = why(&t, id, format!("payoff.{name}"), Some(asked)).await;
        assert_eq!(step.result, amount.to_plain(2), "{name}");
    }
    let none = ExplainFigure {
        loan: id,
        figure: "rows[99].due".into(),
        payoff: None,
    };
    assert_eq!(
        t.desk.explain_figure(none).await.unwrap_err().field.as_deref(),
        Some("path")
    );
}

#[tokio::test]
async fn the_desk_proves_the_published_figures() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let certificate = t.desk.prove_figures(Prove {}).await.unwrap();
    assert!(certificate.holds() && certificate.figures > 2_000);
}
