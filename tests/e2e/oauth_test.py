#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tokens for a mailbox on a real IMAP server: Dovecot with TLS, XOAUTH2 and OAUTHBEARER on loopback, which asks the test's own token server whether
a token is good.

    oauth_test.py --dmarcq build/dmarcq
"""
import json, os, pathlib, re, shutil, signal, stat, subprocess, sys, tempfile, threading, time, unittest

import live
from live import Folder, split_mbox
from imap_server import Dovecot
from oauth_server import OAuthServer

place = None      # certificates, and a Dovecot for each mechanism
CLIENT_SECRET = "Zq~8Q.client-secret-of-the-test"
REFRESH_TOKEN = "0.AAAA-refresh_token.of~the-test"


class OAuth(Folder):
    users = 0

    def setUp(self):
        super().setUp()
        OAuth.users += 1
        self.user = f"user{OAuth.users}@kestrel.example"
        self.server, self.dovecot = tokens["xoauth2"], dovecots["xoauth2"]
        self.fresh(self.server)
        self.mails = [m.split(b"\n", 1)[1] for m in split_mbox(self.generate("all.mbox", 5))]
        self.env["https_proxy"] = self.env["http_proxy"] = "http://192.0.2.1:9"  # what goes to loopback goes there directly

    def fresh(self, server, **more):
        """The server as it was begun, for this test's user."""
        server.user, server.lifetime, server.client_secret, server.refresh_token, server.rotates = self.user, 3600, None, None, False
        server.revokes = True
        server.rule, server.pending, server.device = lambda path, form: None, 0, {}
        server.asked.clear(), server.good.clear()
        vars(server).update(more)

    def secret(self, name, text):
        path = self.path / name
        path.touch(0o600)
        path.write_text(text)
        return path

    def configure(self, oauth, more="", dovecot=None):
        dovecot = dovecot or self.dovecot
        source = f"imaps://{self.user.replace('@', '%40')}@localhost:{dovecot.tls}/"
        (self.path / "c.toml").write_text(f'[[mailbox]]\nname = "reports"\nsource = "{source}"\nca_file = "{dovecot.folder}/ca.pem"\ntimeout = 10\n{more}\n[mailbox.oauth2]\n'
                                          + "".join(f'{key} = "{value}"\n' for key, value in oauth.items()))
        return source

    def by_secret(self, **more):
        self.server.client_secret = CLIENT_SECRET
        return self.configure({"token_url": self.server.url(), "client_id": "client-1", "client_secret_file": self.secret("client-secret", CLIENT_SECRET + "\n"),
                               "scope": "https://mail.example/.default", **more})

    def by_refresh_token(self, **more):
        self.server.refresh_token = REFRESH_TOKEN
        return self.configure({"token_url": self.server.url(), "device_url": self.server.url("device"), "client_id": "client-1",
                               "refresh_token_file": self.secret("refresh", REFRESH_TOKEN), **more})

    def read(self, code=0):
        done = self.run_it("--config", "c.toml", "ingest", "--format", "json")
        self.no_secret_in(done.stdout + done.stderr)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr.decode()

    def no_secret_in(self, output):
        for secret in (CLIENT_SECRET, REFRESH_TOKEN, "access-", "device-code-of-the-test", "refresh-by-login", "PRIVATE KEY"):
            self.assertNotIn(secret.encode(), output)

    def cache(self):
        return self.path / "test.db.token.reports"

    def test_client_credentials(self):
        self.dovecot.deliver(self.user, self.mails)
        self.by_secret()
        self.assertEqual(self.read()["outcomes"]["stored"], 5)
        self.assertEqual(self.server.forms(), [{"grant_type": "client_credentials", "client_id": "client-1", "client_secret": CLIENT_SECRET,
                                                "scope": "https://mail.example/.default"}])
        self.assertEqual(stat.S_IMODE(self.cache().stat().st_mode), 0o600)
        self.assertEqual(self.read()["known"], 5)
        self.assertEqual(len(self.server.forms()), 1, "the cached token is good")

    def test_a_token_that_is_about_to_expire_is_renewed(self):
        self.dovecot.deliver(self.user, self.mails[:1])
        self.by_secret()
        self.server.lifetime = 119
        self.read(), self.read()
        self.assertEqual(len(self.server.forms()), 2)
        self.server.lifetime = 180
        self.read(), self.read()
        self.assertEqual(len(self.server.forms()), 3)

    def test_a_token_that_the_mail_server_rejects_is_renewed_once(self):
        self.dovecot.deliver(self.user, self.mails[:2])
        self.by_secret()
        self.read()
        self.server.good.clear()  # revoked
        self.assertEqual(self.read()["known"], 2)
        self.assertEqual(len(self.server.forms()), 2)
        # For ever: one more token, and one line.
        self.server.rule = lambda path, form: (200, {"active": False}) if path == "/introspect" else None
        said = self.read(code=6)
        self.assertEqual(len(self.server.forms()), 3)
        self.assertEqual(said, f"dmarcq: imaps://{self.user.replace('@', '%40')}@localhost:{self.dovecot.tls}/: the server rejected the login of {self.user}, also with a new token\n")

    def test_the_connection_that_moves_mails_uses_the_same_token(self):
        self.dovecot.deliver(self.user, self.mails)
        self.by_secret()
        self.configure({"token_url": self.server.url(), "client_id": "client-1", "client_secret_file": self.path / "client-secret"}, more='move_to = "Done"')
        self.read()
        self.assertEqual((len(self.dovecot.files(self.user)), len(self.dovecot.files(self.user, "Done"))), (0, 5))
        self.assertEqual(len(self.server.forms()), 1)

    def test_oauthbearer(self):
        server, dovecot = tokens["oauthbearer"], dovecots["oauthbearer"]
        self.fresh(server)
        dovecot.deliver(self.user, self.mails)
        self.configure({"token_url": server.url(), "client_id": "client-1", "client_secret_file": self.secret("client-secret", CLIENT_SECRET)}, dovecot=dovecot)
        self.assertEqual(self.read()["outcomes"]["stored"], 5)
        server.good.clear()
        self.assertEqual(self.read()["known"], 5)
        self.assertEqual(len(server.forms()), 2)

    def test_both_mechanisms_at_once(self):
        server, dovecot = tokens["both"], dovecots["both"]
        self.fresh(server)
        dovecot.deliver(self.user, self.mails)
        self.configure({"token_url": server.url(), "client_id": "client-1", "client_secret_file": self.secret("client-secret", CLIENT_SECRET)}, dovecot=dovecot)
        self.assertEqual(self.read()["outcomes"]["stored"], 5)

    def test_a_token_command_goes_on_working(self):
        self.dovecot.deliver(self.user, self.mails)
        self.server.good = {"by-a-script"}
        url = f"imaps://{self.user.replace('@', '%40')}@localhost:{self.dovecot.tls}/"
        self.assertEqual(self.ingest(url, "--ca-file", place / "x" / "ca.pem", "--token-command", "echo by-a-script")["outcomes"]["stored"], 5)

    def test_a_refresh_token_that_rotates_is_saved(self):
        self.dovecot.deliver(self.user, self.mails[:1])
        self.by_refresh_token()
        self.server.rotates, self.server.lifetime = True, 60
        for number in range(1, 4):
            self.read()
            self.assertEqual(self.server.forms()[-1]["refresh_token"], REFRESH_TOKEN + "+" * (number - 1))
            self.assertEqual((self.path / "refresh").read_text(), REFRESH_TOKEN + "+" * number + "\n")
            self.assertEqual(stat.S_IMODE((self.path / "refresh").stat().st_mode), 0o600)
        self.assertEqual(sorted(p.name for p in self.path.iterdir() if ".part" in p.name), [])

    def test_where_it_cannot_be_saved_the_cache_keeps_it(self):
        self.dovecot.deliver(self.user, self.mails[:1])
        self.secret("kept-elsewhere", REFRESH_TOKEN)
        self.by_refresh_token(refresh_token_file=self.path / "link")
        (self.path / "link").symlink_to("kept-elsewhere")
        self.server.rotates, self.server.lifetime = True, 60
        for number in range(1, 4):
            self.read()
            self.assertEqual(self.server.forms()[-1]["refresh_token"], REFRESH_TOKEN + "+" * (number - 1))
        self.assertEqual((self.path / "kept-elsewhere").read_text(), REFRESH_TOKEN)
        self.assertEqual(stat.S_IMODE(self.cache().stat().st_mode), 0o600)

    def test_a_service_account_signs_its_request(self):
        key = self.path / "key"
        key.mkdir()
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key / "private.pem"], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key / "private.pem", "-pubout", "-out", key / "public.pem"], check=True)
        account = self.secret("account.json", json.dumps({"type": "service_account", "client_email": "reader@project.example", "private_key_id": "k1",
                                                          "private_key": (key / "private.pem").read_text(), "token_uri": "https://elsewhere.example/"}))
        self.dovecot.deliver(self.user, self.mails)
        self.server.public_key = key / "public.pem"
        self.configure({"provider": "google", "token_url": self.server.url(), "service_account_file": account})
        self.assertEqual(self.read()["outcomes"]["stored"], 5)
        self.assertEqual({k: v for k, v in self.server.claims.items() if k not in ("iat", "exp")},
                         {"iss": "reader@project.example", "sub": self.user, "scope": "https://mail.google.com/", "aud": self.server.url()})
        self.assertEqual(self.server.head, {"alg": "RS256", "typ": "JWT", "kid": "k1"})
        self.server.public_key = place / "x" / "public.pem"
        self.cache().unlink()
        self.assertIn("refused the service account of mailbox 'reports' (invalid_grant)", self.read(code=6))

    def test_https_needs_a_certificate_that_is_trusted(self):
        secure = OAuthServer(certificates=place / "x", user=self.user)
        self.addCleanup(secure.close)
        self.dovecot.deliver(self.user, self.mails)
        self.env.pop("https_proxy"), self.env.pop("http_proxy")
        oauth = {"token_url": secure.url(host="localhost"), "client_id": "c", "client_secret_file": self.secret("client-secret", CLIENT_SECRET)}
        self.configure(oauth)
        said = self.read(code=6)
        self.assertIn(f"the token server localhost:{secure.port} gave no token for mailbox 'reports': the certificate is not valid", said)
        self.assertEqual(secure.asked, [])
        self.configure({**oauth, "ca_file": place / "x" / "ca.pem"})
        secure.rule = lambda path, form: self.server.issue() if path == "/token" else None
        self.assertEqual(self.read()["outcomes"]["stored"], 5)

    def test_http_is_for_loopback_only(self):
        for url in ("http://login.kestrel.example/token", "http://192.0.2.1/token"):
            self.by_secret(token_url=url)
            done = self.run_it("--config", "c.toml", "ingest")
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(b"mailbox.oauth2.token_url is not an https:// URL\nhint: http:// is for loopback addresses only", done.stderr)

    def test_login(self):
        self.dovecot.deliver(self.user, self.mails)
        self.by_refresh_token()
        (self.path / "refresh").unlink()
        self.assertIn("No such file or directory; 'dmarcq login reports' makes it", self.read(code=6))
        self.server.pending = 2
        done = self.run_it("--config", "c.toml", "login", "reports")
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        self.no_secret_in(done.stdout)
        self.assertEqual(done.stdout.decode(), f"""Open https://login.kestrel.example/device in a browser on any machine, log in as
somebody who may read the mailbox {self.user}, and enter this code:

  WDJB-MJHT

It is valid for 15 minutes.
the refresh token of mailbox 'reports' is stored in {self.path}/refresh
""")
        self.assertEqual(self.server.forms("/device"), [{"client_id": "client-1"}])
        self.assertEqual(self.server.forms()[-1], {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "client-1", "device_code": "device-code-of-the-test"})
        self.assertEqual((self.path / "refresh").read_text(), "refresh-by-login.of~the-test\n")
        self.assertEqual(stat.S_IMODE((self.path / "refresh").stat().st_mode), 0o600)
        self.assertEqual(self.read()["outcomes"]["stored"], 5)

    def test_login_replaces_an_older_token_and_what_came_of_it(self):
        self.dovecot.deliver(self.user, self.mails[:1])
        self.by_refresh_token()
        self.read()
        (self.path / "refresh").chmod(0o644)
        done = self.run_it("--config", "c.toml", "login")  # the only one needs no name
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(stat.S_IMODE((self.path / "refresh").stat().st_mode), 0o600)
        self.read()
        self.assertEqual(self.server.forms()[-1]["refresh_token"], "refresh-by-login.of~the-test")

    def test_login_that_does_not_help_is_a_mistake(self):
        self.by_secret()
        rows = [(["login", "other"], "there is no mailbox 'other' with [mailbox.oauth2]\nhint: configured: reports"),
                (["login", "reports"], "mailbox 'reports' needs no login\nhint: its client_secret_file is all it takes")]
        for words, says in rows:
            done = self.run_it("--config", "c.toml", *words)
            self.assertEqual((done.returncode, self.server.asked), (2, []), done)
            self.assertIn(says, done.stderr.decode())
        self.by_refresh_token(device_url=self.server.url("device"), refresh_token_file=self.path / "missing" / "refresh")
        done = self.run_it("--config", "c.toml", "login", "reports")
        self.assertEqual((done.returncode, self.server.asked), (6, []), done)
        self.assertIn(b"missing/refresh: No such file or directory", done.stderr)

    def test_a_signal_ends_a_login_and_leaves_nothing(self):
        self.by_refresh_token()
        self.server.pending = 10**6
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = subprocess.Popen([live.program, "--config", "c.toml", "login"], cwd=self.path, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertIn(b"Open https://", process.stdout.readline())
            time.sleep(0.3)
            start = time.monotonic()
            process.send_signal(number)
            _, err = process.communicate()
            self.assertEqual((process.returncode, err), (code, b""))
            self.assertLess(time.monotonic() - start, 2)
        self.assertEqual((self.path / "refresh").read_text(), REFRESH_TOKEN)
        self.assertEqual([p.name for p in self.path.iterdir() if ".part" in p.name], [])

    def test_a_signal_ends_the_wait_for_a_token(self):
        self.by_secret()
        reached = threading.Event()
        self.server.rule = lambda path, form: (reached.set(), time.sleep(8), (503, {}))[2]
        process = subprocess.Popen([live.program, "--config", "c.toml", "ingest"], cwd=self.path, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(reached.wait(20))
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertEqual(process.returncode, 143)
        self.assertLess(time.monotonic() - start, 2)

    def test_what_is_refused_says_what_to_do(self):
        self.by_secret()
        self.server.client_secret = "another"
        self.assertIn(f"refused the client secret of mailbox 'reports' (invalid_client, AADSTS7000222): it may have expired; put a new one into {self.path}/client-secret\n",
                      self.read(code=6))
        self.by_refresh_token()
        self.server.client_secret, self.server.refresh_token = None, "another"
        self.assertIn("refused the refresh token of mailbox 'reports' (invalid_grant, AADSTS700082): it expired or was revoked; run 'dmarcq login reports'\n", self.read(code=6))

    def test_one_mailbox_without_a_token_stops_no_other(self):
        self.by_secret()
        (self.path / "c.toml").write_text((self.path / "c.toml").read_text() + '[[mailbox]]\nsource = "all.mbox"\n')
        self.server.rule = lambda path, form: (503, {})
        done = self.run_it("--config", "c.toml", "ingest", "--format", "json")
        self.assertEqual(done.returncode, 6, done)
        self.assertEqual(json.loads(done.stdout)["outcomes"]["stored"], 5)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        done = self.run_it("--config", "c.toml", "ingest", "--log-format", "json")
        self.no_secret_in(done.stdout + done.stderr)
        self.assertIn("it answers with status 503", json.loads(done.stderr.splitlines()[0])["text"])

    def test_secrets_are_shown_nowhere(self):
        """Not by config show, nor in the process list while a request is under way."""
        self.by_secret()
        reached, go_on = threading.Event(), threading.Event()
        self.server.rule = lambda path, form: (reached.set(), go_on.wait(20), None)[2]
        process = subprocess.Popen([live.program, "--config", "c.toml", "ingest"], cwd=self.path, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(reached.wait(20))
        for name in ("cmdline", "environ"):
            self.no_secret_in(pathlib.Path(f"/proc/{process.pid}/{name}").read_bytes())
        go_on.set()
        out, err = process.communicate(timeout=60)
        self.no_secret_in(out + err)
        shown = self.run_it("--config", "c.toml", "config", "show", "--origin", "--format", "json").stdout
        self.no_secret_in(shown)
        keys = {line["key"]: line["value"] for line in json.loads(shown)["settings"]}
        self.assertEqual(keys["mailbox[1].oauth2.client_secret_file"], str(self.path / "client-secret"))
        self.assertEqual(keys["mailbox[1].oauth2.client_id"], "client-1")
        for name in self.path.iterdir():
            if name.is_file() and name.name not in ("client-secret", self.cache().name):
                self.no_secret_in(name.read_bytes())

    def test_a_secret_that_others_can_read_is_warned_of(self):
        self.by_secret()
        (self.path / "client-secret").chmod(0o640)
        done = self.run_it("--config", "c.toml", "ingest")
        self.assertIn(f"{self.path}/client-secret: warning: users other than its owner can read this".encode(), done.stderr)

    def test_many_runs_at_once_leave_one_good_cache(self):
        """Each with a database of its own and a cache that they share."""
        self.by_refresh_token(token_cache=self.path / "shared.token")
        self.run_many()
        self.assertEqual(len(self.server.forms()), 1)
        self.assertTrue((self.path / "shared.token").read_text().startswith("dmarcq token 1\n"))

    def test_many_runs_at_once_take_turns_with_the_refresh_token(self):
        self.by_refresh_token()
        self.server.revokes = False
        self.run_many()
        self.assertEqual(len(self.server.forms()), 8)

    def run_many(self):
        """The server rotates the refresh token, and takes each one once only."""
        self.dovecot.deliver(self.user, self.mails[:1])
        self.server.rotates = True
        runs = [subprocess.Popen([live.program, "--config", "c.toml", "--db", f"{number}.db", "ingest", "--quiet"], cwd=self.path, env=self.env, stderr=subprocess.PIPE)
                for number in range(8)]
        for run in runs:
            _, err = run.communicate(timeout=120)
            self.assertEqual((run.returncode, err), (0, b""))
        self.assertEqual((self.path / "refresh").read_text(), self.server.refresh_token + "\n")

    def test_a_cache_that_is_damaged_is_as_good_as_none(self):
        self.dovecot.deliver(self.user, self.mails[:1])
        self.by_secret()
        self.read()
        text = self.cache().read_bytes()
        for damage in (b"", text[:-3], text.replace(b"access_token access-", b"access_token a\x01\r\naccess-"), os.urandom(200_000), text.replace(b"expires 1", b"expires 9")):
            self.cache().write_bytes(damage)
            self.read()
            self.assertTrue(self.cache().read_bytes().startswith(b"dmarcq token 1\n"))
        self.assertEqual(len(self.server.forms()), 6)
        self.cache().unlink()
        self.cache().symlink_to("elsewhere")
        self.assertIn("the token cache cannot be written", self.read(code=6))
        self.assertFalse((self.path / "elsewhere").exists())


if __name__ == "__main__":
    _, words = live.arguments()
    if not shutil.which("dovecot", path="/usr/sbin:/usr/bin"):
        print("dovecot is not installed: skipped")
        sys.exit(77)
    place = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-oauth-"))
    os.chmod(place, 0o755)
    tokens, dovecots = {}, {}
    try:
        for name, mechanisms in (("xoauth2", "xoauth2"), ("oauthbearer", "oauthbearer"), ("both", "xoauth2 oauthbearer")):
            tokens[name] = OAuthServer()
            dovecots[name] = Dovecot(place / name[0], mechanisms=mechanisms, introspection=tokens[name].url("introspect"))
        subprocess.run(["openssl", "pkey", "-in", place / "x" / "server.key", "-pubout", "-out", place / "x" / "public.pem"], check=True)
        outcome = unittest.main(argv=words, exit=False)
    finally:
        for dovecot in dovecots.values():
            dovecot.stop()
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(0 if outcome.result.wasSuccessful() else 1)
