#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs an SPF test suite in the YAML format of openspf.org (needs python3-yaml).
usage: run_spf_suite.py --driver spf_suite FILE.yml…
Each document of a file has zone data and tests. A test passes when the result is (one of) those expected, and the explanation too
where one is given ("DEFAULT" stands for none)."""
import argparse
import subprocess
import sys
import tempfile

import yaml


def escaped(text, special=' "\\;()$@'):
    return "".join(c if " " <= c <= "~" and c not in special else f"\\{ord(c):03d}" for c in str(text))


def name(text):
    return escaped(str(text).rstrip(".")) + "."


def strings(value):
    return " ".join('"' + escaped(piece, '"\\') + '"' for piece in (value if isinstance(value, list) else [value]))


def lines_of(owner, records):
    """The lines of a name. Type SPF stands for TXT too, unless the name has TXT of its own; "TIMEOUT" answers what no record does."""
    pairs = [next(iter(record.items())) for record in records if record != "TIMEOUT"]
    has_txt = any(kind == "TXT" for kind, value in pairs)
    known = set()
    for kind, value in pairs:
        if kind == "SPF":
            if has_txt:
                continue
            kind = "TXT"
        if value == "NONE" and "TIMEOUT" in records:
            continue
        known.add(kind)
        if value == "NONE":
            yield f";; NODATA {name(owner)} {kind}"
        elif value == "TIMEOUT":
            yield f";; UNKNOWN {name(owner)} {kind} time-out"
        elif kind == "TXT":
            yield f"{name(owner)} 300 IN TXT {strings(value)}"
        elif kind == "MX":
            yield f"{name(owner)} 300 IN MX {value[0]} {name(value[1]) if value[1] else '.'}"
        elif kind in ("PTR", "CNAME"):
            yield f"{name(owner)} 300 IN {kind} {name(value)}"
        elif kind in ("A", "AAAA"):
            yield f"{name(owner)} 300 IN {kind} {value}"
    if "TIMEOUT" in records:
        for kind in ("TXT", "A", "AAAA", "MX", "PTR"):
            if kind not in known:
                yield f";; UNKNOWN {name(owner)} {kind} time-out"


def run(driver, document):
    """Yields the name of each test, what is wrong with it (or None), and the whole answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".zone") as zone:
        lines = [line for owner, records in document["zonedata"].items() for line in lines_of(owner, records)]
        zone.write(";; dmarcq dns snapshot, taken never\n" + "\n".join(lines) + "\n")
        zone.flush()
        tests = list(document["tests"].items())
        questions = "".join(f"{test['host']}\t{test.get('helo') or ''}\t{test.get('mailfrom') or ''}\n" for _, test in tests)
        done = subprocess.run([driver, zone.name], input=questions.encode("latin-1"), capture_output=True, check=True)
    for (title, test), line in zip(tests, done.stdout.decode("latin-1").split("\n")):
        result, explanation, *_ = line.split("\t")
        expected = test["result"] if isinstance(test["result"], list) else [test["result"]]
        wrong = None
        if result not in expected:
            wrong = f"{result}, not {' or '.join(expected)}"
        elif "explanation" in test and result == "fail":
            wanted = "" if test["explanation"] == "DEFAULT" else test["explanation"]
            if explanation.lower() != wanted.lower():  # nibbles of %{i}: upper case in the suite, lower in RFC 7208 section 7.4
                wrong = f"explanation '{explanation}', not '{wanted}'"
        yield title, wrong, line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--driver", required=True)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    passed = failed = 0
    for path in arguments.files:
        with open(path, encoding="utf-8") as file:
            for document in yaml.safe_load_all(file):
                for title, wrong, line in run(arguments.driver, document) if document else ():
                    passed += wrong is None
                    failed += wrong is not None
                    if wrong:
                        print(f"{document.get('description')}: {title}: {wrong} ({line!r})")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
