#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One question, one answer: the same figure and the same word from every command that tells it, from the page and from the mail."""
import argparse, datetime, email, html, json, pathlib, re, subprocess, tempfile, unittest

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
        answers["reports"] = tuple(sum(r[k] for r in reports) for k in ("messages", "dmarc_fail"))
        told = self.run_it("explain", DOMAIN)
        explained = re.match(r"\S+, .*?: ([\d,]+) of ([\d,]+) messages fail DMARC", told.partition("\n\n")[0].replace("\n", " "))
        answers["explain"] = tuple(int(n.replace(",", "")) for n in reversed(explained.groups()))
        held = self.json("explain", DOMAIN)["reports"]
        answers["explain's reports"] = tuple(sum(r[k] for r in held) for k in ("messages", "dmarc_fail"))
        self.same(answers)
        self.assertIn(f"{answers['summary'][0]:,} messages", self.page)

    def test_how_much_of_it_is_salesforce(self):
        answers = {}
        told = re.search(r"Salesforce \(.*?\): ([\d,]+) of ([\d,]+) messages fail", self.run_it("summary", "--since", SINCE, "--until", UNTIL))
        answers["summary"] = tuple(int(n.replace(",", "")) for n in reversed(told.groups()))
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

    def page_of(self, window, *words):
        """The page and the text of the mail of a window of readiness'."""
        span = ("--since", window["since"], "--until", window["until"])
        self.run_it("report", *span, "-o", "own.html")
        text = re.sub(r"<(script|style).*?</\1>", " ", (self.folder / "own.html").read_text(), flags=re.S)
        page = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).replace("\u00a0", " ")
        mail = self.run_it("report", *span, "--eml", "-", "--from", "a@b.example", "--to", "c@d.example")
        part = next(p for p in email.message_from_string(mail).walk() if p.get_content_type() == "text/plain")
        return page, part.get_payload(decode=True).decode()

    def test_own_mail_and_how_much_of_it_fails(self):
        readiness = json.loads(self.run_it("readiness", DOMAIN, "--format", "json"))
        own = [s for s in readiness["senders"] if s["standing"] == "own"]
        fails, all_of_it = sum(s["dmarc_fail"] for s in own), sum(s["messages"] for s in own)
        page, mail = self.page_of(readiness["window"])
        number = lambda text: int(text.replace(",", ""))
        answers = {"readiness": fails}
        answers["page"] = number(re.search(r"Needs fixing: ([\d,]+)", page).group(1))
        answers["page, the period before and this one"] = number(re.search(r"Needs fixing [\d,]+ ([\d,]+) [+−±]", page).group(1))
        answers["mail"] = number(re.search(r"^  Needs fixing +([\d,]+)", mail, re.M).group(1))
        self.same(answers)
        gate = next(g for g in readiness["gates"] if g["name"] == "pass rate of your own mail")
        judged = re.search(r"([\d,]+) of ([\d,]+) fail", gate["measured"])
        self.same({"senders": sum(s["dmarc_fail"] for s in own), "gate": number(judged.group(1))})
        self.same({"senders": all_of_it - sum(s["temporary"] for s in own), "gate": number(judged.group(2))})
        days = readiness["window"]
        middle = (datetime.date.fromisoformat(days["since"]) + datetime.timedelta(days=14)).isoformat()
        after = (datetime.date.fromisoformat(middle) + datetime.timedelta(days=1)).isoformat()
        compared = json.loads(self.run_it("compare", DOMAIN, "--before", f"{days['since']}..{middle}", "--after", f"{after}..{days['until']}", "--format", "json"))
        if compared["straddling_reports"] == 0:
            self.same({"readiness": (all_of_it, sum(s["dmarc_fail"] for s in own)),
                       "compare": tuple(compared["before"][k] + compared["after"][k] for k in ("messages", "dmarc_fail"))})

    def test_the_last_complete_day(self):
        readiness = json.loads(self.run_it("readiness", DOMAIN, "--format", "json"))
        compared = json.loads(self.run_it("compare", DOMAIN, "--at", "2026-10-25", "--format", "json"))
        self.assertFalse(compared["complete"])
        self.same({"readiness": readiness["window"]["until"], "compare": compared["after"]["until"]})

    def test_the_gates_that_are_open(self):
        readiness = json.loads(self.run_it("readiness", DOMAIN, "--format", "json"))
        page, mail = self.page_of(readiness["window"])
        told = re.sub(r"\s+", " ", mail)
        for gate in readiness["gates"]:
            line = f"- {gate['name'][0].upper()}{gate['name'][1:]}: "
            self.assertEqual(line in told, gate["status"] == "failed", line)
            if gate["status"] == "failed": self.assertIn(re.sub(r"\s+", " ", line + gate["measured"]), told)
        self.assertIn(f"{sum(g['status'] == 'failed' for g in readiness['gates'])} of them open", page)

    def test_what_is_cured_is_cured_for_all(self):
        span = ("--since", SINCE, "--until", UNTIL)
        states = {}
        for domain in self.json("salesforce")["domains"]:
            for route in domain["routes"]:
                for finding in route["findings"]:
                    if finding["severity"] != "note" and finding["code"] != "core-vanished":
                        states.setdefault((route["route"], finding["code"]), set()).add(finding["state"] == "over")
        self.assertTrue(states)
        told = re.sub(r" *\n +", " ", self.run_it("explain", DOMAIN, "--limit", "1000", *span))
        compared = 0
        for (route, code), over in states.items():
            for part in re.findall(rf"from Salesforce {route} \(.*?(?=\n\s*\d+\. |\Z)", told, re.S):
                found = re.search(rf"Finding {code} \(.*?(?= (?:Finding|Agrees|Rejected) |\Z)", re.sub(r"\s+", " ", part))
                if found is None: continue
                self.assertIn("Repaired, it seems" in found.group(0), over, (route, code))
                compared += 1
        self.assertGreater(compared, 0)

    def test_what_fell_silent_early_in_the_window(self):
        """Salesforce core of which the window holds the last days only: the days before tell that it vanished, to every command."""
        def record(ip, selector, spf):
            return (f"<record><row><source_ip>{ip}</source_ip><count>40</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>"
                    f"<identifiers><header_from>silent.example</header_from></identifiers><auth_results><dkim><domain>silent.example</domain><selector>{selector}</selector><result>pass</result></dkim>"
                    f"<spf><domain>{spf}</domain><result>pass</result></spf></auth_results></record>")
        folder = self.folder / "silent"
        folder.mkdir()
        for back in range(90, 0, -1):
            day = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc) - datetime.timedelta(days=back)
            begin = int(day.timestamp())
            rows = record("209.85.220.41", "google", "silent.example")
            if back >= 27:
                rows += record("13.108.238.141", "sf1", "0a1b2c3d.g-hu5amac.na63.bnc.salesforce.com")
            for reporter in ("google.com", "Yahoo"):
                (folder / f"{reporter}-{begin}.xml").write_text(
                    f"<feedback><report_metadata><org_name>{reporter}</org_name><email>a@{reporter}.example</email><report_id>{begin}</report_id><date_range><begin>{begin}</begin>"
                    f"<end>{begin + 86399}</end></date_range></report_metadata><policy_published><domain>silent.example</domain><p>none</p></policy_published>{rows}</feedback>")
        database = ("--db", self.folder / "silent.db")
        self.run_it("ingest", folder, *database, "--quiet")
        letter = self.run_it("salesforce", "--since", "30d", "--format", "json", *database)
        self.assertIn('"core-vanished"', letter)
        self.run_it("report", "--since", "30d", "-o", "silent.html", *database)
        self.assertTrue("core-vanished" in (self.folder / "silent.html").read_text(), "the page does not tell what the letter tells")

    def test_the_mail_of_an_alert_says_what_check_says(self):
        alerts = json.loads(self.run_it("check", "--all", "--format", "json", code=1))["alerts"]
        mail = self.run_it("check", "--all", "--mail", "--from", "a@b.example", "--to", "c@d.example", code=0)
        told = re.sub(r"\s+", " ", mail.replace("=\n", ""))
        for alert in alerts:
            self.assertIn(alert["code"], told)
        self.assertEqual(len(re.findall(r"\(Told on", told)), 0)  # told today


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    unittest.main(argv=[__file__, *rest])
