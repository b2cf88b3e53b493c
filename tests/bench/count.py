# SPDX-License-Identifier: Apache-2.0
# The ballots of a CSV file counted as a user would without Sandoq:
#
#   count.py plain|sqlite FILE
#
# One vote for each name on a ballot, nothing checked.
import collections
import csv
import sqlite3
import sys


def plain(rows):
    votes = collections.Counter()
    for contest, choices in rows:
        votes.update((contest, code) for code in set(choices.split()))
    return votes


def sqlite(rows):
    base = sqlite3.connect(":memory:")
    base.execute("create table mark (ballot integer, contest text, code text)")
    base.executemany(
        "insert into mark values (?, ?, ?)",
        (
            (ballot, contest, code)
            for ballot, (contest, choices) in enumerate(rows)
            for code in choices.split()
        ),
    )
    return base.execute(
        "select contest, code, count(distinct ballot) from mark"
        " group by contest, code"
    ).fetchall()


with open(sys.argv[2], newline="") as file:
    rows = csv.reader(file)
    next(rows)
    print({"plain": plain, "sqlite": sqlite}[sys.argv[1]](rows))
