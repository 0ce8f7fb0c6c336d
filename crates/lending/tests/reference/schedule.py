"""Repayment schedules."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dates import PER_YEAR, Calendar
from money import Refused, Rounding, text

EQUAL, PARTS, FLAT, ONLY, BALLOON, BULLET = (
    "declining_equal_installments",
    "declining_equal_principal",
    "flat",
    "interest_only",
    "balloon",
    "bullet",
)
MOST_ROWS = 1200


@dataclass
class Row:
    n: int
    due_on: date
    principal: Fraction
    interest: Fraction
    balance: Fraction


class Loan:
    """The terms of a loan, with or without what happened to it afterwards."""

    def __init__(self, terms, agreed_only=False):
        self.terms = terms
        self.calendar, self.rounding = Calendar(terms), Rounding(terms)
        self.method, self.n = terms["method"], terms["installments"]
        lent = Fraction(terms["principal"])
        self.down = self.rounding.row(lent * Fraction(terms.get("down_payment_pct") or 0) / 100)
        self.amount = lent - self.down
        if self.amount <= 0:
            raise Refused("down_payment_pct")
        self.balloon = Fraction(terms.get("balloon", 0))
        if self.balloon >= self.amount:
            raise Refused("balloon")
        grace = terms.get("grace", {})
        self.principal_grace = grace.get("principal", 0)
        self.deferred_periods = grace.get("interest_deferred", 0)
        self.free_periods = grace.get("interest_free", 0)
        given = terms.get("fixed_installment") or terms.get("fixed_principal")
        self.given = Fraction(given) if given else None
        changes = [] if agreed_only else terms.get("rate_changes", [])
        self.rates = [(date.min, Fraction(terms["annual_rate"]))]
        self.rates += [(date.fromisoformat(c["on"]), Fraction(c["annual_rate"])) for c in changes]
        payments = [] if agreed_only else terms.get("payments") or []
        self.payments = [(date.fromisoformat(p["on"]), Fraction(p["amount"])) for p in payments]
        as_of = None if agreed_only else terms.get("as_of")
        self.as_of = date.fromisoformat(as_of) if as_of else max((on for on, _ in self.payments), default=None)
        self.prepayment = terms.get("prepayment", "shorten")
        payoff_on = None if agreed_only else terms.get("payoff_on")
        self.payoff_on = date.fromisoformat(payoff_on) if payoff_on else None

    def rate(self, day):
        return self.rates[bisect_right([on for on, _ in self.rates], day) - 1][1] / 100

    def factor(self, k, a=None, b=None):
        """Of period k, or of its part [a, b)."""
        if k <= self.free_periods:
            return Fraction(0)
        years = self.calendar.years(k) if a is None else self.calendar.part(k, a, b)
        return self.rate(self.calendar.due(k - 1)) * years

    def level(self, m, balance):
        """The level installment over periods m to n."""
        rate = self.rate(self.calendar.due(m - 1))
        growth, total = Fraction(1), Fraction(0)
        for k in range(m, self.n + 1):
            f = Fraction(0) if k <= self.free_periods else rate * self.calendar.formula_years(k)
            growth, total = growth * (1 + f), total * (1 + f) + 1
        left = min(self.balloon, balance)
        return self.rounding.installment((balance * growth - left) / total)

    def flat_totals(self):
        """All interest, exactly; and that of each row but the last."""
        total = self.amount * self.rate(self.calendar.start) * self.n
        total *= Fraction(self.terms["every"], PER_YEAR[self.terms["unit"]])
        return total, self.rounding.row(total / self.n)

    def installment(self, k, balance):
        """Worked out for row k and the following ones; nothing where the method has none."""
        if self.method in (EQUAL, BALLOON):
            return self.level(k, balance)
        if self.method == PARTS:
            return self.rounding.installment(balance / (self.n - k + 1))
        if self.method == FLAT:
            return self.rounding.installment((self.amount + self.flat_totals()[0]) / self.n)
        return None


class Walk:
    """A loan row by row."""

    def __init__(self, loan, level=None):
        self.loan, self.rows, self.payoff = loan, [], None
        self.level = level if level is not None else loan.given
        self.first_level = None
        self.balance, self.deferred, self.credit = loan.amount, Fraction(0), Fraction(0)
        self.arrears = []
        self.was_prepaid = False
        if loan.method == BULLET:
            self.bullet()
            return
        for k in range(1, (loan.n or MOST_ROWS) + 1):
            if self.row(k):
                break
        else:
            raise Refused("fixed_principal" if loan.method == PARTS else "fixed_installment")
        if loan.payoff_on and self.payoff is None:
            raise Refused("payoff_on")
        if loan.payments and loan.payments[-1][0] > self.rows[-1].due_on and not self.arrears:
            raise Refused("payments")

    def bullet(self):
        loan = self.loan
        factors = sum((loan.factor(k) for k in range(1, loan.n + 1)), Fraction(0))
        interest = loan.rounding.row(loan.amount * factors)
        self.rows.append(Row(1, loan.calendar.due(loan.n), loan.amount, interest, Fraction(0)))

    def take_arrears(self, amount):
        """Pays the oldest row first, in each its interest first; what is left over."""
        for owed in self.arrears:
            for part in (0, 1):
                used = min(owed[part], amount)
                owed[part] -= used
                amount -= used
        self.arrears = [owed for owed in self.arrears if any(owed)]
        return amount

    def segments(self, k, start, due):
        """[from, to, balance] of each part of the period; and what was paid early in it."""
        loan = self.loan
        if loan.as_of is None:
            return [[start, due, self.balance]], Fraction(0)
        inside = [p for p in loan.payments if start < p[0] < due or (k == 1 and p[0] == start)]
        cuts = sorted({on for on, _ in inside} | {due} | ({loan.as_of} if start < loan.as_of < due else set()))
        parts, early, a = [], Fraction(0), start
        for b in cuts:
            balance = self.balance - early
            if a < loan.as_of:
                balance += sum(principal for _, principal in self.arrears)
            if balance < 0:
                raise Refused("payments")
            if parts and parts[-1][2] == balance:
                parts[-1][1] = b
            elif a < b:
                parts.append([a, b, balance])
            for on, amount in inside:
                if on == b:
                    early += self.take_arrears(amount)
            a = b
        return parts, early

    def interest(self, k, parts, until):
        loan, total = self.loan, Fraction(0)
        for a, b, balance in parts:
            if a < until:
                total += loan.rounding.row(balance * loan.factor(k, a, min(b, until)))
        return total

    def note_payoff(self, k, start, due, parts, early):
        loan = self.loan
        if loan.payoff_on and start <= loan.payoff_on < due:
            whole = loan.terms.get("payoff_interest", "to_date") == "to_period_end"
            interest = self.interest(k, parts, due if whole else loan.payoff_on)
            self.payoff = (self.balance - early, interest)

    def row(self, k):
        """Adds row k; whether it is the last."""
        loan, method = self.loan, self.loan.method
        start, due = loan.calendar.due(k - 1), loan.calendar.due(k)
        parts, early = self.segments(k, start, due)
        interest = self.interest(k, parts, due)
        self.note_payoff(k, start, due, parts, early)
        if method == FLAT:
            total, each = loan.flat_totals()
            interest = loan.rounding.row(total) - sum(r.interest for r in self.rows) if k == loan.n else each
            if interest < 0:
                raise Refused("rounding")
        if k <= loan.deferred_periods:
            self.deferred += interest
            interest = Fraction(0)
        else:
            interest, self.deferred = interest + self.deferred, Fraction(0)
        in_grace = k <= loan.principal_grace
        if self.level is None and not in_grace:
            self.level = loan.installment(k, self.balance)
        if method in (EQUAL, BALLOON, FLAT) and not in_grace and self.first_level is None:
            self.first_level = self.level
        planned, is_last = self.plan(k, interest, in_grace)
        paid = sum((amount for on, amount in loan.payments if on == due), Fraction(0))
        paid = self.take_arrears(paid)
        principal = max(planned, early, early + paid - interest)
        if principal > self.balance:
            raise Refused("payments" if early or paid else "rounding")
        if loan.as_of and due <= loan.as_of:
            to_interest = min(interest, paid)
            unpaid = [interest - to_interest, max(principal - early - (paid - to_interest), Fraction(0))]
            if any(unpaid):
                self.arrears.append(unpaid)
        self.balance -= principal
        excess = principal - planned
        is_last = is_last or (self.balance == 0 and (method != FLAT or excess > 0))
        if is_last and self.deferred:
            interest, self.deferred = interest + self.deferred, Fraction(0)
        self.rows.append(Row(k, due, principal, interest, self.balance))
        self.after(due, excess)
        return is_last

    def plan(self, k, interest, in_grace):
        """The principal that the plan asks for, and whether this is the last row."""
        loan, method = self.loan, self.loan.method
        ends = k == loan.n
        if not in_grace and method in (EQUAL, BALLOON):
            ends = ends or self.balance + interest <= self.level
        if not in_grace and method == PARTS:
            ends = ends or self.balance <= self.level
        if method == FLAT and self.was_prepaid:
            ends = ends or self.balance + interest <= self.level
        if ends:
            return self.balance, True
        if in_grace or method == ONLY:
            return Fraction(0), False
        planned = self.level if method == PARTS else self.level - interest
        if planned < 0:
            raise Refused("installment")
        skipped = min(self.credit, planned)
        self.credit -= skipped
        return planned - skipped, False

    def after(self, due, excess):
        """What paying more than planned, or a new rate, does to the rows to come."""
        loan = self.loan
        if excess > 0:
            self.was_prepaid = True
            if loan.prepayment == "lower" and loan.n is not None:
                self.level = None
            if loan.prepayment == "defer":
                self.credit += excess
        changes = any(on == due for on, _ in loan.rates)
        if changes and loan.n is not None and loan.method in (EQUAL, BALLOON):
            self.level = None


def last_due(walk):
    return walk.rows[-1].principal + walk.rows[-1].interest


def tuned(loan):
    """The level installment that tuning prefers; nothing where it stays."""
    terms, rounding = loan.terms, loan.rounding
    tunable = terms.get("installment_tuning") and loan.method == EQUAL and loan.given is None
    if not tunable or rounding.multiple != rounding.money or loan.n < 2:
        return None
    agreed = Loan(terms, agreed_only=True)
    base = Walk(agreed)
    installment = base.first_level
    d = last_due(base) - installment
    half = loan.n // 2
    if not abs(d) / rounding.money > half:
        return None
    other = installment + rounding.shown(d / loan.n)
    if other == installment:
        return None
    try:
        walk = Walk(agreed, other)
    except Refused:
        return None
    return other if abs(last_due(walk) - other) < abs(d) else None


def decimals(terms):
    """How many decimals amounts are shown with: those that the terms need."""
    multiple = terms["rounding"]["installment_multiple"]
    texts = [terms["rounding"]["money"], terms["principal"], "0" if multiple == "exact" else multiple]
    texts += [terms[key] for key in ("fixed_installment", "fixed_principal", "balloon") if terms.get(key)]
    texts += [p["amount"] for p in terms.get("payments") or []]
    return max(len(t.partition(".")[2].rstrip("0")) for t in texts)


def figures(terms):
    loan = Loan(terms)
    better = tuned(loan)
    walk = Walk(loan, better)
    places = decimals(terms)

    def show(value):
        return text(loan.rounding.shown(value), places)

    rows = []
    if loan.down:
        rows.append(Row(0, loan.calendar.start, loan.down, Fraction(0), loan.amount))
    rows += walk.rows
    interest = sum(r.interest for r in rows)
    first = walk.rows[0]
    level = walk.first_level if walk.first_level is not None else first.principal + first.interest
    answer = {
        "installment": show(level),
        "tuned": better is not None,
        "count": len(walk.rows),
        "rows": [
            {
                "n": r.n,
                "due_on": r.due_on.isoformat(),
                "principal": show(r.principal),
                "interest": show(r.interest),
                "due": show(r.principal + r.interest),
                "balance": show(r.balance),
            }
            for r in rows
        ],
        "total_interest": show(interest),
        "total_due": show(interest + sum(r.principal for r in rows)),
        "last_due": show(last_due(walk)),
    }
    if walk.payoff:
        principal, interest = walk.payoff
        answer["payoff"] = {
            "principal": show(principal),
            "interest": show(interest),
            "total": show(principal + interest),
        }
    return answer
