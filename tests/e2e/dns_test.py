#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""dmarcq dns against a real name server on loopback, and against what it saved from there.

    dns_test.py --dmarcq build/dmarcq
"""
import argparse, json, pathlib, signal, subprocess, sys, tempfile, time, unittest

here = pathlib.Path(__file__).resolve().parent
for folder in ("support", "hostile"): sys.path.insert(0, str(here.parent / folder))
from dns_server import Nsd, Stub, reply
from network_test import no_sockets
from policy_server import PolicyServer

root = here.parent.parent
program = None
ZONE = root / "fixtures" / "dns" / "kestrel.zone"
DOMAINS = ["kestreloutdoor.example", "kestrel-shop.example", "kestrel-parked.example", "kestrel-old.example", "mail.unit.kestrel-group.example",
           "nowhere.example", "a.b.c.d.e.f.g.h.kestreloutdoor.example"]


def records():
    """The fixture without the head that the server has of its own."""
    return [line for line in ZONE.read_text().splitlines() if line and not line.startswith((";", "$", ". ", "ns. "))]


class Dns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        many = [f'd{i}.example. IN TXT "v=spf1 include:_spf.salesforce.com include:spf.shop-mailer.example mx ~all"\n'
                f"d{i}.example. IN MX 10 mx1.kestreloutdoor.example.\n"
                f'_dmarc.d{i}.example. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@kestreloutdoor.example"\n'
                f'd{i}.example._report._dmarc.kestreloutdoor.example. IN TXT "v=DMARC1"' for i in range(1000)]
        cls.server = Nsd(cls.folder / "nsd", records() + many)
        cls.addClassCleanup(cls.server.close)

    def run_it(self, *words, code=0, preexec=None, stdin=None, proxy=None):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": "2026-11-01"}
        if proxy: environment["https_proxy"] = proxy
        done = subprocess.run([program, "dns", *map(str, words)], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              preexec_fn=preexec, timeout=300)
        if code is not None: self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done

    def live(self, *words, **how):
        return self.run_it(*words, "--nameserver", f"127.0.0.1:{self.server.port}", **how)

    def faults(self, *words):
        answer = json.loads(self.live("check", *words, "--format", "json").stdout)
        self.assertEqual(answer["schema"], "dmarcq.dns/1")
        return {domain["domain"]: [fault["code"] for fault in domain["faults"]] for domain in answer["domains"]}, answer["domains"]

    def test_faults_of_each_domain(self):
        faults, domains = self.faults(*DOMAINS)
        of = lambda name: next(d for d in domains if d["domain"] == name)
        shop = faults["kestrel-shop.example"]
        for code in ("dmarc-remark", "rua-not-authorised", "spf-missing-target", "spf-repeated"): self.assertIn(code, shop)
        self.assertEqual(of("kestrel-shop.example")["dmarc"]["rfc9989"]["policy"], "none")
        self.assertEqual(faults["kestrel-parked.example"], [])
        self.assertTrue(of("kestrel-parked.example")["mx"]["parked"])
        self.assertIn("dangling-alias", faults["kestrel-old.example"])
        self.assertIn("no-dmarc", faults["nowhere.example"])
        company = of("kestreloutdoor.example")
        self.assertEqual(company["spf"]["lookups"], 7)
        self.assertEqual({d["permission"] for d in company["dmarc"]["destinations"]}, {"given", "not needed"})
        self.assertNotIn("fault", {f["severity"] for f in company["faults"]})

    def test_the_tree_walk(self):
        faults, domains = self.faults("mail.unit.kestrel-group.example", "a.b.c.d.e.f.g.h.kestreloutdoor.example")
        deep, unit = domains
        self.assertEqual([step["domain"] for step in deep["dmarc"]["walk"]],
                         ["a.b.c.d.e.f.g.h.kestreloutdoor.example", "d.e.f.g.h.kestreloutdoor.example", "e.f.g.h.kestreloutdoor.example",
                          "f.g.h.kestreloutdoor.example", "g.h.kestreloutdoor.example", "h.kestreloutdoor.example", "kestreloutdoor.example", "example"])
        self.assertEqual(deep["dmarc"]["rfc9989"]["record_at"], "kestreloutdoor.example")
        self.assertEqual(unit["dmarc"]["rfc7489"]["policy"], "none")
        self.assertEqual(unit["dmarc"]["rfc9989"]["policy"], "reject")
        self.assertEqual(unit["dmarc"]["rfc9989"]["organizational_domain"], "unit.kestrel-group.example")
        self.assertIn("dmarc-readings-differ", faults["mail.unit.kestrel-group.example"])
        text = self.live("check", "mail.unit.kestrel-group.example").stdout.decode()
        self.assertIn("RFC 7489: p=none", text)
        self.assertIn("RFC 9989: p=reject", text)

    def test_selectors(self):
        words = ("kestreloutdoor.example", "--selector", "sf1", "--selector", "selector1", "--selector", "gone")
        faults, domains = self.faults(*words)
        for code in ("dkim-salesforce-pair-broken", "dkim-short-key", "dkim-missing"): self.assertIn(code, faults["kestreloutdoor.example"])
        keys = {s["selector"]: s["key"] for s in domains[0]["dkim"]}
        self.assertEqual((keys["sf1"], keys["selector1"], keys["gone"]), ("RSA 2048", "RSA 1024", None))
        self.live("check", *words, "--exit-code", code=1)
        self.live("check", "kestreloutdoor.example", "--exit-code")

    def test_one_address(self):
        for address, result, lookups in (("13.110.74.200", "pass", 2), ("203.0.113.7", "pass", 6), ("198.51.100.77", "softfail", 7)):
            _, domains = self.faults("kestreloutdoor.example", "--address", address)
            self.assertEqual((domains[0]["spf"]["address"]["result"], domains[0]["spf"]["address"]["lookups"]), (result, lookups), address)

    def test_a_snapshot_answers_as_dns_did(self):
        words = (*DOMAINS, "--selector", "sf1", "--selector", "gone", "--address", "13.110.74.200")
        (self.folder / "snap").write_bytes(self.live("fetch", *words).stdout)
        for more in ((), ("--format", "json")):
            self.assertEqual(self.live("check", *words, *more).stdout, self.run_it("check", *words, *more, "--snapshot", "snap").stdout)
        self.assertEqual(self.run_it("fetch", *words, "--snapshot", "snap").stdout, (self.folder / "snap").read_bytes())

    def test_reports_of_the_sample(self):
        database = self.folder / "sample.db"
        subprocess.run([program, "--db", database, "ingest", "--quiet", root / "fixtures" / "mailboxes" / "sample.mbox"], capture_output=True)
        faults, domains = self.faults("kestreloutdoor.example", "--db", database)
        self.assertGreater(domains[0]["reports"]["messages"], 50_000)
        self.assertIn("sf1", [s["selector"] for s in domains[0]["dkim"] if s["in_reports"]])
        for code in ("spf-salesforce-unused", "dkim-salesforce-pair-broken"): self.assertIn(code, faults["kestreloutdoor.example"])

    def test_readiness_with_a_record_that_is_written_wrong(self):
        """On the command line it is wrong usage, with the record that may be meant; in DNS it is a fault of the domain."""
        database = self.folder / "readiness.db"
        subprocess.run([program, "--db", database, "ingest", "--quiet", root / "fixtures" / "mailboxes" / "sample.mbox"], capture_output=True)
        zone = self.folder / "wrong.zone"
        zone.write_text('. SOA ns. host. 1 2 3 4 5\n_dmarc.kestreloutdoor.example. TXT "v=DMARC1 p=none"\n')
        def readiness(*words):
            return subprocess.run([program, "--db", database, "readiness", "kestreloutdoor.example", *words], capture_output=True, text=True,
                                  env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": "2026-11-01"})
        done = readiness("--record", "v=DMARC1 p=none")
        self.assertEqual(done.returncode, 2)
        self.assertIn('no semicolon behind v=DMARC1\nhint: it may be meant as --record "v=DMARC1; p=none"', done.stderr)
        done = readiness("--snapshot", zone)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("Receivers cannot read the record at _dmarc.kestreloutdoor.example"), 1)
        done = readiness("--record", "v=DMARC1; p=none; sp=nix")
        self.assertEqual(done.stdout.count("has sp=nix"), 1)
        self.assertNotIn("Sp=", done.stdout)

    def test_mta_sts_policies_are_fetched_where_asked(self):
        good = b"version: STSv1\r\nmode: enforce\r\nmx: mx1.%d.sts.example\r\nmax_age: 604800\r\n"
        def http(body, status="200 OK", kind="text/plain; charset=utf-8", more=""):
            return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        cases = [
            (http(good % 0), [], ""),
            (http(good.replace(b"mx1", b"mx2") % 1), ["mta-sts-mx-uncovered"], "mx1.1.sts.example"),
            (http(b"gone", "404 Not Found"), ["mta-sts-unavailable"], "status 404"),
            (http(b"", "301 Moved Permanently", more="Location: https://mta-sts.0.sts.example/.well-known/mta-sts.txt\r\n"), ["mta-sts-unavailable"],
             "redirection"),
            (http(good % 4, kind="text/html"), ["mta-sts-unavailable"], "text/plain"),
            (http(good % 5 + b"#" * (64 << 10)), ["mta-sts-unavailable"], "64 KiB"),
            (http(b"<html>sign in</html>"), ["mta-sts-bad-policy"], ""),
            (b"", ["mta-sts-unavailable"], ""),
            (http(good % 8), ["mta-sts-unavailable"], "certificate"),  # in nobody's certificate
        ]
        names = [f"mta-sts.{i}.sts.example" for i in range(len(cases))]
        web = PolicyServer(self.folder / "web", names[:-1], dict(zip(names, (answer for answer, _, _ in cases))))
        self.addCleanup(web.close)
        zone = [f'{i}.sts.example. IN MX 10 mx1.{i}.sts.example.\n_mta-sts.{i}.sts.example. IN TXT "v=STSv1; id=1"\nmx1.{i}.sts.example. IN A 192.0.2.1'
                for i in range(len(cases))] + ["plain.sts.example. IN MX 10 mx1.0.sts.example."]
        server = Nsd(self.folder / "sts-nsd", zone)
        self.addCleanup(server.close)
        domains = [f"{i}.sts.example" for i in range(len(cases))] + ["plain.sts.example"]
        ask = lambda *words, **how: self.run_it("check", *domains, "--nameserver", f"127.0.0.1:{server.port}", "--format", "json", *words, **how)
        of = lambda done: {d["domain"]: [f for f in d["faults"] if f["code"].startswith("mta-sts")] for d in json.loads(done.stdout)["domains"]}
        told = of(ask("--fetch-policy", "--ca-file", web.ca, proxy=web.proxy))
        for i, (_, codes, words) in enumerate(cases):
            found = told[f"{i}.sts.example"]
            self.assertEqual([f["code"] for f in found], codes, found)
            self.assertIn(words, "".join(f["text"] for f in found))
        self.assertEqual(told["plain.sts.example"], [])
        self.assertEqual(sorted(web.asked), [(name, "GET /.well-known/mta-sts.txt HTTP/1.1") for name in names[:-1]])
        # An authority that the machine does not know.
        self.assertIn("certificate", of(ask("--fetch-policy", proxy=web.proxy))["0.sts.example"][0]["text"])
        before = len(web.asked)
        self.assertEqual([f["code"] for f in of(ask(proxy=web.proxy))["0.sts.example"]], ["mta-sts-not-fetched"])
        self.assertEqual(len(web.asked), before)
        self.run_it("check", domains[0], "--fetch-policy", "--snapshot", "x", code=2)

    def test_block_lists(self):
        words = ("192.0.2.9", "192.0.2.10", "spam.example")
        lists = ("bl.example.net", "dbl.example.net", "refusing.example.net", "gone.example.net")
        (self.folder / "config.toml").write_text(f"[dns]\nblocklists = {json.dumps(lists)}\n")
        answer = json.loads(self.live("blocklist", *words, "--config", "config.toml", "--format", "json").stdout)
        found = {(r["subject"], r["list"]): r["result"] for r in answer["results"]}
        self.assertEqual([found[subject, name] for subject in words for name in lists],
                         ["listed", "other kind", "refused", "not checkable", "not listed", "other kind", "refused", "not checkable",
                          "other kind", "listed", "refused", "not checkable"])
        self.live("blocklist", "192.0.2.9", "--list", "bl.example.net", "--exit-code", code=1)
        self.live("blocklist", "192.0.2.10", "--list", "bl.example.net", "--exit-code")
        self.live("blocklist", "192.0.2.9", code=2)

    def test_flattening_and_drift(self):
        flat = self.live("flatten", "kestreloutdoor.example").stdout
        (self.folder / "flat").write_bytes(flat)
        text = flat.decode()
        self.assertIn("include:_spf.salesforce.com", text)
        self.assertNotIn("include:spf.shop-mailer.example", text.split("proved equal")[1])
        self.assertIn("no drift", self.live("flatten", "kestreloutdoor.example", "--check", "flat").stdout.decode())
        changed = Nsd(self.folder / "changed", [line.replace("ip4:192.0.2.128/25", "ip4:192.0.2.128/26") for line in records()])
        self.addCleanup(changed.close)
        drift = self.run_it("flatten", "kestreloutdoor.example", "--check", "flat", "--nameserver", f"127.0.0.1:{changed.port}", code=1).stdout.decode()
        self.assertIn("192.0.2.192/26", drift)

    def test_a_zone_file_as_snapshot(self):
        """It has no AAAA of mx1, and says so: a SOA makes it a zone. What holds single answers says what it lacks, and how to get it."""
        whole = self.run_it("flatten", "kestreloutdoor.example", "--snapshot", ZONE).stdout.decode()
        self.assertIn("; proved equal", whole)
        self.assertEqual(whole, self.live("flatten", "kestreloutdoor.example").stdout.decode())
        self.assertEqual(self.run_it("check", *DOMAINS, "--snapshot", ZONE).stderr, b"")
        single = self.folder / "single.zone"
        single.write_text("\n".join(records()) + "\n")
        done = self.run_it("flatten", "kestreloutdoor.example", "--snapshot", single, code=1)
        self.assertIn(b"AAAA of mx1.kestreloutdoor.example: not in the snapshot\nhint: dmarcq dns fetch kestreloutdoor.example > FILE", done.stderr)
        done = self.run_it("check", "kestreloutdoor.example", "kestrel-shop.example", "--snapshot", single)
        self.assertIn(b"not in the snapshot; dmarcq dns fetch kestrel-shop.example > FILE", done.stderr)
        (self.folder / "flat2").write_text(whole)
        done = self.run_it("flatten", "kestreloutdoor.example", "--check", "flat2", "--snapshot", single, code=6)
        self.assertIn(b"hint: dmarcq dns fetch kestreloutdoor.example > FILE", done.stderr)

    def test_silence_is_not_absence(self):
        servfail = Stub(lambda query: reply(query, rcode=2))
        self.addCleanup(servfail.close)
        self.run_it("check", "example.com", "--nameserver", f"127.0.0.1:{servfail.port}", "--timeout", "1", code=6)
        empty = self.folder / "empty.snapshot"
        empty.write_text(";; dmarcq dns snapshot, taken 2026-11-01T00:00:00Z\n")
        done = self.run_it("check", "example.com", "--snapshot", empty, code=6)
        self.assertEqual(done.stdout, b"")
        self.run_it("check", "not a name", "--snapshot", empty, code=2)
        self.run_it("check", code=2)

    def test_no_socket_unless_dns_is_asked(self):
        (self.folder / "company.snap").write_bytes(self.live("fetch", "kestreloutdoor.example").stdout)
        for command in ("check", "fetch", "flatten"):
            self.run_it(command, "kestreloutdoor.example", "--snapshot", "company.snap", preexec=no_sockets)
        self.live("check", "kestreloutdoor.example", preexec=no_sockets, code=-signal.SIGSYS)

    def test_a_thousand_domains(self):
        begin = time.monotonic()
        _, domains = self.faults(*(f"d{i}.example" for i in range(1000)))
        print(f"\n1,000 domains: {time.monotonic() - begin:.1f} s", file=sys.stderr)
        self.assertEqual(len(domains), 1000)
        for domain in domains:
            self.assertEqual([f["code"] for f in domain["faults"]], ["dmarc-no-enforcement", "dkim-no-selectors"], domain)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    options, rest = parser.parse_known_args()
    program = str(pathlib.Path(options.dmarcq).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
