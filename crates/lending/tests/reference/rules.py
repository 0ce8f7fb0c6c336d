"""Small rules of the office."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from money import text, to_multiple


def cents(value):
    return text(to_multiple(value, Fraction(1, 100), "half_up"), 2)


def plain(value):
    """A decimal without superfluous zeros, of at most 12 places."""
    return text(to_multiple(value, Fraction(1, 10**12), "half_even"), 12).rstrip("0").rstrip(".")


def figures(terms):
    rule = terms["rule"]
    get = {key: Fraction(v) for key, v in terms.items() if key not in ("rule", "from", "issued_at")}
    if rule == "remaining_after_payment":
        return {"remaining": cents(get["total"] - get["paid"])}
    if rule == "next_due_every_days":
        return {"next_due_on": str(date.fromisoformat(terms["from"]) + timedelta(days=terms["days"]))}
    if rule == "late_penalty":
        penalty = to_multiple(get["due"] * get["penalty_pct"] / 100, Fraction(1, 100), "half_up")
        return {"penalty": cents(penalty), "must_pay": cents(get["due"] + penalty)}
    if rule == "first_payment_valid":
        count, first, total = terms["count"], get["first"], get["total"]
        valid = count >= 1 and first <= total
        valid = valid and (first == total if count == 1 else first >= get["min_first_pct"] * total / 100)
        return {"valid": valid}
    if rule == "affordability":
        most = max((get["monthly_income"] - get["existing_installments"]) * get["share"], Fraction(0))
        growth = 1 + get["annual_rate"] / 1200
        worth = sum((most / growth**k for k in range(1, terms["installments"] + 1)), Fraction(0))
        return {"max_installment": cents(most), "max_principal": cents(worth)}
    if rule == "otp_expiry":
        issued = datetime.fromisoformat(terms["issued_at"])
        return {"expires_at": (issued + timedelta(minutes=terms["lifetime_minutes"])).isoformat()}
    left = get["principal"] - get["paid"]
    quote = left + left * get["annual_rate"] / 1200 - get["discount"]
    return {"quote": cents(quote), "amount_paid": plain(quote - get["discount"])}
