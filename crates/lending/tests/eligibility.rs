//! Who may borrow, by the rules to begin with.

use farthing_lending::{
    Applicant, EligibilityRule, EligibilityRules, Employment, Figure, Money, Unit, Verdict, Wish, assess,
};

fn units(amount: i64) -> Money {
    Money::from_minor(amount * 100)
}

fn applicant() -> Applicant {
    Applicant {
        age: Some(30),
        employment: Some(Employment::Employed),
        income: Some(units(50_000)),
        obligations: units(10_000),
        active_loans: 0,
    }
}

/// 300,000 over 24 months at 12 % a year.
fn wish() -> Wish {
    Wish {
        principal: units(300_000),
        installments: 24,
        installment: Money::from_minor(1_412_204),
        every: 1,
        unit: Unit::Months,
        annual_rate: 12.into(),
        amounts: (units(10_000), units(500_000)),
        terms: (6, 36),
    }
}

fn failed(who: &Applicant, wish: &Wish) -> Vec<&'static str> {
    assess(&EligibilityRules::usual(2), who, wish).unwrap().failed()
}

#[test]
fn the_usual_rules() {
    let answer = assess(&EligibilityRules::usual(2), &applicant(), &wish()).unwrap();
    assert!(answer.eligible);
    // 40 % of 40,000 is 16,000 a month, which repays 339,894.20 over 24 months at 1 % a month.
    assert_eq!(answer.largest_installment, Some(units(16_000)));
    assert_eq!(answer.largest_amount, Some(Money::from_minor(33_989_420)));
    assert!(
        answer
            .rules
            .iter()
            .all(|a| a.verdict == Verdict::Met && a.recommendation.is_empty())
    );
}

#[test]
fn each_rule_fails_by_itself() {
    let who = applicant();
    let with = |change: &dyn Fn(&mut Applicant)| {
        let mut other = who;
        change(&mut other);
        failed(&other, &wish())
    };
    assert_eq!(with(&|a| a.age = Some(20)), ["age"]);
    assert_eq!(with(&|a| a.employment = Some(Employment::Unemployed)), ["employment"]);
    assert_eq!(
        with(&|a| a.income = Some(units(19_999))),
        ["income", "obligations", "installment"]
    );
    assert_eq!(with(&|a| a.obligations = units(20_001)), ["obligations", "installment"]);
    assert_eq!(with(&|a| a.active_loans = 3), ["active_loans"]);
    assert_eq!(with(&|a| a.active_loans = 2), Vec::<&str>::new());
    let student = |income| Applicant {
        employment: Some(Employment::Student),
        income: Some(units(income)),
        obligations: Money::ZERO,
        ..who
    };
    let small = Wish {
        principal: units(50_000),
        installment: Money::from_minor(235_367),
        ..wish()
    };
    assert_eq!(failed(&student(10_000), &small), Vec::<&str>::new());
    assert_eq!(failed(&student(9_999), &small), ["income"]);
    assert_eq!(
        failed(
            &who,
            &Wish {
                principal: units(9_999),
                installments: 37,
                ..wish()
            }
        ),
        ["amount", "term"]
    );
}

#[test]
fn what_is_unknown_is_asked_for_and_not_held_against_anyone() {
    let who = Applicant {
        active_loans: 1,
        ..Applicant::default()
    };
    let answer = assess(&EligibilityRules::usual(2), &who, &wish()).unwrap();
    assert!(answer.eligible);
    let unknown: Vec<_> = answer
        .rules
        .iter()
        .filter(|a| a.verdict == Verdict::Unknown)
        .map(|a| a.rule)
        .collect();
    use EligibilityRule::*;
    assert_eq!(unknown, [Age, Employment, Income, Obligations, Installment]);
    assert_eq!((answer.largest_amount, answer.largest_installment), (None, None));
}

#[test]
fn the_largest_amount_stays_within_the_product_and_weeks_are_months() {
    let rich = Applicant {
        income: Some(units(1_000_000)),
        ..applicant()
    };
    let answer = assess(&EligibilityRules::usual(2), &rich, &wish()).unwrap();
    assert_eq!(answer.largest_amount, Some(units(500_000)));
    let weekly = Wish {
        unit: Unit::Weeks,
        installment: units(3_000),
        annual_rate: 0.into(),
        ..wish()
    };
    let answer = assess(&EligibilityRules::usual(2), &applicant(), &weekly).unwrap();
    let installment = answer
        .rules
        .iter()
        .find(|a| a.rule == EligibilityRule::Installment)
        .unwrap();
    assert_eq!(installment.found, Some(Figure::Amount(units(13_000))));
    // 16,000 a month is 3,692.3077 a week, over 24 weeks without interest.
    assert_eq!(answer.largest_amount, Some(Money::from_minor(8_861_538)));
}

#[test]
fn rules_without_sense_are_refused() {
    let no = |rules: EligibilityRules| rules.check().unwrap_err().field;
    let usual = EligibilityRules::usual(2);
    assert!(usual.check().is_ok() && EligibilityRules::default().check().is_ok());
    assert_eq!(
        no(EligibilityRules {
            most_age: Some(20),
            ..usual.clone()
        }),
        "most_age"
    );
    assert_eq!(
        no(EligibilityRules {
            most_installment_percent: Some(101.into()),
            ..usual
        }),
        "most_installment_percent"
    );
}
