#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Names of networks and countries from local files ([geo]): shown where the configuration names files, and never more than shown.

    geo_test.py --dmarcq build/dmarcq
"""
import argparse, csv, io, json, os, pathlib, random, re, subprocess, sys, tempfile, unittest

here = pathlib.Path(__file__).parent.resolve()
sys.path.insert(0, str(here.parent / "support"))
from mmdb_writer import mmdb

program = None
ASN = {"203.0.113.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "EXAMPLE-NET"},
       "13.110.0.0/16": {"autonomous_system_number": 64501, "autonomous_system_organization": "Wide, \"quoted\" = name"},
       "198.51.100.7/32": {"autonomous_system_number": 64502}, "2001:db8::/32": {"autonomous_system_number": 64503, "autonomous_system_organization": "SIX"}}
COUNTRIES = {"203.0.113.0/24": {"country": {"iso_code": "NL", "names": {"en": "Netherlands"}}}, "13.110.0.0/16": {"registered_country": {"iso_code": "US"}},
             "54.240.8.0/24": {"country": {"iso_code": "\x1b[31m"}}}


class Geo(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.run_it("ingest", "-q", here / "data" / "reports.mbox", code=3)
        (self.folder / "asn.mmdb").write_bytes(mmdb(ASN, "Made-Up-ASN"))
        (self.folder / "country.mmdb").write_bytes(mmdb(COUNTRIES, "Made-Up-Country"))
        self.config = self.folder / "c.toml"
        self.configure(asn="asn.mmdb", country="country.mmdb")

    def configure(self, **files):
        self.config.write_text("[geo]\n" + "".join(f'{name} = "{file}"\n' for name, file in files.items()))

    def run_it(self, *words, code=0, err=""):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "DMARCQ_DB": "t.db", "DMARCQ_TODAY": "2026-11-21"}
        done = subprocess.run([program, *map(str, words)], cwd=self.folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, (words, done.stderr))
        if words[0] == "--config":
            self.assertEqual(done.stderr, err, words)
        return done.stdout

    def with_files(self, *words, **more):
        return self.run_it("--config", self.config, *words, **more)

    def sources(self, **more):
        return {s["source_ip"]: s for s in json.loads(self.with_files("sources", "--format", "json", **more))["sources"]}

    def test_sources_show_them_in_every_form(self):
        of = {ip: (s["as_number"], s["as_name"], s["country"]) for ip, s in self.sources().items()}
        self.assertEqual(of, {"13.110.6.10": (64501, 'Wide, "quoted" = name', "US"), "13.110.6.11": (64501, 'Wide, "quoted" = name', "US"),
                              "54.240.8.40": (None, None, None), "198.51.100.7": (64502, None, None), "203.0.113.25": (64500, "EXAMPLE-NET", "NL")})
        table = self.with_files("sources").splitlines()
        self.assertEqual(table[2].split()[:3], ["SOURCE", "IP", "NETWORK"])
        line = next(line for line in table if line.startswith("203.0.113.25"))
        self.assertIn("AS64500 EXAMPLE-NET, NL", line)
        rows = {r["source_ip"]: r for r in csv.DictReader(io.StringIO(self.with_files("sources", "--format", "csv")))}
        self.assertEqual([rows["13.110.6.10"][k] for k in ("as_number", "as_name", "country")], ["64501", 'Wide, "quoted" = name', "US"])
        self.assertEqual([rows["54.240.8.40"][k] for k in ("as_number", "as_name", "country")], ["", "", ""])
        self.assertIn("| AS64500 EXAMPLE-NET, NL |", self.with_files("sources", "--format", "markdown"))
        # A group of several addresses has no network.
        for group in json.loads(self.with_files("sources", "--by", "reporter", "--format", "json"))["sources"]:
            self.assertEqual((group["as_number"], group["as_name"], group["country"]), (None, None, None))

    def test_explain_shows_them(self):
        text = self.with_files("explain", "203.0.113.25")
        self.assertIn("Network    AS64500 EXAMPLE-NET, NL (shown only: no evidence)", text)
        rows = json.loads(self.with_files("explain", "203.0.113.25", "--format", "json"))["senders"][0]["rows"]
        self.assertEqual({(r["as_number"], r["as_name"], r["country"]) for r in rows}, {(64500, "EXAMPLE-NET", "NL")})
        self.assertNotIn("Network ", self.with_files("explain", "54.240.8.40"))

    def page(self, *before):
        """The page's senders and addresses: the words that stand in the first two cells of each row."""
        self.run_it(*before, "report", "-o", "page.html")
        html = (self.folder / "page.html").read_text()
        cells = {}
        for table, caption in (("senders", "By service"), ("addresses", "An address with the sender")):
            rows = html.split(f"<caption>{caption}")[1].split("</table>")[0].split("<tr>")[2:]
            cells[table] = [row.split("</td>")[0] for row in rows]
        return html, cells

    def test_the_page_shows_them_beside_addresses_of_unidentified_senders(self):
        html, cells = self.page("--config", self.config)
        shown = '<span class="sub"><bdi>AS64500 EXAMPLE-NET, NL</bdi></span>'
        for table in cells.values():
            for cell in table:
                self.assertEqual("203.0.113.25" in cell, shown in cell, cell)
        self.assertTrue(any(shown in cell for cell in cells["senders"]))
        self.assertIn("<bdi>AS64502</bdi>", next(cell for cell in cells["addresses"] if "198.51.100.7" in cell))
        # Near miss: who sends from 13.110.6.10 is known.
        self.assertNotIn("AS64501", html)
        # Each page of a site says the same.
        self.run_it("-q", "--config", self.config, "report", "--each", "-o", "site")
        self.assertIn("AS64500 EXAMPLE-NET, NL", {cell for file in (self.folder / "site").glob("*.html") for cell in re.findall("<bdi>(AS.*?)</bdi>", file.read_text())})

    def test_the_page_is_the_same_without_them(self):
        plain, _ = self.page()
        for word in ("AS64500", "EXAMPLE-NET", "AS64502"):
            self.assertNotIn(word, plain)
        # Nor does a file change it that knows none of the addresses.
        (self.folder / "asn.mmdb").write_bytes(mmdb({"192.0.2.0/24": {"autonomous_system_number": 64509}}, "ASN"))
        (self.folder / "country.mmdb").write_bytes(mmdb({"192.0.2.0/24": {"country": {"iso_code": "NL"}}}, "Country"))
        self.assertEqual(self.page("--config", self.config)[0], plain)

    def test_names_of_networks_are_escaped_on_the_page(self):
        name = "<script>hit()</script> & \"quoted\" \u202e" + "x" * 200
        (self.folder / "asn.mmdb").write_bytes(mmdb({"203.0.113.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": name}}, "ASN"))
        html, _ = self.page("--config", self.config)
        self.assertIn("AS64500 &lt;script&gt;hit()&lt;/script&gt; &amp; \"quoted\" xxx", html)
        self.assertNotIn("<script", html)
        self.assertNotIn("\u202e", html)
        self.assertNotIn("x" * 120, html)

    def test_off_unless_the_configuration_says_so(self):
        for words in (("sources",), ("explain", "203.0.113.25")):
            for form in ("table", "json"):
                plain = self.run_it(*words, "--format", form)
                for word in ("EXAMPLE-NET", "as_number", "as_name", "country"):
                    self.assertNotIn(word, plain)

    def test_nothing_is_judged_by_them(self):
        """A file that calls every network Salesforce changes nothing but the names shown."""
        everyone = {"0.0.0.0/1": {"autonomous_system_number": 14340, "autonomous_system_organization": "SALESFORCE"},
                    "128.0.0.0/1": {"autonomous_system_number": 14340, "autonomous_system_organization": "Salesforce, Inc."}}
        (self.folder / "asn.mmdb").write_bytes(mmdb(everyone, "ASN"))
        shown = self.sources()
        self.assertEqual({s["as_number"] for s in shown.values()}, {14340})
        plain = {s["source_ip"]: s for s in json.loads(self.run_it("sources", "--format", "json"))["sources"]}
        for ip, source in shown.items():
            self.assertEqual({k: v for k, v in source.items() if k not in ("as_number", "as_name", "country")}, plain[ip])
        for words in (("summary",), ("readiness", "example.com"), ("salesforce",)):
            self.assertEqual(self.with_files(*words, "--format", "json"), self.run_it(*words, "--format", "json"))

    def test_other_makers_files(self):
        (self.folder / "asn.mmdb").write_bytes(mmdb({"203.0.113.0/24": {"asn": "AS64510", "as_name": "Other Maker", "as_domain": "maker.example", "country_code": "BE"}},
                                                    "other lite", ip_version=4))
        self.configure(asn="asn.mmdb", country="asn.mmdb")
        source = self.sources()["203.0.113.25"]
        self.assertEqual((source["as_number"], source["as_name"], source["country"]), (64510, "Other Maker", "BE"))

    def test_a_file_that_cannot_be_used_is_one_line_and_no_stop(self):
        good = (self.folder / "asn.mmdb").read_bytes()
        os.mkfifo(self.folder / "fifo")
        (self.folder / "text.mmdb").write_text("no database\n" * 1000)
        (self.folder / "empty.mmdb").write_bytes(b"")
        (self.folder / "cut.mmdb").write_bytes(good[:len(good) // 2])
        (self.folder / "future.mmdb").write_bytes(mmdb(ASN, "ASN", binary_format_major_version=3))
        (self.folder / "none.mmdb").write_bytes(mmdb({}, "ASN\x1b[31m"))
        for file, reason in {"missing.mmdb": "there is no such file", ".": "not a file", "fifo": "not a file", "text.mmdb": "not an MMDB file, or damaged",
                             "empty.mmdb": "not an MMDB file, or damaged", "cut.mmdb": "not an MMDB file, or damaged", "future.mmdb": "not an MMDB file, or damaged",
                             "country.mmdb": "an MMDB file without names of networks (it calls itself 'Made-Up-Country')",
                             "none.mmdb": "an MMDB file without names of networks (it calls itself 'ASN\ufffd[31m')"}.items():
            with self.subTest(file):
                self.configure(asn=file, country="country.mmdb")
                source = self.sources(err=f"dmarcq: {file}: {reason}; shown without names of networks\n")["203.0.113.25"]
                self.assertEqual((source["as_name"], source["country"]), (None, "NL"))
        self.configure(asn="asn.mmdb", country="asn.mmdb")
        self.assertEqual(self.sources(err="dmarcq: asn.mmdb: an MMDB file without countries (it calls itself 'Made-Up-ASN'); shown without countries\n")["203.0.113.25"]["as_name"],
                         "EXAMPLE-NET")

    def test_a_damaged_file_never_stops_an_answer(self):
        """Bytes turned at random, places cut at random: an answer, at most one line more, in time."""
        good, rng = (self.folder / "asn.mmdb").read_bytes(), random.Random(7)
        expected = json.loads(self.run_it("sources", "--format", "json"))["totals"]
        self.configure(asn="bad.mmdb")
        for number in range(150):
            bad = bytearray(good)
            for _ in range(rng.choice((1, 2, 5, 30))):
                bad[rng.randrange(len(bad))] = rng.randrange(256)
            if number % 5 == 0:
                del bad[rng.randrange(len(bad)):]
            (self.folder / "bad.mmdb").write_bytes(bad)
            env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "DMARCQ_DB": "t.db", "DMARCQ_TODAY": "2026-11-21"}
            done = subprocess.run([program, "--config", self.config, "sources", "--format", "json"], cwd=self.folder, env=env, capture_output=True, timeout=20)
            self.assertEqual(done.returncode, 0, (number, done.stderr))
            self.assertLessEqual(done.stderr.count(b"\n"), 1, done.stderr)
            self.assertEqual(json.loads(done.stdout)["totals"], expected)

    def test_the_configuration_is_checked(self):
        for text, fault in (("[geo]\nasn = 5\n", "geo.asn is not a path"), ("[geo]\nasn = \"\"\n", "geo.asn is not a path"), ("geo = 1\n", "geo is not a table"),
                            ("[geo]\ncountri = \"x\"\n", "unknown key")):
            self.config.write_text(text)
            env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "DMARCQ_DB": "t.db"}
            done = subprocess.run([program, "--config", self.config, "sources"], cwd=self.folder, env=env, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(fault.split()[0], done.stderr)
        self.configure(asn="asn.mmdb")
        self.assertIn("asn.mmdb", self.with_files("config", "show"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dmarcq", required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    unittest.main(argv=[__file__, *rest])
