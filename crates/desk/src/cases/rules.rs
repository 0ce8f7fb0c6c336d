//! The organisation's rules: who may borrow, how late loans are, what is set aside.

use crate::cases::homes::share;
use crate::cases::loan_view::missing;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use chrono::NaiveDate;
use farthing_api::{
    ApiError, AtRisk, CheckEligibility, Code, CustomerForm, CustomerId, Delinquency, DelinquencyView, EligibilityView,
    GetRules, LoanStatus, Money, ProductDelinquency, ProductId, ProductTerms, RulesView, SaveDaysOff,
    SaveEligibilityRules, SaveLatenessRules,
};
use farthing_lending::eligibility::a_month;
use farthing_lending::{Applicant, Assessment, BucketSum, EligibilityRules, Employment, Unit, Wish, assess, build};
use farthing_office::permission::Permission;
use farthing_office::{Command, DayFigures, Key, Organisation, Refusal, loan_terms};
use farthing_store::Beside;

/// A wish to borrow under a product.
pub(crate) struct Asked<'a> {
    pub(crate) customer: CustomerId,
    pub(crate) product: &'a ProductTerms,
    pub(crate) principal: Money,
    pub(crate) installments: u32,
}

impl Desk {
    pub(crate) async fn organisation_now(&self, open: &Open) -> Answer<Organisation> {
        let state = open.book.load(&[Key::Organisation]).await.told()?;
        state.organisation().cloned().ok_or_else(ApiError::internal)
    }

    async fn rules_view(&self, open: &Open) -> Answer<RulesView> {
        let organisation = self.organisation_now(open).await?;
        Ok(RulesView {
            lateness: organisation.lateness,
            eligibility: organisation.eligibility,
            days_off: organisation.days_off,
            usual: EligibilityRules::usual(organisation.currency.decimals),
        })
    }

