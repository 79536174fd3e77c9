#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shape of the sources, as .clang-format lays them out:
  - a folder holds at most 15 units (a .cc with its header), but for the one that holds a file for each command;
  - a function has at most 80 lines, a class at most 300, unless the comment above it says "Long because …".
usage: check_shape.py ROOT
"""
import pathlib
import re
import sys

MOST_UNITS, MOST_FUNCTION_LINES, MOST_CLASS_LINES = 15, 80, 300
FOLDERS = ("ingest", "parser", "store", "report")
COMMANDS = "report/cli"
STATEMENTS = re.compile(r"(if|for|while|switch|namespace|else|do|return|case|default|extern|try|catch)\b")
# A result and a name before the parenthesis, or the name of a constructor: not a call, not an assignment.
DEFINITION = re.compile(r"(template <.*> )?([\w:~]+(<.*>)?[*&]* )+[*&]*[\w:~]+(\(\))?\(|[\w:]*\b(\w+)::~?\5\(|operator")


def head_of(lines, opening):
    """The first line of the definition whose '{' ends the line `opening`."""
    start = opening
    while start > 0:
        above = lines[start - 1].strip()
        if not above or above.endswith((";", "}", "{", ":")) or above.startswith(("//", "#")):
            break
        start -= 1
    return start


def end_of(lines, start, opening):
    """The line that closes the block: a '}' as far to the right as the definition starts."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    for number in range(opening + 1, len(lines)):
        if lines[number].startswith(" " * indent + "}"):
            return number
    return len(lines) - 1


def says_why(lines, start):
    while start > 0 and lines[start - 1].strip().startswith("//"):
        start -= 1
        if "Long because" in lines[start]:
            return True
    return False


def faults_of(path, lines):
    for opening, line in enumerate(lines):
        if not line.endswith("{") or line.strip().startswith("//"):
            continue
        start = head_of(lines, opening)
        head = " ".join(part.strip() for part in lines[start:opening + 1])
        indent = len(lines[start]) - len(lines[start].lstrip())
        length = end_of(lines, start, opening) - start + 1
        is_class = re.match(r"(template <[^{]*> )?(class|struct)\b", head)
        is_function = not is_class and indent <= 4 and not STATEMENTS.match(head) and "=" not in head.split("(")[0] and DEFINITION.match(head)
        most = MOST_CLASS_LINES if is_class else MOST_FUNCTION_LINES if is_function else None
        if most is not None and length > most and not says_why(lines, start):
            yield f"{path}:{start + 1}: {length} lines, more than {most}: {head[:70]}"


def main():
    root = pathlib.Path(sys.argv[1])
    sources = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.suffix in (".h", ".cc")]
    if len(sources) < 100:
        sys.exit(f"shape: only {len(sources)} files found below {root}")
    faults, units = [], {}
    for path in sources:
        name = path.relative_to(root)
        units.setdefault(str(name.parent), set()).add(name.stem)
        faults += faults_of(name, path.read_text(encoding="utf-8").split("\n"))
    faults += [f"{folder}: {len(names)} units, more than {MOST_UNITS}" for folder, names in units.items() if len(names) > MOST_UNITS and folder != COMMANDS]
    if faults:
        sys.exit("shape:\n  " + "\n  ".join(faults))


main()
