//! Axes: where a value stands and which values are written beside the gridlines. Integers throughout.

use super::Frame;
use super::canvas::{Anchor, Canvas, PX};
use super::color;
use crate::DocumentError;
use crate::labels::{marks, say};
use farthing_lending::{Currency, Marks, Money};

/// In what amounts of money are written in a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Minor units in one.
    divisor: i64,
    /// Digits after the point of a value written beside a mark.
    decimals: u32,
    /// How the chart's language punctuates.
    marks: Marks,
}

impl Unit {
    /// Units of the currency up to ten thousand of them, thousands up to ten million, millions beyond.
    pub(crate) fn for_largest(currency: &Currency, language: &str, largest: Money) -> Unit {
        let major = 10_i64.pow(currency.decimals.min(6));
        let (whole, marks) = (largest.minor() / major, marks(language));
        match whole {
            ..10_000 => Unit {
                divisor: major,
                decimals: 0,
                marks,
            },
            10_000..10_000_000 => Unit {
                divisor: major * 1000,
                decimals: if whole < 200_000 { 1 } else { 0 },
                marks,
            },
            _ => Unit {
                divisor: major * 1_000_000,
                decimals: 1,
                marks,
            },
        }
    }

    /// The amount in this unit, rounded half up: `22.4`.
    pub(crate) fn show(self, amount: Money) -> String {
        let factor = 10_i128.pow(self.decimals);
        let scaled = i128::from(amount.minor()) * factor * 2 + i128::from(self.divisor);
        let rounded = scaled.div_euclid(i128::from(self.divisor) * 2);
        Money::from_minor(i64::try_from(rounded).unwrap_or(i64::MAX)).written(self.decimals, self.marks)
    }
}

/// The unit in which a chart writes its amounts, for the line under its title: `Thousand USD`. `largest` is the largest
/// amount in the chart.
pub fn unit_of(currency: &Currency, language: &str, largest: Money) -> String {
    let unit = Unit::for_largest(currency, language, largest);
    let major = 10_i64.pow(currency.decimals.min(6));
    let word = match unit.divisor / major {
        1 => "",
        1000 => say(language, "Thousand ", "Milliers de "),
        _ => say(language, "Million ", "Millions de "),
    };
    format!("{word}{}", currency.code)
}

/// An axis from zero to the first gridline at or above the largest value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    step: i64,
    steps: i64,
}

impl Axis {
    /// Three to five gridlines, zero among them, a round step apart.
    pub(crate) fn up_to(largest: i64) -> Axis {
        let largest = largest.max(1);
        let mut power = 1_i64;
        loop {
            for step in [power, power * 2, power * 5] {
                // With a step of 25 rather than 20 or 50 the top often fits closer.
                let finer = step / 2;
                if power >= 10 && step == power * 5 && largest <= finer * 4 {
                    return Axis::of(finer, largest);
                }
                if largest <= step * 4 {
                    return Axis::of(step, largest);
                }
            }
            power *= 10;
        }
    }

    fn of(step: i64, largest: i64) -> Axis {
        // Two steps at least, so that there are three lines.
        Axis {
            step,
            steps: ((largest + step - 1) / step).clamp(2, 4),
        }
    }

    /// The height of a value: `bottom` for zero, `top` for the highest gridline.
    pub(crate) fn place(&self, value: i64, top: i32, bottom: i32) -> i32 {
        let span = i128::from(bottom - top);
        let along = i128::from(value.clamp(0, self.step * self.steps)) * span / i128::from(self.step * self.steps);
        bottom - i32::try_from(along).unwrap_or(0)
    }

    /// Draws the gridlines with their values at the left of `left`.
    pub(crate) fn draw(
        &self,
        canvas: &Canvas<'_>,
        (left, right): (i32, i32),
        (top, bottom): (i32, i32),
        show: impl Fn(i64) -> String,
    ) -> Result<(), DocumentError> {
        for i in 0..=self.steps {
            let y = self.place(self.step * i, top, bottom);
            let color = if i == 0 { color::LINE2 } else { color::LINE };
            canvas.bar([(left, y - PX / 2), (right, y + PX / 2)], color, None)?;
            canvas.text(
                &show(self.step * i),
                (left - 8 * PX, y),
                color::INK3,
                Anchor::Right,
                false,
            )?;
        }
        Ok(())
    }

    /// The same axis for values in hundredths.
    pub(crate) fn hundredfold(&self) -> Axis {
        Axis {
            step: self.step * 100,
            steps: self.steps,
        }
    }

    /// The largest value on the axis.
    pub(crate) fn top(&self) -> i64 {
        self.step * self.steps
    }
}

/// The axis of amounts, and the unit they are written in.
pub(crate) fn money_axis(frame: &Frame<'_>, amounts: impl Iterator<Item = Money>) -> (Axis, Unit) {
    let largest = amounts.max().unwrap_or_default();
    let unit = Unit::for_largest(frame.currency, frame.language, largest);
    // Gridlines stand at whole units, so that their values need no decimals.
    let whole = (largest.minor().max(0) + unit.divisor - 1) / unit.divisor;
    let axis = Axis::up_to(whole);
    (
        Axis {
            step: axis.step * unit.divisor,
            steps: axis.steps,
        },
        unit,
    )
}

impl Unit {
    /// The value of a gridline, which is whole in this unit.
    pub(crate) fn show_whole(self, minor: i64) -> String {
        Money::from_minor(minor / self.divisor).written(0, self.marks)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn three_to_five_gridlines_close_above_the_largest() {
        for largest in (1..5000).chain([999_999, 1_000_001, 7_000_000_000]) {
            let axis = Axis::up_to(largest);
            assert!((2..=4).contains(&axis.steps), "{largest}: {axis:?}");
            assert!(axis.top() >= largest, "{largest}: {axis:?}");
            assert!(largest < 4 || axis.top() < largest * 2 + 2, "{largest}: {axis:?}");
        }
        assert_eq!(Axis::up_to(77), Axis { step: 20, steps: 4 });
        assert_eq!(Axis::up_to(262), Axis { step: 100, steps: 3 });
    }

    #[test]
    fn writes_amounts_in_the_unit() {
        let usd = Currency::of("USD").unwrap();
        let yen = Currency::of("JPY").unwrap();
        let show = |currency: &Currency, largest: i64, minor: i64| {
            Unit::for_largest(currency, "en", Money::from_minor(largest)).show(Money::from_minor(minor))
        };
        assert_eq!(show(&usd, 8_000_000, 2_236_500), "22.4");
        assert_eq!(show(&usd, 8_000_000, 2_235_000), "22.4");
        assert_eq!(show(&usd, 8_000_000, 2_234_999), "22.3");
        assert_eq!(show(&usd, 104_200_000, 104_200_000), "1,042");
        assert_eq!(show(&usd, 50_000, 12_345), "123");
        assert_eq!(show(&yen, 8_000_000, 2_236_500), "2,237");
        assert_eq!(unit_of(&usd, "en", Money::from_minor(8_000_000)), "Thousand USD");
        assert_eq!(unit_of(&usd, "fr", Money::from_minor(8_000_000_000)), "Millions de USD");
        assert_eq!(unit_of(&usd, "en", Money::from_minor(8_000)), "USD");
    }
}