    /// The rules in force.
    ///
    /// # Errors
    /// Where nobody of staff is signed in.
    pub async fn get_rules(&self, _: GetRules) -> Answer<RulesView> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        self.rules_view(&open).await
    }

    /// Sets the rules of lateness.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_lateness_rules(&self, request: SaveLatenessRules) -> Answer<RulesView> {
        let (open, session) = self.caller().await?;
        let command = Command::SetLatenessRules { rules: request.rules };
        self.run(&open, &session, &command, Beside::default()).await?;
        self.rules_view(&open).await
    }

    /// Sets who may borrow.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_eligibility_rules(&self, request: SaveEligibilityRules) -> Answer<RulesView> {
        let (open, session) = self.caller().await?;
        let command = Command::SetEligibilityRules { rules: request.rules };
        self.run(&open, &session, &command, Beside::default()).await?;
        self.rules_view(&open).await
    }

    /// Sets the days off.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_days_off(&self, request: SaveDaysOff) -> Answer<RulesView> {
        let (open, session) = self.caller().await?;
        let command = Command::SetDaysOff { days: request.days };
        self.run(&open, &session, &command, Beside::default()).await?;
        self.rules_view(&open).await
    }

    /// Whether a customer may borrow; a customer asks for themselves.
    ///
    /// # Errors
    /// Where there is no such customer or product.
    pub async fn check_eligibility(&self, request: CheckEligibility) -> Answer<EligibilityView> {
        let (open, session) = self.caller_who_may(Permission::Apply).await?;
        if session.customer.is_some_and(|own| own != request.customer) {
            return Err(missing(Code::NoCustomer));
        }
        let product = self.product_terms(&open, request.product).await?;
        let asked = Asked {
            customer: request.customer,
            product: &product,
            principal: request.principal,
            installments: request.installments,
        };
        let installment = installment(&open, &asked, self.today(&open))?;
        Ok(EligibilityView {
            assessment: self.assess(&open, &asked).await?,
            installment,
        })
    }

    pub(crate) async fn product_terms(&self, open: &Open, id: ProductId) -> Answer<ProductTerms> {
        let state = open.book.load(&[Key::Organisation, Key::Product(id)]).await.told()?;
        let known = state.product(id).ok_or_else(|| missing(Code::NoProduct))?;
        let mut terms = known.terms.clone();
        if let Some(organisation) = state.organisation() {
            terms.options.settle(&organisation.days_off);
        }
        Ok(terms)
    }

    /// The words of the rules that a wish fails; none where nothing is asked or the wish can't be worked out, which the
    /// office says by itself.
    pub(crate) async fn failed_rules(&self, open: &Open, asked: &Asked<'_>) -> Answer<Vec<String>> {
        if installment(open, asked, self.today(open)).is_err() {
            return Ok(Vec::new());
        }
        let assessment = self.assess(open, asked).await?;
        let failed = assessment.iter().flat_map(Assessment::failed);
        Ok(failed.map(ToString::to_string).collect())
    }

    async fn assess(&self, open: &Open, asked: &Asked<'_>) -> Answer<Option<Assessment>> {
        let organisation = self.organisation_now(open).await?;
        let Some(rules) = asked.product.eligibility.as_ref().or(organisation.eligibility.as_ref()) else {
            return Ok(None);
        };
        let today = self.today(open);
        let customer = self.customer_or_missing(open, asked.customer).await?;
        let keys: Vec<Key> = customer.loans.iter().map(|loan| Key::Loan(loan.id)).collect();
        let loans = open.book.load(&keys).await.told()?;
        let running = customer.loans.iter().filter(|l| l.status == LoanStatus::Active);
        let running: Vec<_> = running.filter_map(|row| loans.loan(row.id)).collect();
        let monthly = |loan: &&farthing_office::Loan| match &loan.terms {
            Some(terms) => a_month(loan.installment, terms.every, terms.unit),
            None => a_month(loan.installment, 1, Unit::Months),
        };
        let here: Money = running.iter().map(monthly).sum();
        let mut who = applicant(&customer.form, open, today);
        who.obligations += here;
        who.active_loans = u32::try_from(running.len()).unwrap_or(u32::MAX);
        let product = asked.product;
        let wish = Wish {
            principal: asked.principal,
            installments: asked.installments,
            installment: installment(open, asked, today)?,
            every: product.every,
            unit: product.unit,
            annual_rate: product.annual_rate,
            amounts: (product.min_principal, product.max_principal),
            terms: (product.min_installments, product.max_installments),
        };
        let assessment = assess(rules, &who, &wish).map_err(|error| Refusal::from(error).0)?;
        Ok(Some(assessment))
    }

    /// The portfolio by lateness.
    ///
    /// # Errors
    /// Where the caller may not see the organisation's figures.
    pub async fn delinquency(&self, _: Delinquency) -> Answer<DelinquencyView> {
        let (open, _) = self.caller_who_may(Permission::SeeOverview).await?;
        let rules = self.organisation_now(&open).await?.lateness;
        let today = self.today(&open);
        let names = open.book.products().await.told()?;
        let mut products = Vec::new();
        let mut buckets: Vec<BucketSum> = rules.sums(today, []);
        let standings = open.book.standings().await.told()?;
        let figures = DayFigures::on(today, &standings);
        let at_risk = |(days, principal)| AtRisk {
            days,
            principal,
            share: share(principal, figures.outstanding),
        };
        let parts = [
            (1, figures.par1),
            (30, figures.par30),
            (60, figures.par60),
            (90, figures.par90),
        ];
        for (product, loans) in standings {
            let sums = rules.sums(today, loans);
            for (all, part) in buckets.iter_mut().zip(&sums) {
                all.loans += part.loans;
                all.principal += part.principal;
            }
            let name = names.iter().find(|p| Some(p.id) == product);
            products.push(ProductDelinquency {
                product,
                name: name.map(|p| p.terms.name.clone()).unwrap_or_default(),
                provision: rules.provision(&sums),
                buckets: sums,
            });
        }
        let total = |p: &ProductDelinquency| p.buckets.iter().map(|b| b.principal).sum::<Money>();
        products.retain(|p| p.buckets.iter().any(|b| b.loans > 0));
        products.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.name.cmp(&b.name)));
        let balances = open.book.trial_balance(None).await.told()?;
        let held = balances.iter().find(|a| a.account == "loss_provision");
        Ok(DelinquencyView {
            provision: products.iter().map(|p| p.provision).sum(),
            provisioned: held.map_or(Money::ZERO, |a| -a.balance),
            buckets,
            at_risk: parts.map(at_risk).to_vec(),
            products,
        })
    }
}

/// The installment that a wish leads to.
fn installment(open: &Open, asked: &Asked<'_>, today: NaiveDate) -> Answer<Money> {
    let currency = open.currency();
    let terms = loan_terms(asked.product, currency, asked.principal, asked.installments, today);
    let schedule = build(&terms, currency.decimals).map_err(|error| Refusal::from(error).0)?;
    Ok(schedule.installment)
}

/// What a customer's page says of them; what it does not say, or not as an amount, is unknown.
fn applicant(form: &CustomerForm, open: &Open, today: NaiveDate) -> Applicant {
    let amount = |text: &str| open.currency().read(text).ok().filter(|_| !text.trim().is_empty());
    let born = form.born_on.parse::<NaiveDate>().ok();
    let income = amount(&form.monthly_income);
    let other = amount(&form.other_income);
    Applicant {
        age: born.and_then(|born| today.years_since(born)),
        employment: Employment::of(&form.employment),
        income: match (income, other) {
            (None, None) => None,
            (income, other) => Some(income.unwrap_or_default() + other.unwrap_or_default()),
        },
        obligations: amount(&form.other_installments).unwrap_or_default(),
        active_loans: 0,
    }
}
