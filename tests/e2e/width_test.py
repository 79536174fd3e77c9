#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""On a terminal no line is wider than it, in any command, at 60, 80, 100 and 200 columns: but for one that holds a word, a command to be copied or a DNS
record that is itself too wide.

    width_test.py --dmarcq build/dmarcq
"""
import argparse, concurrent.futures, pathlib, re, shutil, subprocess, sys, tempfile, unicodedata, unittest
from terminal import on_terminal

here = pathlib.Path(__file__).parent.resolve()
root = here.parent.parent
program = None
WIDTHS = (60, 80, 100, 200)
DOMAIN = "kestreloutdoor.example"


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


# What must stay in one piece: 'dmarcq …' as it is typed, and a record of DNS.
COMMAND = re.compile(r"(\S+ )?[('\"]*dmarcq (-|ingest|login|summary|sources|salesforce|message|refusals|failures|explain|reports?|problems|db|readiness|compare|check|dns|senders|note|sql|config|help)\b")
RECORD = re.compile(r"v=(DMARC1|spf1)|\. IN TXT ")


def may_be_wide(line):
    """A lead ("  Finding    ", "  - "), then one word, or something to be copied."""
    text = line.strip()
    text = re.sub(r"^(- |\d+\. |[A-Za-z][\w ]{0,12}  +)", "", text)
    return " " not in text or COMMAND.match(text) or RECORD.search(text)


class Width(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        shutil.copytree(here / "data", cls.folder, dirs_exist_ok=True)
        cls.env = {"PATH": "/usr/bin:/bin", "HOME": folder.name, "DMARCQ_DB": "t.db", "DMARCQ_TODAY": "2026-11-01", "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        for words, codes in ((("ingest", "-q", root / "fixtures/mailboxes/sample.mbox"), (3,)),
                             *((("ingest", "-q", log), (0, 3)) for log in sorted((root / "fixtures").glob("**/*.csv"))[:4]),
                             (("note", "2026-10-11", "DKIM key for partners made, and a long text on who asked for it and why it took two weeks to publish"), (0,)),
                             (("senders", "add", "org", "00D5f000004KsTrEAK", "--ours", "--name", "the sales org of the main brand"), (0,))):
            done = subprocess.run([program, *words], cwd=cls.folder, env=cls.env, capture_output=True, timeout=120)
            assert done.returncode in codes, (words, done.returncode, done.stderr)

    def shown(self, words, width, env=None):
        return on_terminal([program, "--no-pager", *map(str, words)], width, self.folder, {**self.env, **(env or {})})[1].replace("\r\n", "\n")

    def commands(self):
        mails = sorted((root / "fixtures").glob("**/*.eml"))[:6]
        return [("summary",), ("summary", "--limit", "0"), ("sources",), ("sources", "--failing"), ("sources", "--failing", "--salesforce"), ("sources", "--limit", "2"),
                *[("sources", "--by", by) for by in ("ip", "service", "route", "subnet", "domain", "reporter", "day")], ("sources", "--disagreements"),
                ("sources", "--disposition", "quarantine"), ("salesforce",), ("salesforce", DOMAIN, "--snapshot", "dns.snap"), ("explain", "13.110.74.200"), ("explain", DOMAIN),
                ("explain", "192.0.2.40"), ("explain", "amazonses.com"), ("explain", "5f-4kstreak.na150.bnc.salesforce.com"), ("explain", "8.8.8.8"),
                ("readiness",), ("readiness", DOMAIN), ("readiness", DOMAIN, "--explain"), ("readiness", DOMAIN, "--to", "reject", "--what-if", "p=reject,adkim=s"),
                ("readiness", DOMAIN, "--snapshot", "dns.snap"), ("compare", DOMAIN, "--at", "2026-10-11"), ("check", "--all"), ("reports",), ("reports", "--failing"),
                ("reports", "--ip", "192.0.2.40"), ("reports", "--suspicious"), ("reports", "--distrusted"), ("reports", "show", "1"), ("problems", "list"),
                ("problems", "list", "--not-a-report"), ("problems", "show", "1"), ("db", "info"), ("db", "check"), ("refusals",), ("refusals", "--by", "day"), ("failures",), ("failures", "--examples", "3"), ("tls",), ("tls", "--by", "mx"),
                ("senders", "list"), ("note", "list"), ("config", "show"), ("config", "show", "--origin"), ("version",), ("sql", "select * from reports limit 3"),
                ("dns", "check", DOMAIN, "--snapshot", "dns.snap"), ("dns", "check", "example.com", "--snapshot", "dns.snap"),
                ("dns", "flatten", "example.com", "--snapshot", "flat.zone"), ("dns", "blocklist", "192.0.2.1", "--list", "list.example", "--snapshot", "dns.snap"),
                ("help",), *[("help", *name.split()) for name in ("summary", "sources", "reports", "reports show", "readiness", "dns check", "ingest", "db", "problems")],
                *[("message", mail) for mail in mails], ("message", mails[0], "--snapshot", "dns.snap"),
                # What goes wrong.
                ("sumary",), ("sources", "--fialing"), ("reports", "--sort", "nope"), ("sources", "--disposition", "nope"), ("summary", "--domain", "kestreloutdor.example"), ("reports", "show", "nothing"), ("explain", "nonsense"),
                ("ingest", "missing.mbox"), ("ingest", root / "fixtures/mailboxes/sample.mbox"), ("--db", "missing.db", "summary"), ("sql", "select nothing")]

    def test_no_line_is_wider_than_the_terminal(self):
        cases = [(words, width) for words in self.commands() for width in WIDTHS]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            texts = list(pool.map(lambda case: self.shown(*case), cases))
        faults = []
        for (words, width), text in zip(cases, texts):
            self.assertNotEqual(text.strip(), "", words)
            for line in text.split("\n"):
                line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line.rpartition("\r")[2])  # the progress line is wiped
                if columns(line) > width and not may_be_wide(line):
                    faults.append(f"{width}: dmarcq {' '.join(map(str, words))}: {columns(line)}: {line}")
        self.assertEqual(faults, [], f"{len(faults)} lines of {sum(len(t.splitlines()) for t in texts)}\n" + "\n".join(faults[:40]))

    def test_addresses_domains_codes_and_commands_are_whole(self):
        for width in WIDTHS:
            sources = self.shown(("sources", "--failing"), width)
            self.assertIn("13.108.238.141", sources, width)
            self.assertIn("core-other-tenant", sources, width)
            self.assertIn(DOMAIN, self.shown(("summary",), width), width)
            explained = self.shown(("explain", "13.110.74.200"), width)
            self.assertIn("dmarcq reports --ip 13.110.74.200", explained, width)
            letter = self.shown(("salesforce", DOMAIN), width)
            for code in ("core-other-tenant", "ae-no-dkim"):
                self.assertIn(code, letter, width)

    def test_what_has_no_room_is_named(self):
        wide, narrow = (self.shown(("sources", "--failing", "--salesforce"), width) for width in (200, 80))
        self.assertNotIn("no room for", wide)
        told = re.search(r"no room for ([A-Z, ]+): --format csv has all columns", " ".join(narrow.split()))
        self.assertIsNotNone(told, narrow)
        for title in told.group(1).split(", "):
            self.assertIn(title, wide)
            self.assertNotIn(title, narrow.replace(told.group(0), "").partition("no room for")[0])

    def test_a_pipe_is_no_terminal(self):
        done = subprocess.run([program, "sources", "--failing"], cwd=self.folder, env={**self.env, "COLUMNS": "60"}, capture_output=True, text=True)
        self.assertIn("REPORTERS  LAST DAY", done.stdout)
        self.assertNotIn("no room for", done.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dmarcq", required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    unittest.main(argv=[__file__, *rest])
