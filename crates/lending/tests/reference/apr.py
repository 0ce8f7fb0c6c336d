"""The annual percentage rate by Regulation Z and by the EU rule."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

from dates import add_months
from money import Refused

getcontext().prec = 60


def to_decimal(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def repeated(flow, key):
    """Every repetition of a flow: its amount and its date or time in years."""
    every, unit = flow.get("every", 1), flow.get("unit")
    for i in range(flow.get("count", 1)):
        steps = i * every
        if key == "on":
            day = date.fromisoformat(flow["on"])
            if unit in ("months", "years"):
                day = add_months(day, steps * (12 if unit == "years" else 1))
            else:
                day += timedelta(days=steps * (7 if unit == "weeks" else 1))
            yield day, Fraction(flow["amount"])
        else:
            at = dict(flow["at"])
            if steps:
                at[unit] = at.get(unit, 0) + steps
            years = Fraction(at.get("years", 0)) + Fraction(at.get("months", 0), 12)
            years += Fraction(at.get("weeks", 0), 52) + Fraction(at.get("days", 0), at.get("year_days", 1))
            yield years, Fraction(flow["amount"])


def whole_back(start, end, months):
    """Whole steps of so many months counted back from end, and the day where that counting ends."""
    count = max(0, (end.year - start.year) * 12 + end.month - start.month) // months + 1
    while count and add_months(end, -months * count) < start:
        count -= 1
    return count, add_months(end, -months * count)


def reg_z_time(start, end, unit, every):
    """Full unit-periods and the fraction of another."""
    days = (end - start).days
    if unit in ("month", "semimonth"):
        months, stop = whole_back(start, end, 1)
        left = (stop - start).days
        if unit == "month" and every == 1:
            return months, Fraction(left, 30)
        total, size = 30 * months + left, 15 if unit == "semimonth" else 30 * every
        return total // size, Fraction(total % size, size)
    if unit == "year":
        years, stop = whole_back(start, end, 12)
        months, rest = whole_back(start, end, 1)
        if rest == start:
            return years, Fraction(months - 12 * years, 12)
        return years, Fraction((stop - start).days, 365)
    size = every * (7 if unit == "week" else 1)
    return days // size, Fraction(days % size, size)


def eu_time(start, end, period):
    """Years: whole periods counted back from the end, and the days left."""
    if period == "week":
        count = (end - start).days // 7
        stop, years = end - timedelta(days=7 * count), Fraction(count, 52)
    else:
        count, stop = whole_back(start, end, 1 if period == "month" else 12)
        years = Fraction(count, 12 if period == "month" else 1)
    return years + Fraction((stop - start).days, (stop - add_months(stop, -12)).days)


def solve(flows, worth):
    """The root nearest to zero of what falls as the rate grows: halved in floating point, then closed in on by secants
    in decimals."""
    rough = [tuple(map(float, flow)) for flow in flows]
    low, high = 0.0, 1.0
    if worth(rough, low) < 0:
        low, high = -0.99, 0.0
        if worth(rough, low) < 0:
            raise Refused("payments")
    while worth(rough, high) > 0:
        low, high = high, high * 2
        if high > 1e60:
            raise Refused("payments")
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(rough, middle) > 0 else (low, middle)
    a, b = Decimal(low), Decimal(low) + Decimal("1e-9")
    at_a, at_b = worth(flows, a), worth(flows, b)
    for _ in range(8):
        if at_a == at_b:
            break
        a, b, at_a = b, b - at_b * (b - a) / (at_b - at_a), at_b
        at_b = worth(flows, b)
    return b


def reg_z(terms):
    unit, every = terms["unit_period"]["unit"], terms["unit_period"].get("every", 1)
    advances = [f for flow in terms["advances"] for f in repeated(flow, "on")]
    payments = [f for flow in terms["payments"] for f in repeated(flow, "on")]
    start = min(day for day, _ in advances)
    if unit == "term":
        (a, lent), (b, paid) = advances[0], payments[0]
        months = [m for m in range(1, 13) if add_months(b, -m) == a]
        per_year = Fraction(12, months[0]) if months else Fraction(365, (b - a).days)
        return to_decimal((paid / lent - 1) * per_year * 100)
    flows = [(-amount, *reg_z_time(start, day, unit, every)) for day, amount in advances]
    flows += [(amount, *reg_z_time(start, day, unit, every)) for day, amount in payments]
    flows = [(to_decimal(amount), t, to_decimal(f)) for amount, t, f in flows]

    def worth(flows, i):
        return sum(amount / ((1 + f * i) * (1 + i) ** t) for amount, t, f in flows)

    per_year = {"month": 12, "semimonth": 24, "week": 52, "day": 365, "year": 1}[unit]
    per_year = Fraction(per_year, 1 if unit == "semimonth" else every)
    return 100 * solve(flows, worth) * to_decimal(per_year)


def eu(terms):
    flows = []
    dated = [flow["on"] for flow in terms["advances"] if "on" in flow]
    start = min(map(date.fromisoformat, dated), default=None)
    for sign, side in ((-1, "advances"), (1, "payments")):
        for flow in terms[side]:
            key = "on" if "on" in flow else "at"
            for when, amount in repeated(flow, key):
                years = eu_time(start, when, terms["period"]) if key == "on" else when
                flows.append((to_decimal(sign * amount), to_decimal(years)))

    def worth(flows, x):
        return sum(amount * (1 + x) ** -years for amount, years in flows)

    return 100 * solve(flows, worth)


def figures(terms):
    apr = reg_z(terms) if terms["rule"] == "reg_z" else eu(terms)
    answer = {"apr_pct": str(apr.quantize(Decimal("1e-10"), ROUND_HALF_UP))}
    if terms["rule"] == "eu":
        answer["legal_1dp"] = str(apr.quantize(Decimal("0.1"), ROUND_HALF_UP))
    return answer
