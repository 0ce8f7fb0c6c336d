"""Random vectors of every kind, from a seed."""

import random
from datetime import date, timedelta
from decimal import Decimal

from dates import Calendar


def vectors(cases, seed):
    chance = random.Random(seed)
    kinds = [schedule] * 8 + [apr] * 2 + [tvm, rule]
    for i in range(cases):
        vector = chance.choice(kinds)(chance)
        yield {"id": f"{seed}-{i}", **vector}


def day(chance, first=2019, years=8):
    month_end = chance.random() < 0.3
    if month_end:
        return date(first + chance.randrange(years), chance.randrange(1, 13), 1) - timedelta(days=1)
    return date(first, 1, 1) + timedelta(days=chance.randrange(365 * years))


def decimal(chance, least, most, places):
    """A decimal between two bounds with up to so many places, spread over the orders of magnitude."""
    low, high = Decimal(least).log10(), Decimal(most).log10()
    value = Decimal(10) ** (low + (high - low) * Decimal(chance.random()))
    return str(round(value, chance.choice([0, places, places])).normalize().__format__("f"))


def rounding(chance):
    money = chance.choice(["0.01"] * 6 + ["1", "0.001", "0.05"])
    multiple = chance.choice([money] * 4 + ["1", "5", "10" if money == "1" else "0.5", "exact"])
    r = {
        "money": money,
        "mode": chance.choice(["half_even", "half_up", "up"]),
        "installment_multiple": multiple,
        "remainder": "last",
    }
    if multiple == "exact" or chance.random() < 0.15:
        r["ledger"] = "exact"
    if chance.random() < 0.2:
        r["installment_mode"] = chance.choice(["half_even", "half_up", "up"])
    return r


def schedule(chance):
    unit = chance.choice(["months"] * 4 + ["weeks", "days"])
    every = {"months": [1] * 5 + [2, 3, 6], "weeks": [1, 2, 4], "days": [1, 7, 10, 15, 30]}[unit]
    method = chance.choice(
        ["declining_equal_installments"] * 5
        + ["declining_equal_principal"] * 2
        + ["flat", "interest_only", "balloon", "bullet"]
    )
    n = chance.choice([1, 2, 3] + [chance.randrange(4, 37)] * 7)
    money = {"0.01": 2, "0.001": 3}
    r = rounding(chance)
    if r.get("ledger") != "exact" and chance.random() < 0.03:
        n = chance.choice([60, 120, 240])
    places = money.get(r["money"], 0)
    terms = {
        "principal": decimal(chance, 50, chance.choice([10**5, 10**7, 10**12]), places) if chance.random() < 0.97 else "0.01",
        "annual_rate": chance.choice(["0", decimal(chance, "0.01", 60, 4), decimal(chance, 1, 400, 2), decimal(chance, 1, 30, 15), "12"]),
        "disbursed_on": str(day(chance)),
        "installments": n,
        "every": chance.choice(every),
        "unit": unit,
        "method": method,
        "interest_period": "per_installment" if method == "flat" else chance.choice(["per_installment", "daily", "daily"]),
        "month_end": chance.choice(["clamp", "clamp", "roll"]),
        "rounding": r,
        "installment_tuning": chance.random() < 0.4,
    }
    if r["money"] in ("1", "0.05"):
        terms["principal"] = str(max(1, round(float(terms["principal"]))))
    if terms["interest_period"] == "daily":
        terms["day_count"] = chance.choice(["act/360", "act/364", "act/365", "act/act", "30/360", "30/365"])
        if terms["day_count"] != "act/act" and chance.random() < 0.3:
            terms["installment_rate"] = chance.choice(["nominal", "actual"])
    add_shape(chance, terms)
    if chance.random() < 0.35:
        add_facts(chance, terms)
    return {"kind": "schedule", "terms": terms}


def add_shape(chance, terms):
    """What changes the plan: an odd first period, grace, amounts that are given."""
    method, n = terms["method"], terms["installments"]
    principal = Decimal(terms["principal"])
    start = date.fromisoformat(terms["disbursed_on"])
    if chance.random() < 0.25:
        terms["first_due_on"] = str(start + timedelta(days=chance.randrange(1, 120)))
    if method not in ("flat", "bullet") and n > 3 and chance.random() < 0.3:
        principal_grace = chance.randrange(0, 4)
        most = principal_grace if method in ("declining_equal_installments", "balloon") else n
        grace = {
            "principal": principal_grace,
            "interest_deferred": chance.randrange(0, max(1, min(most, 4))),
            "interest_free": chance.choice([0, 0, 1, 3]),
        }
        terms["grace"] = {key: value for key, value in grace.items() if value or chance.random() < 0.3}
    if method == "bullet" and chance.random() < 0.2:
        terms["grace"] = {"interest_free": chance.randrange(0, n + 1)}
    if method == "balloon":
        terms["balloon"] = str((principal * chance.randrange(0, 65) / 100).quantize(Decimal(1)))
    if method == "declining_equal_installments" and chance.random() < 0.1:
        terms["fixed_installment"] = str(max(1, round(principal * chance.randrange(2, 40) / 100)))
        terms["installments"] = chance.choice([None, n])
    if method == "declining_equal_principal" and chance.random() < 0.2:
        terms["fixed_principal"] = str(max(1, round(principal * chance.randrange(2, 40) / 100)))
        terms["installments"] = chance.choice([None, n])
    if chance.random() < 0.1:
        terms["down_payment_pct"] = chance.choice(["10", "30", "33.333", "12.5"])


