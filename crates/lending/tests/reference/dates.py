"""Due dates and the length of periods in years."""

from calendar import isleap, monthrange
from datetime import date, timedelta
from fractions import Fraction

PER_YEAR = {"months": 12, "weeks": 52, "days": 365}
NOMINAL_DAYS = {"months": 30, "weeks": 7, "days": 1}


def add_months(day, months, month_end="clamp"):
    """The same day of a month so many months later (or earlier)."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    month += 1
    length = monthrange(year, month)[1]
    if day.day <= length:
        return date(year, month, day.day)
    if month_end == "clamp":
        return date(year, month, length)
    return date(year, month, length) + timedelta(days=1)


def move(anchor, steps, every, unit, month_end="clamp"):
    if unit == "months":
        return add_months(anchor, steps * every, month_end)
    return anchor + timedelta(days=steps * every * (7 if unit == "weeks" else 1))


def act_act(a, b):
    """Days over the length of their year, where a year ends with (and without) its 31 December."""
    years = Fraction(0)
    while a < b:
        belongs_to = (a + timedelta(days=1)).year
        end = min(b, date(belongs_to, 12, 31))
        years += Fraction((end - a).days, 366 if isleap(belongs_to) else 365)
        a = end
    return years


class Calendar:
    """The dates of a loan's terms."""

    def __init__(self, terms):
        self.start = date.fromisoformat(terms["disbursed_on"])
        first = terms.get("first_due_on")
        self.first = date.fromisoformat(first) if first else None
        self.every, self.unit = terms["every"], terms["unit"]
        self.month_end = terms.get("month_end", "clamp")
        self.daily = terms["interest_period"] == "daily"
        self.day_count = terms.get("day_count")
        self.nominal = terms.get("installment_rate", "actual") == "nominal"

    def due(self, k):
        if k == 0:
            return self.start
        if self.first:
            return move(self.first, k - 1, self.every, self.unit, self.month_end)
        return move(self.start, k, self.every, self.unit, self.month_end)

    def base(self):
        return int(self.day_count.split("/")[1])

    def intervals(self):
        """How many repayment intervals the first period of a loan in months holds."""
        due, whole = self.due(1), 0
        while move(self.start, whole + 1, self.every, self.unit, self.month_end) <= due:
            whole += 1
        a = move(self.start, whole, self.every, self.unit, self.month_end)
        b = move(self.start, whole + 1, self.every, self.unit, self.month_end)
        return whole + Fraction((due - a).days, (b - a).days)

    def years(self, k):
        """Of the whole period k."""
        a, b = self.due(k - 1), self.due(k)
        if not self.daily:
            return Fraction(self.every, PER_YEAR[self.unit])
        if self.day_count == "act/act":
            return act_act(a, b)
        if self.day_count.startswith("act/"):
            return Fraction((b - a).days, self.base())
        regular = Fraction(NOMINAL_DAYS[self.unit] * self.every, self.base())
        if k > 1 or self.first is None:
            return regular
        if self.unit == "months":
            return regular * self.intervals()
        return Fraction((b - a).days, self.base())

    def part(self, k, a, b):
        """Of the part [a, b) of period k."""
        start, due = self.due(k - 1), self.due(k)
        if (a, b) == (start, due):
            return self.years(k)
        if self.daily and self.day_count == "act/act":
            return act_act(a, b)
        if self.daily and self.day_count.startswith("act/"):
            return Fraction((b - a).days, self.base())
        return self.years(k) * Fraction((b - a).days, (due - start).days)

    def formula_years(self, k):
        """Of period k in the formula of the level installment."""
        if self.daily and self.nominal:
            return Fraction(NOMINAL_DAYS[self.unit] * self.every, self.base())
        return self.years(k)
