#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts that no receiver ever had: they are bounded for each row and each report, and no sum of them stops a command."""
import cost
from cost import CostTest, good_mail, mail, mbox, record, report

HUGE = 2**53


class Counts(CostTest):
    def test_two_reports_of_a_thousand_huge_counts(self):
        hostile = [mail(report(report_id=f"huge-{i}", records="".join(record(ip=f"192.0.2.{n % 250 + 1}", count=HUGE) for n in range(1000)))) for i in range(2)]
        done = self.ingest(mbox(good_mail(1), *hostile, good_mail(2)))
        self.assertEqual(done.code, 3, done.err)
        for words in (["summary"], ["sources"], ["sources", "--failing"], ["salesforce", "example.com"], ["explain", "192.0.2.1"], ["report", "-o", "page.html"], ["db", "check"],
                      ["db", "info"], ["check", "--all"], ["readiness", "example.com"], ["reports"]):
            self.assertIn(self.run_it(*words).code, (0, 1, 2), words)  # 1: the refused ones are news; 2: nothing is known of what is asked for
        self.assertEqual({r["report_id"] for r in self.json("reports")["reports"]}, {"good-1", "good-2"})
        self.assertIn("count", {p["reason"].partition(":")[2] or p["text"] for p in self.json("problems", "list")["problems"]}.pop())

    def test_many_reports_at_the_limit(self):
        """Each within the bound; the sums are far from where numbers end."""
        hostile = [mail(report(report_id=f"large-{i}", records=record(count=10**10))) for i in range(200)]
        done = self.ingest(mbox(*hostile))
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.json("summary")["domains"][0]["messages"], 200 * 10**10)
        self.assertEqual(self.run_it("db", "check").code, 0)


if __name__ == "__main__":
    cost.main()
