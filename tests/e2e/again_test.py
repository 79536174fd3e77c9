#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Local mailboxes again and again: what is known is passed over, what is new or in doubt is read, one run at a time.

    again_test.py --dmarcq build/dmarcq
"""
import json, os, resource, signal, subprocess, time, unittest

import live
from live import Folder, split_mbox


class Again(Folder):
    def figures(self, *words, **more):
        answer = self.ingest(*words, **more)
        self.assertEqual(sum(answer["outcomes"].values()), answer["items"])
        return answer["items"], answer["known"], answer["outcomes"]["stored"]

    def fresh(self, *words):
        """The export of a database that saw the mailbox once, as it is now."""
        (self.path / "fresh.db").unlink(missing_ok=True)
        self.ingest(*words, db="fresh.db")
        return self.export("fresh.db")

    def test_an_mbox_that_grew_is_read_from_where_it_was_left(self):
        mails = split_mbox(self.generate("all.mbox", 60))
        box = self.path / "box"
        box.write_bytes(b"".join(mails[:40]))
        self.assertEqual(self.figures("box"), (40, 0, 40))
        before = self.export()
        self.assertEqual(self.figures("box"), (0, 40, 0))
        self.assertEqual(self.export(), before)
        with box.open("ab") as more:
            more.write(b"".join(mails[40:]))
        self.assertEqual(self.figures("box"), (20, 40, 20))
        self.assertEqual(self.export(), self.fresh("box"))
        # By another path it is the same mailbox; --reread believes nothing.
        os.symlink(box, self.path / "link")
        self.assertEqual(self.figures(self.path / "link"), (0, 60, 0))
        self.assertEqual(self.figures("box", "--reread"), (60, 0, 0))
        self.assertEqual(self.figures("box"), (0, 60, 0))
        # Other limits may give other results.
        (self.path / "c.toml").write_text("[limits]\nrecords = 4000000\n")
        self.assertEqual(self.figures("box", "--config", "c.toml"), (60, 0, 0))

    def test_an_mbox_that_was_rewritten_is_read_whole(self):
        mails = split_mbox(self.generate("all.mbox", 60))
        box = self.path / "box"
        changes = {
            "the first mail was deleted": mails[1:41],
            "a mail in the middle was deleted and others came": mails[:20] + mails[21:50],
            "it was emptied and filled anew": mails[45:],
            "the last mail that was read was deleted": mails[:39],
            "the last mail was replaced": mails[:39] + mails[50:51],
        }
        for what, after in changes.items():
            with self.subTest(what):
                (self.path / "test.db").unlink(missing_ok=True)
                for suffix in ("-wal", "-shm"):
                    (self.path / ("test.db" + suffix)).unlink(missing_ok=True)
                box.write_bytes(b"".join(mails[:40]))
                self.figures("box")
                box.write_bytes(b"".join(after))
                items, known, stored = self.figures("box")
                self.assertEqual((items, known), (len(after), 0))
                self.assertEqual(stored, len(set(after) - set(mails[:40])))
                # Nothing of what was there is lost, nothing is there twice.
                (self.path / "union").write_bytes(b"".join(mails[:40] + [m for m in after if m not in mails[:40]]))
                self.assertEqual(self.export(), self.fresh("union"))

    def test_a_mail_that_was_still_being_written_is_read_when_it_is_whole(self):
        mails = split_mbox(self.generate("all.mbox", 6))
        box = self.path / "box"
        for cut in (40, 300, len(mails[5]) - 30):
            (self.path / "test.db").unlink(missing_ok=True)
            box.write_bytes(b"".join(mails[:5]) + mails[5][:cut])
            self.run_it("ingest", "box")
            box.write_bytes(b"".join(mails))
            self.run_it("ingest", "box")
            self.assertEqual(self.export(), self.fresh("all.mbox"), cut)

    def test_a_maildir_mail_that_changed_its_flags_is_not_read_twice(self):
        mails = split_mbox(self.generate("all.mbox", 30))
        box = self.path / "Maildir"
        for folder in ("cur", "new", "tmp", ".Sub/cur", ".Sub/new", ".Sub/tmp"):
            (box / folder).mkdir(parents=True)
        for number, mail in enumerate(mails[:20]):
            (box / ("new" if number % 2 else ".Sub/cur") / f"17000000{number:02}.M1P1.host,S={len(mail)}{'' if number % 2 else ':2,'}").write_bytes(mail.split(b"\n", 1)[1])
        self.assertEqual(self.figures("Maildir"), (20, 0, 20))
        for name in list((box / "new").iterdir()):
            name.rename(box / "cur" / (name.name + ":2,RS"))
        for name in list((box / ".Sub/cur").iterdir()):
            name.rename(str(name) + "F")
        self.assertEqual(self.figures("Maildir"), (0, 20, 0))
        (box / "new/1700000099.M1P1.host").write_bytes(mails[25].split(b"\n", 1)[1])
        self.assertEqual(self.figures(box / "new", box / "cur"), (1, 10, 1))
        self.assertEqual(self.figures("Maildir", "--reread"), (21, 0, 0))
        self.assertEqual(self.export(), self.fresh("Maildir"))

    def test_files_that_did_not_change_are_not_read(self):
        mails = split_mbox(self.generate("all.mbox", 12))
        folder = self.path / "mails"
        folder.mkdir()
        for number, mail in enumerate(mails[:10]):
            (folder / f"{number}.eml").write_bytes(mail.split(b"\n", 1)[1])
        (folder / "box").write_bytes(b"".join(mails[:3]))
        subprocess.run(["tar", "cf", "mails.tar", "mails"], cwd=self.path, check=True)
        time.sleep(3.1)  # what changed a moment ago is not trusted to stay
        self.assertEqual(self.figures("mails", "mails.tar"), (26, 0, 10))
        self.assertEqual(self.figures("mails", "mails.tar"), (0, 26, 0))
        status = (folder / "4.eml").stat()
        (folder / "4.eml").write_bytes(mails[11].split(b"\n", 1)[1])
        os.utime(folder / "4.eml", ns=(status.st_atime_ns, status.st_mtime_ns))
        self.assertEqual(self.figures("mails"), (1, 12, 1))

    def test_an_unreadable_mail_is_tried_again(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        mails = split_mbox(self.generate("all.mbox", 2))
        for folder in ("cur", "new", "tmp"):
            (self.path / "Maildir" / folder).mkdir(parents=True)
        mail = self.path / "Maildir/new/1700000000.M1P1.host"
        mail.write_bytes(mails[0].split(b"\n", 1)[1])
        mail.chmod(0)
        self.ingest("Maildir", code=3)
        mail.chmod(0o600)
        self.assertEqual(self.figures("Maildir"), (1, 0, 1))

    def test_a_hundred_thousand_known_mails_cost_less_than_a_second(self):
        number = 100_000
        with (self.path / "box").open("w") as box:
            for i in range(number):
                box.write(f"From a@example.net Thu Nov 19 08:00:00 2026\nFrom: a@example.net\nSubject: {i}\n\nLunch {i}?\n\n")
        for folder in ("cur", "new", "tmp"):
            (self.path / "Maildir" / folder).mkdir(parents=True)
        for i in range(number):
            with open(self.path / f"Maildir/cur/1700{i:06}.M1P1.host:2,S", "w") as mail:
                mail.write(f"From: a@example.net\nSubject: m{i}\n\nLunch m{i}?\n")
        for source in ("box", "Maildir"):
            self.assertEqual(self.figures(source), (number, 0, 0))
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.monotonic()
            self.assertEqual(self.figures(source), (0, number, 0))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{number} known mails, {source}: {time.monotonic() - start:.2f} s, {cpu:.2f} s of CPU")
            self.assertLess(cpu, 1)

    def waiting_ingest(self, *words, data=b""):
        """An ingest of standard input, under way and waiting for more."""
        process = subprocess.Popen([live.program, "ingest", "-", *words], cwd=self.path, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdin.write(data)
        process.stdin.flush()
        time.sleep(0.8)
        return process

    def test_one_run_at_a_time(self):
        data = self.generate("all.mbox", 30)
        self.ingest("all.mbox")
        first = self.waiting_ingest(data=data[:5000])
        second = self.run_it("ingest", "all.mbox")
        self.assertEqual((second.returncode, second.stdout), (4, b""))
        self.assertEqual(second.stderr.count(b"\n"), 1, second.stderr)
        self.assertIn(b"another run is using this database", second.stderr)
        for reader in (("summary",), ("sources",), ("db", "check"), ("reports",), ("db", "info")):
            self.assertEqual(self.run_it(*reader).returncode, 0, reader)
        first.kill()
        first.communicate()
        self.assertEqual(self.run_it("ingest", "all.mbox").returncode, 0)

    def test_a_signal_ends_a_waiting_run_within_two_seconds(self):
        data = self.generate("all.mbox", 30)
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.waiting_ingest("--format", "json", data=data[:len(data) // 2])
            start = time.monotonic()
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=10), code)
            self.assertLess(time.monotonic() - start, 2)
            json.loads(process.stdout.read())
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()
        self.ingest("all.mbox")
        self.ingest("all.mbox", db="once.db")
        self.assertEqual(self.export(), self.export("once.db"))
        self.assertEqual(json.loads(self.run_it("problems", "list", "--format", "json").stdout)["problems"], [])

    def test_messages_as_json_for_a_journal(self):
        mails = split_mbox(self.generate("all.mbox", 3))
        (self.path / "box").write_bytes(mails[0] + mails[1][: len(mails[1]) // 2] + b"\n\n" + mails[2])
        done = self.run_it("ingest", "missing", "box", "--log-format", "json")
        self.assertEqual((done.returncode, done.stdout), (6, b""))
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual([line["level"] for line in lines], ["error", "warning", "warning"])
        self.assertEqual([line["place"] for line in lines][0], "missing")
        self.assertTrue(lines[1]["place"].startswith("box:2"), lines)
        self.assertIn("3 items = 2 stored", lines[2]["text"])
        self.assertRegex(lines[2]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_a_signal_in_the_middle_loses_nothing(self):
        self.generate("all.mbox", 3000, 60000)
        self.ingest("all.mbox", db="once.db")
        seen = set()
        for wait in (0.05, 0.15, 0.3, 0.6):
            process = subprocess.Popen([live.program, "ingest", "all.mbox", "--format", "json", "--jobs", "1"], cwd=self.path, env=self.env, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            time.sleep(wait)
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.communicate()
            self.assertLess(time.monotonic() - start, 2)
            seen.add(process.returncode)
        self.assertLessEqual(seen, {0, 143, -signal.SIGTERM})
        answer = self.ingest("all.mbox")
        self.assertEqual(answer["items"] + answer["known"], 3000)
        self.assertEqual(self.export(), self.export("once.db"))


if __name__ == "__main__":
    unittest.main(argv=live.arguments()[1])
