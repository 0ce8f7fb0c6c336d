//! Charts as an XML parser reads them.

use crate::common::{date, look, money};
use chrono::Months;
use farthing_documents::charts::{
    Bar, Decided, Expected, Flow, Frame, PurchaseMonth, Share, bars_and_line, bars_with_ticks, grouped_bars,
    horizontal_bars, lines_share, stacked_days, title_for_decided,
};
use farthing_lending::Currency;

const EXPECTED: [i64; 12] = [611, 628, 640, 658, 683, 671, 688, 702, 717, 733, 751, 768];
const RECEIVED: [i64; 12] = [589, 611, 611, 636, 619, 625, 658, 681, 662, 705, 717, 224];

/// What the page's tokens are in each theme: the light one first.
const TOKENS: &str = include_str!("../../../ui/style/tokens.css");

/// The picture as the light theme shows it; each colour in it is a token of both themes.
fn in_light(svg: &str) -> String {
    let mut parts = svg.split("var(--");
    let mut light = parts.next().unwrap().to_string();
    for part in parts {
        let (token, rest) = part.split_once(')').unwrap();
        let values: Vec<_> = TOKENS.split(&format!(" --{token}: ")).skip(1).collect();
        assert!(
            values.len() >= 3,
            "{token} in the light theme, by the system's wish and by choice in the dark one"
        );
        light.push_str(values[0].split_once(';').unwrap().0);
        light.push_str(rest);
    }
    assert!(!svg.contains("=\"#"), "a colour of no theme in {svg}");
    light
}

/// The picture's texts, after checks that hold for every chart; it is left to be looked at.
fn texts(name: &str, svg: &str) -> Vec<String> {
    std::fs::write(look(&format!("{name}.svg")), in_light(svg)).unwrap();
    let document = roxmltree::Document::parse(svg).unwrap();
    let root = document.root_element();
    assert!(root.has_attribute("viewBox") && !root.has_attribute("width") && !root.has_attribute("height"));
    assert_eq!(root.attribute("role"), Some("img"));
    assert_eq!(root.attribute("aria-label"), Some("A & B"));
    for text in document.descendants().filter(|n| n.has_tag_name("text")) {
        assert_eq!(text.attribute("font-size"), Some("44"), "11 px at a quarter's scale");
        assert!(text.attribute("font-family").unwrap().starts_with("Inter"));
    }
    let text = |n: roxmltree::Node<'_, '_>| n.text().unwrap_or_default().trim().to_string();
    document
        .descendants()
        .filter(|n| n.has_tag_name("text"))
        .map(text)
        .collect()
}

