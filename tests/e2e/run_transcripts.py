#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs transcripts: `$ command`, what it prints (both streams), and `[exit N]` where N is not 0.

    run_transcripts.py --dmarcq build/dmarcq tests/e2e/transcripts/*.transcript

Each transcript runs in a fresh folder that holds a copy of tests/e2e/data; $FIXTURES is the folder fixtures. The clock stands at 2026-11-21. In expected lines `[..]`
stands for anything. Lines that start with # are remarks. DMARCQ_UPDATE_GOLDEN=1 rewrites the files (lines that match stay as they are).
"""
import argparse, difflib, os, pathlib, re, shutil, subprocess, sys, tempfile

here = pathlib.Path(__file__).parent.resolve()
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dmarcq", required=True)
parser.add_argument("transcripts", nargs="*")
args = parser.parse_args()
program = pathlib.Path(args.dmarcq).resolve()
update = os.environ.get("DMARCQ_UPDATE_GOLDEN")


def environment(folder):
    return {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": "2026-11-21", "FIXTURES": str(here.parent.parent / "fixtures")}


def matches(expected, actual):
    pattern = "".join(".*" if piece == "[..]" else re.escape(piece) for piece in re.split(r"(\[\.\.\])", expected))
    return re.fullmatch(pattern, actual) is not None


def blocks(lines):
    """Remarks and blank lines before the first command, then [command, expected lines] one after another."""
    head, found = [], []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
        else:
            head.append(line)
    return head, found


def run(path):
    head, steps = blocks(path.read_text(encoding="utf-8").splitlines())
    written, faults = list(head), []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(here / "data", folder, dirs_exist_ok=True)
        for command, rest in steps:
            done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=60)
            actual = done.stdout.decode("utf-8", errors="backslashreplace").replace(folder, "FOLDER").splitlines()
            if done.returncode != 0:
                actual.append(f"[exit {done.returncode}]")
            # What follows the output up to the next command: a blank line and remarks.
            end = len(rest)
            while end > 0 and (rest[end - 1] == "" or rest[end - 1].startswith("#")):
                end -= 1
            expected, between = rest[:end], rest[end:] or [""]
            if len(expected) == len(actual):
                actual = [e if matches(e, a) else a for e, a in zip(expected, actual)]
            if expected != actual:
                faults.append("\n".join([f"$ {command}"] + list(difflib.unified_diff(expected, actual, "expected", "actual", lineterm=""))))
            written += [f"$ {command}"] + actual + between
    if faults and update:
        path.write_text("\n".join(written).rstrip("\n") + "\n", encoding="utf-8")
    return faults


files = [pathlib.Path(name) for name in args.transcripts] or sorted((here / "transcripts").glob("*.transcript"))
failed = 0
for file in files:
    faults = run(file)
    failed += bool(faults)
    print(f"{file.name}: {'ok' if not faults else 'rewritten' if update else 'differs'}")
    for fault in faults:
        print(fault)
if not files:
    sys.exit("no transcripts")
sys.exit(1 if failed and not update else 0)
