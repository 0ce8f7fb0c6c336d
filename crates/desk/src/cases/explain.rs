//! How figures came about, and the proof of those that are published.

use crate::cases::loan_view::as_planned;
use crate::desk::Desk;
use crate::error::Answer;
use farthing_api::{ApiError, Considered, ExplainFigure, ExplainOffer, Prove, WeighOffer};
use farthing_lending::apr::AprRule;
use farthing_lending::explain::{Derivation, explain, explain_apr, explain_payoff, explain_running};
use farthing_lending::prove::{Certificate, prove};
use farthing_lending::{Charge, CostOfCredit, TermsError, cost_of_credit, disclosure};
use farthing_office::permission::Permission;
use farthing_office::{Planned, Wish, account, plan, standing};

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

    /// What a loan that someone considers would cost.
    ///
    /// # Errors
    /// Names the field that is outside of what the product allows.
    pub async fn weigh_offer(&self, request: WeighOffer) -> Answer<CostOfCredit> {
        let (planned, charges, decimals) = self.considered(request.offer).await?;
        Ok(cost_of_credit(&planned.terms, &planned.schedule, &charges, decimals))
    }

    /// Explains a figure of a loan that someone considers.
    ///
    /// # Errors
    /// Those of [`Desk::weigh_offer`]; where there is no such figure.
    pub async fn explain_offer(&self, request: ExplainOffer) -> Answer<Derivation> {
        let (Planned { terms, schedule, .. }, charges, decimals) = self.considered(request.offer).await?;
        let rate = |rule| explain_apr(&disclosure(rule, &terms, &schedule, &charges, decimals));
        let derived = match request.figure.as_str() {
            "apr" => rate(AprRule::RegZ),
            "aprc" => rate(AprRule::Eu),
            figure => explain(&terms, decimals, figure),
        };
        derived.map_err(|error: TermsError| ApiError::from(error))
    }

    /// The loan that is considered, the charges of its product, and the decimals of the currency.
    async fn considered(&self, offer: Considered) -> Answer<(Planned, Vec<Charge>, u32)> {
        let (open, _) = self.caller_who_may(Permission::Apply).await?;
        let product = self.product_terms(&open, offer.product).await?;
        let wish = Wish {
            principal: offer.principal,
            installments: offer.installments,
            installment: offer.installment,
        };
        let currency = open.currency();
        let planned = plan(&product, currency, wish, self.today(&open)).map_err(ApiError::from)?;
        Ok((planned, product.charges, currency.decimals))
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