fn drawn(name: &str, size: (u32, u32), language: &str, chart: impl Fn(&Frame<'_>) -> String) -> Vec<String> {
    let currency = Currency::of("USD").unwrap();
    let (width, height) = size;
    let frame = Frame {
        width,
        height,
        language,
        currency: &currency,
        label: "A & B",
    };
    texts(name, &chart(&frame))
}

fn month(i: usize) -> chrono::NaiveDate {
    date(2025, 8, 1)
        .checked_add_months(Months::new(u32::try_from(i).unwrap()))
        .unwrap()
}

fn has(texts: &[String], expected: &[&str]) {
    for text in expected {
        assert!(texts.iter().any(|t| t == text), "{text} in {texts:?}");
    }
}

#[test]
fn expected_against_received() {
    let months: Vec<Expected> = (0..12)
        .map(|i| Expected {
            month: month(i),
            expected: money(EXPECTED[i] * 10_000),
            received: money(RECEIVED[i] * 10_000),
            so_far: i == 11,
        })
        .collect();
    let texts = drawn("expected", (676, 180), "en", |frame| {
        bars_with_ticks(frame, &months).unwrap()
    });
    has(
        &texts,
        &[
            "Aug",
            "Jul",
            "0",
            "20",
            "80",
            "Expected 76.8",
            "Received 22.4",
            "so far",
        ],
    );
    let complete = drawn("expected-fr", (676, 180), "fr", |frame| {
        bars_with_ticks(frame, &months[..11]).unwrap()
    });
    has(&complete, &["août", "juin", "Attendu 75,1", "Reçu 71,7"]);
}

#[test]
fn decided_by_day() {
    let otherwise = [0, 2, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 1];
    let days: Vec<Decided> = (0..14)
        .map(|i| Decided {
            day: date(2025, 3, 1) + chrono::Days::new(i),
            as_asked: 31 + u32::try_from(i * 7 % 23).unwrap(),
            otherwise: otherwise[usize::try_from(i).unwrap()],
            so_far: i == 13,
        })
        .collect();
    let texts = drawn("decided", (676, 164), "en", |frame| stacked_days(frame, &days).unwrap());
    let all: u32 = days.iter().map(|d| d.as_asked).sum();
    has(&texts, &["0", "1", "14", "Otherwise 7", &format!("As asked {all}")]);
    let title = title_for_decided("en", &days);
    assert_eq!(
        title,
        format!("7 of {} commands in two weeks decided otherwise", all + 7)
    );
    let quiet: Vec<Decided> = days
        .iter()
        .map(|d| Decided {
            as_asked: 0,
            otherwise: 0,
            ..*d
        })
        .collect();
    let texts = drawn("decided-none", (676, 164), "fr", |frame| {
        stacked_days(frame, &quiet).unwrap()
    });
    has(&texts, &["Autrement 0", "Conforme 0", "4"]);
    assert_eq!(title_for_decided("fr", &quiet), "Aucune opération en deux semaines");
}

#[test]
fn disbursed_and_collected() {
    let disbursed = [212, 198, 226, 240, 262, 185, 206, 231, 244, 238, 257, 71];
    let collected = [188, 195, 197, 208, 219, 211, 214, 222, 226, 233, 241, 79];
    let months: Vec<Flow> = (0..12)
        .map(|i| Flow {
            month: month(i),
            disbursed: money(disbursed[i] * 100_000),
            collected: money(collected[i] * 100_000),
            so_far: i == 11,
        })
        .collect();
    let texts = drawn("flow", (480, 220), "en", |frame| bars_and_line(frame, &months).unwrap());
    has(
        &texts,
        &["300", "Disbursed 257", "Collected 241", "Jul so far", "71 out, 79 in"],
    );
}

#[test]
fn portfolio_at_risk() {
    let par30 = [510, 500, 530, 520, 560, 600, 570, 520, 490, 460, 420, 440];
    let months: Vec<Share> = (0..12)
        .map(|i| Share {
            month: month(i),
            par30: par30[i],
            par60: par30[i] * 6 / 10,
            par90: par30[i] * 3 / 10,
        })
        .collect();
    let texts = drawn("par", (480, 220), "en", |frame| {
        lines_share(frame, &months, Some(500)).unwrap()
    });
    has(&texts, &["6%", "Limit 5%", "PAR30 4.4%", "PAR60 2.6%", "PAR90 1.3%"]);
}

#[test]
fn products() {
    let bars: Vec<Bar> = [
        ("Small business", 1_042),
        ("Group solidarity", 618),
        ("Season crop", 344),
        ("School fees & books", 128),
        ("Nothing yet", 0),
    ]
    .iter()
    .map(|(label, value)| Bar {
        label: (*label).into(),
        value: money(value * 100_000),
    })
    .collect();
    let texts = drawn("products", (320, 180), "en", |frame| {
        horizontal_bars(frame, &bars).unwrap()
    });
    has(&texts, &["Small business", "1,042", "School fees & books", "128", "0"]);
}

#[test]
fn purchases() {
    let months: Vec<PurchaseMonth> = (0..6)
        .map(|i| PurchaseMonth {
            month: month(i + 6),
            purchases: money(EXPECTED[i] * 700),
            due: money(EXPECTED[i + 2] * 400),
            paid: money(RECEIVED[i + 2] * 390),
            so_far: i == 5,
        })
        .collect();
    let texts = drawn("purchases", (480, 200), "en", |frame| {
        grouped_bars(frame, &months).unwrap()
    });
    has(&texts, &["Feb", "Jul", "so far"]);
    assert!(texts.iter().any(|t| t.starts_with("Purchases ")) && texts.iter().any(|t| t.starts_with("Due ")));
}

#[test]
fn nothing_to_draw_is_still_a_picture() {
    let empty = |name: &str, chart: &dyn Fn(&Frame<'_>) -> String| drawn(name, (400, 160), "en", chart);
    empty("empty-1", &|frame| bars_with_ticks(frame, &[]).unwrap());
    empty("empty-2", &|frame| bars_and_line(frame, &[]).unwrap());
    empty("empty-3", &|frame| lines_share(frame, &[], None).unwrap());
    empty("empty-5", &|frame| grouped_bars(frame, &[]).unwrap());
    let frame_of = |frame: &Frame<'_>| horizontal_bars(frame, &[]).unwrap();
    let currency = Currency::of("JPY").unwrap();
    let frame = Frame {
        width: 300,
        height: 100,
        language: "en",
        currency: &currency,
        label: "A & B",
    };
    assert!(texts("empty-4", &frame_of(&frame)).is_empty());
}
