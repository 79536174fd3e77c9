#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Exactly once under fire: killed at every write, at random moments, without memory, without disk. Afterwards the database is whole, and the next
run brings it to what an undisturbed run makes.

    faults_test.py --dmarcq build/dmarcq --shim build/fault_shim.so
"""
import errno, gzip, json, os, pathlib, random, shutil, signal, sqlite3, subprocess, sys, threading, time, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import live
from live import Folder

shim = None


class Faults(Folder):
    def fresh(self):
        for name in self.path.glob("test.db*"):
            name.unlink()

    def shimmed(self, what, at, stays=False, words=("ingest", "box", "--quiet", "--jobs", "1"), count=False):
        env = {**self.env, "LD_PRELOAD": shim, "FAULT_WHAT": str(what), "FAULT_AT": str(at)}
        if stays:
            env["FAULT_STAYS"] = "1"
        if count:
            env["FAULT_COUNT"] = str(self.path / "count")
        return subprocess.run([live.program, *words], cwd=self.path, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)

    def calls(self, what):
        self.fresh()
        self.assertEqual(self.shimmed(what, 0, count=True).returncode, 0)
        return int((self.path / "count").read_text())

    def moments(self, number, most):
        """All of 1 … number; in the quick run at most so many, evenly spread, the first and last among them."""
        if live.long_run or number <= most:
            return range(1, number + 1)
        return sorted({1 + i * (number - 1) // (most - 1) for i in range(most)})

    def prepare(self, mails, records=None):
        self.generate("box", mails, records)
        self.ingest("box", db="once.db")
        self.once = self.export("once.db")

    def heals(self, what):
        done = self.run_it("ingest", "box", "--quiet")
        self.assertEqual(done.returncode, 0, (what, done))
        self.assertEqual(self.export(), self.once, what)

    def whole(self, what):
        """As it was left: every statement of the check holds."""
        if (self.path / "test.db").exists() and (self.path / "test.db").stat().st_size > 0:
            done = self.run_it("db", "check")
            self.assertIn(done.returncode, (0, 5), (what, done))
            if done.returncode == 5:
                self.assertRegex(done.stderr, b"(no|not a) database of dmarcq", what)  # killed before its first commit

    def test_killed_at_every_write(self):
        self.prepare(200)
        number = self.calls("kill")
        killed = 0
        for n in sorted({*range(1, 17), *self.moments(number, 60)}):  # the first ones make the database
            self.fresh()
            done = self.shimmed("kill", n)
            killed += done.returncode == -signal.SIGKILL
            self.assertIn(done.returncode, (-signal.SIGKILL, 0), (n, done))
            if n % 8 == 0 or n <= 16:
                self.whole(f"kill at {n}")
            self.heals(f"kill at {n}")
        print(f"killed at {killed} of {number} writes")
        self.assertGreater(killed, 15)

    def test_killed_at_any_moment(self):
        self.prepare(300, 1200)
        dice = random.Random(6)
        start = time.monotonic()
        self.fresh()
        self.run_it("ingest", "box", "--quiet")
        usual = time.monotonic() - start
        wanted = 10_000 if live.long_run else 500
        kills = rounds = 0
        while kills < wanted:
            self.fresh()
            rounds += 1
            before = kills
            while True:
                process = subprocess.Popen([live.program, "ingest", "box", "--quiet"], cwd=self.path, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                try:
                    # Short lives mostly, so that a round has many deaths; some reach far.
                    process.wait(timeout=usual * dice.random() ** 2)
                except subprocess.TimeoutExpired:
                    process.kill()
                _, said = process.communicate()
                if process.returncode == 0:
                    break
                self.assertEqual((process.returncode, said), (-signal.SIGKILL, b""))
                kills += 1
                if (kills - before) % 100 == 0:
                    usual *= 1.5  # the machine has become slower since it was measured
                if kills % 100 == 0:
                    self.whole(f"kill {kills}")
                if kills % 1000 == 0:
                    print(f"{kills} kills so far", flush=True)
            self.assertEqual(self.export(), self.once, f"round {rounds}")
        print(f"{kills} kills in {rounds} rounds")

    def test_killed_in_upkeep(self):
        """Pruning, a migration and a restore: what is there is what was there before or what was to come, and the next try brings the latter."""
        self.prepare(200, 2000)
        source = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures/databases/schema-1.db.gz"
        (self.path / "old.db").write_bytes(gzip.decompress(source.read_bytes()))
        self.ingest("box")
        days = sorted(json.loads(line)["begin"][:10] for line in self.once)
        (self.path / "test.db").rename(self.path / "full.db")
        self.generate("other", 30, seed=5)
        self.ingest("other", db="backup.db")
        for name, words in (("full.db", ("db", "prune", "--older-than", days[len(days) // 2])), ("full.db", ("db", "prune", "--older-than", days[len(days) // 2], "--all")),
                            ("old.db", ("db", "vacuum")), ("full.db", ("db", "restore", "backup.db"))):
            def begin():
                for left in self.path.glob("test.db*"):
                    left.unlink()
                shutil.copy(self.path / name, self.path / "test.db")
            begin()
            before = self.export() if name != "old.db" else None
            number = int(self.shimmed("kill", 0, count=True, words=words).returncode == 0 and (self.path / "count").read_text())
            after = self.export()
            self.assertNotEqual(before, after)
            killed = 0
            for n in self.moments(number, 12):
                begin()
                done = self.shimmed("kill", n, words=words)
                killed += done.returncode == -signal.SIGKILL
                self.assertIn(done.returncode, (-signal.SIGKILL, 0), (words, n, done))
                if before:
                    self.assertIn(self.export(), (before, after), (words, n))
                done = self.run_it(*words)
                self.assertEqual(done.returncode, 0, (words, n, done))
                self.assertEqual(self.export(), after, (words, n))
            print(f"{' '.join(words[:2])}: killed at {killed} of {number} writes")
            self.assertGreater(killed, 4)

    def test_no_disk(self):
        self.prepare(200)
        for name in ("ENOSPC", "EIO", "EDQUOT"):
            number = self.calls(getattr(errno, name))
            failed = 0
            for n in self.moments(number, 14):
                self.fresh()
                done = self.shimmed(getattr(errno, name), n, stays=True)
                self.assertIn(done.returncode, (0, 6), (name, n, done))
                if done.returncode == 6:
                    failed += 1
                    self.assertGreater(len(done.stderr), 10)
                    self.assertNotIn(b"defect", done.stderr)
                    self.assertRegex(done.stderr, rb"test\.db[^ ]*: .*\nhint: [a-z]", (name, n))
                if n % 3 == 0:
                    self.whole(f"{name} at {n}")
                self.heals(f"{name} at {n}")
            print(f"{name}: {failed} runs failed at one of {number} calls")
            self.assertGreater(failed, 5)

    def test_no_memory(self):
        self.prepare(20)
        number = self.calls("nomem")
        said = {}
        for n in self.moments(number, 80):
            self.fresh()
            done = self.shimmed("nomem", n)
            said[done.returncode] = said.get(done.returncode, 0) + 1
            self.assertIn(done.returncode, (0, 3, 6), (n, done))
            if n % 10 == 0:
                self.whole(f"allocation {n}")
            if n % 1000 == 0:
                print(f"allocation {n} of {number}: exit codes {said}", flush=True)
            # What became a problem for want of memory is read again when told to.
            done = self.run_it("ingest", "box", "--quiet", "--reread")
            self.assertEqual(done.returncode, 0, (n, done))
            self.assertEqual(self.export(), self.once, f"allocation {n}")
        print(f"one of {number} allocations fails: exit codes {said}")

    def test_a_folder_that_cannot_be_written_to(self):
        self.prepare(5)
        closed = self.path / "closed"
        closed.mkdir()
        self.path.chmod(0o755)
        (self.path / "box").chmod(0o644)
        closed.chmod(0o555)
        who = {"user": "nobody"} if os.geteuid() == 0 else {}
        done = self.run_it("--db", "closed/test.db", "ingest", "box", **who)
        self.assertEqual(done.returncode, 6, done)
        self.assertIn(b"Permission denied", done.stderr)

    def said(self, words, code, *says, **more):
        """The one error of a command: file, reason, and what to do."""
        done = self.run_it(*words, **more)
        self.assertEqual(done.returncode, code, (words, done))
        self.assertRegex(done.stderr, rb"\Admarcq: [^\n]*\nhint: [^\n]*\n\Z", words)
        for text in says:
            self.assertIn(text.encode(), done.stderr, words)

    def test_each_error_names_the_file_the_reason_and_the_cure(self):
        self.prepare(20)
        self.ingest("box")
        whole = (self.path / "test.db").read_bytes()
        (self.path / "folder.db").mkdir()
        (self.path / "text.db").write_bytes(b"hello\n" * 1000)
        (self.path / "empty.db").write_bytes(b"")
        (self.path / "damaged.db").write_bytes(whole[:8192] + os.urandom(len(whole) - 8192))
        (self.path / "link.db").symlink_to("nowhere")
        with sqlite3.connect(self.path / "other.db") as other:
            other.execute("CREATE TABLE t(x)")
        for db, code, says in (("folder.db", 6, ["is a directory, not a database", "--db"]), ("text.db", 5, ["no database of dmarcq", "move the file away"]),
                               ("empty.db", 5, ["the file is empty", "--db"]), ("other.db", 5, ["no database of dmarcq", "--db"]), ("damaged.db", 5, ["restore a backup"]),
                               ("missing.db", 6, ["no database found", "dmarcq ingest"]), ("nowhere/missing.db", 6, ["no database found"])):
            for words in (("summary",), ("db", "check"), *([("note", "2026-11-01", "x")] if db != "empty.db" else [])):  # an empty file becomes a database
                self.said(("--db", db, *words), code, db, *says)
        self.said(("--db", "text.db", "ingest", "box"), 5, "text.db: the file is no database of dmarcq", "move the file away")
        self.said(("--db", "link.db", "ingest", "box"), 6, "link.db", "leads nowhere", "--db")
        self.said(("--db", "text.db/x.db", "ingest", "box"), 6, "text.db is not a folder", "--db")
        self.said(("--db", "/proc/x.db", "ingest", "box"), 6, "/proc/x.db")
        # Another program is writing and does not end.
        lock = sqlite3.connect(self.path / "test.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        self.said(("note", "2026-11-01", "x"), 4, "test.db: another program is using it and has locked it", "then run the same command again")
        lock.execute("ROLLBACK")
        lock.close()

    def test_files_of_another_user_name_him(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to be somebody else")
        self.prepare(5)
        self.ingest("box")
        self.path.chmod(0o755)
        (self.path / "box").chmod(0o644)
        folder = self.path / "closed"
        folder.mkdir()
        shutil.copy(self.path / "test.db", folder)
        nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        for mode, file_mode, words, says in (
                (0o700, 0o600, ("summary",), f"{folder}: Permission denied"), (0o755, 0o600, ("summary",), "closed/test.db: Permission denied"),
                (0o755, 0o644, ("note", "2026-11-01", "x"), "may not be written to"), (0o700, 0o600, ("ingest", "box"), f"{folder}: Permission denied"),
                (0o755, 0o600, ("ingest", "box"), "may not be written to")):
            folder.chmod(mode)
            (folder / "test.db").chmod(file_mode)
            self.said(("--db", str(folder / "test.db"), *words), 6, says, "belongs to the user root: run dmarcq as that user", **nobody)

    def test_readers_never_wait_and_never_fail(self):
        self.generate("box", 4000, 80_000)
        self.generate("first", 50, seed=9)
        self.ingest("first")
        # The long run goes on for so many minutes, all mails read again and again.
        end = time.monotonic() + (60 * float(os.environ.get("DMARCQ_SOAK_MINUTES", "30")) if live.long_run else 0)
        runs, rounds, slowest, faults, writing = 0, 0, 0, [], True

        def read(words):
            nonlocal runs, slowest
            while writing:
                start = time.monotonic()
                done = self.run_it(*words)
                slowest = max(slowest, time.monotonic() - start)
                runs += 1
                if done.returncode != 0:
                    faults.append((words, done.returncode, done.stderr))
        threads = [threading.Thread(target=read, args=(words,)) for words in (("summary",), ("db", "info"), ("reports", "--limit", "5"), ("problems", "list"), ("sources", "--failing"), ("db", "check"))]
        for thread in threads:
            thread.start()
        try:
            while rounds == 0 or time.monotonic() < end:
                done = self.run_it("ingest", "box", "--quiet", *(["--reread"] if rounds else []))
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                rounds += 1
        finally:
            writing = False
            for thread in threads:
                thread.join()
        self.assertEqual(faults, [])
        self.whole("at the end")
        print(f"{runs} readers beside {rounds} writers, the slowest took {slowest:.2f} s")
        self.assertGreater(runs, 4)


if __name__ == "__main__":
    args, words = live.arguments("--shim")
    shim = str(pathlib.Path(args.shim).resolve())
    unittest.main(argv=words)
