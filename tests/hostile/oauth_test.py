#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A token server that drips, floods, lies, redirects or refuses for ever, in every flow of a token: one line that says what is wrong, an end in bytes
and in time, and no secret in any output. And a mail server that repeats the token it was sent."""
import base64, fcntl, itertools, json, subprocess, threading, time
import cost
from cost import CostTest
from loopback import LineServer, sasl_response
from oauth_server import OAuthServer

TIMEOUT = 2
SECRETS = {"client": "Zq~8Q.client-secret-of-the-test", "refresh": "0.AAAA-refresh_token.of~the-test", "device": "device-code-of-the-test"}


def http(body, status="200 OK", headers="Content-Type: application/json\r\n"):
    body = body if isinstance(body, bytes) else body.encode()
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def drip(start):
    yield start
    for _ in range(200):
        time.sleep(0.1)
        yield b" "


def silence():
    time.sleep(TIMEOUT + 3)
    yield b""


# What a server may answer instead, and what is said of it. Functions, since an answer without end is used up.
ANSWERS = {
    "drips its body": (lambda: drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"), f"no complete answer within {TIMEOUT} s"),
    "drips its head": (lambda: drip(b"HTTP/1.1 200 OK\r\nX-A:"), f"no complete answer within {TIMEOUT} s"),
    "is silent": (silence, f"no complete answer within {TIMEOUT} s"),
    "closes at once": (lambda: b"", "Empty reply from server"),
    "ends early": (lambda: b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{", "transfer closed with"),
    "is no web server": (lambda: b"220 mail.kestrel.example ESMTP\r\n", "Received HTTP/0.9 when not allowed"),
    "floods its body": (lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], itertools.repeat(b'{"a":' * 10_000)), "its answer is larger than 64 KiB"),
    "floods in chunks": (lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], itertools.repeat(b"1000\r\n" + b"a" * 4096 + b"\r\n")),
                         "its answer is larger than 64 KiB"),
    "announces a terabyte": (lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"], itertools.repeat(b"a" * 65536)), "its answer is larger than 64 KiB"),
    "floods its head": (lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], (b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in itertools.count())), "its answer is larger than 64 KiB"),
    "one line without end": (lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], itertools.repeat(b"a" * 65536)), "a line of its header is too long"),
    "continues for ever": (lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 100), "its answer is larger than 64 KiB"),
    "a bomb in gzip": (lambda: http(b"\x1f\x8b\x08" + b"\0" * 60_000, headers="Content-Encoding: gzip\r\n"), "its answer is not a JSON object"),
    "redirects": (lambda: http("", "302 Found", "Location: http://127.0.0.1:1/stolen\r\n"), "it answers with a redirection, which is not followed"),
    "redirects the form": (lambda: http("", "307 Temporary Redirect", "Location: http://127.0.0.1:1/stolen\r\n"), "it answers with a redirection, which is not followed"),
    "redirects for ever": (lambda: http('{"access_token":"a"}', "308 Permanent Redirect", "Location: /token\r\n"), "it answers with a redirection, which is not followed"),
    "a page": (lambda: http("<html>Log in to the hotel's network</html>"), "its answer is not a JSON object"),
    "nothing": (lambda: http(""), "its answer is not a JSON object"),
    "a deep one": (lambda: http("[" * 60_000), "its answer is not a JSON object"),
    "a list": (lambda: http('[{"access_token":"a"}]'), "its answer is not a JSON object"),
    "a text": (lambda: http('"access_token"'), "its answer is not a JSON object"),
    "401 without a word": (lambda: http("no", "401 Unauthorized"), "it answers with status 401"),
    "401 with a wrong type": (lambda: http('{"error":["invalid_client"]}', "401 Unauthorized"), "it answers with status 401"),
    "busy": (lambda: http("", "503 Service Unavailable"), "it answers with status 503"),
    "a long word": (lambda: http(json.dumps({"error": "x" * 60_000}), "400 Bad Request"), "(" + "x" * 60 + "…)"),
    "a word that draws": (lambda: http(json.dumps({"error": "bad\r\n\x1b[2J\x1b]0;title\x07\u202eword"}), "400 Bad Request"), "(bad"),
    "a description that draws": (lambda: http(json.dumps({"error": "server_error", "error_description": "\x1b[2J AADSTS\x1b[31m"}), "400 Bad Request"), "(server_error)"),
}
UNANSWERED = (f"no complete answer within {TIMEOUT} s", "Empty reply from server", "transfer closed with", "Received HTTP/0.9 when not allowed",
              "its answer is larger than 64 KiB", "a line of its header is too long")
# Of the token itself.
TOKENS = {
    "no token": ({}, "its answer holds no access token"),
    "a number": ({"access_token": 12345}, "its answer holds no access token"),
    "a list": ({"access_token": ["a"]}, "its answer holds no access token"),
    "an empty one": ({"access_token": ""}, "holds characters that no token has"),
    "a line end": ({"access_token": "a\r\nA2 DELETE INBOX"}, "holds characters that no token has"),
    "a separator": ({"access_token": "a\x01\x01user=other"}, "holds characters that no token has"),
    "a zero": ({"access_token": "a\0b"}, "holds characters that no token has"),
    "a long one": ({"access_token": "a" * 20_000}, "holds characters that no token has"),
    "another type": ({"access_token": "a", "token_type": "mac"}, "the type of its token is not Bearer"),
    "a negative life": ({"access_token": "a", "expires_in": -1}, "its expires_in is not a number of seconds"),
    "a life in words": ({"access_token": "a", "expires_in": {"hours": 1}}, "its expires_in is not a number of seconds"),
    "a line end in the refresh token": ({"access_token": "a", "refresh_token": "a\r\nb"}, "its refresh token is empty, too long, or holds characters that no token has"),
}


class Mail(LineServer):
    """A mail server that takes every token, or none, keeps what it was sent, and answers EXAMINE as it likes: a function of what somebody logged in with."""

    def __init__(self, examine=None, takes=True, mechanisms="AUTH=XOAUTH2"):
        self.examine, self.takes, self.mechanisms, self.login = examine, takes, mechanisms, b""
        super().__init__()

    def answer(self, words, ask):
        word = words[0].upper()
        if word == "CAPABILITY": yield f"* CAPABILITY IMAP4rev1 SASL-IR {self.mechanisms}\r\n".encode()
        if word == "AUTHENTICATE":
            self.login = sasl_response(words, ask)
            if not self.takes: yield f"NO [AUTHENTICATIONFAILED] {token_in(self.login)}"
        if word == "EXAMINE" and self.examine:
            said = self.examine(self.login)
            yield said
            if isinstance(said, bytes): yield None
        elif word == "EXAMINE":
            yield b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n"


def token_in(login):
    return login.decode().partition("Bearer ")[2].strip("\x01")


def base64_of(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


class OAuth(CostTest):
    def setUp(self):
        super().setUp()
        self.server, self.mail = OAuthServer(), Mail()
        self.server.device = {"expires_in": 6}
        self.addCleanup(self.server.close), self.addCleanup(lambda: self.mail.close())
        key = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], check=True, capture_output=True, text=True).stdout
        self.key = "".join(key.split("\n")[1:-2])
        for name, text in (("client", SECRETS["client"]), ("account", json.dumps({"client_email": "reader@project.example", "private_key": key})), ("refresh", SECRETS["refresh"])):
            (self.path / name).touch(0o600)
            (self.path / name).write_text(text)

    FLOWS = {"client": 'client_id = "c"\nclient_secret_file = "client"', "refresh": 'client_id = "c"\nclient_secret_file = "client"\nrefresh_token_file = "refresh"',
             "account": 'service_account_file = "account"'}

    def run_flow(self, flow, settings="", within=20):
        """`flow`: of FLOWS, by ingest; or "login"."""
        settings += "\n" + self.FLOWS["refresh" if flow == "login" else flow]
        (self.path / "c.toml").write_text(f'[[mailbox]]\nname = "reports"\nsource = "imap://me@127.0.0.1:{self.mail.port}/"\ntimeout = {TIMEOUT}\n[mailbox.oauth2]\n'
                                          f'token_url = "{self.server.url()}"\ndevice_url = "{self.server.url("device")}"\n{settings}\n')
        start = time.monotonic()
        done = self.run_it("--config", "c.toml", "login" if flow == "login" else "ingest")
        self.assertLess(time.monotonic() - start, within)
        self.assertLess(done.cpu, cost.CPU_GOAL * cost.SLACK)
        self.assertLessEqual(done.memory, cost.MEMORY_GOAL, f"{done.memory >> 20} MiB")
        for secret in (*SECRETS.values(), self.key[100:140], "access-"):
            self.assertNotIn(secret.encode(), done.out + done.err)
        return done

    def refused(self, flow, says, **more):
        done = self.run_flow(flow, **more)
        self.assertEqual(done.code, 6, done.err)
        lines = done.err.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(says, lines[0])
        self.assertLess(len(lines[0]), 600)
        self.assertFalse([c for c in lines[0] if ord(c) < 32 or c == "\u202e"], lines)
        # Nothing is kept, nothing goes to the mail server, and what was there is as before.
        self.assertEqual(self.mail.said, [])
        self.assertEqual([p.name for p in self.path.glob("*.token.reports")] + [p.name for p in self.path.glob("*.part*")], [])
        self.assertEqual((self.path / "refresh").read_text(), SECRETS["refresh"])

    def test_an_honest_server(self):
        self.server.refresh_token = SECRETS["refresh"]
        self.server.verifies = lambda assertion: assertion.count(".") == 2
        for flow in (*self.FLOWS, "login"):
            with self.subTest(flow):
                for left in self.path.glob("*.token.reports"): left.unlink()
                done = self.run_flow(flow)
                self.assertEqual((done.code, done.err), (0, b""))

    def test_answers(self):
        for name, (answer, says) in ANSWERS.items():
            self.server.rule = lambda path, form: answer()
            for flow in self.FLOWS:
                with self.subTest(name, flow=flow): self.refused(flow, says)
            with self.subTest(name, flow="device"): self.refused("login", says)

    def test_answers_while_somebody_logs_in(self):
        """A question without an answer is asked again while the code is valid; a wrong answer is the end."""
        self.server.device = {"expires_in": 3}
        for name, (answer, says) in ANSWERS.items():
            self.server.rule = lambda path, form: answer() if path == "/token" else None
            with self.subTest(name): self.refused("login", "nobody logged in" if says in UNANSWERED else says)

    def test_tokens(self):
        for name, (answer, says) in TOKENS.items():
            self.server.rule = lambda path, form: (200, answer) if path == "/token" else None
            for flow in (*self.FLOWS, "login"):
                with self.subTest(name, flow=flow): self.refused(flow, says)

    def test_a_refusal_for_ever_is_asked_once(self):
        self.server.rule = lambda path, form: (401, {"error": "invalid_client"})
        for flow in (*self.FLOWS, "login"):
            with self.subTest(flow):
                self.server.asked.clear()
                self.refused(flow, "(invalid_client)")
                self.assertEqual(len(self.server.asked), 1)

    def test_secrets_in_the_servers_words(self):
        """Whole, in part, in the code, in the middle of others, and in base64."""
        for flow in (*self.FLOWS, "login"):
            for make in (lambda sent: sent, lambda sent: "you said " + sent, lambda sent: sent[3:14], lambda sent: "x" * 50 + sent[:30], base64_of,
                         lambda sent: base64_of("id:" + sent)[2:40]):
                def rule(path, form):
                    if path == "/device": return None
                    sent = form.get("assertion") or form.get("device_code") or form.get("refresh_token") or form["client_secret"]
                    return 400, {"error": make(sent), "error_description": sent}
                with self.subTest(flow):
                    self.server.rule = rule
                    self.refused(flow, "(not shown, since it repeats a secret)")

    def test_device_codes(self):
        """A server may not let anybody wait for long, nor be asked without a pause."""
        for answer, says in (({"interval": 10**9}, "its interval is not a number of seconds up to 300"), ({"interval": 10**30}, "its interval is not a number of seconds up to 300"),
                             ({"interval": -1}, "its interval is not"), ({"interval": "soon"}, "its interval is not"), ({"expires_in": 0}, "its expires_in is not a number of seconds"),
                             ({"expires_in": -5}, "its expires_in is not"), ({"expires_in": None}, "its expires_in is not"),
                             ({"verification_uri": "http://login.kestrel.example/"}, "no https:// address to open"), ({"verification_uri": "https://a.example/\x1b[2J"}, "no https:// address"),
                             ({"verification_uri": "javascript:alert(1)"}, "no https:// address"), ({"verification_uri": ["https://a.example/"]}, "no https:// address"),
                             ({"verification_uri": "https://a.example/" + "a" * 9000}, "no https:// address"), ({"user_code": "\x1b[2J"}, "no code that could be typed in"),
                             ({"user_code": "A" * 1000}, "no code that could be typed in"), ({"user_code": 5}, "no code that could be typed in"),
                             ({"device_code": "a\r\nb"}, "no device code"), ({"device_code": 5}, "no device code"), ({"device_code": None}, "no device code")):
            with self.subTest(answer):
                self.server.device = {"expires_in": 6, **answer}
                self.server.asked.clear()
                self.refused("login", says, within=5)
                self.assertEqual(len(self.server.asked), 1)

    def test_slow_down_for_ever(self):
        self.server.rule = lambda path, form: (400, {"error": "slow_down"}) if path == "/token" else None
        self.server.device = {"expires_in": 8}
        self.refused("login", "nobody logged in for mailbox 'reports' while the code was valid", within=12)
        self.assertIn(len(self.server.forms()), (2, 3))  # after 1 s, 7 s, and perhaps once more at the end

    def test_pending_for_ever_without_an_interval(self):
        self.server.rule = lambda path, form: (400, {"error": "authorization_pending"}) if path == "/token" else None
        self.server.device = {"expires_in": 8, "interval": 0}
        self.refused("login", "nobody logged in for mailbox 'reports' while the code was valid", within=12)
        self.assertEqual(len(self.server.forms()), 2)

    def test_logins_that_end(self):
        for answer, says in (((400, {"error": "access_denied"}), "was declined in the browser"), ((400, {"error": "expired_token"}), "nobody logged in"),
                             ((200, {"access_token": "a"}), "it issued no refresh token; the scope may lack offline_access")):
            self.server.rule = lambda path, form: answer if path == "/token" else None
            with self.subTest(says): self.refused("login", says)

    def test_a_mail_server_that_repeats_the_token(self):
        for name, examine in (("refuses", lambda login: f"NO no such folder for {token_in(login)}"), ("part of it", lambda login: f"NO {token_in(login)[2:20]}"),
                              ("says goodbye", lambda login: f"* BYE {token_in(login)}\r\n".encode()), ("far back", lambda login: f"NO {'x' * 495}{token_in(login)}"),
                              ("in base64", lambda login: f"NO {base64_of(token_in(login))}"), ("the whole login", lambda login: f"NO {base64_of(login)}"),
                              ("the login's end", lambda login: f"* BYE {base64_of(login)[-20:]}\r\n".encode())):
            with self.subTest(name):
                self.mail.close()
                self.mail = Mail(examine)
                done = self.run_flow("client", within=40)
                self.assertEqual(done.code, 6, done.err)
                self.assertIn(b"(not shown, since it repeats a secret)", done.err)

    def test_a_mail_server_that_takes_no_token(self):
        self.mail.close()
        self.mail = Mail(takes=False)
        done = self.run_flow("client")
        self.assertEqual(done.code, 6, done.err)
        self.assertIn(b"the server rejected the login of me, also with a new token\n", done.err)
        self.assertEqual(len(self.server.forms()), 2)
        self.assertEqual(len([line for line in self.mail.said if line.startswith("AUTHENTICATE")]), 2)

    def test_a_mail_server_without_a_mechanism_for_tokens(self):
        """That is no fault of the token: no other is asked for, and none is sent."""
        self.mail.close()
        self.mail = Mail(mechanisms="AUTH=PLAIN AUTH=XOAUTH2-NOT AUTH=LOGIN")
        done = self.run_flow("client")
        self.assertEqual(done.code, 6, done.err)
        self.assertIn(b"the server takes no tokens: it offers neither XOAUTH2 nor OAUTHBEARER\n", done.err)
        self.assertEqual(len(self.server.forms()), 1)
        self.assertEqual([line for line in self.mail.said if line.startswith("AUTHENTICATE")], [])

    def test_nothing_is_asked_where_a_token_cannot_be_kept(self):
        """A server that rotates the refresh token takes the old one no more: the answer has to have a place."""
        self.server.refresh_token, self.server.rotates = SECRETS["refresh"], True
        (self.path / "refresh").rename(self.path / "elsewhere")
        (self.path / "refresh").symlink_to("elsewhere")
        self.refused("refresh", "the token cache cannot be written", settings='token_cache = "missing/token"')
        self.assertEqual(self.server.asked, [])

    def hold(self, seconds):
        """Another run that renews the refresh token."""
        lock = (self.path / "refresh.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        timer = threading.Timer(seconds, lock.close)
        timer.start()
        self.addCleanup(lock.close), self.addCleanup(timer.cancel)

    def test_a_run_that_holds_the_lock_for_long(self):
        self.hold(60)
        self.refused("refresh", f"another run has been renewing the token of mailbox 'reports' for {2 * TIMEOUT} s; it holds refresh.lock")
        self.assertEqual(self.server.asked, [])

    def test_a_login_waits_for_the_lock(self):
        self.hold(3 * TIMEOUT)
        done = self.run_flow("login")
        self.assertEqual((done.code, done.err), (0, b""))
        self.assertIn(b"Another run is renewing the older token: waiting until it is done.\n", done.out)
        self.assertEqual((self.path / "refresh").read_text(), "refresh-by-login.of~the-test\n")


if __name__ == "__main__":
    cost.main()
