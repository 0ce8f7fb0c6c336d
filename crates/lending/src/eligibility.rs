//! Whether someone may borrow, why or why not, and how much: rules as data, each with its own answer.

use crate::Money;
use crate::charge::percent_of;
use crate::penalty::rounded;
use crate::rules::present_value;
use crate::terms::{TermsError, Unit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How someone earns a living.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Employment {
    /// Works for someone.
    Employed,
    /// Works for themselves.
    SelfEmployed,
    /// Studies.
    Student,
    /// Has no work.
    Unemployed,
}

impl Employment {
    /// The one of a word, as forms hold it; none for any other text.
    pub fn of(word: &str) -> Option<Employment> {
        match word {
            "employed" => Some(Employment::Employed),
            "self_employed" => Some(Employment::SelfEmployed),
            "student" => Some(Employment::Student),
            "unemployed" => Some(Employment::Unemployed),
            _ => None,
        }
    }
}

/// Who may borrow. A rule that is left out is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EligibilityRules {
    /// The least age, in whole years.
    pub least_age: Option<u32>,
    /// The greatest age.
    pub most_age: Option<u32>,
    /// Whether someone without work is refused.
    pub refuses_unemployed: bool,
    /// The least income a month, other income included, in minor units.
    pub least_income: Option<Money>,
    /// The same for a student.
    pub least_income_student: Option<Money>,
    /// The installments that are paid already, in percent of the income, at most.
    pub most_obligations_percent: Option<Decimal>,
    /// How many loans may be running, the new one not counted.
    pub most_active_loans: Option<u32>,
    /// The new installment in percent of what the income leaves after the installments that are paid already.
    pub most_installment_percent: Option<Decimal>,
}

impl EligibilityRules {
    /// The rules to begin with: 21 years, work, 20,000 a month (10,000 for a student), at most 40 % of the income bound
    /// already, fewer than 3 loans running, and an installment of at most 40 % of what is free.
    pub fn usual(decimals: u32) -> EligibilityRules {
        let unit = 10i64.pow(decimals.min(4));
        EligibilityRules {
            least_age: Some(21),
            most_age: None,
            refuses_unemployed: true,
            least_income: Some(Money::from_minor(20_000 * unit)),
            least_income_student: Some(Money::from_minor(10_000 * unit)),
            most_obligations_percent: Some(40.into()),
            most_active_loans: Some(2),
            most_installment_percent: Some(40.into()),
        }
    }

    /// Whether the rules make sense.
    ///
    /// # Errors
    /// Names the field and the remedy.
    pub fn check(&self) -> Result<(), TermsError> {
        let no = |field: &str, message: &str| Err(TermsError::on(field, message));
        if self.least_age.is_some_and(|age| age > 120) || self.most_age.is_some_and(|age| age > 120) {
            return no("least_age", "Enter ages of at most 120 years.");
        }
        if let (Some(least), Some(most)) = (self.least_age, self.most_age)
            && most < least
        {
            return no("most_age", "Enter a greatest age that is not below the least one.");
        }
        for (field, income) in [
            ("least_income", self.least_income),
            ("least_income_student", self.least_income_student),
        ] {
            if income.is_some_and(|i| i.is_negative() || i > Money::LIMIT) {
                return no(field, "Enter an income that is not below zero.");
            }
        }
        for (field, percent) in [
            ("most_obligations_percent", self.most_obligations_percent),
            ("most_installment_percent", self.most_installment_percent),
        ] {
            if percent.is_some_and(|p| p <= Decimal::ZERO || p > Decimal::ONE_HUNDRED) {
                return no(field, "Enter more than 0 and at most 100 %.");
            }
        }
        Ok(())
    }
}

/// What is known of the applicant. What is unknown is asked for, not held against them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applicant {
    /// Whole years.
    pub age: Option<u32>,
    /// How they earn a living.
    pub employment: Option<Employment>,
    /// All income a month, in minor units.
    pub income: Option<Money>,
    /// Installments a month that they pay already, here and elsewhere, in minor units.
    pub obligations: Money,
    /// Loans that are running here.
    pub active_loans: u32,
}

/// What is asked for, with what the product allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How much, in minor units.
    pub principal: Money,
    /// Over how many installments.
    pub installments: u32,
    /// The installment that this leads to, in minor units.
    pub installment: Money,
    /// One installment each so many units.
    pub every: u32,
    /// Days, weeks or months.
    pub unit: Unit,
    /// Percent a year.
    pub annual_rate: Decimal,
    /// The least and the greatest amount, in minor units.
    pub amounts: (Money, Money),
    /// The fewest and the most installments.
    pub terms: (u32, u32),
}

