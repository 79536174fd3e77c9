#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Forged reports: who sent them decides nothing by what he writes, only by what the owner's receiver found."""
import cost
from cost import CostTest, mail, mbox, record, report

RECEIVER = "mx.example.com"
DAY = 86_400
LAST = 1786233600  # 2026-08-09, the day before the run's


def sent(data, sender, result="pass"):
    """The mail as the owner's receiver stored it; `result` None: without its word."""
    lines = f"Received: from out.{sender} by {RECEIVER} with ESMTPS id 1; Mon, 10 Aug 2026 00:00:00 +0000\n".encode()
    if result: lines += f"Authentication-Results: {RECEIVER}; dkim={result} header.d={sender}; dmarc={result} header.from={sender}\n".encode()
    return lines + data.replace(b"From: dmarc@receiver.example", f"From: reports@{sender}".encode()).replace(b"Submitter: receiver.example", f"Submitter: {sender}".encode())


def daily(org, sender, days=40, count=100, dkim="pass", spf="pass", ip="192.0.2.1", policy="<p>none</p>", result="pass", name="", more=""):
    """A report a day, up to the day before the run."""
    return [sent(mail(report(report_id=f"{name}{org}-{day}", org=org, begin=LAST - day * DAY, end=LAST - day * DAY + DAY - 1, policy=policy,
                             records=record(ip=ip, count=count, dkim=dkim, spf=spf) + more), name="x.xml.gz", message_id=f"{name}{day}@{sender}"), sender, result) for day in range(days)]


TRUE_REPORTERS = ("one.example", "two.example", "three.example", "four.example")


def true_reports(**more):
    return [m for org in TRUE_REPORTERS for m in daily(org, org, **more)]


