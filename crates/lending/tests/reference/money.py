"""Rounding, and the refusal of terms."""

from fractions import Fraction


class Refused(Exception):
    """Terms that cannot be carried out; its text is the field."""


def to_multiple(value, unit, mode):
    """The multiple of unit that stands for value."""
    sign = -1 if value < 0 else 1
    whole, rest = divmod(abs(value) / unit, 1)
    if mode == "up":
        up = rest > 0
    elif mode == "half_up":
        up = rest >= Fraction(1, 2)
    else:
        up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    return sign * (whole + up) * unit


def text(value, decimals):
    """A multiple of 10^-decimals as a decimal string."""
    scaled = value * 10**decimals
    assert scaled.denominator == 1, value
    digits = str(abs(scaled.numerator)).rjust(decimals + 1, "0")
    whole = digits[: len(digits) - decimals]
    point = "." + digits[len(digits) - decimals :] if decimals else ""
    return ("-" if scaled < 0 else "") + whole + point


class Rounding:
    """What the terms say about rounding."""

    def __init__(self, terms):
        r = terms["rounding"]
        self.money, self.mode = Fraction(r["money"]), r["mode"]
        self.multiple = None if r["installment_multiple"] == "exact" else Fraction(r["installment_multiple"])
        self.installment_mode = r.get("installment_mode", self.mode)
        self.is_exact = r.get("ledger", "rounded") == "exact"

    def shown(self, value):
        return to_multiple(value, self.money, self.mode)

    def row(self, value):
        """A value of a row."""
        return value if self.is_exact else self.shown(value)

    def installment(self, value):
        if self.multiple is None:
            return value
        return to_multiple(value, self.multiple, self.installment_mode)
