//! Amounts in words, as cheques and receipts have them.

use crate::labels::is_french;
use farthing_lending::{Currency, Money};

/// The amount in words with the currency's code: `One thousand five hundred and 25/100 USD`. Minor units stand as a
/// fraction, which no language spells differently and nobody can alter unseen.
pub fn amount_in_words(language: &str, currency: &Currency, amount: Money) -> String {
    let per_unit = 10_u64.pow(currency.decimals.min(6));
    let minor = amount.abs().minor().unsigned_abs();
    let french = is_french(language);
    let mut text = match french {
        true => french_number(minor / per_unit),
        false => english_number(minor / per_unit),
    };
    if currency.decimals > 0 {
        let (and, width) = (if french { "et" } else { "and" }, currency.decimals as usize);
        text = format!("{text} {and} {:0width$}/{per_unit}", minor % per_unit);
    }
    if amount.is_negative() {
        text = format!("{} {text}", if french { "moins" } else { "minus" });
    }
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{} {}", letters.as_str(), currency.code)
}

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A word of a table; the tables hold every index that the callers work out.
fn pick(table: &[&'static str], i: u64) -> &'static str {
    usize::try_from(i)
        .ok()
        .and_then(|i| table.get(i))
        .copied()
        .unwrap_or("")
}

fn english_number(n: u64) -> String {
    const SCALES: [(u64, &str); 5] = [
        (1_000_000_000_000_000, "quadrillion"),
        (1_000_000_000_000, "trillion"),
        (1_000_000_000, "billion"),
        (1_000_000, "million"),
        (1_000, "thousand"),
    ];
    if n == 0 {
        return "zero".into();
    }
    let (mut rest, mut words) = (n, Vec::new());
    for (scale, name) in SCALES {
        if rest >= scale {
            words.push(format!("{} {name}", english_number(rest / scale)));
            rest %= scale;
        }
    }
    if rest >= 100 {
        words.push(format!("{} hundred", pick(&ENGLISH, rest / 100)));
        rest %= 100;
    }
    match rest {
        0 => {}
        1..20 => words.push(pick(&ENGLISH, rest).into()),
        _ if rest.is_multiple_of(10) => words.push(pick(&ENGLISH_TENS, rest / 10).into()),
        _ => words.push(format!(
            "{}-{}",
            pick(&ENGLISH_TENS, rest / 10),
            pick(&ENGLISH, rest % 10)
        )),
    }
    words.join(" ")
}

const FRENCH: [&str; 17] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize",
];
const FRENCH_TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];

fn french_number(n: u64) -> String {
    const SCALES: [(u64, &str); 4] = [
        (1_000_000_000_000_000, "billiard"),
        (1_000_000_000_000, "billion"),
        (1_000_000_000, "milliard"),
        (1_000_000, "million"),
    ];
    if n == 0 {
        return "zéro".into();
    }
    let (mut rest, mut words) = (n, Vec::new());
    for (scale, name) in SCALES {
        if rest >= scale {
            // These are nouns: they take a plural, and “cents” and “vingts” before them keep theirs.
            let count = rest / scale;
            let plural = if count > 1 { "s" } else { "" };
            words.push(format!("{} {name}{plural}", french_number(count)));
            rest %= scale;
        }
    }
    if rest >= 1000 {
        // “Mille” is a numeral: it never changes, stands without “un”, and nothing before it takes a plural.
        match rest / 1000 {
            1 => words.push("mille".into()),
            count => words.push(format!("{} mille", french_below_thousand(count, false))),
        }
        rest %= 1000;
    }
    if rest > 0 {
        words.push(french_below_thousand(rest, true));
    }
    words.join(" ")
}

/// 1 to 999; `last` where no numeral follows, so that “cent” and “vingt” take their plural.
fn french_below_thousand(n: u64, last: bool) -> String {
    let (hundreds, rest) = (n / 100, n % 100);
    let tail = french_below_hundred(rest, last);
    let head = match hundreds {
        0 => return tail,
        1 => "cent".to_string(),
        _ if rest == 0 && last => format!("{} cents", pick(&FRENCH, hundreds)),
        _ => format!("{} cent", pick(&FRENCH, hundreds)),
    };
    if rest == 0 { head } else { format!("{head} {tail}") }
}

fn french_below_hundred(n: u64, last: bool) -> String {
    match n {
        0 => String::new(),
        1..17 => pick(&FRENCH, n).into(),
        17..20 => format!("dix-{}", pick(&FRENCH, n - 10)),
        80 if last => "quatre-vingts".into(),
        80 => "quatre-vingt".into(),
        71 => "soixante et onze".into(),
        70..80 => format!("soixante-{}", french_below_hundred(n - 60, last)),
        81..100 => format!("quatre-vingt-{}", french_below_hundred(n - 80, last)),
        _ if n.is_multiple_of(10) => pick(&FRENCH_TENS, n / 10).into(),
        _ if n % 10 == 1 => format!("{} et un", pick(&FRENCH_TENS, n / 10)),
        _ => format!("{}-{}", pick(&FRENCH_TENS, n / 10), pick(&FRENCH, n % 10)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn english() {
        for (n, words) in [
            (0, "zero"),
            (13, "thirteen"),
            (20, "twenty"),
            (41, "forty-one"),
            (100, "one hundred"),
            (1_230, "one thousand two hundred thirty"),
            (15_999, "fifteen thousand nine hundred ninety-nine"),
            (1_000_001, "one million one"),
            (2_000_000_000, "two billion"),
            (9_000_000_000_000_000, "nine quadrillion"),
        ] {
            assert_eq!(english_number(n), words);
        }
    }

    #[test]
    fn french() {
        for (n, words) in [
            (0, "zéro"),
            (17, "dix-sept"),
            (21, "vingt et un"),
            (22, "vingt-deux"),
            (70, "soixante-dix"),
            (71, "soixante et onze"),
            (77, "soixante-dix-sept"),
            (80, "quatre-vingts"),
            (81, "quatre-vingt-un"),
            (91, "quatre-vingt-onze"),
            (99, "quatre-vingt-dix-neuf"),
            (100, "cent"),
            (200, "deux cents"),
            (201, "deux cent un"),
            (280, "deux cent quatre-vingts"),
            (1_000, "mille"),
            (1_001, "mille un"),
            (2_000, "deux mille"),
            (80_000, "quatre-vingt mille"),
            (200_000, "deux cent mille"),
            (200_200, "deux cent mille deux cents"),
            (1_000_000, "un million"),
            (80_000_000, "quatre-vingts millions"),
            (200_000_000, "deux cents millions"),
            (3_001_000_000, "trois milliards un million"),
        ] {
            assert_eq!(french_number(n), words);
        }
    }

    #[test]
    fn amounts() {
        let of =
            |language, code, minor| amount_in_words(language, &Currency::of(code).unwrap(), Money::from_minor(minor));
        assert_eq!(of("en", "USD", 150_025), "One thousand five hundred and 25/100 USD");
        assert_eq!(of("en", "USD", 5), "Zero and 05/100 USD");
        assert_eq!(of("en", "JPY", 1_500), "One thousand five hundred JPY");
        assert_eq!(of("en", "BHD", 1_041), "One and 041/1000 BHD");
        assert_eq!(of("fr-FR", "EUR", 8_000_000), "Quatre-vingt mille et 00/100 EUR");
        assert_eq!(of("en", "USD", -100), "Minus one and 00/100 USD");
    }
}
