#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damaged and malicious databases: no command crashes, hangs or calls it a defect of its own; what is refused is named, with exit 5.

DMARCQ_SANITIZED=1 leaves the limit on memory out, which sanitizers need; DMARCQ_LONG=1 damages every page instead of a sample.
"""
import concurrent.futures, gzip, os, pathlib, random, resource, shutil, signal, sqlite3, stat, subprocess, tempfile, time, unittest

import cost
from cost import mail, mbox, report

SANITIZED, LONG = bool(os.environ.get("DMARCQ_SANITIZED")), bool(os.environ.get("DMARCQ_LONG"))
MEMORY, SECONDS = 1 << 30, 20
IP = "192.0.2.1"
QUESTIONS = [["summary"], ["sources"], ["sources", "--failing", "--by", "day"], ["salesforce", "example.com"], ["explain", IP], ["readiness", "example.com"], ["check"],
             ["report", "-o", "page.html"], ["reports"], ["reports", "show", "1"], ["db", "check"], ["db", "info"], ["db", "export"], ["problems", "list"],
             ["sql", "SELECT * FROM v_records JOIN v_reports ON v_reports.id=report"]]
BOUNCE = "mmh2xurvokdh.a-hu5aea0.na63.bnc.salesforce.com"


def record(ip=IP, count=5, header_from="example.com", dkim=("example.com", "s1", "pass"), spf=("example.com", "pass"), to="rcpt.example", result="none"):
    return (f"<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition><dkim>{dkim[2]}</dkim><spf>fail</spf>"
            f"<reason><type>forwarded</type><comment>list</comment></reason></policy_evaluated></row><identifiers><header_from>{header_from}</header_from>"
            f"<envelope_from>{spf[0]}</envelope_from><envelope_to>{to}</envelope_to></identifiers><auth_results><dkim><domain>{dkim[0]}</domain><selector>{dkim[1]}</selector>"
            f"<result>{dkim[2]}</result><human_result>{result}</human_result></dkim><spf><domain>{spf[0]}</domain><scope>mfrom</scope><result>{spf[1]}</result></spf></auth_results></record>")


def mailbox():
    """Something for every table: a sighting, a conflict, a problem that is kept, mail that is no report, an account."""
    day = 86400
    mails = []
    for i in range(12):
        rows = "".join([record(count=5 + i), record(ip="2001:db8::7", header_from="mail.example.com", dkim=("example.com", "sf1", "pass"), spf=(BOUNCE, "pass"), result="ok"),
                        record(ip=f"198.51.100.{i + 1}", dkim=("other.example", "k", "fail"), spf=("other.example", "fail"))])
        begin = 1785542400 - i * day
        mails.append(mail(report(report_id=f"r{i}", org=("google.com", "Yahoo", "Outlook.com")[i % 3], domain=("example.com", "example.net")[i % 2], begin=begin, end=begin + day - 1,
                                 records=rows), message_id=f"{i}@receiver.example"))
    first = report(report_id="c", org="contested.example", records=record() + record(ip="192.0.2.8"))
    second = report(report_id="c", org="contested.example", records=record() + record(ip="192.0.2.9"))
    mails += [mail(first, message_id="c1@x"), mail(second, message_id="c2@x"), mail(first, message_id="c3@x"), mail(first[:200], message_id="cut@x"),
              b"From: a@example.com\nTo: b@example.com\nSubject: hello\nMessage-ID: <h@x>\n\nhello\n"]
    return mbox(*mails)


def run(words, cwd, seconds=SECONDS, env=None, umask=0o022):
    def limits():
        os.umask(umask)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if not SANITIZED: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "DMARCQ_TODAY": "2026-08-10", "DMARCQ_DB": "test.db", "UBSAN_OPTIONS": "print_stacktrace=1", **(env or {})}
    return subprocess.run([cost.program, *map(str, words)], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=4 * seconds, preexec_fn=limits)


SCHEMA = 7  # schema_version of store/schema.h


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seed = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-seed-"))
        (cls.seed / "box").write_bytes(mailbox())
        done = run(["ingest", "box", "--quiet"], cls.seed)
        assert done.returncode == 3, done
        for words in (["note", "2026-08-01", "changed"], ["senders", "add", "network", "192.0.2.8", "--name", "Relay"]): run(words, cls.seed)
        with sqlite3.connect(cls.seed / "test.db") as db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        cls.good = (cls.seed / "test.db").read_bytes()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.seed, ignore_errors=True)

    def setUp(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-hostile-"))
        self.faults = []

    def tearDown(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def put(self, data=None, name="test.db"):
        for left in self.path.glob(name + "*"): left.unlink()
        (self.path / name).write_bytes(self.good if data is None else data)

    def edit(self, *statements, folder=None):
        """Changes a good database as whoever has the file can: no constraint holds him."""
        db = sqlite3.connect((folder or self.path) / "test.db", isolation_level=None)
        db.execute("PRAGMA ignore_check_constraints=1")
        for statement in statements:
            if isinstance(statement, str): statement = (statement,)
            db.execute(*statement).fetchall()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    def run_it(self, *words, **more):
        return run(words, self.path, **more)

    def refused(self, words=("summary",), says=b"", code=5):
        done = self.run_it(*words)
        self.assertEqual(done.returncode, code, (words, done.stdout[-300:], done.stderr[-600:]))
        self.assertIn(b"test.db", done.stderr)
        self.assertIn(says, done.stderr)
        return done

    def survives(self, what, questions=QUESTIONS, folder=None):
        """Each question ends with an exit code that it may have; notes what does not."""
        for words in questions:
            try:
                done = run(words, folder or self.path)
            except subprocess.TimeoutExpired:
                self.faults.append((what, words, "hangs"))
                continue
            allowed = {0, 1, 3, 5} | ({2} if words[0] in ("salesforce", "explain", "readiness", "reports", "sql") else set())
            if b"attempt to write a readonly database" in done.stderr: allowed.add(6)  # the file says that it must not be written
            if done.returncode not in allowed or b"defect" in done.stderr or b"Sanitizer" in done.stderr or b"runtime error" in done.stderr:
                self.faults.append((what, " ".join(words), done.returncode, done.stderr[-300:].decode(errors="replace")))
            if done.returncode == 5 and b"test.db" not in done.stderr:
                self.faults.append((what, " ".join(words), "does not name the file", done.stderr[-300:].decode(errors="replace")))

    def nothing_wrong(self):
        for fault in self.faults[:40]: print(fault)
        self.assertEqual(len(self.faults), 0, self.faults[:3])


BLOB = b"\x00\xff\x00\xff\x00"
VALUES = [-1, 0, 2**31, 2**62, None, "text", BLOB]
REFERENCES = ["identity.header_from", "identity.envelope_from", "identity.spf_set", "identity.dkim_set", "item.source", "kept_item.item", "report.item", "report.reporter",
              "report.domain", "report.policy", "report.dialect", "sighting.report", "sighting.item", "problem.item", "problem.report", "record.report", "record.identity",
              "record.evaluation", "record.envelope_to", "record.remark", "account_name.reporter"]
IDS = ["domain", "text", "reporter", "dialect", "policy", "dkim_set", "spf_set", "identity", "evaluation", "item", "kept_item", "report", "problem", "record", "domain_day"]
OTHERS = {"item": ["number", "bytes", "outcome", "message_id", "digest"], "record": ["source_ip", "count"], "problem": ["dismissed", "reason", "text", "part"],
          "domain_day": ["next_row", "reports", "records", "messages", "unusable_records", "unusable_messages", "dkim_and_spf", "neither", "none", "reject"],
          "report": ["state", "begin", "end", "day", "well_formed", "errors", "deviations", "first_row", "records", "messages", "unusable_records", "unusable_messages",
                     "dkim_and_spf", "dkim_only", "neither", "none", "reject", "report_id", "digest"],
          "sender_entry": ["ours", "since", "kind", "value", "route"], "note": ["day", "domain", "text"], "open_alert": ["since", "told"], "account_name": ["first_day", "last_day", "account", "name"],
          "identity": ["hash"], "dkim_set": ["hash", "results"], "spf_set": ["results"], "evaluation": ["disposition", "dkim", "reasons"], "domain": ["name"], "text": ["value"],
          "reporter": ["org_name", "org_folded"], "policy": ["p", "pct", "discovery_method"], "dialect": ["version"], "kept_item": ["bytes"]}


class Values(Folder):
    """One column at a time holds what it never should."""

    def try_value(self, table, column, value, rows, questions):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-value-"))
        try:
            (folder / "test.db").write_bytes(self.good)
            sql = (f"UPDATE {table} SET \"{column}\"=? WHERE " + ("1" if rows == "all" else
                   f"\"{column}\"=(SELECT max(\"{column}\") FROM {table})"), (value,))
            try:
                if value is None and column != "id":
                    db = sqlite3.connect(folder / "test.db", isolation_level=None)
                    kept = db.execute("SELECT sql FROM sqlite_schema WHERE name=?", (table,)).fetchone()[0]
                    db.close()
                    loose = "UPDATE sqlite_schema SET sql=? WHERE name=?"
                    self.edit("PRAGMA writable_schema=1", (loose, (kept.replace("NOT NULL", ""), table)), folder=folder)
                    self.edit(sql, folder=folder)
                    self.edit("PRAGMA writable_schema=1", (loose, (kept, table)), folder=folder)
                else:
                    self.edit(sql, folder=folder)
            except (sqlite3.IntegrityError, sqlite3.OperationalError):
                return False  # two rows of the same key, or no number where the key is one
            self.survives(f"{table}.{column}={value!r} in {rows}", questions, folder)
            return True
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def try_all(self, cases):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            tried = sum(pool.map(lambda case: self.try_value(*case), cases))
        self.assertGreater(tried, len(cases) // 3)
        self.nothing_wrong()

    def test_references_to_what_is_not_there(self):
        self.try_all([(*name.split("."), value, "all" if value is not None else "last", QUESTIONS) for name in REFERENCES for value in VALUES])

    def test_one_reference_to_what_is_not_there(self):
        few = [words for words in QUESTIONS if words[0] in ("sources", "salesforce", "report", "db")]
        self.try_all([(*name.split("."), value, "last", few) for name in REFERENCES for value in (2**31, 10**6)])

    def test_ids_out_of_range(self):
        few = [words for words in QUESTIONS if words[0] not in ("reports", "problems", "check")]
        self.try_all([(table, "account" if table == "account_name" else "item" if table == "kept_item" else "id", value, "last", few) for table in IDS
                      for value in (-1, 0, 2**31 - 1, 2**31, 2**62)])

    def test_other_values(self):
        few = [words for words in QUESTIONS if words[0] not in ("db", "sql")] + [["db", "check"], ["db", "export"]]
        self.try_all([(table, column, value, "all" if value != "\x1b[31m\ud800".encode(errors="surrogatepass").decode(errors="replace") else "last", few)
                      for table, columns in OTHERS.items() for column in columns for value in (-1, 2**62, "text", BLOB)])


class Bytes(Folder):
    """Damage that knows nothing of tables."""
    QUESTIONS = [["summary"], ["sources"], ["salesforce", "example.com"], ["report", "-o", "page.html"], ["db", "check"], ["db", "export"], ["ingest", "box", "--quiet", "--reread"]]

    def damage(self, cases):
        def one(case):
            what, data = case
            folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-bytes-"))
            try:
                shutil.copy(self.seed / "box", folder / "box")
                (folder / "test.db").write_bytes(data)
                self.survives(what, self.QUESTIONS, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        with concurrent.futures.ThreadPoolExecutor(2) as pool: list(pool.map(one, cases))
        self.nothing_wrong()

    def flipped(self, at, bit):
        data = bytearray(self.good)
        data[at] ^= 1 << bit
        return (f"byte {at} bit {bit}", bytes(data))

    def test_a_bit_flipped_in_every_page(self):
        dice = random.Random(1)
        self.damage([self.flipped(page * 8192 + dice.choice([dice.randrange(16), dice.randrange(8192), 8191 - dice.randrange(600)]), dice.randrange(8))
                     for page in range(len(self.good) // 8192) for _ in range(40 if LONG else 1)])

    def test_a_bit_flipped_in_the_head(self):
        self.damage([self.flipped(at, number % 8) for number, at in enumerate(range(0, 108, 1 if LONG else 5))])

    def test_cut_off(self):
        dice = random.Random(2)
        sizes = [1, 15, 16, 99, 100, 4096, 8191, 8192, 8193, len(self.good) - 1, len(self.good) - 8192] + [dice.randrange(len(self.good)) for _ in range(200 if LONG else 10)]
        self.damage([(f"cut to {size}", self.good[:size]) for size in sizes])

    def test_pages_swapped(self):
        dice = random.Random(3)
        pages = [self.good[i:i + 8192] for i in range(0, len(self.good), 8192)]
        cases = []
        for _ in range(300 if LONG else 15):
            a, b = dice.sample(range(1, len(pages)), 2)
            swapped = list(pages)
            swapped[a], swapped[b] = swapped[b], swapped[a]
            cases.append((f"pages {a} and {b}", b"".join(swapped)))
        self.damage(cases)


EVIL = "CREATE TRIGGER evil AFTER INSERT ON note BEGIN DELETE FROM report; END"
WRITABLE = "PRAGMA writable_schema=1"
FOREIGN = {  # what somebody adds, and the object that is named
    "trigger": ([EVIL], b"evil"),
    "trigger on update": (["CREATE TRIGGER evil BEFORE UPDATE ON report BEGIN SELECT raise(ABORT, 'x'); END"], b"evil"),
    "view": (["CREATE VIEW evil AS SELECT hex(zeroblob(100000000))"], b"evil"),
    "view for a table": (["DROP TABLE note", "CREATE VIEW note AS SELECT 1 AS id, 2 AS day, hex(zeroblob(100000000)) AS domain, 'x' AS text"], b"note"),
    "view for the roll-up": (["ALTER TABLE domain_day RENAME TO d", "CREATE VIEW domain_day AS SELECT * FROM d"], b"d"),
    "generated column": (["ALTER TABLE domain ADD COLUMN more AS (hex(zeroblob(100000000)))"], b"domain"),
    "more columns": (["ALTER TABLE domain ADD COLUMN more"], b"domain"),
    "virtual table": (["CREATE VIRTUAL TABLE evil USING rtree(id, a, b)"], b"evil"),
    "virtual table of what is not there": ([WRITABLE, "INSERT INTO sqlite_schema VALUES('table','evil','evil',0,'CREATE VIRTUAL TABLE evil USING nothing(x)')"], b"evil"),
    "index on an expression": (["CREATE INDEX evil ON domain (upper(name))"], b"evil"),
    "index of one of ours": (["DROP INDEX report_window", "CREATE INDEX report_window ON report (domain, day, abs(state), reporter)"], b"report_window"),
    "table": (["CREATE TABLE evil(x)"], b"evil"),
    "table gone": (["DROP TABLE note"], b"note"),
    "index gone": (["DROP INDEX report_item"], b"report_item"),
    "check": ([WRITABLE, "UPDATE sqlite_schema SET sql=replace(sql,'name TEXT NOT NULL','name TEXT CHECK(length(name)<99) NOT NULL') WHERE name='domain'"], b"domain"),
    "default": ([WRITABLE, "UPDATE sqlite_schema SET sql=replace(sql,'DEFAULT 0','DEFAULT (random())') WHERE name='problem'"], b"problem"),
    "a comment that is none": ([WRITABLE, "UPDATE sqlite_schema SET sql=replace(sql,'NOT NULL UNIQUE','NOT NULL UNIQUE DEFAULT ''-- ''') WHERE name='text'"], b"text"),
    "statistics that are none": (["CREATE TABLE s(tbl,idx,stat)", WRITABLE, "UPDATE sqlite_schema SET name='sqlite_stat1', tbl_name='sqlite_stat1', "
                                  "sql='CREATE TABLE sqlite_stat1(tbl,idx,stat,g AS (1))' WHERE name='s'"], b"sqlite_stat1"),
}


class Schemas(Folder):
    def test_what_dmarcq_never_makes_is_refused_by_name(self):
        shutil.copy(self.seed / "box", self.path / "box")
        for what, (statements, name) in FOREIGN.items():
            with self.subTest(what):
                self.put()
                self.edit(*statements)
                before = (self.path / "test.db").read_bytes()
                for words in (["summary"], ["db", "check"], ["sql", "SELECT 1"], ["ingest", "box", "--reread"], ["note", "2026-08-02", "x"], ["db", "vacuum"]):
                    self.refused(words, name if b"nothing" in statements[-1].encode() else b"'" + name + b"'")
                self.assertEqual((self.path / "test.db").read_bytes(), before)
                self.put(name="sound.db")
                done = self.run_it("--db", "sound.db", "db", "restore", "test.db")
                self.assertEqual((done.returncode, (self.path / "sound.db").read_bytes()), (5, self.good), done)

    def test_what_dmarcq_never_makes_is_refused_in_a_newer_database_too(self):
        for what in ("trigger", "trigger on update", "view", "view for a table", "view for the roll-up", "generated column", "virtual table", "virtual table of what is not there"):
            with self.subTest(what):
                self.put()
                self.edit(*FOREIGN[what][0], "PRAGMA user_version=99")
                self.refused()

    def test_what_sqlite_adds_by_itself_is_taken(self):
        self.put()
        self.edit("ANALYZE", "VACUUM", "REINDEX", "DROP INDEX report_item", "CREATE INDEX report_item\n  ON report(item)")
        for words in (["summary"], ["db", "check"], ["note", "2026-08-02", "x"]): self.assertEqual(self.run_it(*words).returncode, 0)

    def test_versions(self):
        for version in (-1, 0, -2**31):
            self.put()
            self.edit(f"PRAGMA user_version={version}")
            for words in (["summary"], ["note", "2026-08-02", "x"]): self.refused(words, b"schema")
        for version in (SCHEMA + 1, 2**31 - 1):
            self.put()
            self.edit(f"PRAGMA user_version={version}")
            self.assertEqual(self.run_it("summary").returncode, 0)
            self.refused(["note", "2026-08-02", "x"], str(version).encode())

    def test_files_that_are_no_database_of_ours(self):
        other = sqlite3.connect(self.path / "other.db")
        other.executescript("CREATE TABLE record(id INTEGER PRIMARY KEY, report); CREATE TRIGGER evil AFTER INSERT ON record BEGIN DELETE FROM record; END")
        other.close()
        for data in ((self.path / "other.db").read_bytes(), b"", b"x" * 100, b"SQLite format 3\0" + b"\xff" * 5000, random.Random(4).randbytes(20000), b"\0" * 8192):
            for words in (["summary"], ["db", "check"], ["sql", "SELECT 1"]):
                self.put(data)
                self.refused(words)
        for words in (["db", "vacuum"], ["ingest", self.seed / "box"]):
            self.put((self.path / "other.db").read_bytes())
            self.refused(words)


class Questions(Folder):
    """dmarcq sql reads the database, and does nothing else."""
    FORBIDDEN = ["INSERT INTO note(day,domain,text) VALUES(1,'','x')", "UPDATE note SET text='x'", "DELETE FROM note", "DELETE FROM note RETURNING id", "CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)",
                 "CREATE TEMP TRIGGER x AFTER INSERT ON note BEGIN SELECT 1; END", "CREATE VIRTUAL TABLE temp.x USING fts5(a)", "DROP TABLE note", "DROP VIEW v_notes", "ALTER TABLE note ADD COLUMN x",
                 "ATTACH 'made.db' AS x", "ATTACH ':memory:' AS x", "DETACH main", "VACUUM", "VACUUM INTO 'made.db'", "PRAGMA journal_mode=DELETE", "PRAGMA writable_schema=1", "PRAGMA query_only=0",
                 "PRAGMA user_version", "SELECT * FROM pragma_database_list", "SELECT load_extension('x')", "SELECT readfile('/etc/passwd')", "SELECT writefile('made.db','x')", "SELECT edit('x')",
                 "SELECT fts3_tokenizer('simple')", "SELECT fts3_tokenizer('simple', x'0000000000000000')", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "REINDEX", "ANALYZE", "SELECT 1; DELETE FROM note",
                 "EXPLAIN DELETE FROM note", "WITH x AS (SELECT 1) DELETE FROM note", "SELECT each_row(id) FROM note", "SELECT * FROM csv", ";", "--", "SELECT", "SELECT \x01 1"]

    def test_whatever_else_it_is_told(self):
        self.put()
        for question in self.FORBIDDEN:
            with self.subTest(question):
                done = self.run_it("sql", "--", question)
                self.assertEqual(done.returncode, 2, (question, done))
                self.assertEqual((self.path / "test.db").read_bytes(), self.good)
                self.assertFalse((self.path / "made.db").exists())
        self.assertEqual(self.run_it("sql", "SELECT count(*) FROM v_records").returncode, 0)
        self.assertIn(b"192.0.2.1", self.run_it("sql", "SELECT DISTINCT source_ip FROM v_records").stdout)

    def test_a_question_without_end_is_interrupted_at_once(self):
        self.put()
        (self.path / "test.db").chmod(0o600)
        process = subprocess.Popen([cost.program, "--db", "test.db", "sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"], cwd=self.path,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        self.assertIsNone(process.poll())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in self.path.glob("test.db-*")}
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        self.assertIn(process.wait(10), (-signal.SIGINT, 130))
        self.assertLess(time.monotonic() - started, 5)
        self.assertLessEqual(set(modes.values()), {0o600}, modes)


class Check(Folder):
    """What no key and no sum tells, db check does."""

    def test_a_word_changed_by_hand(self):
        for table, change in {"dkim_set": "results=replace(results,'example.com','example.org')", "spf_set": "results=replace(results,'fail','pass')", "identity": "envelope_from=header_from",
                              "kept_item": "bytes=x'00'", "record": "count=count+1", "domain_day": "messages=messages+1", "report": "neither=neither+1", "text": "value='x'||value"}.items():
            with self.subTest(table):
                self.put()
                self.edit(f"UPDATE {table} SET {change}")
                done = self.refused(["db", "check"], {"dkim_set": b"dkim_set", "spf_set": b"spf_set", "identity": b"identity", "kept_item": b"item", "text": b"identity"}.get(table, b""))
                self.assertNotIn(b"defect", done.stderr)

    def test_what_is_sound(self):
        self.put()
        done = self.run_it("db", "check")
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)


class Counts(Folder):
    def test_sums_of_absurd_counts_end_at_a_cap(self):
        """As an older release took them."""
        for what, statements in {
                "rows": [f"UPDATE record SET count={2**53}"],
                "reports": [f"UPDATE report SET messages={2**62}, dkim_and_spf={2**62}, neither={2**62}, none={2**62}, unusable_messages={2**63 - 1}"],
                "roll-up": [f"UPDATE domain_day SET messages={2**63 - 1}, dkim_and_spf={2**63 - 1}, neither={2**62}, none={2**63 - 1}, unusable_messages={2**63 - 1}"],
                "beyond integers": ["UPDATE domain_day SET messages=9.3e18, neither=9.3e18, none=1e300"]}.items():
            self.put()
            self.edit(*statements)
            said = b""
            for words in QUESTIONS:
                done = self.run_it(*words)
                allowed = {0, 1} | ({5} if words == ["db", "check"] else set()) | ({2} if words[0] in ("sql", "explain", "readiness", "salesforce") else set())
                self.assertIn(done.returncode, allowed, (what, words, done.stderr[-400:]))
                self.assertLessEqual(done.stderr.count(b"implausible message counts"), 1)
                said += done.stderr
            self.assertIn(b"implausible message counts", said, what)

    def test_reports_of_absurd_counts_that_agree_with_their_rows_are_whole(self):
        self.put()
        huge = 2**53
        self.edit(f"UPDATE record SET count={huge}",
                  "CREATE TEMP TABLE f AS SELECT r.report AS report, sum(r.count) AS n, sum(CASE WHEN e.dkim='pass' THEN r.count ELSE 0 END) AS d FROM record r JOIN evaluation e "
                  "ON e.id=r.evaluation GROUP BY r.report",
                  "UPDATE report SET messages=(SELECT n FROM f WHERE f.report=report.id), none=(SELECT n FROM f WHERE f.report=report.id), dkim_only=(SELECT d FROM f WHERE f.report=report.id), "
                  "neither=(SELECT n-d FROM f WHERE f.report=report.id), dkim_and_spf=0, spf_only=0",
                  "CREATE TEMP TABLE s AS SELECT domain<<16|day AS id, sum(messages) AS m, sum(none) AS a, sum(dkim_only) AS d, sum(neither) AS n FROM report WHERE state=0 GROUP BY 1",
                  "UPDATE domain_day SET (messages,none,dkim_only,neither)=(SELECT m,a,d,n FROM s WHERE s.id=domain_day.id) WHERE reports>0")
        done = self.run_it("db", "check")
        self.assertEqual((done.returncode, done.stderr.count(b"implausible message counts")), (0, 1), done)


class Files(Folder):
    def mode(self, name):
        return stat.S_IMODE((self.path / name).lstat().st_mode)

    def test_only_their_owner_may_read_what_is_made(self):
        shutil.copy(self.seed / "box", self.path / "box")
        self.assertEqual(self.run_it("ingest", "box", "--quiet", umask=0).returncode, 3)
        self.run_it("report", "-o", "page.html", "--eml", "mail.eml", "--from", "a@example.com", "--to", "b@example.com", umask=0)
        self.run_it("db", "backup", "copy.db", umask=0)
        self.assertEqual(self.run_it("db", "restore", "copy.db", umask=0).returncode, 0)
        made = {path.name: self.mode(path.name) for path in self.path.iterdir() if path.name != "box"}
        self.assertLessEqual({"test.db", "test.db.lock", "page.html", "mail.eml", "copy.db", "test.db.before-restore"}, set(made))
        self.assertEqual(set(made.values()), {0o600}, made)

    def test_a_file_that_was_there_keeps_its_readers(self):
        self.put()
        (self.path / "page.html").write_text("old")
        (self.path / "page.html").chmod(0o644)
        self.assertEqual(self.run_it("report", "-o", "page.html").returncode, 0)
        self.assertEqual(self.mode("page.html"), 0o644)
        self.assertNotEqual((self.path / "page.html").read_text(), "old")
        self.assertEqual([path.name for path in self.path.glob("page.html*")], ["page.html"])

    def test_no_link_is_followed(self):
        self.put()
        (self.path / "victim").write_text("untouched")
        for name in ("page.html", "page.html.part", "copy.db.part", "test.db.before-restore", "copy.db"): (self.path / name).symlink_to("victim")
        self.assertEqual(self.run_it("db", "backup", "copy.db").returncode, 2)
        (self.path / "copy.db").unlink()
        self.assertEqual(self.run_it("db", "backup", "copy.db").returncode, 0)
        done = self.run_it("report", "-o", "page.html")
        self.assertEqual(done.returncode, 6)
        self.assertIn(b"page.html: is a symbolic link", done.stderr)
        done = self.run_it("db", "restore", "copy.db")
        self.assertEqual((done.returncode, (self.path / "test.db").read_bytes()), (6, self.good))
        self.assertIn(b"before-restore: is a symbolic link", done.stderr)
        (self.path / "page.html").unlink()
        self.assertEqual(self.run_it("report", "-o", "page.html").returncode, 0)
        self.assertEqual((self.path / "victim").read_text(), "untouched")
        self.assertEqual(sorted(path.name for path in self.path.glob("*.part-*")), [])
        (self.path / "away").symlink_to("nowhere")
        self.assertEqual(self.run_it("--db", "away", "ingest", self.seed / "box").returncode, 6)
        self.assertFalse((self.path / "nowhere").exists())
        # The database itself may be reached by a link that the user made.
        (self.path / "link.db").symlink_to("test.db")
        self.assertEqual(self.run_it("--db", "link.db", "summary").returncode, 0)

    def test_an_older_database_is_kept_beside_without_following_a_link(self):
        fixtures = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures" / "databases"
        for version in range(1, SCHEMA):
            self.put(gzip.decompress((fixtures / f"schema-{version}.db.gz").read_bytes()))
            old = (self.path / "test.db").read_bytes()
            (self.path / "victim").write_text("untouched")
            (self.path / f"test.db.before-{SCHEMA}").symlink_to("victim")
            done = self.run_it("ingest", self.seed / "box", "--quiet")
            self.assertEqual((done.returncode, (self.path / "test.db").read_bytes()), (6, old), done)
            (self.path / f"test.db.before-{SCHEMA}").unlink()
            self.assertEqual(self.run_it("ingest", self.seed / "box", "--quiet", umask=0).returncode, 3)
            self.assertEqual((self.mode(f"test.db.before-{SCHEMA}"), (self.path / "victim").read_text()), (0o600, "untouched"))
            self.assertEqual(self.run_it("db", "check").returncode, 0)
            for statement in (EVIL.replace("ON note", "ON report"), "CREATE VIEW evil AS SELECT 1"):
                self.put(old)
                self.edit(statement)
                self.refused(["ingest", self.seed / "box"], b"'evil'")

    def test_what_is_no_file_is_no_database(self):
        os.mkfifo(self.path / "test.db")
        for words in (["summary"], ["ingest", self.seed / "box"], ["db", "check"], ["db", "vacuum"], ["check"]):
            self.refused(words, b"no regular file", code=6)
        os.mkfifo(self.path / "page.html")
        (self.path / "good.db").write_bytes(self.good)
        for target in ("page.html", "/dev/null"): self.assertEqual(self.run_it("--db", "good.db", "report", "-o", target).returncode, 6)
        self.assertEqual(self.run_it("--db", "good.db", "db", "restore", "test.db").returncode, 6)
        (self.path / "folder").mkdir()
        for name in ("folder", "/dev/zero", "/dev/null"):
            for words in (["summary"], ["ingest", self.seed / "box"]):
                done = self.run_it("--db", name, *words)
                self.assertEqual(done.returncode, 6, (name, words, done))
                self.assertIn(name.encode(), done.stderr)

    def test_secrets_and_configurations_that_others_may_touch(self):
        self.put()
        (self.path / "secret").write_text("hush\n")
        (self.path / "config.toml").write_text("[limits]\nrecords = 1000\n")
        for mode, warned in ((0o644, True), (0o640, True), (0o600, False)):
            (self.path / "secret").chmod(mode)
            done = self.run_it("ingest", "imap://user@127.0.0.1:1/INBOX", "--insecure-plaintext", "--password-file", "secret")
            self.assertEqual(b"secret: warning" in done.stderr, warned, done)
        for mode, warned in ((0o666, True), (0o664, False), (0o644, False)):
            (self.path / "config.toml").chmod(mode)
            done = self.run_it("--config", "config.toml", "summary")
            self.assertEqual((done.returncode, b"config.toml: warning" in done.stderr), (0, warned), done)


if __name__ == "__main__":
    cost.main()