/// A rule by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EligibilityRule {
    /// Old enough, not too old.
    Age,
    /// Has work.
    Employment,
    /// Earns enough.
    Income,
    /// Is not bound too much already.
    Obligations,
    /// Has not too many loans.
    ActiveLoans,
    /// Can bear the installment.
    Installment,
    /// The amount is one that the product lends.
    Amount,
    /// The term is one that the product has.
    Term,
}

impl EligibilityRule {
    /// The rule's word, as it is kept.
    pub const fn word(self) -> &'static str {
        match self {
            EligibilityRule::Age => "age",
            EligibilityRule::Employment => "employment",
            EligibilityRule::Income => "income",
            EligibilityRule::Obligations => "obligations",
            EligibilityRule::ActiveLoans => "active_loans",
            EligibilityRule::Installment => "installment",
            EligibilityRule::Amount => "amount",
            EligibilityRule::Term => "term",
        }
    }
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is met.
    Met,
    /// It is not.
    Failed,
    /// What it looks at is not known.
    Unknown,
}

/// A figure that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// An amount in minor units.
    Amount(Money),
    /// A number of years, loans or installments.
    Count(u32),
    /// A percentage.
    Percent(Decimal),
}

/// One rule's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleAnswer {
    /// Which rule.
    pub rule: EligibilityRule,
    /// What it says.
    pub verdict: Verdict,
    /// What is so.
    pub found: Option<Figure>,
    /// What the rule asks for.
    pub limit: Option<Figure>,
    /// What would help, as a sentence; empty where the rule is met.
    pub recommendation: String,
}

/// The answer to someone who wants to borrow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Whether no rule fails.
    pub eligible: bool,
    /// Every rule that was asked.
    pub rules: Vec<RuleAnswer>,
    /// The largest installment that the income bears, in minor units; none where the income is unknown or no rule says.
    pub largest_installment: Option<Money>,
    /// The largest amount that such an installment repays over the wished term, within what the product lends.
    pub largest_amount: Option<Money>,
}

impl Assessment {
    /// The words of the rules that fail.
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = self.rules.iter().filter(|answer| answer.verdict == Verdict::Failed);
        failed.map(|answer| answer.rule.word()).collect()
    }
}

/// Looks at a wish by the rules.
///
/// # Errors
/// Where the figures are larger than can be reckoned with.
pub fn assess(rules: &EligibilityRules, who: &Applicant, wish: &Wish) -> Result<Assessment, TermsError> {
    let monthly = a_month(wish.installment, wish.every, wish.unit);
    let income = who.income.unwrap_or_default();
    let free = income.less(who.obligations);
    let largest = rules.most_installment_percent.filter(|_| who.income.is_some());
    let largest = largest.map(|percent| percent_of(free, percent));
    let mut answers = about_applicant(rules, who);
    if let Some(percent) = rules.most_installment_percent {
        let fits = largest.map(|most| monthly <= most);
        let advice = "Ask for less, or for more installments.";
        let found = Some(Figure::Amount(monthly));
        answers.push(answer(
            EligibilityRule::Installment,
            fits,
            found,
            largest.map(Figure::Amount),
            advice,
        ));
        if let Some(last) = answers.last_mut().filter(|a| a.limit.is_none()) {
            last.limit = Some(Figure::Percent(percent));
        }
    }
    let (least, most) = wish.amounts;
    let limit = if wish.principal < least { least } else { most };
    let fits = wish.principal >= least && wish.principal <= most;
    let (found, limit) = (Figure::Amount(wish.principal), Figure::Amount(limit));
    let advice = "Ask for an amount that this product lends, or choose another product.";
    answers.push(answer(
        EligibilityRule::Amount,
        Some(fits),
        Some(found),
        Some(limit),
        advice,
    ));
    let (few, many) = wish.terms;
    let limit = if wish.installments < few { few } else { many };
    let fits = wish.installments >= few && wish.installments <= many;
    let (found, limit) = (Figure::Count(wish.installments), Figure::Count(limit));
    let advice = "Ask for a number of installments that this product has.";
    answers.push(answer(
        EligibilityRule::Term,
        Some(fits),
        Some(found),
        Some(limit),
        advice,
    ));
    Ok(Assessment {
        eligible: answers.iter().all(|answer| answer.verdict != Verdict::Failed),
        rules: answers,
        largest_installment: largest,
        largest_amount: largest.map(|largest| repaid_by(largest, wish)).transpose()?,
    })
}

