//! Growing installments, further advances, days off and remainders, worked out by hand.

use farthing_lending::compute::answer;
use serde_json::{Value, json};

fn terms(patch: &Value) -> Value {
    let mut terms = json!({
        "principal": "1200", "annual_rate": "0", "disbursed_on": "2024-01-31", "installments": 4, "every": 1, "unit": "months",
        "method": "declining_equal_installments", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    for (key, value) in patch.as_object().unwrap() {
        match key.split_once('.') {
            Some((outer, inner)) => terms[outer][inner] = value.clone(),
            None => terms[key] = value.clone(),
        }
    }
    terms
}

fn compute(patch: Value) -> Value {
    answer(&json!({"id": 1, "kind": "schedule", "terms": terms(&patch)}))
}

/// One figure of every row.
fn column(answer: &Value, name: &str) -> Vec<String> {
    let rows = answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}"));
    rows.iter().map(|row| row[name].as_str().unwrap().to_string()).collect()
}

fn refused(patch: Value) -> String {
    compute(patch)["error"]["field"].as_str().unwrap().to_string()
}

#[test]
fn installments_grow_by_an_amount() {
    // a + (a + 100) + (a + 200) + (a + 300) = 1200, so a = 150.
    let each = compute(json!({"step_up": {"every": 1, "amount": "100"}}));
    assert_eq!(column(&each, "due"), ["150.00", "250.00", "350.00", "450.00"]);
    assert_eq!(each["installment"], "150.00");
    // 2 a + 2 (a + 100) = 1200, so a = 250.
    let pairs = compute(json!({"step_up": {"every": 2, "amount": "100"}}));
    assert_eq!(column(&pairs, "due"), ["250.00", "250.00", "350.00", "350.00"]);
    // With a month of interest only: 2 a + (a + 100) = 1200, so a = 366.67, and the last takes what is left.
    let grace = compute(json!({"step_up": {"every": 2, "amount": "100"}, "grace": {"principal": 1}}));
    assert_eq!(column(&grace, "due"), ["0.00", "366.67", "366.67", "466.66"]);
}

#[test]
fn installments_grow_by_a_percentage() {
    // At 10 % a month: a / 1.1 + 1.1 a / 1.21 = 1000, so a = 550, then 605.
    let grown = compute(json!({
        "principal": "1000", "annual_rate": "120", "installments": 2, "step_up": {"every": 1, "percent": "10"},
    }));
    assert_eq!(column(&grown, "due"), ["550.00", "605.00"]);
    assert_eq!(column(&grown, "interest"), ["100.00", "55.00"]);
    // A given installment is the first: 100, 110, 121, and the rest.
    let given =
        compute(json!({"principal": "400", "fixed_installment": "100", "step_up": {"every": 1, "percent": "10"}}));
    assert_eq!(column(&given, "due"), ["100.00", "110.00", "121.00", "69.00"]);
}

#[test]
fn installments_grow_as_the_commission_published_it() {
    // European Commission, examples for the calculation of the APRC (January 2015), example 9: 200,000 at 6 % over 240
    // months, 3 % more each year.
    let grown = compute(json!({
        "principal": "200000", "annual_rate": "6", "installments": 240, "step_up": {"every": 12, "percent": "3"},
        "rounding.installment_multiple": "exact", "rounding.ledger": "exact",
    }));
    let yearly: Vec<String> = column(&grown, "due").into_iter().step_by(12).collect();
    let published = [
        "1130.33", "1164.24", "1199.17", "1235.15", "1272.20", "1310.37", "1349.68", "1390.17", "1431.87", "1474.83",
        "1519.07", "1564.64", "1611.58", "1659.93", "1709.73", "1761.02", "1813.85", "1868.27", "1924.32", "1982.05",
    ];
    assert_eq!(yearly, published);
    assert_eq!(column(&grown, "balance")[239], "0.00");
}

#[test]
fn growth_starts_anew_with_the_installment() {
    // 4 a + 600 = 1200: 150. Paying 250 for it leaves 950 for three: 3 a + 300 = 950, so a = 216.67.
    let lower = compute(json!({
        "step_up": {"every": 1, "amount": "100"}, "prepayment": "lower", "payments": [{"on": "2024-02-29", "amount": "250"}],
    }));
    assert_eq!(column(&lower, "due"), ["250.00", "216.67", "316.67", "416.66"]);
    // In the middle of a step the rest of it stays alike: 2 a + 2 (a + 100) = 1200: 250. Paying 450 leaves 750 for
    // a, a + 100, a + 100: a = 183.33.
    let middle = compute(json!({
        "step_up": {"every": 2, "amount": "100"}, "prepayment": "lower", "payments": [{"on": "2024-02-29", "amount": "450"}],
    }));
    assert_eq!(column(&middle, "due"), ["450.00", "183.33", "283.33", "283.34"]);
}

#[test]
fn a_further_advance_bears_interest_from_its_day() {
    // 1 % a month on 1000, and on 1500 from the second month on.
    let drawn = compute(json!({
        "principal": "1000", "annual_rate": "12", "installments": 3, "method": "interest_only",
        "advances": [{"on": "2024-02-29", "amount": "500"}],
    }));
    assert_eq!(column(&drawn, "interest"), ["10.00", "15.00", "15.00"]);
    assert_eq!(column(&drawn, "principal"), ["0.00", "0.00", "1500.00"]);
    assert_eq!(column(&drawn, "balance"), ["1000.00", "1500.00", "0.00"]);
    // 0.1 % a day: 9 days on 1000 and 20 on 1500, then 31 on 1500.
    let odd = compute(json!({
        "principal": "1000", "annual_rate": "36", "installments": 2, "method": "interest_only",
        "interest_period": "daily", "day_count": "act/360", "advances": [{"on": "2024-02-09", "amount": "500"}],
    }));
    assert_eq!(column(&odd, "interest"), ["39.00", "46.50"]);
}

#[test]
fn the_installment_after_an_advance_is_worked_out_anew() {
    // 300 four times; 300 more after the first, while the second stays: 900 for two, 450 each.
    let drawn = compute(json!({"advances": [{"on": "2024-03-10", "amount": "300"}]}));
    assert_eq!(column(&drawn, "due"), ["300.00", "300.00", "450.00", "450.00"]);
    assert_eq!(column(&drawn, "balance"), ["900.00", "900.00", "450.00", "0.00"]);
    assert_eq!(drawn["total_due"], "1500.00");
    // Equal principal alike, and a loan that would have been repaid waits for its last part.
    let parts =
        compute(json!({"method": "declining_equal_principal", "advances": [{"on": "2024-03-10", "amount": "300"}]}));
    assert_eq!(column(&parts, "principal"), ["300.00", "300.00", "450.00", "450.00"]);
    let early = compute(json!({
        "payments": [{"on": "2024-02-29", "amount": "1200"}], "advances": [{"on": "2024-03-31", "amount": "200"}],
    }));
    assert_eq!(column(&early, "due"), ["1200.00", "0.00", "200.00"]);
}

#[test]
fn a_payoff_counts_what_was_advanced_by_then() {
    // 0.1 % a day: 9 days on 1000, 5 on 1500.
    let quote = compute(json!({
        "principal": "1000", "annual_rate": "36", "installments": 2, "method": "interest_only", "interest_period": "daily",
        "day_count": "act/360", "advances": [{"on": "2024-02-09", "amount": "500"}], "payoff_on": "2024-02-14",
    }));
    assert_eq!(
        quote["payoff"],
        json!({"principal": "1500.00", "interest": "16.50", "total": "1516.50"})
    );
    // A payment and an advance in one period: 9 days on 1000, 5 on 1500, 15 on 1400.
    let both = compute(json!({
        "principal": "1000", "annual_rate": "36", "installments": 2, "method": "interest_only", "interest_period": "daily",
        "day_count": "act/360", "advances": [{"on": "2024-02-09", "amount": "500"}],
        "payments": [{"on": "2024-02-14", "amount": "100"}],
    }));
    assert_eq!(column(&both, "interest")[0], "37.50");
    assert_eq!(column(&both, "balance"), ["1400.00", "0.00"]);
}

#[test]
fn due_dates_leave_days_off_and_the_rhythm_stays() {
    let moved = |rule: &str| {
        column(
            &compute(json!({
                "disbursed_on": "2024-09-25", "installments": 5,
                "working_days": {"weekend": ["saturday", "sunday"], "holidays": ["2024-12-25", "2024-12-26"], "move": rule},
            })),
            "due_on",
        )
    };
    // 25 December is a holiday, 25 January 2025 a Saturday; October, November and February are working days.
    assert_eq!(
        moved("none"),
        ["2024-10-25", "2024-11-25", "2024-12-25", "2025-01-25", "2025-02-25"]
    );
    assert_eq!(
        moved("forward"),
        ["2024-10-25", "2024-11-25", "2024-12-27", "2025-01-27", "2025-02-25"]
    );
    assert_eq!(
        moved("back"),
        ["2024-10-25", "2024-11-25", "2024-12-24", "2025-01-24", "2025-02-25"]
    );
    let meeting = compute(json!({
        "disbursed_on": "2024-09-25", "installments": 4, "working_days": {
            "weekend": ["saturday", "sunday"], "holidays": ["2024-12-25"], "move": "next_meeting", "meeting": {"weekday": "tuesday"},
        },
    }));
    assert_eq!(
        column(&meeting, "due_on"),
        ["2024-10-25", "2024-11-25", "2024-12-31", "2025-01-28"]
    );
}

#[test]
fn interest_by_days_follows_the_moved_dates_and_interest_by_installment_does_not() {
    let interest = |period: &str| {
        column(
            &compute(json!({
                "principal": "1000", "annual_rate": "36", "disbursed_on": "2024-11-25", "installments": 2,
                "method": "interest_only", "interest_period": period, "day_count": "act/360",
                "working_days": {"weekend": [], "holidays": ["2024-12-25", "2024-12-26"], "move": "forward"},
            })),
            "interest",
        )
    };
    // 32 days to 27 December, then 29 to 25 January, at 0.1 % a day; or 3 % a month.
    assert_eq!(interest("daily"), ["32.00", "29.00"]);
    assert_eq!(interest("per_installment"), ["30.00", "30.00"]);
}

#[test]
fn a_remainder_goes_where_it_is_wanted() {
    let hundred = |remainder: &str| {
        column(
            &compute(json!({"principal": "100", "installments": 7, "rounding.remainder": remainder})),
            "due",
        )
    };
    // A seventh of 100 is 14.2857: seven times 14.29 are 3 cents too much.
    assert_eq!(
        hundred("last"),
        ["14.29", "14.29", "14.29", "14.29", "14.29", "14.29", "14.26"]
    );
    assert_eq!(
        hundred("first"),
        ["14.26", "14.29", "14.29", "14.29", "14.29", "14.29", "14.29"]
    );
    assert_eq!(
        hundred("spread"),
        ["14.29", "14.29", "14.29", "14.29", "14.28", "14.28", "14.28"]
    );
    // A third of 1000 is 333.33, and a cent is left; interest of 1 % a month does not matter to it.
    let thirds = |remainder: &str| {
        column(
            &compute(json!({
                "principal": "1000", "annual_rate": "12", "installments": 3, "method": "declining_equal_principal",
                "rounding.remainder": remainder,
            })),
            "principal",
        )
    };
    assert_eq!(thirds("first"), ["333.34", "333.33", "333.33"]);
    assert_eq!(thirds("spread"), ["333.34", "333.33", "333.33"]);
    assert_eq!(thirds("last"), ["333.33", "333.33", "333.34"]);
    // Flat, 945 in all: twelve times 75 and 45, in multiples of 5.
    let flat = |remainder: &str| {
        column(
            &compute(json!({
                "principal": "900", "annual_rate": "20", "unit": "weeks", "installments": 13, "method": "flat",
                "rounding.installment_multiple": "5", "rounding.remainder": remainder,
            })),
            "due",
        )
    };
    assert_eq!(
        (flat("first")[0].as_str(), flat("first")[12].as_str()),
        ("45.00", "75.00")
    );
    // 30 too much are six units of 5 for thirteen rows: seven rows of 75 and six of 70.
    assert_eq!(flat("spread").iter().filter(|due| *due == "75.00").count(), 7);
    assert_eq!(flat("spread").iter().filter(|due| *due == "70.00").count(), 6);
}

#[test]
fn a_remainder_with_interest_leaves_the_last_installment_like_the_others() {
    // 10 % a month on 1000 twice, in multiples of 10: 576.19 becomes 580, and the last is 572. Where the first is x, the
    // last is (1100 - x) × 1.1, and that is 580 for x = 572.73.
    let dues = |remainder: &str| {
        column(
            &compute(json!({
                "principal": "1000", "annual_rate": "120", "installments": 2, "rounding.installment_multiple": "10",
                "rounding.remainder": remainder,
            })),
            "due",
        )
    };
    assert_eq!(dues("last"), ["580.00", "572.00"]);
    assert_eq!(dues("first"), ["572.73", "580.00"]);
    // A unit of 10 less would leave the last at 583: not nearer to its 570 than 572 is to 580.
    assert_eq!(dues("spread"), ["580.00", "572.00"]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let flat = |key: &str, value: Value| json!({"method": "flat", key: value});
    assert_eq!(refused(flat("step_up", json!({"every": 1, "amount": "1"}))), "step_up");
    assert_eq!(
        refused(flat("advances", json!([{"on": "2024-03-01", "amount": "1"}]))),
        "advances"
    );
    for (step_up, field) in [
        (json!({"every": 0, "amount": "1"}), "step_up.every"),
        (json!({"every": 1}), "step_up"),
        (json!({"every": 1, "amount": "1", "percent": "1"}), "step_up"),
        (json!({"every": 1, "amount": "-1"}), "step_up.amount"),
        (json!({"every": 1, "percent": "1001"}), "step_up.percent"),
    ] {
        assert_eq!(refused(json!({"step_up": step_up})), field);
    }
    for (advances, field) in [
        (json!([{"on": "2024-01-31", "amount": "1"}]), "advances[0].on"),
        (
            json!([{"on": "2024-03-01", "amount": "1"}, {"on": "2024-02-01", "amount": "1"}]),
            "advances[1].on",
        ),
        (json!([{"on": "2024-03-01", "amount": "0"}]), "advances[0].amount"),
        (json!([{"on": "2024-05-31", "amount": "1"}]), "advances[0].on"),
    ] {
        assert_eq!(refused(json!({"advances": advances})), field);
    }
    for patch in [
        json!({"rounding.remainder": "first", "method": "interest_only"}),
        json!({"rounding.remainder": "first", "fixed_installment": "400"}),
        json!({"rounding.remainder": "spread", "installment_tuning": true}),
        json!({"rounding.remainder": "spread", "rounding.ledger": "exact"}),
    ] {
        assert_eq!(refused(patch), "rounding.remainder");
    }
    // Every day a due date: those of the weekend would all fall on Monday.
    let weekend = json!({"weekend": ["saturday", "sunday"], "move": "forward"});
    assert_eq!(
        refused(json!({"unit": "days", "installments": 9, "working_days": weekend})),
        "working_days"
    );
    assert_eq!(
        refused(json!({"working_days": {"move": "next_meeting"}})),
        "working_days.meeting"
    );
}