def add_facts(chance, terms):
    """What happened: payments, a payoff, changes of the rate."""
    calendar, n = Calendar(terms), terms["installments"] or 12
    dues = [calendar.due(k) for k in range(n + 1)]
    if terms["method"] == "bullet":
        return
    if n > 2 and terms["method"] != "flat" and chance.random() < 0.3:
        on = sorted(chance.sample(dues[1:n], chance.choice([1, min(2, n - 1)])))
        terms["rate_changes"] = [{"on": str(d), "annual_rate": decimal(chance, 1, 40, 2)} for d in on]
    if chance.random() < 0.3:
        until = dues[min(n, chance.choice([n, 3]))]
        terms["payoff_on"] = str(dues[0] + timedelta(days=chance.randrange(max(1, (until - dues[0]).days))))
        terms["payoff_interest"] = chance.choice(["to_date", "to_period_end"])
        return
    if chance.random() < 0.15:
        terms["payments"], terms["as_of"] = [], str(dues[0] + timedelta(days=chance.randrange((dues[n] - dues[0]).days)))
        return
    last = dues[min(n, 4)]
    share = Decimal(terms["principal"]) / n
    payments = []
    for _ in range(chance.randrange(1, 4)):
        on = chance.choice([chance.choice(dues[1 : min(n, 4) + 1]), dues[0] + timedelta(days=chance.randrange((last - dues[0]).days + 1))])
        amount = max(1, round(share * chance.randrange(5, 200) / 100))
        payments.append({"on": str(on), "amount": str(amount)})
    terms["payments"] = sorted(payments, key=lambda p: p["on"])
    if chance.random() < 0.7:
        latest = date.fromisoformat(terms["payments"][-1]["on"])
        terms["as_of"] = str(latest + timedelta(days=chance.choice([0, 0, 3, 17, 40])))
    if terms["method"] == "flat" or chance.random() < 0.75:
        terms["prepayment"] = chance.choice(["shorten", "defer"] + ["lower"] * (terms["method"] != "flat"))


def apr(chance):
    return {"kind": "apr", "terms": chance.choice([reg_z, eu_dates, eu_times])(chance)}


def amount(chance):
    return decimal(chance, 100, 10**6, 2)


def repetition(chance, unit, every, lent, at):
    count = chance.choice([1, 2, 12, 24, 60])
    each = Decimal(lent) * (1 + Decimal(chance.randrange(1, 60)) / 100) / count
    flow = {**at, "amount": str(each.quantize(Decimal("0.01")))}
    if count > 1:
        flow.update(count=count, every=every, unit=unit)
    return flow


