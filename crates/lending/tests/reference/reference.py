"""The reference: vectors in, their figures out, one JSON object a line. It knows the conventions and nothing of the
program that it is compared with.

    python3 reference.py < vectors.jsonl
    python3 reference.py --random CASES --seed SEED      random vectors, each with its figures
"""

import argparse
import json
import sys

import apr
import random_terms
import rules
import schedule
import tvm
from money import Refused

KINDS = {"schedule": schedule.figures, "apr": apr.figures, "tvm": tvm.figures, "rule": rules.figures}


def answer(vector):
    try:
        return KINDS[vector["kind"]](vector["terms"])
    except Refused as refused:
        return {"error": {"field": str(refused)}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    vectors = map(json.loads, filter(str.strip, sys.stdin))
    if arguments.random:
        vectors = random_terms.vectors(arguments.random, arguments.seed)
    for vector in vectors:
        print(json.dumps({"vector": vector, "answer": answer(vector)}))


main()
