#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Any input, in any order, repeated, or split over several runs, by any number of threads and in any time zone, gives the same export, problems
and answers.

    order_test.py DMARCQ SOURCE_DIR [ROUNDS]

Runs the real binary on every small fixture there is, with documents beside them that claim to be the same report and differ.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

dmarcq, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 40


def report(report_id, records, end="</feedback>"):
    rows = "".join(
        f"<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>"
        f"<spf>fail</spf></policy_evaluated></row><identifiers><header_from>order.example</header_from></identifiers></record>"
        for ip, count in records)
    return ("<feedback><report_metadata><org_name>Order Reporter</org_name><email>r@order.example</email>"
            f"<report_id>{report_id}</report_id><date_range><begin>1790000000</begin><end>1790086399</end></date_range></report_metadata>"
            f"<policy_published><domain>order.example</domain><p>none</p></policy_published>{rows}{end}")


def claimants():
    """Documents under one key that contain, overlap and complete each other."""
    a, b, c, d = ("192.0.2.1", 5), ("192.0.2.2", 7), ("192.0.2.3", 1), ("192.0.2.4", 9)
    sets = {"whole": [a, b, c], "part": [a, b], "other": [d], "overlap": [a, d], "wider": [a, b, c, d], "twice": [a, a], "none": []}
    for report_id, names in {"one": sets, "two": ["whole", "overlap", "part"], "three": ["overlap", "other", "twice", "none"]}.items():
        for name in names:
            yield f"{report_id}-{name}.xml", report(report_id, sets[name])
        yield f"{report_id}-cut.xml", report(report_id, [a, b], end="")
        yield f"{report_id}-repaired.xml", report(report_id, [a, b]).replace("<org_name>", "<email><a@b></email><org_name>")


# As POSIX writes them, so that no files of zones are needed: east and west, with half hours, and a day apart.
ZONES = ["UTC0", "PST8PDT,M3.2.0,M11.1.0", "IST-5:30", "LINT-14"]
ANSWERS = [("summary",), ("sources",), ("sources", "--by", "day"), ("reports",), ("readiness", "order.example"), ("salesforce",)]


def run(*arguments, zone="UTC0"):
    done = subprocess.run([dmarcq, *arguments], capture_output=True, env={**os.environ, "TZ": zone, "DMARCQ_TODAY": "2026-10-01"})
    assert done.returncode in (0, 3), (arguments[:4], done.returncode, done.stderr[-500:])
    return done.stdout


def outcome(database, files, chunks):
    for chunk in chunks(files):
        result = json.loads(run("--db", database, "ingest", "--quiet", "--format", "json", *chunk))
        assert sum(result["outcomes"].values()) == result["items"], result
    run("--db", database, "db", "check")
    export = run("--db", database, "db", "export", "--format", "ndjson")
    problems = json.loads(run("--db", database, "problems", "list", "--format", "json"))["problems"]
    for problem in problems:
        del problem["id"]
    return export, json.dumps(problems, sort_keys=True)


def main():
    seed = 20261121
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, xml in claimants():
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as out:
                out.write(xml)
            files.append(path)
        for kind in ("messages", "attachments", "xml"):
            base = os.path.join(root, "fixtures", kind)
            files += [os.path.join(base, name) for name in sorted(os.listdir(base)) if not name.endswith((".expected", ".md"))]
        assert len(files) > 80, len(files)

        first = outcome(os.path.join(folder, "first.db"), files, lambda all_files: [all_files])
        assert b"order.example" in first[0] and "conflict" in first[1]
        assert outcome(os.path.join(folder, "first.db"), files, lambda all_files: [all_files]) == first, "the same again changed something"
        for number in range(rounds):
            shuffled = files + dice.choices(files, k=dice.randrange(20))
            dice.shuffle(shuffled)
            size = dice.choice([len(shuffled), 25, 7])
            database = os.path.join(folder, f"{number}.db")
            got = outcome(database, shuffled, lambda all_files: [all_files[i:i + size] for i in range(0, len(all_files), size)])
            assert got[0] == first[0], f"round {number}: another export (seed {seed})"
            assert got[1] == first[1], f"round {number}: other problems (seed {seed})"
            for suffix in ("", "-wal", "-shm"):
                if os.path.exists(database + suffix):
                    os.remove(database + suffix)
        answers = lambda database, zone: [run("--db", database, *words, "--format", "json", zone=zone) for words in ANSWERS]
        told = answers(os.path.join(folder, "first.db"), "UTC0")
        for zone in ZONES:
            for jobs in ("1", "2", "7"):
                database = os.path.join(folder, f"{jobs}.db")
                run("--db", database, "ingest", "--quiet", "--jobs", jobs, *files, zone=zone)
                assert run("--db", database, "db", "export", "--format", "ndjson", zone=zone) == first[0], f"another export with --jobs {jobs} in {zone}"
                for suffix in ("", "-wal", "-shm"):
                    if os.path.exists(database + suffix):
                        os.remove(database + suffix)
            for words, here, there in zip(ANSWERS, told, answers(os.path.join(folder, "first.db"), zone)):
                assert here == there, f"{' '.join(words)} answers something else in {zone}"
    print(f"{rounds} orders of {len(files)} files: one result")


main()
