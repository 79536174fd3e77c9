#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""TLS reports, failure reports and complaints: read from a mailbox that holds everything, kept once, forgotten in time, and never an error.

    other_reports_test.py --dmarcq build/dmarcq
"""
import base64, gzip, itertools, json, pathlib, random, re, sqlite3, unittest

import live
from live import Folder

root = pathlib.Path(__file__).resolve().parents[2]
FAILURES = sorted((root / "fixtures/failure_reports").glob("*.eml"))
TLS = sorted((root / "fixtures/tls_reports").glob("*.json"))


def tls_report(org, report_id, domain="example.com", day="2026-11-10", good=100, bad=0, result="certificate-expired"):
    failures = [{"result-type": result, "receiving-mx-hostname": f"mx1.{domain}", "failed-session-count": bad}] if bad else []
    return json.dumps({"organization-name": org, "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"}, "contact-info": f"tls@{org}",
                       "report-id": report_id, "policies": [{"policy": {"policy-type": "sts", "policy-string": ["version: STSv1", "mode: testing", f"mx: mx1.{domain}", "max_age: 86400"],
                       "policy-domain": domain, "mx-host": [f"mx1.{domain}"]}, "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
                       "failure-details": failures}]}).encode()


def mail_with(report, org, number, subtype="tlsrpt+gzip", packed=True, encoding="base64"):
    content = gzip.compress(report, mtime=0) if packed else report
    body = base64.encodebytes(content).decode() if encoding == "base64" else content.decode()
    name = f"{org}!example.com!1794268800!1794355199!{number}.json" + (".gz" if packed else "")
    return (f"From: tls@{org}\nTo: reports@example.com\nSubject: Report Domain: example.com Submitter: {org} Report-ID: <{number}>\nMessage-ID: <{number}.tls@{org}>\n"
            f"TLS-Report-Domain: example.com\nTLS-Report-Submitter: {org}\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n"
            f"--b\nContent-Type: text/plain\n\nThis is an aggregate TLS report.\n\n--b\nContent-Type: application/{subtype}; name=\"{name}\"\nContent-Transfer-Encoding: {encoding}\n"
            f"Content-Disposition: attachment; filename=\"{name}\"\n\n{body}\n--b--\n").encode()


def mbox(mails):
    return b"".join(b"From reports@example.com Mon Nov  2 00:00:00 2026\n" + re.sub(rb"(?m)^From ", b">From ", mail) + b"\n\n" for mail in mails)


class OtherReports(Folder):
    def sql(self, text, db="test.db"):
        with sqlite3.connect(self.path / db) as base:
            return base.execute(text).fetchall()

    def kept(self, db="test.db"):
        """All that is kept, whatever the order was in which it came."""
        done = self.run_it("--db", db, "sql", "select * from v_tls order by 2, 3, 4, 5", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        tls = re.sub(rb'"report": ?\d+', b"", done.stdout)
        done = self.run_it("--db", db, "sql", "select * from v_failures order by 2, 3, 4, 5, 6, 7", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return tls, re.sub(rb'"id": ?\d+', b"", done.stdout)

    def check(self, db="test.db"):
        done = self.run_it("--db", db, "db", "check")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_mailbox_of_everything_adds_up(self):
        bounces = sorted((root / "fixtures").glob("**/*bounce*.eml"))[:3]
        announcement = (b"From: dmarc@big.example\nTo: reports@example.com\nSubject: Report Domain: example.com Submitter: big.example Report-ID: <9>\n\n"
                        b"Report-Date: Mon, 2 Nov 2026 00:00:00 +0000\nReport-Domain: example.com\nReport-ID: 9@big.example\nReport-Size: 93811237\nSubmitter: big.example\n"
                        b"Submitting-URI: mailto:reports@example.com\n")
        other = b"From: ann@example.net\nSubject: lunch\n\nAt noon?\n"
        self.generate("aggregate.mbox", 6)
        aggregate = [mail.split(b"\n", 1)[1] for mail in live.split_mbox((self.path / "aggregate.mbox").read_bytes())]
        tls = [mail_with(tls_report("one.example", "r1"), "one.example", 1), mail_with(tls_report("two.example", "r2", bad=3), "two.example", 2, subtype="octet-stream"),
               mail_with(tls_report("three.example", "r3"), "three.example", 3, subtype="tlsrpt+json", packed=False, encoding="8bit")]
        failures = [path.read_bytes() for path in FAILURES]
        mails = aggregate + tls + failures + [path.read_bytes() for path in bounces] + [announcement, other]
        (self.path / "all.mbox").write_bytes(mbox(mails))
        answer = self.ingest("all.mbox")
        kinds = answer["not_a_report"]
        self.assertEqual(answer["items"], len(mails))
        self.assertEqual(sum(answer["outcomes"].values()), len(mails))
        self.assertEqual(answer["outcomes"]["stored"], len(aggregate))
        self.assertEqual(answer["outcomes"]["problem"], 0)
        self.assertEqual(sum(kinds.values()), len(mails) - len(aggregate))
        self.assertEqual((kinds["tls_report"], kinds["announcement"], kinds["failure_report"] + kinds["complaint"]), (len(tls), 1, len(failures)))
        self.assertGreater(kinds["complaint"], 0)
        self.assertEqual(answer["tls_reports"], {"stored": len(tls), "repeated": 0})
        self.assertEqual(answer["failures"]["stored"] + answer["failures"]["repeated"], len(failures))
        self.check()
        before = self.kept()
        again = self.ingest("--reread", "all.mbox")
        self.assertEqual((again["tls_reports"]["stored"], again["failures"]["stored"]), (0, 0))
        self.assertEqual(self.kept(), before)
        # In any order, in any number of runs and of mails that repeat them.
        dice = random.Random(5)
        for number in range(3):
            order = dice.sample(mails, len(mails))
            parts = [order[i::3] + order[:2] for i in range(3)]
            for i, part in enumerate(parts):
                (self.path / f"{number}-{i}.mbox").write_bytes(mbox(part))
                self.ingest(f"{number}-{i}.mbox", db=f"order-{number}.db")
            self.assertEqual(self.kept(f"order-{number}.db"), before)
            self.check(f"order-{number}.db")
        listed = json.loads(self.run_it("problems", "list", "--not-a-report", "--format", "json").stdout)
        self.assertNotIn("tls_report", json.dumps(listed))

    def test_bare_files_are_read(self):
        for number, path in enumerate(TLS):
            (self.path / f"{number}.json").write_bytes(path.read_bytes())
            (self.path / f"{number}.json.gz").write_bytes(gzip.compress(path.read_bytes() + b" ", mtime=0))
        answer = self.ingest(*[f"{number}.json" for number in range(len(TLS))], *[f"{number}.json.gz" for number in range(len(TLS))])
        self.assertEqual(answer["outcomes"]["problem"], 0)
        self.assertEqual(answer["tls_reports"]["stored"], 2 * len(TLS))  # as documents; one claim each
        self.assertEqual(self.sql("SELECT count(DISTINCT claim) FROM tls_report")[0][0], len(TLS))
        self.check()

    def test_of_reports_that_claim_to_be_one_the_better_known_sender_counts(self):
        honest, forged = tls_report("google.com", "r1", good=50), tls_report("google.com", "r1", good=9_000_000)
        for order in itertools.permutations((("google.com", honest), ("evil.example", forged))):
            db = f"{order[0][0]}.db"
            for number, (sender, report) in enumerate(order):
                mail = mail_with(report, sender, number)
                (self.path / f"{sender}.mbox").write_bytes(mbox([mail]))
                self.ingest(f"{sender}.mbox", db=db)
            self.assertEqual(json.loads(self.run_it("--db", db, "sql", "select successful, sent_by from v_tls", "--format", "json").stdout)["rows"],
                             [{"successful": 50, "sent_by": "google.com"}])

    def test_a_damaged_tls_report_is_a_problem_and_kept(self):
        report = tls_report("one.example", "r1")
        (self.path / "cut.json").write_bytes(report[:len(report) - 40])
        answer = self.ingest("cut.json", code=3)
        self.assertEqual(answer["outcomes"]["problem"], 1)
        problem = json.loads(self.run_it("problems", "list", "--format", "json").stdout)["problems"][0]
        self.assertEqual(problem["reason"], "truncated")
        self.check()

    def test_what_is_stored_can_be_read(self):
        """Bytes that are no UTF-8 take three times their room in what is stored."""
        report = json.loads(tls_report("one.example", "r1", bad=9))
        report["policies"][0]["failure-details"] = [{"result-type": "validation-failure", "additional-information": "@@@@", "failed-session-count": 1}] * 9_000
        (self.path / "large.json").write_bytes(json.dumps(report).encode().replace(b"@@@@", b"\xff" * 700))
        answer = self.ingest("large.json", code=3)
        self.assertEqual((answer["tls_reports"]["stored"], answer["outcomes"]["problem"]), (0, 1))
        for words in (("db", "check"), ("db", "export", "--kind", "tls"), ("db", "copy", "--to", "copy.db")):
            self.assertEqual(self.run_it(*words).returncode, 0, words)

    def test_a_failure_report_that_cannot_be_read_is_not_kept(self):
        parts = b"".join(b"--b\nContent-Type: text/plain\n\nx\n" for _ in range(1_500))
        (self.path / "many.eml").write_bytes(b"From: ruf@one.example\nTo: a@example.com\nSubject: failure\nMIME-Version: 1.0\n"
                                             b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" + parts +
                                             b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\nOriginal-Rcpt-To: ann@example.net\n\n--b--\n")
        answer = self.ingest("many.eml", code=3)
        self.assertEqual(answer["outcomes"]["problem"], 1)
        self.assertEqual(self.sql("SELECT count(*) FROM kept_item")[0][0], 0)

    def test_people_are_kept_only_when_asked_and_forgotten_in_time(self):
        (self.path / "all.mbox").write_bytes(mbox([path.read_bytes() for path in FAILURES]))
        self.ingest("all.mbox")
        text = "".join(row[0] for row in self.sql("SELECT content FROM failure_report"))
        self.assertIsNone(re.search(r'[A-Za-z0-9._+-]+@[a-z0-9-]+\.example', re.sub(r'"message_id":"[^"]*"', "", text)), text[:2000])
        for word in ("subject", "original_header", "authentication_results"):
            self.assertNotIn(f'"{word}"', text)
        for name in self.path.iterdir():
            if name.name.startswith("test.db"):
                self.assertNotIn(b"original_header", name.read_bytes())
        (self.path / "c.toml").write_text('[failures]\nstore = "headers"\n')
        self.ingest("all.mbox", "--config", "c.toml", db="headers.db", env={"DMARCQ_TODAY": "2024-01-01"})
        text = "".join(row[0] for row in self.sql("SELECT content FROM failure_report", "headers.db"))
        self.assertIn('"original_header"', text)
        self.assertIn('"subject"', text)
        # In time they are what the default keeps; what they say of the mail itself stays.
        number = self.sql("SELECT count(*) FROM failure_report", "headers.db")[0][0]
        (self.path / "short.toml").write_text('[failures]\nstore = "headers"\nkeep = "1d"\n')
        done = self.run_it("--db", "headers.db", "--config", "short.toml", "db", "prune", env={"DMARCQ_TODAY": "2030-01-01"})
        self.assertIn(f"headers of {number} failure reports forgotten".encode(), done.stdout)
        self.assertEqual(self.sql("SELECT content FROM failure_report ORDER BY key", "headers.db"), self.sql("SELECT content FROM failure_report ORDER BY key"))
        for text, words in (('[failures]\nstore = "full"\n', b"failures.store"), ('[failures]\nkeep = "soon"\n', b"failures.keep"), ("[failures]\nnonsense = 1\n", b"nonsense"),
                            ("failures = 1\n", b"not a table")):
            (self.path / "bad.toml").write_text(text)
            done = self.run_it("--config", "bad.toml", "summary")
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)

    def test_prune_copy_and_backup_know_them(self):
        mails = [mail_with(tls_report(f"org{number}.example", f"r{number}", day=f"2026-{month:02}-10"), f"org{number}.example", number)
                 for number, month in enumerate((8, 9, 10, 11))]
        (self.path / "all.mbox").write_bytes(mbox(mails + [path.read_bytes() for path in FAILURES]))
        self.ingest("all.mbox")
        before = self.kept()
        done = self.run_it("db", "copy", "--to", "copy.db")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.kept("copy.db"), before)
        self.assertEqual(self.run_it("db", "backup", "backup.db").returncode, 0)
        self.assertEqual(self.kept("backup.db"), before)
        exported = [json.loads(line) for line in self.run_it("db", "export", "--kind", "tls").stdout.splitlines()]
        self.assertEqual([report["report-id"] for report in exported], ["r0", "r1", "r2", "r3"])
        self.assertEqual(len(self.run_it("db", "export", "--kind", "tls", "--since", "2026-10-01", "--domain", "example.com").stdout.splitlines()), 2)
        self.assertEqual(self.run_it("db", "export", "--kind", "tls", "--domain", "other.example").stdout, b"")
        self.assertEqual(len(self.run_it("db", "export", "--kind", "failures").stdout.splitlines()), self.sql("SELECT count(*) FROM failure_report")[0][0])
        done = self.run_it("db", "prune", "--older-than", "2026-10-01")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"2 TLS reports", done.stdout)
        self.assertEqual([row[0] for row in self.sql("SELECT count(*) FROM tls_report")], [2])
        self.check()
        self.assertEqual(self.run_it("db", "copy", "--to", "pruned.db").returncode, 0)
        self.assertEqual(self.kept("pruned.db"), self.kept())


if __name__ == "__main__":
    unittest.main(argv=live.arguments()[1])
