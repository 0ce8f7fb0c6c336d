"""The time value of money."""

from decimal import Decimal, localcontext

from money import Refused


def number(text):
    above, _, below = text.partition("/")
    return Decimal(above) / Decimal(below) if below else Decimal(above)


def off(r, n, pv, pmt, fv, b):
    """What the equation leaves; zero where it holds."""
    if r == 0:
        return pv + pmt * n + fv
    growth = (1 + r) ** n
    return pv * growth + pmt * (1 + r * b) * (growth - 1) / r + fv


def rate(n, pv, pmt, fv, b):
    """The root nearest to zero: a walk to both sides in floating point, in steps that grow, then halving in decimals."""
    at_zero = off(Decimal(0), n, pv, pmt, fv, b)
    if at_zero == 0:
        return Decimal(0)
    rough = tuple(map(float, (n, pv, pmt, fv, b)))
    points = [0.0005 * (1.01**i - 1) / 0.01 for i in range(700)]
    for near, far in zip(points, points[1:]):
        for a, c in ((near, far), (-near, -far)):
            if c > -0.99 and (off(c, *rough) > 0) != (at_zero > 0):
                # Wider by a little: the root may be where floating point is unsure.
                a, c = Decimal(a) - Decimal(c - a) / 1000, Decimal(c) + Decimal(c - a) / 1000
                for _ in range(200):
                    m = (a + c) / 2
                    if (off(m, n, pv, pmt, fv, b) > 0) == (at_zero > 0):
                        a = m
                    else:
                        c = m
                return (a + c) / 2
    raise Refused("rate")


def value(terms):
    with localcontext() as context:
        context.prec = 110
        get = {key: number(terms[key]) for key in ("rate", "nper", "pv", "pmt", "fv") if key in terms}
        pv, pmt, fv = (get.get(key, Decimal(0)) for key in ("pv", "pmt", "fv"))
        b = 1 if terms.get("when", "end") == "begin" else 0
        fn, r, n = terms["fn"], get.get("rate"), get.get("nper")
        if fn == "rate":
            return rate(n, pv, pmt, fv, b)
        if fn == "nper":
            if r == 0:
                return -(pv + fv) / pmt
            per = pmt * (1 + r * b) / r
            return ((per - fv) / (pv + per)).ln() / (1 + r).ln()
        growth = (1 + r) ** n
        worth = n if r == 0 else (1 + r * b) * (growth - 1) / r
        if fn == "pmt":
            return -(pv * growth + fv) / worth
        if fn == "pv":
            return -(fv + pmt * worth) / growth
        return -(pv * growth + pmt * worth)


def figures(terms):
    with localcontext() as context:
        context.prec = 40
        found = +value(terms)
        return {"value": str(found) if found else "0"}
