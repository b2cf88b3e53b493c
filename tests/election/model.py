# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/rules.md once more, written plainly and apart from the
count, to compare the two.

    model.py check FILE         every example of FILE gives what it says
    model.py random SEED N      print N made-up elections with their results

Elections are written as tests/support/worked.h describes them; a blank line
ends each.
"""

import random
import sys
from fractions import Fraction

PILOT = "list-proportional/0-pilot"
UNFIT = "a lot is not among exactly the candidates whom a lot decides about"


class Election:
    def __init__(self):
        self.rule = "relative-majority/1"
        self.seats = self.alternates = self.choices = 0
        self.candidates = []    # dicts: code, ranks, list, withdrawn
        self.stations = []      # dicts: id, annulled, ballots [(n, codes)]
        self.lots = []          # lists of codes in the order drawn


def read_ballot(marks, known, choices):
    """Names that get a vote, and what else is to be said of the ballot."""
    names = []
    for code in marks:
        if code in known and code not in names:
            names.append(code)
    read = [code for code in marks if code in known]
    return names[:choices], {
        "valid": bool(names),
        "blank": not marks,
        "unreadable": bool(marks) and not names,
        "unknown": len(read) < len(marks),
        "repeated": len(set(read)) < len(read),
        "extra": len(names) > choices,
    }


# Told of a contest alone, so nobody can take out what an annulled station had.
FLAWS = ("unknown", "repeated", "extra")


def tally(election):
    known = {c["code"] for c in election.candidates if not c["withdrawn"]}
    votes = {c["code"]: 0 for c in election.candidates}
    row = dict.fromkeys(["cast", "valid", "blank", "unreadable", "unknown",
                         "repeated", "extra"], 0)
    for station in election.stations:
        for number, marks in station["ballots"]:
            names, said = read_ballot(marks, known, election.choices)
            said["cast"] = True
            for cause, true in said.items():
                if cause in FLAWS or not station["annulled"]:
                    row[cause] += number * true
            for name in names:
                votes[name] += number * (not station["annulled"])
    return row, votes


def outcome(election, first, end):
    """Of those who share the places first (from 1) to before end."""
    if end <= election.seats + 1:
        return "elected"
    if first > election.seats + election.alternates:
        return "not-elected"
    if first > election.seats and end <= (election.seats
                                          + election.alternates + 1):
        return "alternate"
    return "lot"


def by_votes(election, votes):
    running = [c for c in election.candidates if not c["withdrawn"]]
    def key(c):
        return (-votes[c["code"]], c["ranks"])
    standing = {}
    for c in running:
        first = 1 + sum(key(other) < key(c) for other in running)
        end = first + sum(key(other) == key(c) for other in running)
        standing[c["code"]] = first, (
            outcome(election, first, end) if votes[c["code"]] else
            "not-elected")
    for c in election.candidates:
        if c["withdrawn"]:
            standing[c["code"]] = len(running) + 1, "withdrawn"
    return standing


def by_lists(election, votes):
    """Place by place to the list that is furthest below its share."""
    running = [c for c in election.candidates
               if votes[c["code"]] and not c["withdrawn"]]
    def key(c):
        return (-votes[c["code"]], c["ranks"])
    lists = {}
    for c in sorted(running, key=key):
        lists.setdefault(c["list"] or c["code"], []).append(c)
    total = sum(votes[c["code"]] for c in running)
    lack = {name: Fraction(election.seats
                           * sum(votes[c["code"]] for c in people), total)
            for name, people in lists.items()}
    left = {name: list(people) for name, people in lists.items()}
    standing = {c["code"]: (len(running) + 1, "withdrawn" if c["withdrawn"]
                            else "not-elected") for c in election.candidates}
    first = 1
    while any(left.values()):
        most = max(lack[name] for name in left if left[name])
        due = [name for name in left if left[name] and lack[name] == most]
        for name in due:
            code = left[name].pop(0)["code"]
            lack[name] -= 1
            standing[code] = first, outcome(election, first, first + len(due))
        first += len(due)
    for people in lists.values():
        for c in people:
            equal = [standing[o["code"]] for o in people if key(o) == key(c)]
            c["same"] = (min(rank for rank, _ in equal),
                         "lot" if len({what for _, what in equal}) > 1
                         else equal[0][1])
    for c in running:
        standing[c["code"]] = c.pop("same")
    return standing


def settle(election, standing):
    """False when a lot is among others than those whom it decides about."""
    for lot in election.lots:
        rank = standing[lot[0]][0]
        among = sorted(code for code, s in standing.items()
                       if s == (rank, "lot"))
        if sorted(lot) != among:
            return False
        for i, code in enumerate(lot):
            standing[code] = rank + i, outcome(election, rank + i,
                                               rank + i + 1)
    return True


def result(election):
    row, votes = tally(election)
    standing = (by_lists if election.rule == PILOT else by_votes)(election,
                                                                 votes)
    if not settle(election, standing):
        return [f"refused: {UNFIT}"]
    return ["contest: " + " ".join(f"{k}={v}" for k, v in row.items())] + [
        f"candidate: {code} votes={votes[code]} rank={rank} {what}"
        for code, (rank, what) in ((c["code"], standing[c["code"]])
                                   for c in election.candidates)]


def parse(lines):
    election = Election()
    for line in lines:
        first, *words = line.split()
        given = dict(w.partition("=")[::2] for w in words)
        if first == "candidate":
            election.candidates.append({
                "code": int(words[0]),
                "ranks": [int(r) for r in given["tie_break"].split(",")]
                if "tie_break" in given else [0, 0],
                "list": given.get("list", ""),
                "withdrawn": "withdrawn" in given})
        elif first == "station":
            election.stations.append({"id": words[0], "ballots": [],
                                      "annulled": "annulled" in given})
        elif first == "ballots":
            election.stations[-1]["ballots"].append(
                (int(words[0].rstrip(":")), [int(w) for w in words[1:]]))
        elif first == "lot":
            election.lots.append([int(w) for w in words])
        else:
            for word in line.split():
                name, _, value = word.partition("=")
                setattr(election, name,
                        value if name == "rule" else int(value))
    return election


def check(path):
    with open(path, encoding="utf-8") as file:
        examples = [part.split("```")[0].strip().split("\n")
                    for part in file.read().split("```example\n")[1:]]
    for lines in examples:
        at = lines.index("gives")
        given = result(parse(lines[:at]))
        if given != lines[at + 1:]:
            sys.exit("\n".join(["the model differs:"] + lines + ["it gives:"]
                               + given))
    print(len(examples))


def made_up(rng):
    """Few candidates and fewer votes: nearly every election has ties."""
    election = Election()
    people = rng.randint(1, 9)
    codes = rng.sample(range(1, 65536), people + 2)
    strange = codes[people:]
    election.rule = PILOT if rng.random() < 0.15 else election.rule
    election.seats = rng.randint(1, 5)
    election.alternates = rng.randint(0, 3)
    election.choices = rng.randint(1, 4)
    ranked = rng.random() < 0.4
    close = rng.random() < 0.7
    for code in codes[:people]:
        election.candidates.append({
            "code": code, "withdrawn": rng.random() < 0.08,
            "ranks": [rng.randint(0, 1), rng.randint(0, 1)]
            if ranked else [0, 0],
            "list": rng.choice(["", "aa", "bb", "cc"])})
    for number in range(rng.randint(1, 4)):
        station = {"id": f"s{number}", "annulled": rng.random() < 0.15,
                   "ballots": []}
        for _ in range(rng.randint(0, 7)):
            marks = rng.choices(codes[:people],
                                k=rng.randint(0, 2 if close else 6))
            if rng.random() < 0.2:
                marks.insert(rng.randint(0, len(marks)), rng.choice(strange))
            station["ballots"].append((1 if close else rng.randint(1, 4),
                                       marks))
        election.stations.append(station)
    return election


def draw(election, rng):
    """Lots for what is undecided; now and then one that is of no use."""
    _, votes = tally(election)
    if election.rule == PILOT or rng.random() < 0.3:
        return
    standing = by_votes(election, votes)
    for rank in {rank for rank, what in standing.values() if what == "lot"}:
        lot = [code for code, s in standing.items() if s == (rank, "lot")]
        rng.shuffle(lot)
        if rng.random() < 0.05:
            lot[0] = rng.choice([c["code"] for c in election.candidates])
        election.lots.append(lot)


def write(election):
    lines = [(f"rule={PILOT} " if election.rule == PILOT else "")
             + f"seats={election.seats} alternates={election.alternates}"
             f" choices={election.choices}"]
    for c in election.candidates:
        lines.append(f"candidate {c['code']} tie_break={c['ranks'][0]},"
                     f"{c['ranks'][1]}"
                     + (f" list={c['list']}" if c["list"] else "")
                     + (" withdrawn" if c["withdrawn"] else ""))
    for station in election.stations:
        lines.append(f"station {station['id']}"
                     + (" annulled" if station["annulled"] else ""))
        for number, marks in station["ballots"]:
            lines.append(" ".join([f"ballots {number}:"]
                                  + [str(code) for code in marks]))
    for lot in election.lots:
        lines.append(" ".join(["lot"] + [str(code) for code in lot]))
    return lines + ["gives"] + result(election)


def main():
    if sys.argv[1] == "check":
        check(sys.argv[2])
        return
    rng = random.Random(int(sys.argv[2]))
    for _ in range(int(sys.argv[3])):
        election = made_up(rng)
        draw(election, rng)
        print("\n".join(write(election)) + "\n")


main()
