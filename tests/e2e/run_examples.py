#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every example of every help page, as it stands there, over a small mailbox: help must not promise what does not work.

    run_examples.py --dmarcq build/dmarcq
"""
import argparse, os, pathlib, re, shutil, subprocess, sys, tempfile

here = pathlib.Path(__file__).parent.resolve()
parser = argparse.ArgumentParser()
parser.add_argument("--dmarcq", required=True)
program = pathlib.Path(parser.parse_args().dmarcq).resolve()

# A problem is among the mails (3), and "there is something" is no failure either.
accepted = {"ingest": {0, 3}, "problems retry": {0, 3}, "check": {0, 1}}


def sh(command, folder):
    env = {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": "2026-11-21", "DMARCQ_DB": f"{folder}/test.db"}
    return subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


TLS_REPORT = ('{"organization-name":"One","date-range":{"start-datetime":"2026-11-10T00:00:00Z","end-datetime":"2026-11-10T23:59:59Z"},"contact-info":"tls@one.example",'
              '"report-id":"1","policies":[{"policy":{"policy-type":"no-policy-found","policy-domain":"example.com","mx-host":["mx.example.com"]},'
              '"summary":{"total-successful-session-count":9,"total-failure-session-count":0}}]}')

overview = sh("dmarcq help", pathlib.Path("/")).stdout.decode()
commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", overview.split("COMMANDS\n")[1].split("\n\n")[0], re.M)
assert len(commands) > 10, overview
faults = number = 0
for command in commands:
    page = sh(f"dmarcq help {command}", pathlib.Path("/")).stdout.decode()
    examples = re.findall(r"^  ((?:cat .*)?dmarcq .*)$", page.split("\nEXAMPLES\n")[1].split("\n\nUSAGE")[0], re.M)
    assert examples, f"{command}: no examples\n{page}"
    for example in examples:
        number += 1
        if "postgresql://" in example:  # it takes a server: postgresql_test.py
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            shutil.copytree(here / "data", folder, dirs_exist_ok=True)
            # What examples speak of: a Maildir folder, and attachments saved as files.
            for sub in ("cur", "new", "tmp"):
                (folder / "Maildir/.dmarc" / sub).mkdir(parents=True)
            shutil.copy(folder / "reports.mbox", folder / "Maildir/.dmarc/cur/1:2,S")
            (folder / "more").mkdir()
            subprocess.run([sys.executable, "-c", "import zipfile; zipfile.ZipFile('more/a.zip', 'w').write('reports.mbox')"], cwd=folder, check=True)
            for log in (here.parent.parent / "fixtures/logs").iterdir():
                shutil.copy(log, folder)
            for source, copy in (("core-signed.eml", "mail.eml"), ("key.txt", "key.txt")):
                shutil.copy(here.parent.parent / "fixtures/mails" / source, folder / copy)
            if not command == "ingest":
                (folder / "tls.json").write_text(TLS_REPORT)
                first = sh("dmarcq ingest reports.mbox tls.json email-log.csv mc-bounce.csv sendgrid-bounces.csv ses-bounce.json bounce.eml", folder)
                assert first.returncode == 3, first
            if command in ("senders list", "senders remove"):
                sh("dmarcq senders add org 00D5f000004KsTrEAK --ours", folder)
            if command == "db restore":
                sh("dmarcq db backup backup.db", folder)
            done = sh(example, folder)
            # It takes a server, and somebody with a browser: oauth_test.py.
            if command == "login":
                assert done.returncode == 2 and b"[mailbox.oauth2]" in done.stderr, done
                continue
            if done.returncode not in accepted.get(command, {0}):
                faults += 1
                print(f"{example}: exit {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
            elif b"defect" in done.stderr or not (done.stdout or re.search(r" >|--quiet| -o | --eml ", example)):
                faults += 1
                print(f"{example}: says nothing\n{done.stderr.decode()}")
print(f"{number} examples, {faults} fail")
sys.exit(1 if faults else 0)