fn about_applicant(rules: &EligibilityRules, who: &Applicant) -> Vec<RuleAnswer> {
    let mut answers = Vec::new();
    if rules.least_age.is_some() || rules.most_age.is_some() {
        let young = |age: u32| rules.least_age.is_some_and(|least| age < least);
        let old = |age: u32| rules.most_age.is_some_and(|most| age > most);
        let fits = who.age.map(|age| !young(age) && !old(age));
        let limit = match who.age {
            Some(age) if old(age) => rules.most_age,
            _ => rules.least_age.or(rules.most_age),
        };
        let advice = "Lend to someone of the right age, with the applicant as a second signer.";
        let found = who.age.map(Figure::Count);
        answers.push(answer(
            EligibilityRule::Age,
            fits,
            found,
            limit.map(Figure::Count),
            advice,
        ));
    }
    if rules.refuses_unemployed {
        let fits = who.employment.map(|employment| employment != Employment::Unemployed);
        let advice = "Come back with work or an income of one's own.";
        answers.push(answer(EligibilityRule::Employment, fits, None, None, advice));
    }
    let least = match who.employment {
        Some(Employment::Student) => rules.least_income_student.or(rules.least_income),
        _ => rules.least_income,
    };
    if let Some(least) = least {
        let fits = who.income.map(|income| income >= least);
        let advice = "Show further income, or apply together with someone who has one.";
        let found = who.income.map(Figure::Amount);
        answers.push(answer(
            EligibilityRule::Income,
            fits,
            found,
            Some(Figure::Amount(least)),
            advice,
        ));
    }
    if let Some(most) = rules.most_obligations_percent {
        let fits = who.income.map(|income| who.obligations <= percent_of(income, most));
        let found = who.income.filter(|income| income.is_positive()).and_then(|income| {
            let share = Decimal::from(who.obligations.minor()).checked_mul(Decimal::ONE_HUNDRED)?;
            Some(Figure::Percent((share / Decimal::from(income.minor())).round_dp(2)))
        });
        let advice = "Pay other loans off first.";
        answers.push(answer(
            EligibilityRule::Obligations,
            fits,
            found,
            Some(Figure::Percent(most)),
            advice,
        ));
    }
    if let Some(most) = rules.most_active_loans {
        let fits = Some(who.active_loans <= most);
        let (found, limit) = (Figure::Count(who.active_loans), Figure::Count(most));
        let advice = "Pay a running loan off first, or top it up instead.";
        answers.push(answer(
            EligibilityRule::ActiveLoans,
            fits,
            Some(found),
            Some(limit),
            advice,
        ));
    }
    answers
}

fn answer(
    rule: EligibilityRule,
    fits: Option<bool>,
    found: Option<Figure>,
    limit: Option<Figure>,
    advice: &str,
) -> RuleAnswer {
    let (verdict, recommendation) = match fits {
        Some(true) => (Verdict::Met, ""),
        Some(false) => (Verdict::Failed, advice),
        None => (Verdict::Unknown, "Fill it in on the customer's page."),
    };
    RuleAnswer {
        rule,
        verdict,
        found,
        limit,
        recommendation: recommendation.to_string(),
    }
}

/// What an installment comes to in a month.
pub fn a_month(installment: Money, every: u32, unit: Unit) -> Money {
    let year = match unit {
        Unit::Days => 365,
        Unit::Weeks => 52,
        Unit::Months => 12,
    };
    let a_year = Decimal::from(installment.minor())
        .checked_mul(Decimal::from(year))
        .unwrap_or_default();
    rounded(a_year / Decimal::from(12 * every.max(1)))
}

/// The largest amount, rounded half-up to the minor unit: the present value of the installments at the product's rate.
fn repaid_by(a_month: Money, wish: &Wish) -> Result<Money, TermsError> {
    let year = match wish.unit {
        Unit::Days => 365,
        Unit::Weeks => 52,
        Unit::Months => 12,
    };
    let (every, year) = (Decimal::from(wish.every.max(1)), Decimal::from(year));
    let installment = Decimal::from(a_month.minor()) * Decimal::from(12) * every / year;
    let rate = wish.annual_rate / Decimal::ONE_HUNDRED * every / year;
    let value = present_value(installment, rate, wish.installments)?;
    Ok(rounded(value).min(wish.amounts.1))
}
