#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One question, one answer: the same figure and the same word from every command that tells it, from the page and from the mail."""
import argparse, html, json, pathlib, re, subprocess, tempfile, unittest

root = pathlib.Path(__file__).resolve().parent.parent.parent
SINCE, UNTIL = "2026-08-03", "2026-10-31"
DOMAIN = "kestreloutdoor.example"
program = None


class OneAnswer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.run_it("ingest", root / "fixtures" / "mailboxes" / "sample.mbox", "--quiet", code=3)
        cls.run_it("report", "--since", SINCE, "--until", UNTIL, "-o", "page.html")
        text = re.sub(r"<(script|style).*?</\1>", " ", (cls.folder / "page.html").read_text(), flags=re.S)
        cls.page = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))
        cls.mail = re.sub(r"\s+", " ", cls.run_it("report", "--since", SINCE, "--until", UNTIL, "--eml", "-", "--from", "a@b.example", "--to", "c@d.example").replace("=\n", "").partition("text/html")[0])

    @classmethod
    def run_it(cls, *words, code=0):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(cls.folder), "DMARCQ_DB": str(cls.folder / "t.db"), "DMARCQ_TODAY": "2026-11-01", "NO_COLOR": "1"}
        done = subprocess.run([program, *map(str, words)], cwd=cls.folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == code, (words, done.returncode, done.stderr)
        return done.stdout

    def json(self, *words):
        return json.loads(self.run_it(*words, "--since", SINCE, "--until", UNTIL, "--format", "json"))

    def same(self, answers):
        self.assertEqual(len(set(answers.values())), 1, answers)
        self.assertNotIn(None, answers.values())

    def test_how_much_mail_there_is_and_how_much_fails(self):
        answers = {}
        summary = self.json("summary")["domains"]
        answers["summary"] = (sum(d["messages"] for d in summary), sum(d["dmarc_fail"] for d in summary))
        answers["sources"] = tuple(self.json("sources")["totals"][k] for k in ("messages", "dmarc_fail"))
        for by in ("ip", "service", "route", "subnet", "domain", "reporter", "day"):
            groups = self.json("sources", "--by", by)
            answers[f"sources --by {by}"] = (sum(g["messages"] for g in groups["sources"]), sum(g["dmarc_fail"] for g in groups["sources"]))
            answers[f"totals of --by {by}"] = (groups["totals"]["messages"], groups["totals"]["dmarc_fail"])
        reports = self.json("reports")["reports"]
        answers["reports"] = (sum(r["messages"] for r in reports), answers["summary"][1])
        explained = re.match(r"\S+: ([\d,]+) messages?,.*?; ([\d,]+) fails? DMARC", self.run_it("explain", DOMAIN))
        answers["explain"] = tuple(int(n.replace(",", "")) for n in explained.groups())
        self.same(answers)
        self.assertIn(f"{answers['summary'][0]:,} messages", self.page)

    def test_how_much_of_it_is_salesforce(self):
        answers = {}
        told = re.search(r"Salesforce \(.*?\): ([\d,]+) messages?, ([\d,]+) fail", self.run_it("summary", "--since", SINCE, "--until", UNTIL))
        answers["summary"] = tuple(int(n.replace(",", "")) for n in told.groups())
        of = lambda groups: (sum(g["messages"] for g in groups), sum(g["dmarc_fail"] for g in groups))
        answers["sources --salesforce"] = of(self.json("sources", "--salesforce")["sources"])
        answers["sources --by service"] = of([g for g in self.json("sources", "--by", "service")["sources"] if g["service"] == "Salesforce" and g["evidence"] != "claimed"])
        answers["sources --by route"] = of([g for g in self.json("sources", "--by", "route")["sources"] if g["service"] == "Salesforce" and g["evidence"] != "claimed"])
        answers["salesforce"] = of(self.json("salesforce")["domains"])
        page = re.search(r"([\d,]+) messages? came by way of Salesforce", self.page)
        answers["page"] = (int(page.group(1).replace(",", "")), answers["summary"][1])
        self.same(answers)

    def test_the_rate_that_passes(self):
        rate = re.search(rf"{re.escape(DOMAIN)}\s.*?([\d.]+ %)", self.run_it("summary", "--since", SINCE, "--until", UNTIL)).group(1)
        total = re.search(r"^total.*?([\d.]+ %)", self.run_it("sources", "--by", "service", "--since", SINCE, "--until", UNTIL), re.M).group(1)
        self.same({"summary": rate, "sources": total})
        self.assertIn(rate.replace(" ", "\u00a0"), self.page.replace(" %", "\u00a0%"))

    def test_the_verdict_and_the_record_to_publish(self):
        readiness = json.loads(self.run_it("readiness", DOMAIN, "--format", "json"))
        words = {"ready": "Ready", "not_ready": "Not ready", "too_little_data": "Too little data"}[readiness["verdict"]]
        self.assertIn(words, self.page)
        self.assertIn(words.lower(), self.mail.lower())
        self.assertIn(words.upper(), self.run_it("readiness", DOMAIN).upper())
        self.assertEqual({g["status"] for g in readiness["gates"]}, {"failed", "passed", "shown", "not_checked"})
        for gate in readiness["gates"]:
            row = self.page[self.page.index(gate["name"][0].upper() + gate["name"][1:]):]
            state = {"failed": "\u2715 open", "passed": "\u2713 met", "shown": "for info"}.get(gate["status"])
            if state: self.assertIn(state, row[:400], gate)
            if state: self.assertIn(re.sub(r"\s+", " ", gate["measured"].replace("\u00a0", " ")), row.replace("\u00a0", " ")[:600], gate)
        self.assertTrue(readiness["next_record"])
        self.assertIn(readiness["next_record"], self.page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    unittest.main(argv=[__file__, *rest])