class Forged(CostTest):
    def readiness(self, *mails, words=()):
        done = self.ingest(mbox(*mails), "--authserv-id", RECEIVER)
        self.assertIn(done.code, (0, 3), done.err)
        self.assertEqual(self.run_it("db", "check").code, 0)
        return self.json("readiness", "example.com", *words)

    def test_true_reporters_alone(self):
        """What the forgers below have to move."""
        self.assertEqual(self.readiness(*true_reports())["verdict"], "ready")
        self.assertEqual(self.readiness(*true_reports(dkim="fail", spf="fail"))["verdict"], "not_ready")
        self.assertEqual({r["trust"] for r in self.json("reports")["reports"]}, {"verified"})

    def test_borrowed_names_make_nothing_ready(self):
        """Three reporters' names, all is well, a hundred times as much mail: from one sender who passes DMARC for himself, and without passing."""
        true = true_reports(dkim="fail", spf="fail", count=50) + [m for org in TRUE_REPORTERS for m in daily(org, org, count=1000, name="good")]
        alone = self.readiness(*true)
        self.assertEqual(alone["verdict"], "not_ready")
        for sender, result in (("evil.example", "pass"), ("google.com", "fail"), ("one.example", None)):
            with self.subTest(sender=sender, result=result):
                forged = [m for org in ("one.example", "google.com", "Yahoo") for m in daily(org, sender, count=1_000_000, result=result, name="forged")]
                answer = self.readiness(*true, *forged)
                self.assertEqual(answer["verdict"], "not_ready")
                self.assertGreater(sum(answer["trust"][t] for t in ("unverified", "contradictory")), 0)

    def test_an_address_that_everybody_can_have(self):
        true = true_reports(dkim="fail", spf="fail", count=50) + [m for org in TRUE_REPORTERS for m in daily(org, org, count=1000, name="good")]
        forged = [m for org in ("Yahoo", "yahoo.com", "AOL") for m in daily(org, "yahoo.com", count=100_000)] + daily("web.de", "web.de", count=100_000)
        answer = self.readiness(*true, *forged)
        self.assertEqual(answer["verdict"], "not_ready")
        self.assertEqual({r["trust"] for r in self.json("reports")["reports"] if r["sent_by"] in ("yahoo.com", "web.de")}, {"contradictory", "plausible"})

    def test_without_a_word_on_dmarc(self):
        """A sender without a DMARC record: the receiver has nothing to say."""
        silent = lambda *args, **more: [m.replace(b"dkim=pass header.d=evil.example; dmarc=pass", b"spf=pass smtp.mailfrom=evil.example; dmarc=none") for m in daily(*args, **more)]
        alone = self.readiness(*true_reports())
        for policy in ("<p>none</p><sp>none</sp><adkim>s</adkim>", "<p>reject</p>"):
            with self.subTest(policy=policy):
                answer = self.readiness(*true_reports(), *[m for org in (*TRUE_REPORTERS, "google.com", "Yahoo") for m in silent(org, "evil.example", policy=policy, name="forged")])
                self.assertEqual((answer["verdict"], answer["next_record"]), (alone["verdict"], alone["next_record"]))
                self.assertEqual(self.json("summary")["domains"][0]["reporters"], len(TRUE_REPORTERS) + 1)

    def test_a_name_that_is_no_domain(self):
        """Whose address it is tells whose it is: another sender's is another report."""
        true = sent(mail(report(report_id="r", org="Kestrel Mail", records=record(count=10)).replace("dmarc@Kestrel Mail", "dmarc@one.example")), "one.example")
        for claimed, expected in (("evil.example", 2), ("one.example", 1)):
            forged = sent(mail(report(report_id="r", org="Kestrel Mail", records=record(count=10) + record(ip="192.0.2.9", count=1000)).replace("dmarc@Kestrel Mail", "dmarc@" + claimed),
                               message_id="2@x"), "evil.example")
            for order in ((true, forged), (forged, true)):
                with self.subTest(claimed=claimed, first="true" if order[0] is true else "forged"):
                    self.ingest(mbox(*order), "--authserv-id", RECEIVER)
                    reports = self.json("reports")["reports"]
                    self.assertEqual(len(reports), expected)
                    self.assertIn(("one.example", "verified", 10), {(r["sent_by"], r["trust"], r["messages"]) for r in reports})
                    self.assertEqual(self.run_it("db", "check").code, 0)

    def test_too_little_data_stays_so(self):
        true = daily("one.example", "one.example", days=5)
        self.assertEqual(self.readiness(*true)["verdict"], "too_little_data")
        forged = [m for org in ("google.com", "Yahoo", "Outlook.com") for m in daily(org, "evil.example", count=1000)]
        answer = self.readiness(*true, *forged)
        self.assertEqual(answer["verdict"], "too_little_data")

    def test_forged_failures_are_told_apart(self):
        forged = [m for org in ("five.example", "six.example", "seven.example") for m in daily(org, "evil.example", days=10, count=3000, dkim="fail", spf="fail")]
        answer = self.readiness(*true_reports(), *forged)
        self.assertEqual((answer["verdict"], answer["trust"]["without_untrusted"]), ("ready", None))
        self.assertEqual(self.json("readiness", "example.com", "--trusted-only")["verdict"], "ready")
        # One sender under many names is one reporter.
        self.assertEqual(self.json("summary")["domains"][0]["reporters"], len(TRUE_REPORTERS) + 1)

    def test_the_record_to_publish_is_not_theirs(self):
        for policy in ("<p>reject</p>", "<p>none</p><sp>none</sp><adkim>s</adkim>", "<p>none; rua=mailto:a@evil.example</p>"):
            with self.subTest(policy=policy):
                forged = [m for org in ("five.example", "google.com", "Yahoo", "Outlook.com", "six.example") for m in daily(org, "evil.example", policy=policy)]
                answer = self.readiness(*true_reports(), *forged)
                alone = self.readiness(*true_reports())
                self.assertNotIn("evil", answer["next_record"])
                self.assertEqual(answer["next_record"], alone["next_record"])

    def test_a_true_report_is_neither_displaced_nor_added_to(self):
        true = sent(mail(report(report_id="r", org="one.example", records=record(count=10) + record(ip="192.0.2.2", count=5))), "one.example")
        more = record(count=10) + record(ip="192.0.2.2", count=5) + record(ip="198.51.100.9", count=1_000_000)
        for name, records in (("more complete", more), ("other records", record(ip="198.51.100.9", count=1_000_000)), ("contradicting", record(count=10) + record(ip="192.0.2.2", count=500))):
            for sender, result in (("evil.example", "pass"), ("one.example", "fail"), ("one.example", None)):
                forged = sent(mail(report(report_id="r", org="one.example", records=records), message_id="2@x"), sender, result)
                for order in ((true, forged), (forged, true)):
                    with self.subTest(name=name, sender=sender, result=result, first="true" if order[0] is true else "forged"):
                        self.ingest(mbox(*order), "--authserv-id", RECEIVER)
                        self.assertEqual(self.json("summary")["domains"][0]["messages"], 15)
                        self.assertEqual([p["reason"] for p in self.json("problems", "list")["problems"]], ["conflict"])
                        self.assertEqual(self.run_it("db", "check").code, 0)

    def test_a_lone_forger_is_listed_taken_out_and_brought_back(self):
        true = true_reports()
        forged = daily("one.example", "evil.example", days=1, count=1_000_000, name="forged")
        self.ingest(mbox(*true, *forged), "--authserv-id", RECEIVER)
        suspicious = self.json("reports", "--suspicious")["reports"]
        self.assertEqual(len(suspicious), 1, suspicious)
        self.assertEqual((suspicious[0]["trust"], suspicious[0]["sent_by"]), ("contradictory", "evil.example"))
        self.assertEqual(len(suspicious[0]["suspicions"]), 2, suspicious)  # who sent it, and how much it says
        messages = lambda: self.json("summary")["domains"][0]["messages"]
        before = messages()
        self.assertEqual(self.run_it("reports", "distrust", str(suspicious[0]["id"])).code, 0)
        self.assertEqual(messages(), before - 1_000_000)
        self.assertEqual([r["id"] for r in self.json("reports", "--distrusted")["reports"]], [suspicious[0]["id"]])
        self.assertEqual(self.run_it("reports", "trust", str(suspicious[0]["id"])).code, 0)
        self.assertEqual(messages(), before)
        self.assertEqual(self.run_it("db", "check").code, 0)

    def test_files_are_the_owners_own(self):
        """Older reports as files, and as they stand after an update: one verified mail beside them takes nothing away."""
        (self.path / "files").mkdir()
        for org in TRUE_REPORTERS:
            for day in range(1, 40):
                (self.path / "files" / f"{org}-{day}.xml").write_text(report(report_id=f"{org}-{day}", org=org, begin=LAST - day * DAY, end=LAST - day * DAY + DAY - 1, records=record(count=100)))
        self.ingest(mbox(*[m for org in TRUE_REPORTERS for m in daily(org, org, days=1)]), "--authserv-id", RECEIVER)
        self.assertEqual(self.run_it("ingest", "files", "--quiet").code, 0)
        answer = self.json("readiness", "example.com")
        self.assertEqual((answer["verdict"], answer["trust"]["verified"]), ("ready", len(TRUE_REPORTERS)))
        self.assertEqual(answer["trust"]["notes"], [])

    def test_what_was_read_before_the_receiver_was_named(self):
        box = mbox(*daily("one.example", "one.example", days=3), *daily("two.example", "two.example", days=3, result="fail"), *daily("three.example", "three.example", days=3, result=None),
                   *daily("google.com", "evil.example", days=3))
        trusts = lambda: {r["org_name"]: r["trust"] for r in self.json("reports")["reports"]}
        self.ingest(box)
        self.assertEqual(trusts(), {"one.example": "plausible", "two.example": "unverified", "three.example": "plausible", "google.com": "contradictory"})
        self.assertEqual(self.run_it("ingest", "box", "--reread", "--authserv-id", RECEIVER, "--quiet").code, 0)
        named = {"one.example": "verified", "two.example": "contradictory", "three.example": "unverified", "google.com": "contradictory"}
        self.assertEqual(trusts(), named)
        self.assertEqual(self.run_it("db", "check").code, 0)
        self.ingest(box, "--authserv-id", RECEIVER)
        self.assertEqual(trusts(), named)

    def test_beyond_what_the_reporter_ever_sent(self):
        usual = [report(report_id=f"r{i}", begin=LAST - i * DAY, end=LAST - i * DAY + DAY - 1, records=record(count=100)) for i in range(6)]
        odd = {"many": report(report_id="many", begin=LAST - 10 * DAY, end=LAST - 10 * DAY + DAY - 1, records=record(count=1_000_000)),
               "long": report(report_id="long", begin=LAST - 30 * DAY, end=LAST - 20 * DAY, records=record(count=100)),
               "years": report(report_id="years", begin=LAST - 700 * DAY, end=LAST - 20 * DAY, records=record(count=100))}
        self.ingest(mbox(*[sent(mail(document, message_id=f"{i}@x"), "receiver.example") for i, document in enumerate([*usual, *odd.values()])]))
        self.assertEqual({r["report_id"] for r in self.json("reports", "--suspicious")["reports"]}, set(odd) - {"long"})
        # Beside one of years, ten days are nothing; without it they are much.
        years = next(r for r in self.json("reports")["reports"] if r["report_id"] == "years")
        self.run_it("reports", "distrust", str(years["id"]))
        self.assertEqual({r["report_id"] for r in self.json("reports", "--suspicious")["reports"]}, {"many", "long"})

    def test_nothing_is_learned_from_a_forger(self):
        """An org's bounce name beside the owner's signature, as two invented reporters tell."""
        org = "a-hu5amac.na63.bnc.salesforce.com"
        stolen = (f"<record><row><source_ip>13.110.6.10</source_ip><count>50</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>"
                  f"<identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim>"
                  f"<spf><domain>{org}</domain><scope>mfrom</scope><result>pass</result></spf></auth_results></record>")
        forged = daily("five.example", "evil.example", more=stolen) + daily("six.example", "other-evil.example", more=stolen)
        self.ingest(mbox(*true_reports(), *forged), "--authserv-id", RECEIVER)
        orgs = lambda answer: {o["ownership"] for d in answer["domains"] for route in d["routes"] for o in route["org_ids"]}
        by_forgers = orgs(self.json("salesforce", "example.com"))
        self.assertTrue(by_forgers)
        true = daily("five.example", "five.example", more=stolen) + daily("six.example", "six.example", more=stolen)
        self.ingest(mbox(*true_reports(), *true), "--authserv-id", RECEIVER)
        self.assertNotEqual(orgs(self.json("salesforce", "example.com")), by_forgers)


if __name__ == "__main__":
    cost.main()