def reg_z(chance):
    start, lent = day(chance), amount(chance)
    unit = chance.choice(["month", "month", "semimonth", "week", "day", "year", "term"])
    if unit == "term":
        end = start + timedelta(days=chance.randrange(1, 365))
        pay = (Decimal(lent) * (1 + Decimal(chance.randrange(1, 300)) / 1000)).quantize(Decimal("0.01"))
        flows = {"advances": [{"on": str(start), "amount": lent}], "payments": [{"on": str(end), "amount": str(pay)}]}
        return {"rule": "reg_z", "unit_period": {"unit": "term"}, **flows}
    every = {"month": [1, 1, 2, 3, 6], "week": [1, 2, 4], "day": [1, 15, 30]}.get(unit, [1])
    every = chance.choice(every)
    step = {"month": 31, "semimonth": 15, "week": 7, "day": 1, "year": 366}[unit] * every
    rhythm = {"month": ("months", every), "semimonth": ("days", 15), "week": ("weeks", every), "day": ("days", every)}
    repeat, count = rhythm.get(unit, ("years", 1))
    first = start + timedelta(days=chance.randrange(step // 2, 2 * step + 2))
    flows = {
        "advances": [{"on": str(start), "amount": lent}],
        "payments": [repetition(chance, repeat, count, lent, {"on": str(first)})],
    }
    if chance.random() < 0.3:
        flows["payments"].append({"on": str(start), "amount": decimal(chance, 1, Decimal(lent) / 50, 2)})
    if chance.random() < 0.3:
        later = start + timedelta(days=chance.randrange((first - start).days + 1))
        flows["advances"].append({"on": str(later), "amount": decimal(chance, 1, Decimal(lent) / 4, 2)})
    period = {"unit": unit, **({"every": every} if every > 1 or chance.random() < 0.5 else {})}
    return {"rule": "reg_z", "unit_period": period, **flows}


def eu_dates(chance):
    start, lent = day(chance), amount(chance)
    period = chance.choice(["month", "month", "week", "year"])
    first = start + timedelta(days=chance.randrange(15, {"month": 70, "week": 30, "year": 500}[period]))
    flows = {
        "advances": [{"on": str(start), "amount": lent}],
        "payments": [repetition(chance, period + "s", 1, lent, {"on": str(first)})],
    }
    if chance.random() < 0.3:
        flows["payments"].append({"on": str(start), "amount": decimal(chance, 1, Decimal(lent) / 50, 2)})
    if chance.random() < 0.3:
        later = start + timedelta(days=chance.randrange((first - start).days + 1))
        flows["advances"].append({"on": str(later), "amount": decimal(chance, 1, Decimal(lent) / 4, 2)})
    return {"rule": "eu", "period": period, **flows}


def eu_times(chance):
    lent = amount(chance)
    unit = chance.choice(["months", "months", "weeks", "years"])
    at = {unit: chance.choice([1, 1, 2])}
    if chance.random() < 0.3:
        at.update(days=chance.randrange(1, 20), year_days=chance.choice([365, 366]))
    flows = {"advances": [{"at": {}, "amount": lent}], "payments": [repetition(chance, unit, 1, lent, {"at": at})]}
    if chance.random() < 0.4:
        early = chance.choice([{}, {}, {"months": -1}])
        flows["payments"].append({"at": early, "amount": decimal(chance, 1, Decimal(lent) / 50, 2)})
    return {"rule": "eu", **flows}


def tvm(chance):
    fn = chance.choice(["pmt", "pv", "fv", "rate", "nper"])
    terms = {"fn": fn}
    rate = chance.choice(["0.08/12", "0.005", "0", "0.12/365", decimal(chance, "0.0001", "0.2", 6), "-0.01"])
    nper = str(chance.choice([1, 2, 10, 60, 360]))
    pv, pmt, fv = (decimal(chance, 1, 10**6, 2) for _ in range(3))
    if chance.random() < 0.5:
        terms["when"] = chance.choice(["end", "begin"])
    if fn == "rate":
        # A loan: received once, paid back in parts that are more in sum.
        pmt = Decimal(pv) * (1 + Decimal(chance.randrange(1, 80)) / 100) / int(nper)
        return {"kind": "tvm", "terms": {**terms, "nper": nper, "pv": pv, "pmt": str(-pmt.quantize(Decimal("0.0001")))}}
    if fn == "nper":
        pmt = Decimal(pv) * chance.choice([Decimal("0.3"), Decimal("0.5"), Decimal("1.1")])
        return {"kind": "tvm", "terms": {**terms, "rate": rate.lstrip("-"), "pv": pv, "pmt": str(-pmt.quantize(Decimal("0.01")))}}
    terms.update(rate=rate, nper=nper)
    for name, value in (("pv", pv), ("pmt", pmt), ("fv", fv)):
        if name != fn and chance.random() < 0.8:
            terms[name] = chance.choice(["", "-"]) + value
    return {"kind": "tvm", "terms": terms}


def rule(chance):
    total, part = (decimal(chance, 1, 10**6, 2) for _ in range(2))
    rate = decimal(chance, "0.1", 50, 2)
    some = chance.choice(
        [
            {"rule": "remaining_after_payment", "total": total, "paid": part},
            {"rule": "next_due_every_days", "from": str(day(chance)), "days": chance.randrange(0, 400)},
            {"rule": "late_penalty", "due": total, "penalty_pct": rate},
            {
                "rule": "first_payment_valid",
                "total": total,
                "count": chance.randrange(0, 4),
                "first": chance.choice([total, part]),
                "min_first_pct": rate,
            },
            {
                "rule": "affordability",
                "monthly_income": total,
                "existing_installments": part,
                "share": chance.choice(["0.4", "0.35", "1"]),
                "annual_rate": chance.choice([rate, "0"]),
                "installments": chance.randrange(1, 61),
            },
            {"rule": "otp_expiry", "issued_at": f"{day(chance)}T23:57:{chance.randrange(60):02}", "lifetime_minutes": chance.randrange(1, 3000)},
            {"rule": "predecessor_foreclosure_quote", "principal": total, "paid": part, "annual_rate": rate, "discount": part},
        ]
    )
    return {"kind": "rule", "terms": some}
