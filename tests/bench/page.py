# SPDX-License-Identifier: MIT
"""Write the table of what scripts/dev/bench --json has measured into a page, between two
marks. The suite weather has a page of its own.

    page.py BENCH.JSON PAGE
"""
import json
import re
import sys

MARKS = ("<!-- cases >>> -->\n", "<!-- <<< cases -->\n")


def amount(value, unit):
    """Three digits are more than noise leaves."""
    if value is None:
        return ""
    text = "%.3g" % value if value < 1000 else "%.0f" % value
    return "%s %s" % (text, unit) if unit else text


def line(row):
    case = re.sub(r"\b(SOCK_STREAM|AI_NUMERICHOST|NI_NUMERICHOST|AF_INET|get[a-z]+2?(?:_r)?)\b", r"`\1`", row["case"])
    cells = [
        case,
        amount(row["libc"], row["unit"]),
        amount(row["gaishim"], row["unit"]),
        amount(row["figure"], row["figure_unit"]),
        amount(row["bar"], row["figure_unit"]),
    ]
    return "| %s |\n" % " | ".join(cells)


def main():
    with open(sys.argv[1]) as file:
        bench = json.load(file)
    with open(sys.argv[2]) as file:
        page = file.read()
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    head = "| Case | libc | gaishim | Figure | Bar |\n|---|---|---|---|---|\n"
    table = head + "".join(line(row) for row in bench["rows"] if row["suite"] != "weather")
    with open(sys.argv[2], "w") as file:
        file.write(before + MARKS[0] + table + MARKS[1] + after)


main()
