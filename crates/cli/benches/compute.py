"""Vectors of schedules in, their rows out, with Python's decimal and json modules: the named reference of
`farthing compute`. Reads a JSON array from a file and writes a JSON object a line."""

import json
import sys
from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


def due_date(start, months):
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def answer(vector):
    terms = vector["terms"]
    principal, rate, n = Decimal(terms["principal"]), Decimal(terms["annual_rate"]), terms["installments"]
    start = date.fromisoformat(terms["disbursed_on"])
    f = rate / 1200
    level = (principal * f / (1 - (1 + f) ** -n)).quantize(CENT, ROUND_HALF_EVEN)
    balance, rows, total = principal.quantize(CENT), [], Decimal(0)
    for k in range(1, n + 1):
        interest = (balance * rate / 1200).quantize(CENT, ROUND_HALF_EVEN)
        part = balance if k == n else level - interest
        balance -= part
        total += interest
        row = {"principal": part, "interest": interest, "due": part + interest, "balance": balance}
        row = {key: str(value) for key, value in row.items()}
        rows.append({"n": k, "due_on": due_date(start, k).isoformat(), **row})
    return {
        "id": vector["id"],
        "installment": str(level),
        "tuned": False,
        "count": n,
        "rows": rows,
        "total_interest": str(total),
        "total_due": str(principal + total),
        "last_due": rows[-1]["due"],
    }


def main():
    with open(sys.argv[1]) as file:
        for vector in json.load(file):
            print(json.dumps(answer(vector)))


main()
