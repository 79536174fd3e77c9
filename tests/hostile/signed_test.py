#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""DKIM signatures of report mails, made by another program and checked with keys from a real name server, from a file, and from servers that
are down, slow or lie."""
import base64, os, pathlib, subprocess, sys, time, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import cost
from cost import CostTest, mail, mbox, record, report
from dns_server import Nsd, Stub, reply, txt

DAY, LAST = 86_400, 1786233600


def signed(data, domain, key, selector="s1"):
    return subprocess.run(["/usr/bin/dkimsign", "--bcanon", "relaxed", selector, domain, key], input=data, check=True, capture_output=True).stdout.replace(b"\r\n", b"\n")


def report_mail(org, sender, number=1, count=10, dkim="pass"):
    document = report(report_id=f"{org}-{number}", org=org, begin=LAST - number * DAY, end=LAST - number * DAY + DAY - 1, records=record(count=count, dkim=dkim, spf=dkim))
    data = mail(document, name="x.xml.gz", message_id=f"{org}{number}@{sender}")
    return data.replace(b"From: dmarc@receiver.example", f"From: reports@{sender}".encode()).replace(b"Submitter: receiver.example", f"Submitter: {sender}".encode())


class Signed(CostTest):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cost.tempfile.mkdtemp(prefix="dmarcq-keys-"))
        cls.addClassCleanup(cost.shutil.rmtree, folder)
        cls.key, cls.other_key = folder / "key", folder / "other"
        for key in (cls.key, cls.other_key): subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", cls.key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        cls.text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        strings = " ".join(f'"{cls.text[i:i + 255]}"' for i in range(0, len(cls.text), 255))
        # Larger than 512 bytes and than 1,232: by TCP.
        padding = " ".join('"' + "n=" * 100 + '"' for _ in range(10))
        cls.lines = [f"s1._domainkey.{domain}. IN TXT {strings}" for domain in ("one.example", "evil.example")]
        cls.lines += ["s1._domainkey.two.example. IN CNAME s1._domainkey.one.example.", "s2._domainkey.one.example. IN TXT \"v=DKIM1; p=\"",
                      f's3._domainkey.one.example. IN TXT "n=" {padding} ";" {strings.replace("v=DKIM1; ", "")}']
        cls.server = Nsd(folder / "nsd", cls.lines)
        cls.addClassCleanup(cls.server.close)

    def config(self, port, ask=False):
        (self.path / "config.toml").write_text(f'[dns]\nservers = "127.0.0.1:{port}"\nask = {"true" if ask else "false"}\ntimeout = 1\n')

    def trusts(self, data, *flags):
        done = self.ingest(data, "--config", "config.toml", *flags)
        self.assertEqual(done.code, 0, done.err)
        self.warnings = done.err.decode()
        self.assertEqual(self.run_it("db", "check").code, 0)
        return {r["org_name"]: r["trust"] for r in self.json("reports")["reports"]}

    def test_by_a_name_server_and_by_a_file(self):
        mails = mbox(signed(report_mail("one.example", "one.example"), "one.example", self.key),
                     signed(report_mail("two.example", "two.example"), "two.example", self.key),                  # the key behind a CNAME
                     signed(report_mail("three.example", "one.example"), "one.example", self.key),                # somebody else's report
                     signed(report_mail("google.com", "evil.example"), "evil.example", self.key),
                     signed(report_mail("four.example", "four.example"), "evil.example", self.key),               # signed, but not for From
                     signed(report_mail("five.example", "five.example"), "five.example", self.key),               # no such key
                     report_mail("six.example", "six.example"))                                                   # not signed
        unproved = {"four.example": "plausible", "five.example": "plausible", "six.example": "plausible"}
        proved = {"one.example": "verified", "two.example": "verified", "three.example": "contradictory", "google.com": "contradictory", **unproved}
        unasked = {"one.example": "plausible", "two.example": "plausible", "three.example": "unverified", "google.com": "unverified", **unproved}
        self.config(self.server.port)
        (self.path / "keys.zone").write_text("\n".join(self.lines) + "\n")
        self.assertEqual(self.trusts(mails), unasked)
        self.assertEqual(self.trusts(mails, "--dns"), proved)
        why = self.run_it("reports", "show", "one.example-1").out.decode()
        self.assertIn("s1._domainkey.one.example", why)
        self.assertEqual(self.trusts(mails, "--snapshot", "keys.zone"), proved)
        self.config(self.server.port, ask=True)
        self.assertEqual(self.trusts(mails), proved)
        # What was read before is judged anew.
        self.config(self.server.port)
        self.assertEqual(self.trusts(mails), unasked)
        self.assertEqual(self.run_it("ingest", "box", "--reread", "--quiet", "--snapshot", "keys.zone").code, 0)
        self.assertEqual({r["org_name"]: r["trust"] for r in self.json("reports")["reports"]}, proved)

    def test_what_does_not_prove(self):
        good = signed(report_mail("one.example", "one.example"), "one.example", self.key)
        self.config(self.server.port)
        for name, data, expected in (
                ("as it was sent", good, "verified"),
                ("by TCP", signed(report_mail("one.example", "one.example"), "one.example", self.key, "s3"), "verified"),
                ("another document", good.replace(b"Content-Transfer-Encoding: base64\n\n", b"Content-Transfer-Encoding: base64\n\n\n ", 1), "plausible"),
                ("another From", good.replace(b"reports@one.example", b"dmarc@one.example", 1), "plausible"),
                ("two From", b"From: reports@one.example\n" + good, "unverified"),
                ("another key", signed(report_mail("one.example", "one.example"), "one.example", self.other_key), "plausible"),
                ("a revoked key", signed(report_mail("one.example", "one.example"), "one.example", self.key, "s2"), "plausible"),
                ("attached by somebody else", b"From: reports@evil.example\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + good, "unverified")):
            with self.subTest(name):
                self.assertEqual(self.trusts(mbox(data), "--dns"), {"one.example": expected})

    def test_verified_reports_beat_forged_ones(self):
        """Without an authserv_id: forgers write any From, but have no key."""
        true = [signed(report_mail(org, org, day, 50, "fail"), org, self.key) for org in ("one.example", "two.example") for day in range(1, 20)]
        forged = [report_mail(org, org, day, 10**6) for org in ("google.com", "Yahoo", "three.example") for day in range(1, 40)]
        self.config(self.server.port)
        self.trusts(mbox(*true, *forged))
        self.assertEqual(self.json("readiness", "example.com")["verdict"], "ready", "what the forgers achieve where nobody looks")
        self.trusts(mbox(*true, *forged), "--dns")
        self.assertEqual(self.json("readiness", "example.com")["verdict"], "not_ready")
        self.assertEqual(self.json("readiness", "example.com", "--trusted-only")["verdict"], "not_ready")

    def test_signatures_that_cost_time(self):
        """As many as are checked, each over another part of a body as large as a mail may have it, of blanks and of empty lines."""
        good = report_mail("one.example", "one.example")
        (self.path / "keys.zone").write_text("\n".join(self.lines) + "\n")
        for name, line in (("blanks", b" \t" * 35 + b"x\n"), ("empty lines", b"\n" * 72), ("letters", b"x" * 71 + b"\n")):
            with self.subTest(name):
                fields = b"".join(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=one.example; s=s1; h=from; l=%d; bh=%s; b=AAAA\n" % (i + 1, base64.b64encode(bytes(32))) for i in range(20))
                head, _, body = good.partition(b"\n\n")
                boundary = b"Content-Type: multipart/mixed; boundary=b\n"
                lines = head.split(b"\n")
                of_part = b"\n".join(l for l in lines if l.startswith(b"Content-"))
                top = b"\n".join(l for l in lines if not l.startswith(b"Content-"))
                hostile = fields + top + b"\n" + boundary + b"\n--b\n" + of_part + b"\n\n" + body + b"\n--b\nContent-Type: text/plain\n\n" + line * ((30 << 20) // len(line)) + b"--b--\n"
                self.cheap(hostile, flags=("--snapshot", "keys.zone"))

    def test_servers_that_fail(self):
        good = signed(report_mail("one.example", "one.example"), "one.example", self.key)
        key = self.text.encode()
        right = txt(*(key[i:i + 255] for i in range(0, len(key), 255)))
        for name, answer, expected in (
                ("answers", lambda query: reply(query, answers=right, count=1), "verified"),
                ("SERVFAIL", lambda query: reply(query, rcode=2), "plausible"),
                ("REFUSED", lambda query: reply(query, rcode=5), "plausible"),
                ("no such name", lambda query: reply(query, rcode=3), "plausible"),
                ("nothing there", lambda query: reply(query), "plausible"),
                ("a lie about the count", lambda query: reply(query, answers=right, count=9), "plausible"),
                ("cut in the middle", lambda query: reply(query, answers=right[:-40], count=1), "plausible"),
                ("another question's id", lambda query: b"\0\0" + reply(query, answers=right, count=1)[2:] if query[:2] != b"\0\0" else None, "plausible"),
                ("rubbish", lambda query: query[:2] + b"\xff" * 500, "plausible"),
                ("two keys", lambda query: reply(query, answers=right + txt("v=DKIM1; p=AAAA"), count=2), "plausible"),
                # RRs that are equal are one (RFC 2181 section 5).
                ("one key, told twice", lambda query: reply(query, answers=right * 2, count=2), "verified")):
            with self.subTest(name):
                stub = Stub(answer)
                try:
                    self.config(stub.port)
                    self.assertEqual(self.trusts(mbox(good), "--dns"), {"one.example": expected})
                    self.assertEqual(set(stub.asked), {"s1._domainkey.one.example"})
                finally:
                    stub.close()

    def test_silence_is_bounded(self):
        """Fifty domains whose servers say nothing: waited for ten times a time-out in all, told, and every report stored."""
        mails = [signed(report_mail(f"r{i}.example", f"r{i}.example"), f"r{i}.example", self.key) for i in range(50)]
        stub = Stub(lambda query: None)
        try:
            self.config(stub.port)
            start = time.monotonic()
            trusts = self.trusts(mbox(*mails), "--dns")
            self.assertLess(time.monotonic() - start, 30)
        finally:
            stub.close()
        self.assertEqual(set(trusts.values()), {"plausible"})
        self.assertEqual(len(trusts), 50)
        self.assertIn("the name servers did not answer in time", self.warnings)
        self.assertLess(len(set(stub.asked)), 50)

    @unittest.skipUnless(os.environ.get("DMARCQ_LONG"), "takes half a minute")
    def test_lateness_is_bounded(self):
        """A hundred domains whose servers answer just before the time-out."""
        def late(query):
            time.sleep(0.9)
            return reply(query, rcode=3)
        mails = [signed(report_mail(f"r{i}.example", f"r{i}.example"), f"r{i}.example", self.key) for i in range(100)]
        stub = Stub(late)
        try:
            self.config(stub.port)
            trusts = self.trusts(mbox(*mails), "--dns", "--jobs", "2")
        finally:
            stub.close()
        self.assertEqual(len(trusts), 100)
        self.assertIn("the name servers did not answer in time", self.warnings)
        self.assertLess(len(set(stub.asked)), 75)

    def test_only_one_answerer(self):
        self.config(self.server.port)
        self.assertEqual(self.ingest(mbox(), "--dns", "--snapshot", "x", "--config", "config.toml").code, 2)
        (self.path / "bad.zone").write_text('a TXT "open\n')
        for file, code in (("missing.zone", 6), ("bad.zone", 2)):
            self.assertEqual(self.ingest(mbox(), "--snapshot", file).code, code)
        (self.path / "config.toml").write_text('[dns]\nservers = "somewhere"\n')
        self.assertEqual(self.ingest(mbox(), "--dns", "--config", "config.toml").code, 2)


if __name__ == "__main__":
    cost.main()
