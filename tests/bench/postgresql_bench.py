#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A database on a PostgreSQL server beside one in a file: one mailbox, one machine, in turns; medians. No test: timings are no assertions.

    postgresql_bench.py --build build [--mails 20000] [--rounds 3]
"""
import argparse, json, os, pathlib, re, resource, statistics, subprocess, sys, tempfile, time

root = pathlib.Path(__file__).parent.resolve().parent.parent
sys.path.insert(0, str(root / "tests/support"))
from postgresql_server import Server


def cpu_of_server(server):
    """Seconds that the server and its processes took so far, those that ended too."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == server.process.pid:
            total += int(fields[11]) + int(fields[12])
        elif stat.parent.name == str(server.process.pid):
            total += sum(int(field) for field in fields[11:15])
    return total / ticks


def run(program, db, *words):
    """Wall and CPU seconds of the program itself."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([program, "--db", str(db), *map(str, words)], capture_output=True, text=True)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"{words}: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def median(values):
    return statistics.median(values)


parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True, type=pathlib.Path)
parser.add_argument("--mails", default="20000")
parser.add_argument("--rounds", default=3, type=int)
options = parser.parse_args()
program = options.build / "dmarcq"
with tempfile.TemporaryDirectory() as folder, Server(("fsync=on", "shared_buffers=512MB", "max_wal_size=4GB")) as server:
    folder = pathlib.Path(folder)
    mbox = folder / "bench.mbox"
    subprocess.run([options.build / "make_bench_mailbox", mbox, "--mails", options.mails], check=True, capture_output=True)
    parts = [folder / f"part-{i}.mbox" for i in range(2)]
    mails = re.split(rb"(?m)^(?=From [^\n]*\d{4}\n)", mbox.read_bytes())[1:]
    for i, part in enumerate(parts):
        part.write_bytes(b"".join(mails[i::2]))
    figures = {}
    for number in range(options.rounds):
        file, address = folder / f"{number}.db", server.fresh(f"bench_{number}")
        for name, db in (("file", file), ("server", address)):
            at = cpu_of_server(server)
            wall, cpu, _ = run(program, db, "ingest", "-q", mbox)
            figures.setdefault(f"ingest, {name}: wall s", []).append(wall)
            figures.setdefault(f"ingest, {name}: CPU s of dmarcq", []).append(cpu)
            if name == "server":
                time.sleep(0.3)
                figures.setdefault("ingest, server: CPU s of the server", []).append(cpu_of_server(server) - at)
                server.sql("CHECKPOINT", f"bench_{number}")
            info = json.loads(run(program, db, "db", "info", "--format", "json")[2])
            figures.setdefault(f"bytes a record, {name}", []).append(info["file_bytes"] / info["records"])
            domain = json.loads(run(program, db, "summary", "--format", "json", "--sort", "-messages")[2])["domains"][0]["domain"]
            for words in (("sources", "--failing", "--domain", domain, "--since", "30d"), ("salesforce", domain), ("readiness", domain), ("summary",), ("check", "--all"), ("sources", "--failing")):
                for _ in range(2):
                    wall, cpu, _ = run(program, db, *words, "--format", "json")
                figures.setdefault(f"{' '.join(words).replace(domain, 'D')}, {name}: wall s", []).append(wall)
        two = server.fresh(f"bench_two_{number}")
        at, start = cpu_of_server(server), time.monotonic()
        runs = [subprocess.Popen([program, "--db", two, "ingest", "-q", part]) for part in parts]
        for one in runs:
            one.wait()
        figures.setdefault("two workers: wall s", []).append(time.monotonic() - start)
        time.sleep(0.3)
        figures.setdefault("two workers: CPU s of the server", []).append(cpu_of_server(server) - at)
    for name, values in figures.items():
        print(f"{name:<70} {median(values):9.3f}   {' '.join(f'{v:.3f}' for v in values)}")
