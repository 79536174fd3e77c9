#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A mailbox on a real IMAP server: Dovecot with TLS on loopback, started here.

    imap_test.py --dmarcq build/dmarcq
"""
import json, os, pathlib, shutil, signal, subprocess, sys, tempfile, time, unittest

import live
from live import Folder, split_mbox
from imap_server import BreakingProxy, Dovecot, TokenServer

dovecot = None
users = 0


class Imap(Folder):
    def setUp(self):
        global users
        super().setUp()
        users += 1
        self.user = f"user{users}"
        self.password = self.path / "password"
        self.password.touch(0o600)
        self.password.write_text("secret\n")
        self.mails = [m.split(b"\n", 1)[1] for m in split_mbox(self.generate("all.mbox", 60))]

    def url(self, folder="", port=None, scheme="imaps"):
        return f"{scheme}://{self.user}@localhost:{port or (dovecot.tls if scheme == 'imaps' else dovecot.plain)}/{folder}"

    def access(self):
        return "--password-file", self.password, "--ca-file", dovecot.folder / "ca.pem"

    def figures(self, *words, url=None, **more):
        answer = self.ingest(url or self.url(), *self.access(), *words, **more)
        self.assertEqual(sum(answer["outcomes"].values()), answer["items"])
        return answer["items"], answer["known"], answer["outcomes"]["stored"]

    def refused(self, *words, code=6, env=None):
        """The one line that is said, and how long it took to say it."""
        start = time.monotonic()
        done = self.run_it("ingest", *words, env=env)
        self.assertEqual(done.returncode, code, done)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertFalse((self.path / "test.db").exists())
        self.assertLess(time.monotonic() - start, 10)
        return lines[0]

    def compare_with_files(self, mails):
        folder = self.path / "files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, mail in enumerate(mails):
            (folder / f"{number:05}.eml").write_bytes(mail)
        (self.path / "files.db").unlink(missing_ok=True)
        self.ingest("files", db="files.db")
        self.assertEqual(self.export(), self.export("files.db"))

    def test_only_what_is_new_is_fetched_and_nothing_changes_on_the_server(self):
        dovecot.deliver(self.user, self.mails[:40])
        before = dovecot.files(self.user)
        self.assertEqual(self.figures(), (40, 0, 40))
        self.assertEqual(self.figures(), (0, 40, 0))
        dovecot.deliver(self.user, self.mails[40:] + [b"From: a@example.net\nSubject: Lunch\n\nAt noon?\n"])
        self.assertEqual(self.figures(), (21, 40, 20))
        self.assertEqual(self.figures("--reread"), (61, 0, 0))
        after = dovecot.files(self.user)
        self.assertEqual([name.split(":")[0] for name in after[:40]], before)
        self.assertFalse([name for name in after if "S" in name.partition(":2,")[2]], "mails were marked as read")
        self.compare_with_files(self.mails)

    def test_another_uidvalidity_means_another_folder(self):
        dovecot.deliver(self.user, self.mails[:10])
        self.assertEqual(self.figures(), (10, 0, 10))
        dovecot.forget_uids(self.user)
        dovecot.deliver(self.user, self.mails[10:12])
        items, known, stored = self.figures()
        self.assertEqual((items, known, stored), (12, 0, 2))
        self.compare_with_files(self.mails[:12])

    def test_starttls_and_folders_with_names_of_the_world(self):
        dovecot.deliver(self.user, self.mails[:3], "Berichte.&AOQ-rger & &2D3eAA-".replace(" & ", "&-"))
        dovecot.deliver(self.user, self.mails[3:5])
        url = self.url("Berichte.%C3%A4rger%26%F0%9F%98%80", scheme="imap")
        self.assertEqual(self.figures(url=url), (3, 0, 3))
        self.assertEqual(self.figures(url=self.url(scheme="imap").replace("localhost", "127.0.0.1")), (2, 0, 2))

    def test_a_certificate_that_is_not_trusted_is_refused(self):
        line = self.refused(self.url(), "--password-file", self.password)
        self.assertIn("the server's certificate is not trusted", line)

    def test_a_wrong_password_is_one_clear_line(self):
        self.password.write_text("wrong\n")
        line = self.refused(self.url(), *self.access())
        self.assertEqual(line, f"dmarcq: {self.url()}: the server rejected the login of {self.user}")

    def test_mistakes_are_one_clear_line(self):
        self.assertIn("no password: use", self.refused(self.url()))
        self.assertIn("the URL contains a password", self.refused(self.url().replace("@", ":secret@")))
        self.assertIn("names no user", self.refused("imaps://localhost/"))
        self.assertIn("'exit 3' ends with 3", self.refused(self.url(), "--password-command", "exit 3"))
        self.assertIn("is unreadable or empty", self.refused(self.url(), "--password-file", "missing"))
        self.assertIn("the server says: NO", self.refused(self.url("Missing"), *self.access()))
        line = self.refused("imaps://a@no-such-host.invalid/", *self.access())
        self.assertIn("no-such-host.invalid", line)

    def test_starttls_is_required_away_from_loopback(self):
        server = TokenServer()
        name = os.uname().nodename
        try:
            if not __import__("socket").gethostbyname(name).startswith("127."):
                self.skipTest("this machine's name does not lead to loopback")
        except OSError:
            self.skipTest("this machine's name leads nowhere")
        self.assertIn("does not offer STARTTLS", self.refused(f"imap://a@{name}:{server.port}/", *self.access()))
        server.close()

    def test_the_password_comes_from_a_file_the_environment_or_a_command(self):
        dovecot.deliver(self.user, self.mails[:1])
        ca = ("--ca-file", dovecot.folder / "ca.pem", "--reread")
        for words, env in ((("--password-command", "printf 'secret\\nmore\\n'"), {}), ((), {"DMARCQ_IMAP_PASSWORD": "secret"}), (("--password-file", self.password), {})):
            self.assertEqual(self.ingest(self.url(), *ca, *words, env=env)["items"], 1)

    def test_a_token_is_presented_as_xoauth2_says(self):
        server = TokenServer()
        answer = self.ingest(f"imap://me%40example.com@127.0.0.1:{server.port}/", "--token-command", "echo abc.def")
        self.assertEqual(answer["items"], 0)
        self.assertEqual(server.login, b"user=me@example.com\x01auth=Bearer abc.def\x01\x01")
        server.close()

    def test_only_stored_mails_are_moved_and_only_once_they_are_stored(self):
        lunch = b"From: a@example.net\nSubject: Lunch\n\nAt noon?\n"
        dovecot.deliver(self.user, self.mails[:10] + [lunch] + self.mails[10:12])
        self.assertEqual(self.figures("--move-to", "Done"), (13, 0, 12))
        self.assertEqual((len(dovecot.files(self.user)), len(dovecot.files(self.user, "Done"))), (1, 12))
        self.assertEqual(self.figures("--move-to", "Done"), (0, 1, 0))
        # The connection that moves breaks: the mails are stored, stay, and are moved by the next run.
        dovecot.deliver(self.user, self.mails[12:20])
        proxy = BreakingProxy(dovecot.tls, [None, 3000])
        url = self.url(port=proxy.port)
        done = self.run_it("ingest", url, *self.access(), "--move-to", "Done", "--reread")
        self.assertEqual(done.returncode, 6, done)
        self.assertIn(b"their mails could not be moved or marked", done.stderr)
        self.assertEqual(len(dovecot.files(self.user)), 9)
        answer = self.ingest(url, *self.access(), "--move-to", "Done")
        self.assertEqual((answer["items"], answer["known"]), (0, 9))
        self.assertEqual((len(dovecot.files(self.user)), len(dovecot.files(self.user, "Done"))), (1, 20))
        proxy.close()
        self.compare_with_files(self.mails[:20])

    def test_stored_mails_are_marked_as_read_on_demand(self):
        dovecot.deliver(self.user, self.mails[:3] + [b"From: a@example.net\nSubject: Lunch\n\nAt noon?\n"])
        self.assertEqual(self.figures("--mark-seen"), (4, 0, 3))
        self.assertEqual(len([name for name in dovecot.files(self.user) if "S" in name.partition(":2,")[2]]), 3)

    def test_a_connection_that_breaks_in_the_middle_of_a_body_is_made_again(self):
        dovecot.deliver(self.user, self.mails)
        size = sum(map(len, self.mails))
        proxy = BreakingProxy(dovecot.tls, [9000, 9000 + size // 3, 5000 + size // 10])
        self.assertEqual(self.figures(url=self.url(port=proxy.port)), (60, 0, 60))
        self.assertEqual(proxy.connections, 4)
        self.compare_with_files(self.mails)
        proxy.close()

    def test_what_came_before_the_server_went_away_for_good_is_kept(self):
        dovecot.deliver(self.user, self.mails)
        size = sum(map(len, self.mails))
        proxy = BreakingProxy(dovecot.tls, [9000 + size // 2] + [0] * 100)
        url = self.url(port=proxy.port)
        done = self.run_it("ingest", url, *self.access(), "--format", "json")
        self.assertEqual(done.returncode, 6, done)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        first = json.loads(done.stdout)["items"]
        self.assertGreater(first, 5)
        proxy.breaks.clear()
        answer = self.ingest(url, *self.access())
        self.assertEqual((answer["items"], answer["known"]), (60 - first, first))
        self.compare_with_files(self.mails)
        proxy.close()

    def test_a_silent_server_is_given_up_and_a_signal_ends_the_wait(self):
        proxy = BreakingProxy(dovecot.tls, ["mute"] * 10)
        (self.path / "c.toml").write_text(f'[[mailbox]]\nsource = "{self.url(port=proxy.port)}"\npassword_file = "password"\ntimeout = 60\n')
        process = subprocess.Popen([live.program, "--config", "c.toml", "ingest"], cwd=self.path, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertEqual(process.returncode, 143)
        self.assertLess(time.monotonic() - start, 2)
        proxy.close()

    def test_a_mail_that_is_too_large_is_not_fetched_whole(self):
        dovecot.deliver(self.user, [self.mails[0], b"From: a@example.net\nSubject: big\n\n" + b"x" * 70 + b"\n" + b"y" * 3_000_000, self.mails[1]])
        (self.path / "c.toml").write_text('[limits]\nmail_size = "1 MiB"\n')
        answer = self.ingest("--config", "c.toml", self.url(), *self.access(), code=3)
        self.assertEqual(answer["outcomes"], {"stored": 2, "duplicate": 0, "not_a_report": 0, "problem": 1})
        self.assertEqual(json.loads(self.run_it("problems", "list", "--format", "json").stdout)["problems"][0]["reason"], "limit:mail_size")

    def test_configured_mailboxes_run_one_after_another_and_one_that_fails_stops_no_other(self):
        dovecot.deliver(self.user, self.mails[:4])
        dovecot.deliver(self.user, self.mails[4:9], "Two")
        (self.path / "wrong").touch(0o600)
        (self.path / "wrong").write_text("wrong\n")
        (self.path / "c.toml").write_text(f"""
