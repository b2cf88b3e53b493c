#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/fuzz/reached from what llvm-cov exported, or compares with it.

Called by tests/fuzz/coverage. A line of tests/fuzz/decoders is one of

    FILE                          at least 90 % of its regions are reached
    FILE LEAST: REASON            at least so many, and why not more
    FILE not FUNCTION ...: REASON 90 %, without functions that decode nothing
    FILE LEAST not FUNCTION ...: REASON
    FILE -: REASON                there is no decoder in it

and each source of the rooms that decode has a line.
"""

import glob
import json
import os
import sys

LEAST = 90
# Keys, salts and times of day are new in each run.
SLACK = 2
ROOMS = ("appliance/formats", "appliance/election", "appliance/record",
         "tpm/policy", "appliance/verify")
REACHED = "tests/fuzz/reached"


class Decoder:
    """A line of tests/fuzz/decoders."""

    def __init__(self, line):
        rules, _, self.reason = line.partition(":")
        self.name, *words = rules.split()
        self.needs_reason = bool(words)
        self.none = words == ["-"]
        self.least = LEAST
        if words and not self.none and words[0] != "not":
            self.least = int(words.pop(0))
        self.without = set(words[1:])


def decoders():
    with open("tests/fuzz/decoders", encoding="utf-8") as file:
        return [Decoder(line.strip()) for line in file
                if line.strip() and not line.startswith("#")]


def measured(path):
    """Of each file, for each function: the regions, and whether they ran."""
    with open(path, encoding="utf-8") as file:
        exported = json.load(file)
    files = {}
    for function in exported["data"][0]["functions"]:
        name = os.path.relpath(function["filenames"][0])
        of_file = files.setdefault(name, {})
        regions = of_file.setdefault(function["name"].split(":")[-1], {})
        for *place, count, file_id, _, kind in function["regions"]:
            if file_id == 0 and kind == 0:
                place = tuple(place)
                regions[place] = regions.get(place, 0) + count
    return files


def counted(decoder, files):
    functions = files.get(decoder.name, {})
    ran = [count > 0 for name, regions in functions.items()
           if name not in decoder.without for count in regions.values()]
    return sum(ran), len(ran)


def percent(covered, count):
    return 100 * covered // count if count else 0


def written(measure):
    rows = ["# Written by tests/fuzz/coverage: regions that the seeds reach.",
            *(f"{percent(*regions):3} % {regions[0]:5} of {regions[1]:5}  "
              f"{name}" for name, regions in sorted(measure.items()))]
    return "\n".join(rows) + "\n"


def recorded():
    if not os.path.exists(REACHED):
        return {}
    with open(REACHED, encoding="utf-8") as file:
        return {line.split()[-1]: int(line.split()[0])
                for line in file if not line.startswith("#")}


def missing(lines):
    names = {decoder.name for decoder in lines}
    for room in ROOMS:
        for source in sorted(glob.glob(room + "/*.c")):
            if source not in names:
                yield f"{source} is not in tests/fuzz/decoders"


def complaint(decoder, files, measure, before):
    if not os.path.exists(decoder.name):
        return "is in tests/fuzz/decoders, and is not there"
    if decoder.needs_reason and not decoder.reason.strip():
        return "has no reason in tests/fuzz/decoders"
    if gone := decoder.without - set(files.get(decoder.name, {})):
        return f"has no function {' '.join(sorted(gone))}"
    if decoder.none:
        return None
    now = percent(*measure[decoder.name])
    if now < decoder.least:
        return f"{now} % of its regions, not {decoder.least} %"
    if now < before.get(decoder.name, 0) - SLACK:
        return (f"{now} % of its regions, before {before[decoder.name]} %: "
                "make fuzz, then make fuzz-seeds")
    return None


def main(path, mode):
    lines = decoders()
    files = measured(path)
    measure = {decoder.name: counted(decoder, files)
               for decoder in lines if not decoder.none}
    before = recorded() if mode == "--check" else {}
    if mode != "--check":
        with open(REACHED, "w", encoding="utf-8") as file:
            file.write(written(measure))
    found = list(missing(lines))
    for decoder in lines:
        if why := complaint(decoder, files, measure, before):
            found.append(f"{decoder.name}: {why}")
    print("\n".join(found + [f"{len(measure)} decoders, "
                             f"{len(found)} complaints"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
