#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Backup, restore, archive, copy, prune, vacuum: what they promise, on the real binary.

    upkeep_test.py --dmarcq build/dmarcq
"""
import gzip, json, pathlib, random, re, sqlite3, subprocess, time, unittest

import live
from live import Folder, split_mbox


class Upkeep(Folder):
    def good(self, *words):
        done = self.run_it(*words)
        self.assertEqual((done.returncode, done.stderr), (0, b""), (words, done))
        return done.stdout

    def totals(self):
        return [{k: d[k] for k in ("domain", "messages", "dmarc_pass", "dmarc_fail", "first_day", "last_day")}
                for d in json.loads(self.good("summary", "--format", "json"))["domains"]]

    def details(self):
        return sum(s["messages"] for s in json.loads(self.good("sources", "--format", "json"))["sources"])

    def sql(self, text):
        with sqlite3.connect(self.path / "test.db") as db:
            return db.execute(text).fetchall()

    def middle_day(self):
        days = sorted(r["begin"][:10] for r in json.loads(self.good("reports", "--format", "json"))["reports"])
        return days[len(days) // 2]

    def test_a_backup_restored_is_what_it_was(self):
        mails = split_mbox(self.generate("all.mbox", 60))
        (self.path / "half").write_bytes(b"".join(mails[:30]))
        self.ingest("half")
        before = self.export()
        self.good("db", "backup", "backup.db")
        self.ingest("all.mbox")
        after = self.export()
        self.assertNotEqual(before, after)
        self.good("db", "restore", "backup.db")
        self.assertEqual(self.export(), before)
        self.assertEqual(self.export("test.db.before-restore"), after)
        self.ingest("all.mbox")
        self.assertEqual(self.export(), after)
        for suffix in ("", "-wal", "-shm"):
            (self.path / ("test.db" + suffix)).unlink(missing_ok=True)
        self.good("db", "restore", "backup.db")
        self.assertEqual(self.export(), before)
        # A database that is beyond reading is put aside.
        (self.path / "test.db").write_bytes(b"rubbish" * 5000)
        self.good("db", "restore", "backup.db")
        self.assertEqual(self.export(), before)
        self.assertTrue((self.path / "test.db.before-restore").read_bytes().startswith(b"rubbish"))

    def test_a_bad_backup_is_refused_and_changes_nothing(self):
        self.generate("all.mbox", 20)
        self.ingest("all.mbox")
        before = self.export()
        self.good("db", "backup", "backup.db")
        data = bytearray((self.path / "backup.db").read_bytes())
        for at in range(len(data) // 3, len(data) // 3 + 20_000):
            data[at] ^= 0x55
        (self.path / "damaged.db").write_bytes(data)
        (self.path / "text.db").write_text("no database " * 1000)
        (self.path / "newer.db").write_bytes((self.path / "backup.db").read_bytes())
        with sqlite3.connect(self.path / "newer.db") as db:
            db.execute("PRAGMA user_version=999")
        for name, code in (("damaged.db", 5), ("text.db", 5), ("newer.db", 5), ("missing.db", 6), ("test.db", 2)):
            self.assertEqual(self.run_it("db", "restore", name).returncode, code, name)
            self.assertEqual(self.export(), before, name)

    def test_a_newer_database_is_read_and_never_written_to(self):
        self.generate("all.mbox", 20)
        self.ingest("all.mbox")
        before = self.export()
        with sqlite3.connect(self.path / "test.db") as db:
            db.execute("ALTER TABLE report ADD COLUMN unheard_of TEXT")
            db.execute("PRAGMA user_version=999")
        for words in (("ingest", "all.mbox"), ("db", "vacuum"), ("note", "2026-10-01", "x"), ("db", "prune", "--older-than", "1d"), ("problems", "retry")):
            done = self.run_it(*words)
            self.assertEqual(done.returncode, 5, (words, done))
            self.assertIn(b"schema 999", done.stderr)
        for words in (("summary",), ("sources", "--failing"), ("db", "check"), ("salesforce",)):
            done = self.run_it(*words)
            self.assertEqual(done.returncode, 0, (words, done))
            self.assertIn(b"schema 999", done.stderr)
        self.assertEqual(self.export(), before)
        with sqlite3.connect(self.path / "test.db") as db:
            db.execute("ALTER TABLE record RENAME TO observation")
        done = self.run_it("sources")
        self.assertEqual((done.returncode, done.stdout), (5, b""), done)
        self.assertNotIn(b"defect", done.stderr)

    def test_pruning_keeps_the_totals_and_what_was_seen(self):
        self.generate("all.mbox", 80, 800)
        self.ingest("all.mbox")
        totals, details, day = self.totals(), self.details(), self.middle_day()
        rows = self.sql("SELECT count(*) FROM record")[0][0]
        said = self.good("db", "prune", "--older-than", day)
        self.assertIn(b"their totals kept", said)
        self.assertEqual(self.totals(), totals)
        self.assertLess(self.details(), details)
        self.assertLess(self.sql("SELECT count(*) FROM record")[0][0], rows)
        self.good("db", "check")
        # What comes again is known, whether its mail is remembered or not.
        answer = self.ingest("all.mbox", "--reread")
        self.assertEqual(answer["reports"], {"stored": 0, "duplicate": 80, "replaced": 0})
        self.assertEqual(self.totals(), totals)
        self.good("db", "check")
        self.assertIn(b"0 records of 0 reports", self.good("db", "prune", "--older-than", day))
        exported = [json.loads(line) for line in self.good("db", "export").splitlines()]
        self.assertEqual(len(exported), 80)
        self.assertEqual({bool(r["records"]) for r in exported}, {True, False})

    def test_pruning_all_forgets_and_what_comes_again_is_new(self):
        self.generate("all.mbox", 80, 800)
        self.ingest("all.mbox")
        before, day = self.export(), self.middle_day()
        self.good("db", "prune", "--older-than", day, "--all")
        kept = [json.loads(line) for line in self.good("db", "export").splitlines()]
        self.assertEqual(sorted(json.dumps(r["report_id"]) for r in kept), sorted(json.dumps(json.loads(r)["report_id"]) for r in before if json.loads(r)["report_id"] in {k["report_id"] for k in kept}))
        self.assertLess(len(kept), 80)
        self.good("db", "check")
        answer = self.ingest("all.mbox", "--reread")
        self.assertEqual(answer["reports"]["stored"], 80 - len(kept))
        self.assertEqual(self.export(), before)

    def test_a_document_that_claims_a_pruned_report_says_nothing_new(self):
        def xml(records):
            rows = "".join(f"<record><row><source_ip>{ip}</source_ip><count>{n}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>"
                           f"<spf>fail</spf></policy_evaluated></row><identifiers><header_from>a.example</header_from></identifiers></record>" for ip, n in records)
            return ("<feedback><report_metadata><org_name>R</org_name><email>r@a.example</email><report_id>1</report_id><date_range><begin>1700000000</begin>"
                    f"<end>1700086399</end></date_range></report_metadata><policy_published><domain>a.example</domain><p>none</p></policy_published>{rows}</feedback>")
        (self.path / "one.xml").write_text(xml([("192.0.2.1", 5), ("192.0.2.2", 7)]))
        (self.path / "two.xml").write_text(xml([("192.0.2.1", 5), ("192.0.2.3", 9)]))
        self.ingest("one.xml")
        totals = self.totals()
        self.good("db", "prune", "--older-than", "24mo")
        self.assertEqual(self.ingest("two.xml")["outcomes"]["duplicate"], 1)
        self.assertEqual(self.totals(), totals)
        self.good("db", "check")

    def test_what_was_forgotten_whole_may_come_again(self):
        self.generate("all.mbox", 60)
        self.ingest("all.mbox")
        before = self.export()
        self.good("db", "prune", "--older-than", "0d", "--all")
        self.assertEqual(self.export(), [])
        self.assertEqual(self.ingest("all.mbox", "--reread")["outcomes"]["stored"], 60)
        self.assertEqual(self.export(), before)

    def test_vacuum_makes_the_file_smaller_and_changes_nothing(self):
        self.generate("all.mbox", 200, 20_000)
        self.ingest("all.mbox")
        self.good("db", "prune", "--older-than", "0d", "--all")
        size, before = (self.path / "test.db").stat().st_size, self.export()
        self.good("db", "vacuum")
        self.assertLess((self.path / "test.db").stat().st_size, size // 2)
        self.assertEqual(self.export(), before)

    # -- archives

    def test_an_archive_has_what_the_database_forgets(self):
        self.generate("all.mbox", 120, 2_000)
        self.ingest("all.mbox")
        totals, exported = self.totals(), {json.loads(line)["report_id"]: json.loads(line) for line in self.good("db", "export").splitlines()}
        days = sorted({r["begin"][:10] for r in exported.values()})
        self.assertGreater(len({day[:7] for day in days}), 1)
        month = days[-1][:7]
        said = self.good("db", "archive", "--older-than", days[-1], "-o", "archive")
        archived = {}
        for path in sorted((self.path / "archive").iterdir()):
            self.assertRegex(path.name, r"^reports-\d{4}-\d\d\.ndjson\.gz$")
            self.assertIn(path.name.encode(), said)
            for line in gzip.decompress(path.read_bytes()).splitlines():
                report = json.loads(line)
                self.assertEqual(report, exported[report["report_id"]])
                archived[report["report_id"]] = report
        left = {json.loads(line)["report_id"]: json.loads(line) for line in self.good("db", "export").splitlines()}
        self.assertEqual({r for r in left if left[r]["records"]}, set(exported) - set(archived))
        self.assertEqual({r["begin"][:7] for r in left.values() if r["records"]}, {month})
        self.assertEqual(self.totals(), totals)
        self.good("db", "check")
        self.assertIn(b"nothing to archive", self.good("db", "archive", "--older-than", days[-1], "-o", "archive"))
        # What comes again is known; what comes late is in a file of its own.
        self.assertEqual(self.ingest("all.mbox", "--reread")["reports"]["stored"], 0)
        self.generate("late.mbox", 30, 300, seed=77)
        self.ingest("late.mbox")
        self.good("db", "archive", "--older-than", days[-1], "-o", "archive")
        self.assertTrue(any(".2." in path.name for path in (self.path / "archive").iterdir()))
        self.good("db", "check")

    def test_mistakes_of_archives(self):
        self.generate("all.mbox", 20)
        self.ingest("all.mbox")
        before = self.export()
        for words in ((), ("--older-than", "1d"), ("-o", "x"), ("--older-than", "soon", "-o", "x"), ("--older-than", "2099-01-01", "-o", "x")):
            self.assertEqual(self.run_it("db", "archive", *words).returncode, 2, words)
        (self.path / "file").write_text("")
        self.assertEqual(self.run_it("db", "archive", "--older-than", "0d", "-o", "file").returncode, 6)
        self.assertEqual(self.export(), before)

    # -- copies

    ANSWERS = [("summary",), ("sources", "--limit", "10000"), ("sources", "--by", "reporter"), ("salesforce",), ("readiness",), ("reports", "--limit", "10000"),
               ("reports", "--distrusted"), ("problems", "list", "--all"), ("problems", "list", "--not-a-report"), ("refusals", "--by", "day"), ("senders",), ("notes",),
               ("check", "--all"), ("db", "check")]

    def answers(self, db):
        """Of every command, but for ids, which each database gives out itself."""
        said = []
        for words in self.ANSWERS:
            done = self.run_it("--db", db, *words, "--format", "json")
            text = re.sub(rb'"(id|report)": ?\d+|up to \d+', rb'"\1": 0', done.stdout).replace(db.encode(), b"DB")
            said.append((words, done.returncode, re.sub(rb'"reports": ?\[[\d, \n]*\]', b'"reports": []', text)))
        return said

    def fill(self):
        """Of everything that a database may hold something: reports, conflicts, one that was distrusted, rows that were pruned, problems, logs, declarations."""
        fixtures = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
        self.generate("all.mbox", 300, 9_000)
        mails = split_mbox((self.path / "all.mbox").read_bytes())
        (self.path / "cut.mbox").write_bytes(b"".join(mail[: len(mail) * 2 // 3] + b"\n\n" for mail in mails[:3]) + b"".join(mails[5:9]))
        for part in ("cur", "new", "tmp"):
            (self.path / "again" / part).mkdir(parents=True)
        for number, mail in enumerate(mails[20:24]):
            (self.path / f"again/cur/{number}.eml:2,S").write_bytes(mail.split(b"\n", 1)[1] + b"\n")
        def rival(name, ip):
            (self.path / name).write_text(
                "<feedback><report_metadata><org_name>R</org_name><email>r@a.example</email><report_id>1</report_id><date_range><begin>1792000000</begin><end>1792086399</end>"
                "</date_range></report_metadata><policy_published><domain>a.example</domain><p>none</p></policy_published>" + "".join(
                    f"<record><row><source_ip>{one}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated>"
                    f"</row><identifiers><header_from>a.example</header_from></identifiers></record>" for one, count in (("192.0.2.1", 5), (ip, 7))) + "</feedback>")
        rival("one.xml", "192.0.2.2")
        rival("two.xml", "192.0.2.3")
        text = (self.path / "one.xml").read_text()
        (self.path / "part.xml").write_text(text[:text.index("<record>")] + text[text.index("<record>"):text.index("</record>") + 9] + "</feedback>")  # contained in the first
        logs = sorted(fixtures.glob("**/*.csv"))[:6]
        self.ingest("all.mbox", "cut.mbox", "again", "one.xml", "two.xml", "part.xml", *map(str, logs), code=3)
        listed = json.loads(self.good("reports", "--limit", "10000", "--format", "json"))["reports"]
        self.good("reports", "distrust", str(listed[7]["id"]))
        self.good("note", "2026-10-11", "DKIM key made")
        self.good("senders", "add", "org", "00D5f000004KsTrEAK", "--ours", "--name", "the sales org")
        self.run_it("check")
        problems = json.loads(self.good("problems", "list", "--format", "json"))["problems"]
        self.assertIn("conflict", {problem["reason"] for problem in problems})
        self.assertGreater(len(problems), 3)
        self.good("problems", "dismiss", str(next(p["id"] for p in problems if p["reason"] != "conflict")))
        self.good("db", "prune", "--older-than", self.middle_day())
        self.assertGreater(self.sql("SELECT count(*) FROM delivery")[0][0], 0)
        for table in ("report WHERE state=1", "report WHERE state=2", "report WHERE state=3", "report WHERE first_row=0", "sighting", "account_name", "read_name"):
            self.assertGreater(self.sql(f"SELECT count(*) FROM {table}")[0][0], 0, table)

    def test_a_copy_is_the_same(self):
        self.fill()
        said = self.good("db", "copy", "--to", "copy.db")
        self.assertRegex(said, rb"both exports have the SHA-256 [0-9a-f]{64}")
        self.assertEqual(self.answers("copy.db"), self.answers("test.db"))
        # What comes again is known to the copy as well, and what is new is stored alike.
        for db in ("test.db", "copy.db"):
            self.run_it("--db", db, "ingest", "--reread", "all.mbox", "cut.mbox", "again", "two.xml")
        self.assertEqual(self.answers("copy.db"), self.answers("test.db"))
        self.good("--db", "copy.db", "db", "copy", "--to", "third.db")
        self.assertEqual(self.answers("third.db"), self.answers("test.db"))

    def test_a_copy_that_was_killed_goes_on(self):
        self.fill()
        self.good("db", "copy", "--to", "whole.db")
        wanted, dice, kills = self.answers("whole.db"), random.Random(17), 0
        while kills < 8:
            run = subprocess.Popen([live.program, "--db", "test.db", "db", "copy", "--to", "half.db"], cwd=self.path, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0.01, 0.12))
            run.kill()
            if run.wait() == 0:
                break
            kills += 1
            if not (self.path / "half.db").exists():
                continue
            done = self.run_it("--db", "half.db", "ingest", "all.mbox")
            if done.returncode != 2:  # killed before it began
                self.assertNotIn(b"unfinished", done.stderr)
                self.run_it("--db", "half.db", "db", "prune", "--older-than", "0d", "--all")
                for suffix in ("", "-wal", "-shm"):
                    (self.path / ("half.db" + suffix)).unlink(missing_ok=True)
                continue
            self.assertIn(b"unfinished copy", done.stderr)
        self.assertGreater(kills, 0)
        if kills == 8:
            self.good("db", "copy", "--to", "half.db")
        self.assertEqual(self.answers("half.db"), wanted)

    def test_mistakes_of_copies(self):
        self.generate("all.mbox", 3)
        self.ingest("all.mbox")
        self.assertEqual(self.run_it("db", "copy").returncode, 2)
        self.assertEqual(self.run_it("db", "copy", "--to", "test.db").returncode, 2)
        self.assertEqual(self.run_it("db", "copy", "--to", "./test.db").returncode, 2)
        self.assertEqual(self.run_it("--db", "none.db", "db", "copy", "--to", "copy.db").returncode, 6)
        self.assertFalse((self.path / "copy.db").exists())
        self.good("db", "copy", "--to", "copy.db")
        done = self.run_it("db", "copy", "--to", "copy.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"holds data of its own", done.stderr)

    def test_mistakes(self):
        self.generate("all.mbox", 3)
        self.ingest("all.mbox")
        self.assertIn(b"recipients' addresses of 0 delivery events forgotten", self.good("db", "prune"))
        self.assertEqual(self.run_it("db", "prune", "--all").returncode, 2)
        self.assertEqual(self.run_it("db", "prune", "--older-than", "soon").returncode, 2)
        self.assertEqual(self.run_it("db", "prune", "--older-than", "2099-01-01").returncode, 2)
        self.assertEqual(self.run_it("--db", "none.db", "db", "vacuum").returncode, 6)
        self.assertEqual(self.run_it("db", "backup", "no/such/folder/b.db").returncode, 6)


if __name__ == "__main__":
    unittest.main(argv=live.arguments()[1])
