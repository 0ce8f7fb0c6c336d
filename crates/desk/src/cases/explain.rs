//! How figures came about, and the proof of those that are published.

use crate::cases::loan_view::as_planned;
use crate::desk::Desk;
use crate::error::Answer;
use farthing_api::{ApiError, ExplainFigure, Prove};
use farthing_lending::TermsError;
use farthing_lending::explain::{Derivation, explain, explain_payoff, explain_running};
use farthing_lending::prove::{Certificate, prove};
use farthing_office::{account, standing};

impl Desk {
    /// Explains a figure of a loan; a customer asks about their own only.
    ///
    /// # Errors
    /// Where there is no such loan or figure.
    pub async fn explain_figure(&self, request: ExplainFigure) -> Answer<Derivation> {
        let (open, session) = self.caller().await?;
        let (decimals, figure) = (open.currency().decimals, request.figure.as_str());
        let loan = as_planned(self.loan_of(&open, &session, request.loan).await?, decimals)?;
        let derived = match (&loan.terms, request.payoff) {
            (_, Some(asked)) => {
                let account = account(&loan, loan.assessed_through);
                let asked = (asked.on, asked.discount);
                explain_payoff(&account, &standing(&loan), decimals, asked, &loan.payoff, figure)
            }
            // The sums of the terms stay what they were, whatever happens to the loan.
            (Some(terms), None) if !figure.starts_with("rows[") => explain(terms, decimals, figure),
            (_, None) => {
                let account = account(&loan, loan.assessed_through);
                explain_running(&account, &standing(&loan), decimals, figure)
            }
        };
        derived.map_err(|error: TermsError| ApiError::from(error))
    }

    /// Works out the published examples on this machine.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn prove_figures(&self, _: Prove) -> Answer<Certificate> {
        self.caller().await?;
        self.blocking(prove).await
    }
}
