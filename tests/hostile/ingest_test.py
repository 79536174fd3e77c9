#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mail made to exhaust the reader before any archive is opened: transfer encodings, nested mails, charsets, mboxes, and files that never end."""
import base64, io, os, subprocess, tarfile, zipfile

import cost
from cost import CostTest, good_mail, mail, mbox, record, report

TOP = b"From: a@example.com\nTo: rua@example.com\nSubject: x\nMessage-ID: <h@example.com>\nMIME-Version: 1.0\n"


def of(content_type, encoding, body, name=b"a.xml.gz"):
    return TOP + b"Content-Type: " + content_type + b"; name=" + name + b"\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body


def nested(levels, encoding, inmost):
    """Mails in each other, each in a transfer encoding."""
    inside = inmost
    for _ in range(levels):
        if encoding == b"base64": body = base64.encodebytes(inside)
        elif encoding == b"quoted-printable": body = b"=%02X" % inside[0] + inside[1:].replace(b"=", b"=3D")
        else: body = inside
        inside = TOP + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body
    return inside


def padding_in_one_line(size):
    return of(b"application/gzip", b"base64", b"H4s=" * (size // 4))


def in_charset(declared, body, size):
    """A report with a text of `size` bytes in this charset."""
    head, tail = report(records=record() + "<x></x>").replace("UTF-8", declared).split("<x>")
    return head.encode("ascii") + b"<x>" + body * (size // len(body)) + tail.encode("ascii")


class TransferEncodings(CostTest):
    def test_padding_within_a_line(self):
        self.cheap(padding_in_one_line(60 << 20), reason="limit:item_bytes")
        self.cheap(padding_in_one_line(30 << 20), reason="truncated")
        self.grows_evenly(padding_in_one_line, 4 << 20, 8 << 20, 16 << 20)

    def test_quoted_printable(self):
        for body in (b"=", b"= ", b"=\n", b"=3"):
            self.cheap(of(b"text/plain", b"quoted-printable", body * ((40 << 20) // len(body)), name=b"a.txt"))
        self.grows_evenly(lambda n: of(b"text/plain", b"quoted-printable", b"= " * n, name=b"a.txt"), 4 << 20, 8 << 20, 16 << 20)

    def test_uuencode(self):
        self.cheap(TOP + b"\nbegin 644 a.xml.gz\n" + b"M\n" * (20 << 20) + b"end\n", reason="corrupt_archive")
        self.cheap(TOP + b"\n" + b"begin 644 a.txt\n" * (3 << 20))
        self.cheap(TOP + b"\n" + b"begin 644 a.txt\nM\nend\n" * (2 << 20))

    def test_the_name_in_uuencode_holds_no_controls(self):
        self.cheap(TOP + b"\nbegin 644 \x1b[2Jbad\x07\xff.xml\nM\n`\nend\n", reason="truncated")
        part = self.json("problems", "list")["problems"][0]["part"]
        self.assertNotRegex(part, "[\x00-\x1f\x7f]")


class NestedMails(CostTest):
    def test_each_level_encoded(self):
        self.cheap(nested(20, b"base64", TOP + b"\n" + b"x" * 8000))
        self.cheap(nested(5, b"base64", TOP + b"\n" + b"x\n" * (7 << 20)), reason="limit:item_bytes")
        self.cheap(nested(31, b"quoted-printable", TOP + b"\n" + b"x\n" * (30 << 20)), reason="limit:item_bytes")
        self.cheap(nested(31, b"7bit", TOP + b"\n" + b"x\n" * (30 << 20)))

    def test_growth(self):
        self.grows_evenly(lambda n: nested(31, b"7bit", TOP + b"\n" + b"x\n" * n), 4 << 20, 8 << 20, 16 << 20)
        self.grows_evenly(lambda n: nested(3, b"quoted-printable", TOP + b"\n" + b"x\n" * n), 4 << 20, 8 << 20, 16 << 20)

    def test_an_honest_forward_of_a_forward(self):
        done = self.ingest(mbox(nested(4, b"base64", mail(report(records=record() * 20000)))))
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual([r["report_id"] for r in self.json("reports")["reports"]], ["r1"])


class Charsets(CostTest):
    def rows(self, size):
        return (in_charset("EUC-JP", "日本".encode("euc-jp"), size), in_charset("UTF-8", b"\xff", size), in_charset("ISO-8859-1", b"\xe9", size),
                b"\xff\xfe" + report().encode("utf-16-le") + b"\x00\xd8" * (size // 2), b"\xff\xfe" + b"\x00\xd8" * (size // 2))

    def test_large_texts(self):
        for size in (60 << 20, 14 << 20):
            for number, document in enumerate(self.rows(size)):
                with self.subTest(size=size, number=number):
                    done = self.ingest(mbox(good_mail(1), mail(document), good_mail(2)))
                    self.assertIn(done.code, (0, 3))
                    self.assertLessEqual(done.cpu, cost.CPU_GOAL * cost.SLACK)
                    self.assertLessEqual(done.memory, cost.MEMORY_GOAL, f"{done.memory >> 20} MiB")

    def test_a_report_in_japanese_stays_readable(self):
        done = self.ingest(mbox(mail(report(org="日本.example", records=record() * 5000).replace("UTF-8", "EUC-JP").encode("euc-jp"))))
        self.assertEqual(done.code, 0, done.err)

    def test_a_charset_name_that_is_none(self):
        subject = b"Subject: =?UTF\xbe-8?Q?=41?= =?iso-8859-1?Q?=E9?="
        self.cheap(good_mail(3).replace(b"Subject: Report", subject + b" Report").replace(b"good-3", b"other-3"))


class Mboxes(CostTest):
    def test_tiny_mails(self):
        done = self.ingest(b"From a@b Fri Jul  8 12:08:34 2026\nSubject: x\n\nx\n\n" * 200_000)
        self.assertEqual(done.code, 0, done.err)
        self.assertLessEqual(done.memory, cost.MEMORY_GOAL)

    def test_content_length_that_lies(self):
        liar = b"From a@b Fri Jul  8 12:08:34 2026\nSubject: x\nContent-Length: 60000000\n\n" + b"x\n" * 1000 + b"\n"
        for size in (20_000, 40_000):
            done = self.ingest(liar * size)
            self.assertEqual(done.code, 0, done.err)
            self.assertLessEqual(done.cpu, size / 10_000 * cost.SLACK)
            self.assertLessEqual(done.memory, cost.MEMORY_GOAL, f"{done.memory >> 20} MiB")

    def test_one_large_mail_of_nothing(self):
        self.cheap(TOP + b"\n" + b"x" * 70 + b"\n" + b"From here on: no.\n" * (3 << 20))
        self.cheap(TOP + b"\n" + b">From x\n" * (7 << 20))

    def test_a_header_line_of_blanks(self):
        """It folds; the fields behind it count."""
        for blanks in (b" \n", b"\t\n", b" \r\n", b" \n \n"):
            hostile = mail(report(report_id="blank"), message_id="blank@receiver.example").replace(b"Content-Type: application/gzip;", b"Content-Type: application/gzip;\n" + blanks + b" ")
            done = self.ingest(mbox(hostile))
            self.assertEqual(done.code, 0, (blanks, done.err))
            self.assertEqual([r["report_id"] for r in self.json("reports")["reports"]], ["blank"])


def small_logs(count):
    """So many logs of one row each."""
    head = ("Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,Retry Count,Seconds in Queue,"
            "Delivery Stage,Relay Address\r\n")
    for number in range(count):
        yield f"{number}.csv", f"{head}2026-08-0{1 + number % 9} 09:00:00,16/A4-{number}-1,D,a@example.net,b@example.com,10.0.0.1,1,,<{number}@sfdc.net>,0,0,,\r\n".encode()


def tgz_of(count):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for name, log in small_logs(count):
            member = tarfile.TarInfo(name)
            member.size = len(log)
            packed.addfile(member, io.BytesIO(log))
    return out.getvalue()


def zip_of(count):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, log in small_logs(count): packed.writestr(name, log)
    return out.getvalue()


class Logs(CostTest):
    def test_many_small_logs_in_an_archive(self):
        for make in (tgz_of, zip_of):
            done = self.ingest(make(4000))
            self.assertEqual(done.code, 0, done.err)
            self.assertLessEqual(done.cpu, cost.CPU_GOAL * cost.SLACK)
            self.grows_evenly(make, 2000, 4000, 8000, wrapped=False)

    def test_events_that_never_end(self):
        event = b'{"email":"a@example.net","event":"deferred","timestamp":1785542400}\n'
        for piece in (b'{"a":\n', b'{"a":[\n{},', b'{"a', b'{"a\n', b'[', b'{"items":[{', b"x{", b'{"a":[\n' * 30 + b"{},\n" * 1000):
            with self.subTest(piece=piece[:20]):
                self.grows_evenly(lambda n: event + piece * (n // len(piece)), 2 << 20, 4 << 20, 8 << 20, wrapped=False)


class Files(CostTest):
    def test_a_pipe_that_nobody_writes_to(self):
        os.mkfifo(self.path / "pipe")
        done = self.run_it("ingest", "pipe", "--quiet", timeout=20)
        self.assertEqual(done.code, 3, done.err)
        self.assertIn(b"is a pipe without a writer", done.err)

    def test_a_file_larger_than_memory(self):
        (self.path / "folder").mkdir()
        for name in ("a", "c"): (self.path / "folder" / f"{name}.eml").write_bytes(good_mail(ord(name)))
        with open(self.path / "folder" / "b.xml", "wb") as large:
            large.write(b"<feedback>")
            large.truncate(1000 << 20)
        words = [cost.program, "ingest", "folder", "--quiet", "--jobs", "1"]
        done = subprocess.run(["/bin/sh", "-c", 'ulimit -v 900000; exec "$@"', "sh", *words], cwd=self.path, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.path), "DMARCQ_DB": "test.db"})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(len(self.json("reports")["reports"]), 2)
        self.assertIn("out of memory", self.json("problems", "list")["problems"][0]["text"])

    def test_a_device(self):
        done = self.run_it("ingest", "/dev/zero", "--quiet", timeout=20)
        self.assertEqual(done.code, 6, done.err)


if __name__ == "__main__":
    cost.main()