db = "configured.db"
[[mailbox]]
source = "{self.url()}"
password_file = "wrong"
ca_file = "{dovecot.folder}/ca.pem"
[[mailbox]]
source = "{self.url("Two")}"
password_command = "cat password"
ca_file = "{dovecot.folder}/ca.pem"
move_to = "Two.Done"
[[mailbox]]
source = "all.mbox"
""")
        env = {"DMARCQ_DB": ""}
        done = self.run_it("ingest", "--config", "c.toml", "--format", "json", env=env)
        self.assertEqual(done.returncode, 6, done)
        self.assertEqual(done.stderr.decode(), f"dmarcq: {self.url()}: the server rejected the login of {self.user}\n")
        self.assertEqual(json.loads(done.stdout)["reports"]["stored"], 60)
        self.assertEqual(len(dovecot.files(self.user, "Two.Done")), 5)
        (self.path / "wrong").touch(0o600)
        (self.path / "wrong").write_text("secret\n")
        done = self.run_it("ingest", "--config", "c.toml", "--quiet", env=env)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_ten_thousand_mails(self):
        mails = [m.split(b"\n", 1)[1] for m in split_mbox(self.generate("many.mbox", 10_000, 30_000))]
        dovecot.deliver(self.user, mails)
        start = time.monotonic()
        self.assertEqual(self.figures(), (10_000, 0, 10_000))
        middle = time.monotonic()
        self.assertEqual(self.figures(), (0, 10_000, 0))
        print(f"10,000 mails over TLS: {middle - start:.1f} s; once more: {time.monotonic() - middle:.2f} s")
        self.ingest("many.mbox", db="mbox.db")
        self.assertEqual(self.export(), self.export("mbox.db"))


if __name__ == "__main__":
    _, words = live.arguments()
    if not shutil.which("dovecot", path="/usr/sbin:/usr/bin"):
        print("dovecot is not installed: skipped")
        sys.exit(77)
    place = tempfile.mkdtemp(prefix="dmarcq-dovecot-")
    os.chmod(place, 0o755)
    dovecot = Dovecot(place + "/server")
    try:
        outcome = unittest.main(argv=words, exit=False)
    finally:
        dovecot.stop()
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(0 if outcome.result.wasSuccessful() else 1)
