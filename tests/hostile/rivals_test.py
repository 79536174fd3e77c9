#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Documents that claim to be one report, by the thousand: they are settled as a set, and none costs more than its own records."""
import io, unittest, zipfile

import cost
from cost import CostTest, good_mail, mail, mbox, record, report


def zipped(documents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, document in enumerate(documents): archive.writestr(f"{i}.xml", document)
    return out.getvalue()


def many(documents):
    """One mail, each document an attachment of its own in zips of a hundred."""
    documents = list(documents)
    parts = [documents[i:i + 100] for i in range(0, len(documents), 100)]
    body = b"From: a@receiver.example\nSubject: Report Domain: example.com Submitter: receiver.example Report-ID: 1\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=xxx\n\n"
    for i, part in enumerate(parts):
        body += b"--xxx\n" + mail(zipped(part), name=f"receiver.example!example.com!1785542400!1785628799!{i}.zip", content_type="application/zip", packed=False).split(b"MIME-Version: 1.0\n")[1] + b"\n"
    return body + b"--xxx--\n"


def disjoint(n): return many(report(records=record(ip=f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}")) for i in range(n))
def growing(n): return many(report(records=record() + record(ip="10.0.0.1", count=i + 1)) for i in range(n))  # each is fuller than all before
def shrinking(n): return many(report(records=record() + record(ip="10.0.0.1", count=n - i)) for i in range(n))
def nested(n): return many(report(records="".join(record(ip=f"10.0.{k >> 8}.{k & 255}") for k in range(i % 40 + 1)), policy=f"<p>none</p><fo>{i}</fo>") for i in range(n))


class Rivals(CostTest):
    def test_one_key(self):
        for make, problems in ((disjoint, False), (growing, True), (shrinking, True), (nested, False)):
            with self.subTest(make.__name__):
                self.cheap(make(1000), reason="conflict" if problems else None)

    def test_growth(self):
        for make in (disjoint, shrinking):
            with self.subTest(make.__name__): self.grows_evenly(make, 250, 500, 1000)

    def test_large_ones_in_conflict(self):
        rows = "".join(record(ip=f"10.0.{k >> 8}.{k & 255}") for k in range(20_000))
        done = self.ingest(mbox(good_mail(1), *(mail(report(records=rows + record(ip="10.9.9.9", count=i + 1)), message_id=f"{i}@receiver.example") for i in range(62)), good_mail(2)))
        self.assertEqual(done.code, 3, done.err[-800:])
        self.assertLessEqual(done.cpu, 62 * cost.CPU_GOAL)
        self.assertLessEqual(done.memory, cost.MEMORY_GOAL, f"{done.memory >> 20} MiB")
        self.assertLessEqual({"good-1", "good-2"}, {r["report_id"] for r in self.json("reports")["reports"]})
        self.assertEqual({p["reason"] for p in self.json("problems", "list")["problems"]}, {"conflict", "limit:rival_documents"})

    def test_one_document_in_many_mails(self):
        document = report()
        self.grows_evenly(lambda n: mbox(*(mail(document, message_id=f"{i}@receiver.example") for i in range(n))), 2000, 4000, 8000, wrapped=False)

    def test_one_mail_of_many_reports(self):
        self.grows_evenly(lambda n: many(report(report_id=f"r{i}") for i in range(n)), 250, 500, 1000)
        self.grows_evenly(lambda n: many(report(report_id="same", org=f"o{i}.example") for i in range(n)), 250, 500, 1000)


if __name__ == "__main__":
    cost.main()
