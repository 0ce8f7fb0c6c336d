//! What is chosen before a loan is walked through: a tuned installment, or which installments take what rounding leaves
//! over. Both look at the plan as it was agreed, before anything was paid and before any change of the rate.

use crate::amount::Amount;
use crate::course::{Chosen, Course, Extra};
use crate::plan::{Dates, Plan};
use crate::ratio::Ratio;
use crate::terms::{Method, Multiple, Remainder, TermsError};

/// What is best for the plan.
///
/// # Errors
/// Those of its schedule without any choice.
pub(crate) fn choose<A: Amount>(plan: &Plan<'_>, dates: &mut Dates) -> Result<Chosen<A>, TermsError> {
    let is_tunable = plan.terms.installment_tuning
        && plan.terms.method == Method::DecliningEqualInstallments
        && plan.fixed_installment.is_none()
        && plan.terms.rounding.installment_multiple == Multiple::Of(plan.terms.rounding.money)
        && plan.last >= 2;
    let remainder = plan.terms.rounding.remainder;
    if !is_tunable && remainder == Remainder::Last {
        return Ok(Chosen::default());
    }
    let agreed = plan.as_agreed();
    let base = Course::run(&agreed, dates, Chosen::default())?;
    Ok(match remainder {
        Remainder::Last => Chosen {
            level: tuned(&agreed, dates, &base),
            extra: None,
        },
        _ => Chosen {
            level: None,
            extra: Search::of(&agreed, &base).and_then(|search| search.extra(dates)),
        },
    })
}

/// A level installment whose last row differs less from it than that of `base` does.
fn tuned<A: Amount>(plan: &Plan<'_>, dates: &mut Dates, base: &Course<A>) -> Option<A> {
    let level = base.level.clone()?;
    let off = base.last_due()?.minus(&level);
    let size = off.abs();
    let half = plan.last / 2;
    let allowed = A::of(i64::try_from(plan.money.unit).ok()?.checked_mul(half.into())?);
    if size <= allowed {
        return None;
    }
    let step = size.times(Ratio::new(1, plan.last.into()), Some(plan.money))?;
    let other = if off.is_negative() {
        level.minus(&step)
    } else {
        level.plus(&step)
    };
    if other == level {
        return None;
    }
    let chosen = Chosen {
        level: Some(other.clone()),
        extra: None,
    };
    let course = Course::run(plan, dates, chosen).ok()?;
    let is_closer = course.last_due()?.minus(&other).abs() < size;
    is_closer.then_some(other)
}

/// The search for how many units the installments must be larger for, so that the last one is like the others.
struct Search<'p, 't, A> {
    plan: &'p Plan<'t>,
    from: u32,
    over: u32,
    unit: i64,
    /// What every installment is but for the units: the due, or the principal where principal is equal.
    level: A,
    /// By how much the last one is larger without any units.
    off: A,
}

impl<'p, 't, A: Amount> Search<'p, 't, A> {
    fn of(plan: &'p Plan<'t>, base: &Course<A>) -> Option<Search<'p, 't, A>> {
        let from = plan.terms.grace.principal + 1;
        let spread = plan.terms.rounding.remainder == Remainder::Spread;
        // Larger parts are multiples as well; a single installment may take any amount.
        let rounder = plan.installment.filter(|_| spread).unwrap_or(plan.money);
        let first = base.lines.iter().find(|line| line.n == from)?;
        let level = match plan.terms.method {
            Method::DecliningEqualPrincipal => first.principal.clone(),
            _ => first.principal.plus(&first.interest),
        };
        let mut search = Search {
            plan,
            from,
            over: if spread { plan.last + 1 - from } else { 1 },
            unit: i64::try_from(rounder.unit).ok()?,
            level,
            off: A::of(0),
        };
        search.off = search.off_in(base, 0)?;
        Some(search)
    }

    fn extra_of(&self, units: i64) -> Extra {
        Extra {
            from: self.from,
            over: self.over,
            units,
            unit: self.unit,
        }
    }

    /// By how much the last installment of a course is larger than it should be.
    fn off_in(&self, course: &Course<A>, units: i64) -> Option<A> {
        let last = course.lines.last()?;
        let is = match self.plan.terms.method {
            Method::DecliningEqualPrincipal => last.principal.clone(),
            _ => last.principal.plus(&last.interest),
        };
        let own = A::of(self.extra_of(units).of(self.plan.last));
        (last.n == self.plan.last).then(|| is.minus(&self.level.plus(&own)))
    }

    fn off(&self, dates: &mut Dates, units: i64) -> Option<A> {
        let chosen = Chosen {
            level: None,
            extra: Some(self.extra_of(units)),
        };
        self.off_in(&Course::run(self.plan, dates, chosen).ok()?, units)
    }

    /// The units with which the last installment differs least, by halving: the more units, the smaller it is. A
    /// course that fails has too many of them.
    fn extra(&self, dates: &mut Dates) -> Option<Extra> {
        let is_above = !self.off.is_negative();
        let sign = if is_above { 1 } else { -1 };
        let most = self.off.abs().shown(self.plan.money)?.minor() / self.unit + 1 + i64::from(self.over);
        let (mut near, mut far) = (0, most);
        let (mut best, mut least) = (0, self.off.abs());
        while far - near > 1 {
            let middle = near + (far - near) / 2;
            let off = self.off(dates, sign * middle);
            if let Some(size) = off.as_ref().map(Amount::abs)
                && size < least
            {
                (best, least) = (middle, size);
            }
            match off {
                Some(off) if off.is_negative() != is_above => near = middle,
                _ => far = middle,
            }
        }
        (best > 0).then(|| self.extra_of(sign * best))
    }
}
