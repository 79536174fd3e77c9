#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A database on a real PostgreSQL server, started here: the same answers as from a file, and exactly once whoever writes at the same time and whatever dies.

    postgresql_test.py --dmarcq build/dmarcq [--long]
"""
import argparse, base64, gzip, hashlib, json, os, pathlib, random, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time, unittest

here = pathlib.Path(__file__).parent.resolve()
root = here.parent.parent
sys.path.insert(0, str(root / "tests/support"))
from postgresql_server import Server, binaries
from imap_server import Dovecot

program = server = None
databases = 0
SAMPLE = root / "fixtures/mailboxes/sample.mbox"
DOMAIN = "kestreloutdoor.example"


def report_mail(org, report_id, rows, domain="example.com", day=20_500, number=0):
    """A mail with a report of these (address, count, passes) rows."""
    records = "".join(f"<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition>"
                      f"<dkim>{'pass' if passes else 'fail'}</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>{domain}</header_from>"
                      f"</identifiers><auth_results><spf><domain>{domain}</domain><result>fail</result></spf></auth_results></record>" for ip, count, passes in rows)
    xml = (f'<?xml version="1.0"?><feedback><report_metadata><org_name>{org}</org_name><email>dmarc@{org}</email><report_id>{report_id}</report_id>'
           f"<date_range><begin>{day * 86400}</begin><end>{day * 86400 + 86399}</end></date_range></report_metadata><policy_published><domain>{domain}</domain>"
           f"<p>none</p></policy_published>{records}</feedback>").encode()
    body = base64.encodebytes(gzip.compress(xml, mtime=0)).decode()
    name = f"{org}!{domain}!{day * 86400}!{day * 86400 + 86399}!{number}.xml.gz"
    return (f"From: dmarc@{org}\nTo: reports@{domain}\nSubject: Report Domain: {domain} Submitter: {org} Report-ID: {report_id}\nMessage-ID: <{number}.{report_id}@{org}>\n"
            f'MIME-Version: 1.0\nContent-Type: application/gzip; name="{name}"\nContent-Transfer-Encoding: base64\n'
            f'Content-Disposition: attachment; filename="{name}"\n\n{body}\n').encode()


def mbox(mails):
    return b"".join(b"From reports@example.com Mon Nov  2 00:00:00 2026\n" + mail + b"\n" for mail in mails)


class Cutter:
    """Stands between the program and the server, and cuts the line when a COMMIT passes: before it, or after the server did it and before the answer. Counts
    what is rolled back, and can take words out of statements."""

    def __init__(self, target, cuts=0, after=False, without=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-cut-"))
        self.target, self.cuts, self.after, self.done, self.mute = target, cuts, after, 0, set()
        self.without, self.rolled_back = without, 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.folder / ".s.PGSQL.5432"))
        self.socket.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            line = socket.socket(socket.AF_UNIX)
            line.connect(str(self.target / ".s.PGSQL.5432"))
            threading.Thread(target=self.forward, args=(client, line, True), daemon=True).start()
            threading.Thread(target=self.forward, args=(line, client, False), daemon=True).start()

    def forward(self, source, target, is_client):
        try:
            while data := source.recv(65536):
                if is_client:
                    self.rolled_back += data.count(b"ROLLBACK\0")
                    if self.without:
                        data = data.replace(self.without, b" " * len(self.without))
                if is_client and b"COMMIT\0" in data and self.cuts > 0:
                    self.cuts -= 1
                    self.done += 1
                    if self.after:
                        self.mute.add(target)  # its answer is not handed on
                        target.sendall(data)
                        time.sleep(0.1)
                    break
                if source in self.mute:
                    continue
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def close(self):
        self.socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql(unittest.TestCase):
    def setUp(self):
        global databases
        databases += 1
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.address = server.fresh(f"e2e_{databases}")
        self.env = {"PATH": "/usr/bin:/bin", "HOME": self.folder.name, "DMARCQ_TODAY": "2026-11-01", "LC_ALL": "C.UTF-8"}

    def tearDown(self):
        self.folder.cleanup()

    def run_it(self, *words, db=None, codes=(0,), env=None):
        done = subprocess.run([program, "--db", str(db or self.address), *map(str, words)], cwd=self.path, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=240)
        if codes is not None:
            self.assertIn(done.returncode, codes, (words, done.stdout[-500:], done.stderr[-1500:]))
        return done

    def start(self, *words, db=None):
        return subprocess.Popen([program, "--db", str(db or self.address), *map(str, words)], cwd=self.path, env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def facts(self, db=None):
        """All that must not depend on who wrote when: reports with their records, problems, outcomes, and that the check holds."""
        export = self.run_it("db", "export", db=db).stdout
        reports = sorted(re.sub(r'"id": ?\d+,?', "", line) for line in export.splitlines())
        problems = re.sub(r'"id": ?\d+,?', "", self.run_it("problems", "list", "--format", "json", db=db).stdout)
        info = json.loads(self.run_it("db", "info", "--format", "json", db=db).stdout)
        self.run_it("db", "check", db=db)
        kept = {key: info[key] for key in ("reports", "records", "messages", "items", "outcomes", "first_day", "last_day", "domains")}
        days = self.run_it("sql", "select * from v_days order by domain, day", db=db).stdout
        return reports, problems, kept, days

    def file(self, *sources, codes=(0, 3)):
        """The same read into a file, one source after another."""
        path = self.path / f"file-{len(list(self.path.glob('file-*.db')))}.db"
        self.run_it("ingest", *sources, db=path, codes=codes)
        return path

    # -- the same answers

    def test_every_command_gives_the_same_answers_as_from_a_file(self):
        logs = sorted((root / "fixtures").glob("**/*.csv"))[:4]
        path = self.file(SAMPLE, *logs, codes=(0, 3))
        self.run_it("ingest", SAMPLE, *logs, codes=(0, 3))
        for db in (path, self.address):
            self.run_it("note", "2026-10-11", "DKIM key made", db=db)
            self.run_it("senders", "add", "org", "00D5f000004KsTrEAK", "--ours", "--name", "the sales org", db=db)
            self.run_it("check", db=db, codes=(0, 1))
        commands = [("summary",), ("summary", "--flows"), ("sources", "--limit", "10000"), ("sources", "--failing"), ("sources", "--failing", "--salesforce"),
                    *[("sources", "--by", by) for by in ("ip", "service", "route", "subnet", "domain", "reporter", "day")], ("sources", "--disagreements"),
                    ("sources", "--disposition", "quarantine"), ("salesforce",), ("salesforce", DOMAIN), ("explain", "13.110.74.200"), ("explain", DOMAIN), ("explain", "192.0.2.40"),
                    ("readiness",), ("readiness", DOMAIN), ("readiness", DOMAIN, "--to", "reject", "--what-if", "p=reject,adkim=s"), ("compare", DOMAIN, "--at", "2026-10-11"),
                    ("check", "--all"), ("reports", "--limit", "10000"), ("reports", "--failing"), ("reports", "--ip", "192.0.2.40"), ("reports", "--suspicious"), ("problems", "list"),
                    ("problems", "list", "--not-a-report"), ("refusals",), ("refusals", "--by", "day"), ("senders",), ("notes",), ("db", "check"), ("db", "export"),
                    ("sql", "select * from v_days order by 1, 2"), ("sql", "select * from v_senders"), ("sql", "select * from v_notes"),
                    ("sql", "select source, number, part, reason, text, dismissed from v_problems order by 1, 2, 3, 4"),
                    ("sql", "select org_name, email, report_id, domain, begin, \"end\", day, p, sp, records, messages, dmarc_pass, dmarc_fail, trust, sent_by from v_reports order by 1, 3, 4, 5"),
                    ("sql", "select day, reporter, domain, source_ip, messages, header_from, envelope_from, envelope_to, disposition, dkim, spf, dmarc, dkim_results, spf_results, "
                            "reasons from v_records order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 limit 2000")]

        def answer(words, db):
            formats = () if words[:2] == ("db", "export") else ("--format", "json")
            done = self.run_it(*words, *formats, db=db, codes=None)
            text = re.sub(r'"(id|report)": ?\d+', r'"\1": 0', done.stdout)
            text = re.sub(r'"reports": ?\[[\d, \n]*\]', '"reports": []', text)
            return done.returncode, text.replace(str(db), "DB"), done.stderr.replace(str(db), "DB")

        for words in commands:
            with self.subTest(words):
                of_file, of_server = answer(words, path), answer(words, self.address)
                if words == ("db", "export"):  # reports of one window stand in one order on both
                    self.assertEqual(sorted(of_file[1].splitlines()), sorted(of_server[1].splitlines()))
                else:
                    self.assertEqual(of_file, of_server)
        pages = []
        for db in (path, self.address):
            self.run_it("report", "-o", "page.html", db=db)
            pages.append((self.path / "page.html").read_text())
        self.assertEqual(*pages)

    def test_distrust_remove_retry_dismiss_and_prune_come_to_the_same(self):
        path = self.file(SAMPLE)
        self.run_it("ingest", SAMPLE, codes=(3,))
        for db in (path, self.address):
            listed = json.loads(self.run_it("reports", "--limit", "10000", "--sort", "messages", "--format", "json", db=db).stdout)["reports"]
            chosen = [r["id"] for r in listed if r["report_id"] in sorted(r["report_id"] for r in listed)[:3]]
            self.run_it("reports", "distrust", chosen[0], db=db)
            self.run_it("reports", "remove", chosen[1], db=db)
            self.run_it("problems", "retry", db=db, codes=(0, 3))
            self.run_it("problems", "dismiss", json.loads(self.run_it("problems", "list", "--format", "json", db=db).stdout)["problems"][0]["id"], db=db)
        self.assertEqual(self.facts(path), self.facts())
        for words in (("db", "archive", "--older-than", "2026-09-03", "-o", "archive"), ("db", "prune", "--older-than", "2026-09-20"), ("db", "prune", "--older-than", "2026-09-25", "--all")):
            said = [self.run_it(*words, db=db).stdout for db in (path, self.address)]
            if words[1] != "archive":  # the second one has files of its own
                self.assertEqual(*said)
            self.assertEqual(self.facts(path), self.facts())
        # What was pruned and comes again is known, or comes again, alike.
        for db in (path, self.address):
            self.run_it("ingest", "--reread", SAMPLE, db=db, codes=(0, 3))
        self.assertEqual(self.facts(path), self.facts())

    def test_a_copy_there_and_back_is_the_same(self):
        logs = sorted((root / "fixtures").glob("**/*.csv"))[:4]
        path = self.file(SAMPLE, *logs)
        mails = self.hot_mails()
        (self.path / "hot.mbox").write_bytes(mbox(mails))
        self.run_it("ingest", "hot.mbox", db=path, codes=(0, 3))
        listed = json.loads(self.run_it("reports", "--limit", "10000", "--format", "json", db=path).stdout)["reports"]
        self.run_it("reports", "distrust", listed[3]["id"], db=path)
        self.run_it("note", "2026-10-11", "DKIM key made", db=path)
        self.run_it("senders", "add", "org", "00D5f000004KsTrEAK", "--ours", "--name", "the sales org", db=path)
        self.run_it("problems", "dismiss", json.loads(self.run_it("problems", "list", "--format", "json", db=path).stdout)["problems"][0]["id"], db=path)
        self.run_it("db", "prune", "--older-than", "2026-09-20", db=path)
        said = self.run_it("db", "copy", "--to", self.address, db=path).stdout
        back = self.path / "back.db"
        said_back = self.run_it("db", "copy", "--to", back).stdout
        self.assertEqual(said.split("SHA-256")[1], said_back.split("SHA-256")[1])
        for words in (("problems", "list", "--all"), ("problems", "list", "--not-a-report"), ("reports", "--distrusted"), ("refusals", "--by", "day"), ("refusals",), ("senders",),
                      ("notes",), ("summary", "--flows"), ("sources", "--limit", "10000"), ("salesforce",), ("readiness",), ("check", "--all")):
            with self.subTest(words):
                texts = []
                for db in (path, self.address, back):
                    text = self.run_it(*words, "--format", "json", db=db, codes=None).stdout
                    texts.append(re.sub(r'"reports": ?\[[\d, \n]*\]|up to \d+', "", re.sub(r'"(id|report)": ?\d+', "", text)))
                self.assertEqual(texts[0], texts[1])
                self.assertEqual(texts[0], texts[2])
        self.assertEqual(self.facts(path), self.facts())
        self.assertEqual(self.facts(path), self.facts(back))
        # What comes again is known everywhere.
        for db in (path, self.address, back):
            self.run_it("ingest", "--reread", SAMPLE, "hot.mbox", *logs, db=db, codes=(0, 3))
        self.assertEqual(self.facts(path), self.facts())
        self.assertEqual(self.facts(path), self.facts(back))

    def test_a_copy_goes_on_after_crashes(self):
        path = self.file(SAMPLE)
        dice = random.Random(19)
        for _ in range(6):
            run = self.start("db", "copy", "--to", self.address, db=path)
            time.sleep(dice.uniform(0.02, 0.3))
            run.kill()
            run.communicate(timeout=60)
            if run.returncode == 0:
                break
        else:
            self.run_it("db", "copy", "--to", self.address, db=path)
        self.assertEqual(self.facts(path), self.facts())
        done = self.run_it("db", "copy", "--to", self.address, db=path, codes=(2,))
        self.assertIn("holds data of its own", done.stderr)

    # -- several at once

    def shares(self, number):
        """The mails of the sample in so many mailboxes."""
        mails = re.split(rb"(?m)^(?=From [^\n]*\d{4}\n)", SAMPLE.read_bytes())[1:]
        paths = []
        for i in range(number):
            (self.path / f"part-{i}").mkdir(exist_ok=True)
            paths.append(self.path / f"part-{i}/in.mbox")
            paths[-1].write_bytes(b"".join(mails[i::number]))
        return paths

    def finished(self, runs):
        for run in runs:
            out, err = run.communicate(timeout=240)
            self.assertIn(run.returncode, (0, 3), err[-2000:])

    def test_processes_with_disjoint_mails_come_to_one_run(self):
        for number in (2, 4):
            global databases
            databases += 1
            self.address = server.fresh(f"e2e_{databases}")
            parts = self.shares(number)
            self.finished([self.start("ingest", "-q", part) for part in parts])
            self.assertEqual(self.facts(), self.facts(self.file(*parts)))

    def test_processes_with_all_mails_in_orders_of_their_own_come_to_one_run(self):
        parts = self.shares(6)
        dice = random.Random(20261201)
        self.finished([self.start("ingest", "-q", *dice.sample(parts, len(parts))) for _ in range(4)])
        self.assertEqual(self.facts(), self.facts(self.file(*parts)))

    def hot_mails(self):
        """Thirty documents that claim to be one report, of one domain and day: parts, shorter copies, and some that contradict each other."""
        rows = [(f"192.0.2.{i}", 10 + i, i % 3 > 0) for i in range(1, 40)]
        mails = []
        for i in range(30):
            part = rows[i:i + 3] if i % 3 == 0 else rows[:i + 1] if i % 3 == 1 else rows[i - 1:i + 5:2]
            mails.append(report_mail("one.example", "hot", part, number=i))
        return mails

    def hot_boxes(self, name, dice):
        """The same mails for each of four workers, in an order of its own and in small mailboxes: they meet often."""
        mails, boxes = self.hot_mails(), []
        for worker in range(4):
            folder = self.path / f"{name}-{worker}"
            folder.mkdir()
            order = dice.sample(range(len(mails)), len(mails))
            for number in range(0, len(order), 7):
                (folder / f"{number:03}.mbox").write_bytes(mbox([mails[i] for i in order[number:number + 7]]))
            boxes.append(sorted(folder.glob("*.mbox")))
        return boxes

    def test_hot_sets_of_one_report_come_to_one_run(self):
        dice = random.Random(7)
        for round_ in range(3):
            global databases
            databases += 1
            self.address = server.fresh(f"e2e_{databases}")
            boxes = self.hot_boxes(f"hot-{round_}", dice)
            self.finished([self.start("ingest", "-q", *box) for box in boxes])
            # Where a document was found is the first of four places, which differ in name: compare what counts.
            _, _, kept, days = self.facts()
            _, _, kept_in_file, days_in_file = self.facts(self.file(*[path for box in boxes for path in box]))
            self.assertEqual((kept, days), (kept_in_file, days_in_file))

    def test_a_set_of_documents_is_locked_and_without_the_lock_others_are_in_the_way(self):
        """The control of the test above: what the lock is for is seen once it is taken out of the statements."""
        dice = random.Random(13)
        rolled_back = []
        for without in (None, b"FOR UPDATE OF report"):
            global databases
            databases += 1
            address = server.fresh(f"e2e_{databases}")
            (self.path / "first.mbox").write_bytes(mbox([report_mail("first.example", "r0", [("192.0.2.9", 4, True)])]))
            self.run_it("ingest", "first.mbox", db=address)  # makes the tables
            line = Cutter(server.folder, without=without)
            try:
                boxes = self.hot_boxes(f"control-{without is None}", dice)
                through = address.replace(str(server.folder), str(line.folder))
                self.finished([self.start("ingest", "-q", *box, db=through) for box in boxes])
                self.run_it("db", "check", db=address)
                rolled_back.append(line.rolled_back)
            finally:
                line.close()
        self.assertEqual(rolled_back[0], 0)
        self.assertGreater(rolled_back[1], 0)

    # -- whatever dies

    def until_done(self, start, disturb, times):
        """Runs `start` again until it ends by itself; `disturb` it so often."""
        dice = random.Random(11)
        for _ in range(times):
            run = start()
            time.sleep(dice.uniform(0.02, 0.5))
            disturb(run)
            run.communicate(timeout=240)
        run = start()
        out, err = run.communicate(timeout=240)
        self.assertIn(run.returncode, (0, 3), err[-2000:])

    def test_killed_runs_lose_and_double_nothing(self):
        parts = self.shares(4)
        self.until_done(lambda: self.start("ingest", "-q", *parts), lambda run: run.send_signal(signal.SIGKILL), 25 if long_tests else 8)
        self.assertEqual(self.facts(), self.facts(self.file(*parts)))

    def test_a_server_that_crashes_is_waited_for(self):
        parts = self.shares(4)
        runs = [self.start("ingest", "-q", *order) for order in (parts, parts[::-1])]
        dice = random.Random(5)
        for _ in range(6 if long_tests else 3):
            time.sleep(dice.uniform(0.05, 0.4))
            server.crash()
            server.start()
        self.finished(runs)
        self.assertEqual(self.facts(), self.facts(self.file(*parts)))

    def test_a_line_that_is_cut_at_a_commit_loses_and_doubles_nothing(self):
        parts = self.shares(3)
        for after in (False, True):
            with self.subTest(after=after):
                global databases
                databases += 1
                self.address = server.fresh(f"e2e_{databases}")
                cutter = Cutter(server.folder, 5, after)
                try:
                    through = self.address.replace(str(server.folder), str(cutter.folder))
                    said = self.run_it("ingest", *parts, "--format", "json", db=through, codes=(0, 3)).stdout
                    self.assertEqual(cutter.cuts, 0)
                finally:
                    cutter.close()
                path = self.path / f"cut-{after}.db"
                same = self.run_it("ingest", *parts, "--format", "json", db=path, codes=(0, 3)).stdout
                self.assertEqual({k: v for k, v in json.loads(said).items() if k != "seconds"}, {k: v for k, v in json.loads(same).items() if k != "seconds"})
                self.assertEqual(self.facts(), self.facts(path))

    # -- one mailbox, one reader

    def test_a_live_mailbox_is_read_by_one_run_and_a_lost_one_moves_no_mail(self):
        name = self.address.split("/")[3].split("?")[0]
        (self.path / "first.mbox").write_bytes(mbox([report_mail("first.example", "r0", [("192.0.2.9", 4, True)])]))
        self.run_it("ingest", "first.mbox")  # makes the tables
        self.path.chmod(0o755)  # its processes have a user of their own
        dovecot = Dovecot(self.path / "dovecot")
        try:
            dovecot.deliver("me", [report_mail(f"one{number}.example", "r1", [("192.0.2.1", 3, True)], number=number) for number in range(4)])
            (self.path / "password").touch(0o600)
            (self.path / "password").write_text("secret\n")
            url = f"imaps://me@localhost:{dovecot.tls}/"
            (self.path / "c.toml").write_text(f'[[mailbox]]\nsource = "{url}"\npassword_file = "{self.path}/password"\nca_file = "{dovecot.folder}/ca.pem"\nmove_to = "Done"\n')
            before = sorted(dovecot.files("me"))
            server.sql(f"INSERT INTO dmarcq.lease VALUES ('mailbox {url}', 1, now() + interval '1 hour')", name)
            done = self.run_it("ingest", "--config", "c.toml", codes=(4,))
            self.assertIn("another run is reading this mailbox", done.stderr)
            # Its time is over, so it is taken; and lost again while a batch is saved.
            server.sql("UPDATE dmarcq.lease SET until = now() - interval '1 minute'; CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS "
                       "'BEGIN UPDATE dmarcq.lease SET run = 1; RETURN NULL; END'; CREATE TRIGGER take AFTER INSERT ON dmarcq.report EXECUTE FUNCTION take()", name)
            done = self.run_it("ingest", "--config", "c.toml", codes=(4,))
            self.assertIn("another run has taken it over", done.stderr)
            self.assertEqual(sorted(dovecot.files("me")), before)
            self.assertEqual(self.facts()[2]["reports"], 1)
            server.sql("DROP TRIGGER take ON dmarcq.report; DELETE FROM dmarcq.lease", name)
            self.run_it("ingest", "--config", "c.toml")
            self.assertEqual(self.facts()[2]["reports"], 5)
            self.assertNotEqual(sorted(dovecot.files("me")), before)
            self.assertEqual(server.sql("SELECT count(*) FROM dmarcq.lease", name), "0")
        finally:
            dovecot.stop()

    # -- what stands between

    def test_a_pooler_in_transaction_mode_changes_nothing(self):
        pooler = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
        if not pooler:
            self.skipTest("pgbouncer is not there")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-pool-"))
        (folder / "users.txt").write_text('"dmarcq" ""\n')
        (folder / "pool.ini").write_text(f"[databases]\n* = host={server.folder} port=5432\n[pgbouncer]\nlisten_addr =\nlisten_port = 5432\nunix_socket_dir = {folder}\n"
                                         f"auth_type = trust\nauth_file = {folder}/users.txt\npool_mode = transaction\ndefault_pool_size = 12\nmax_client_conn = 100\n"
                                         f"logfile = {folder}/log\npidfile = {folder}/pid\n")
        if os.getuid() == 0:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "postgres", "postgres")
        folder.chmod(0o755)
        run = subprocess.Popen([pooler, "-q", folder / "pool.ini"], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **server.who)
        try:
            for _ in range(200):
                if (folder / ".s.PGSQL.5432").exists():
                    break
                time.sleep(0.05)
            direct, self.address = self.address, self.address.replace(str(server.folder), str(folder))
            parts = self.shares(3)
            self.finished([self.start("ingest", "-q", *order) for order in (parts, parts[::-1])])
            path = self.file(*parts)
            self.assertEqual(self.facts(), self.facts(path))
            for words in (("summary", "--flows"), ("sources", "--limit", "10000"), ("readiness",), ("check", "--all")):
                texts = [re.sub(r'"(id|report)": ?\d+', "", self.run_it(*words, "--format", "json", db=db, codes=None).stdout) for db in (path, self.address)]
                self.assertEqual(*[re.sub(r'"reports": ?\[[\d, \n]*\]', "", text) for text in texts])
            self.run_it("db", "prune", "--older-than", "2026-09-20")
            self.run_it("db", "check", db=direct)
        finally:
            run.terminate()
            run.wait(timeout=20)
            shutil.rmtree(folder, ignore_errors=True)

    def test_a_standby_is_read_and_never_written_to(self):
        self.run_it("ingest", SAMPLE, codes=(3,))
        folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-standby-"))
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)
        subprocess.run([server.bin / "pg_basebackup", "-R", "-c", "fast", "-D", folder / "data", "-d", server.address()], check=True, capture_output=True, cwd="/", **server.who)
        standby = subprocess.Popen([server.bin / "postgres", "-D", folder / "data", "-c", f"unix_socket_directories={folder}", "-c", "listen_addresses=", "-c", "max_connections=60"],
                                   cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **server.who)
        try:
            for _ in range(400):
                if subprocess.run([server.bin / "pg_isready", "-q", "-h", folder], capture_output=True).returncode == 0:
                    break
                time.sleep(0.05)
            of_standby = self.address.replace(str(server.folder), str(folder))
            (self.path / "c.toml").write_text(f'db = "{self.address}"\ndb_read = "{of_standby}"\n')

            def reports(*words):
                done = subprocess.run([program, "db", "info", "--format", "json", *words], cwd=self.path, env=self.env, capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stderr)
                return json.loads(done.stdout)["reports"]

            before = reports("--config", "c.toml")
            subprocess.run(["psql", "-X", "-q", "-d", of_standby, "-c", "SELECT pg_wal_replay_pause()"], check=True, capture_output=True, cwd="/")
            (self.path / "late.mbox").write_bytes(mbox([report_mail("late.example", "r9", [("192.0.2.9", 4, True)])]))
            done = subprocess.run([program, "--config", "c.toml", "ingest", "late.mbox"], cwd=self.path, env=self.env, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(reports("--config", "c.toml"), before)
            # A database that is named is the one that is read.
            self.assertEqual(reports("--config", "c.toml", "--db", self.address), before + 1)
            subprocess.run(["psql", "-X", "-q", "-d", of_standby, "-c", "SELECT pg_wal_replay_resume()"], check=True, capture_output=True, cwd="/")
            for _ in range(100):
                if reports("--config", "c.toml") == before + 1:
                    break
                time.sleep(0.1)
            self.assertEqual(reports("--config", "c.toml"), before + 1)
        finally:
            standby.send_signal(signal.SIGINT)
            standby.wait(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)

    # -- addresses and rights

    def test_a_password_comes_from_a_file_or_a_command(self):
        name = self.address.split("/")[3].split("?")[0]
        user = f"locked{databases}"
        server.sql(f"CREATE ROLE {user} LOGIN PASSWORD 'open sesame'; ALTER DATABASE {name} OWNER TO {user}")
        rules = server.folder / "data/pg_hba.conf"
        rules.write_text(f"local all {user} scram-sha-256\n" + rules.read_text())
        server.sql("SELECT pg_reload_conf()")
        address = server.address(name, user)
        (self.path / "password").touch(0o600)
        (self.path / "password").write_text("open sesame\n")
        for key in (f'db_password_file = "{self.path}/password"', f"db_password_command = 'head -1 {self.path}/password'"):
            with self.subTest(key):
                (self.path / "c.toml").write_text(key + "\n")
                self.run_it("--config", "c.toml", "ingest", SAMPLE, db=address, codes=(0, 3))
                self.assertIn(DOMAIN, self.run_it("--config", "c.toml", "summary", "--flows", db=address).stdout)
        # A token is asked for anew with each connection.
        (self.path / "c.toml").write_text(f"db_password_command = 'echo asked >> {self.path}/asked; cat {self.path}/password'\n")
        self.run_it("--config", "c.toml", "ingest", "--reread", SAMPLE, db=address, codes=(0, 3))
        self.assertGreater((self.path / "asked").read_text().count("asked"), 1)
        (self.path / "password").write_text("open barley\n")
        done = self.run_it("--config", "c.toml", "summary", db=address, codes=(6,))
        self.assertNotIn("barley", done.stdout + done.stderr)
        for text, words in (('db_password_file = "/nowhere"', "no password"), ('db_password_command = "false"', "no password"),
                            ('db_password_file = "a"\ndb_password_command = "b"', "exclude each other"), ('db_read = "a.db"', "not the address of a server")):
            with self.subTest(text):
                (self.path / "c.toml").write_text(text + "\n")
                self.assertIn(words, self.run_it("--config", "c.toml", "summary", db=address, codes=(2,)).stderr)
        self.run_it("summary", db=address, codes=(6,))

    def test_what_cannot_be_is_said_in_a_line(self):
        for address, code, words in (("postgresql://me:secret@localhost/x", 2, "password has no place"), ("postgresql://localhost/x?password=secret", 2, "password has no place"),
                                     (f"postgresql://nobody@/postgres?host={server.folder}", 6, "nobody"), ("postgresql:///x?host=/nowhere", 6, "/nowhere"),
                                     (f"postgresql://dmarcq@/missing?host={server.folder}", 6, "missing"), ("postgresql://x?nonsense=1", 2, "nonsense")):
            with self.subTest(address):
                done = self.run_it("summary", db=address, codes=(code,))
                self.assertIn(words, done.stderr)
                self.assertNotIn("secret", done.stdout + done.stderr)
        self.assertIn("no database found", self.run_it("summary", codes=(2,)).stderr)

    def test_a_role_that_may_make_no_tables_can_work_once_they_are_there(self):
        self.run_it("ingest", SAMPLE, codes=(3,))
        name = self.address.split("/")[3].split("?")[0]
        server.sql(f"CREATE ROLE worker{databases} LOGIN; GRANT USAGE ON SCHEMA dmarcq TO worker{databases}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dmarcq "
                   f"TO worker{databases}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA dmarcq TO worker{databases}", name)
        as_worker = server.address(name, f"worker{databases}")
        (self.path / "one.mbox").write_bytes(mbox([report_mail("late.example", "r9", [("192.0.2.9", 4, True)])]))
        self.run_it("ingest", "one.mbox", db=as_worker)
        self.run_it("db", "check", db=as_worker)
        empty = server.fresh(f"e2e_empty_{databases}")
        done = self.run_it("ingest", "one.mbox", db=server.address(f"e2e_empty_{databases}", f"worker{databases}"), codes=(6,))
        self.assertIn("permission denied", done.stderr)
        self.run_it("summary", db=empty, codes=(2,))

    def test_paths_of_any_bytes_and_texts_that_are_none_are_kept(self):
        name = os.fsdecode(b"caf\xe9-\xff.mbox")
        mail = report_mail("odd.example", "r1", [("192.0.2.1", 3, True)]).replace(b"<1.r1@", b"<\xff\x01.r1@")
        (self.path / name).write_bytes(mbox([mail, b"From: x@y.example\nSubject: broken\nContent-Type: application/gzip; name=\"a\xffb.xml.gz\"\n\n\x1f\x8bnothing\n"]))
        done = subprocess.run([program.encode(), b"--db", self.address.encode(), b"ingest", b"caf\xe9-\xff.mbox"], cwd=self.path, env=self.env, capture_output=True, timeout=60)
        self.assertIn(done.returncode, (0, 3), done)
        path = self.path / "odd.db"
        subprocess.run([program.encode(), b"--db", str(path).encode(), b"ingest", b"caf\xe9-\xff.mbox"], cwd=self.path, env=self.env, capture_output=True, timeout=60)
        self.assertEqual(self.facts(path), self.facts())

    def test_what_the_server_refuses_stops_no_run(self):
        """Index entries hold 2,700 bytes: names that are longer, told in one report, and names of parts that are longer, in two attachments."""
        long_name = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000))
        xml = gzip.decompress(base64.b64decode(report_mail("odd.example", "r1", [("192.0.2.1", 3, True)]).split(b"\n\n", 1)[1]))
        xml = xml.replace(b"<auth_results>", f"<auth_results><dkim><domain>ten.onmicrosoft.com</domain><result>pass</result></dkim><dkim><domain>{long_name}.example</domain>"
                          f"<result>pass</result></dkim>".encode())
        part = base64.encodebytes(gzip.compress(xml, mtime=0)).decode()
        parts = "".join(f"--b\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"{number}{long_name[:6000]}.xml.gz\"\n\n"
                        f"{part}\n" for number in (1, 2))
        odd = f"From: dmarc@odd.example\nSubject: Report Domain: example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n".encode()
        (self.path / "odd.mbox").write_bytes(mbox([odd, report_mail("fine.example", "r2", [("192.0.2.2", 5, True)])]))
        path = self.path / "odd.db"
        for db in (path, self.address):
            self.run_it("ingest", "odd.mbox", db=db, codes=(0, 3))
        self.assertEqual(self.facts(path), self.facts())
        self.assertEqual(self.facts()[2]["reports"], 2)

    def test_an_item_that_the_server_refuses_is_a_problem_and_the_others_are_stored(self):
        self.run_it("ingest", SAMPLE, codes=(3,))
        server.sql("ALTER TABLE dmarcq.item ALTER COLUMN message_id TYPE varchar(200)", self.address.split("/")[3].split("?")[0])
        mails = [report_mail(f"late{number}.example", f"r{number}", [("192.0.2.9", 4, True)], number=number) for number in range(5)]
        mails[2] = mails[2].replace(b"<2.r2@", b"<" + b"2" * 300 + b"@")
        (self.path / "odd.mbox").write_bytes(mbox(mails))
        done = self.run_it("ingest", "odd.mbox", "--format", "json", codes=(3,))
        outcomes = json.loads(done.stdout)["outcomes"]
        self.assertEqual((outcomes["stored"], outcomes["problem"]), (4, 1))
        self.assertIn("odd.mbox:3: the database does not take what it holds", done.stderr)
        self.assertIn("limit:database", self.run_it("problems", "list").stdout)
        self.run_it("db", "check")
        self.assertEqual(json.loads(self.run_it("ingest", "odd.mbox", "--format", "json", codes=(0, 3)).stdout)["outcomes"]["stored"], 0)

    def test_a_report_that_is_removed_while_others_of_its_set_come_in(self):
        mails = self.hot_mails()
        (self.path / "all.mbox").write_bytes(mbox(mails))
        for number in range(0, 30, 5):
            (self.path / f"{number:02}.mbox").write_bytes(mbox(mails[number:number + 5]))
        self.run_it("ingest", "all.mbox", codes=(0, 3))
        for round_ in range(6):
            first = json.loads(self.run_it("sql", "select min(id) as id from report", "--format", "json").stdout)["rows"][0]["id"]
            runs = [self.start("reports", "remove", first), *[self.start("ingest", "-q", "--reread", f"{number:02}.mbox") for number in range(0, 30, 10)]]
            for run in runs:
                out, err = run.communicate(timeout=120)
                self.assertIn(run.returncode, (0, 2, 3), err)
            self.run_it("db", "check")
        self.run_it("ingest", "--reread", "all.mbox", codes=(0, 3))
        path = self.file("all.mbox")
        _, _, kept, days = self.facts()
        _, _, kept_in_file, days_in_file = self.facts(path)
        self.assertEqual((kept["reports"], kept["records"], kept["messages"], days), (kept_in_file["reports"], kept_in_file["records"], kept_in_file["messages"], days_in_file))

    def test_sql_asks_and_changes_nothing(self):
        self.run_it("ingest", SAMPLE, codes=(3,))
        before = self.facts()
        for sql in ("delete from report", "insert into note(day,domain,text) values(1,'','x')", "select 1; drop table dmarcq.item", "drop schema dmarcq cascade", "commit", "",
                    "update v_notes set text='' returning 1", "copy dmarcq.item to stdout", "copy (select 1) to program 'touch /tmp/never'",
                    "with gone as (delete from dmarcq.note returning 1) select * from gone", "explain select 1"):
            with self.subTest(sql):
                self.run_it("sql", sql, codes=(2,))
        self.assertEqual(self.facts(), before)
        self.assertEqual(json.loads(self.run_it("sql", "select sum(messages) as n, 1.5 as x, true as t, null as z from v_days", "--format", "json").stdout)["rows"],
                         [{"n": before[2]["messages"], "x": 1.5, "t": 1, "z": None}])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    parser.add_argument("--long", action="store_true")
    options, rest = parser.parse_known_args()
    program, long_tests = os.path.abspath(options.dmarcq), options.long or bool(os.environ.get("DMARCQ_LONG"))
    if binaries() is None:
        print("skipped: PostgreSQL is not there")
        sys.exit(77)
    if "postgresql" in subprocess.run([program, "--db", "postgresql:///x?host=/nowhere", "summary"], capture_output=True, text=True).stderr and \
            "without PostgreSQL" in subprocess.run([program, "--db", "postgresql:///x?host=/nowhere", "summary"], capture_output=True, text=True).stderr:
        print("skipped: built without PostgreSQL")
        sys.exit(77)
    with Server() as server:
        unittest.main(argv=[sys.argv[0], *rest])
