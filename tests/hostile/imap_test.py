#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A mail server that sends without end, drips, or lies: each answer has an end in bytes and in time, and the message says which."""
import itertools, time
import cost
from cost import CostTest, good_mail
from loopback import LineServer

TIMEOUT = 2


class Server(LineServer):
    """One folder with these mails, plain IMAP on loopback. A rule takes the words of a command, and returns the untagged lines of the answer as an
    iterable of bytes, or nothing; what it raises closes the connection."""
    greeting = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"

    def __init__(self, mails=(), sizes=None, rule=None):
        self.mails = dict(enumerate(mails, 1))
        self.sizes = {uid: len(mail) for uid, mail in self.mails.items()} | (sizes or {})
        self.rule = rule or (lambda words: None)
        super().__init__()

    def answer(self, words, ask):
        words = [word.upper() for word in words]
        lines = self.rule(words)
        return self.usual(words) if lines is None else lines

    def usual(self, words):
        if words[0] == "CAPABILITY": yield b"* CAPABILITY IMAP4rev1\r\n"
        if words[0] in ("EXAMINE", "SELECT"): yield f"* {len(self.sizes)} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n".encode()
        if words[:2] == ["UID", "FETCH"]:
            for uid in self.wanted(words[2]):
                if "RFC822.SIZE" in words[-1]: yield f"* {uid} FETCH (UID {uid} RFC822.SIZE {self.sizes[uid]})\r\n".encode()
                else: yield self.body(uid, words)

    def wanted(self, ranges):
        for part in ranges.split(","):
            first, _, last = part.partition(":")
            last = max(self.sizes) if last == "*" else int(last or first)
            yield from (uid for uid in self.sizes if int(first) <= uid <= last)

    def body(self, uid, words):
        mail = self.mails[uid]
        if "<0." in words[-1]: mail = mail[:int(words[-1].partition("<0.")[2].partition(">")[0])]
        return f"* {uid} FETCH (UID {uid} BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n"


def is_listing(words): return "RFC822.SIZE" in words[-1]
def is_fetch(words): return words[:2] == ["UID", "FETCH"] and not is_listing(words)


class Imap(CostTest):
    def read(self, server, limits="", close=True):
        """Ingests the folder."""
        (self.path / "password").touch(0o600)
        (self.path / "password").write_text("secret\n")
        (self.path / "c.toml").write_text(f'{limits}\n[[mailbox]]\nsource = "imap://me@127.0.0.1:{server.port}/"\npassword_file = "password"\ntimeout = {TIMEOUT}\n')
        start = time.monotonic()
        done = self.run_it("--config", "c.toml", "ingest", "--quiet")
        self.assertLess(done.cpu, cost.CPU_GOAL * cost.SLACK)
        self.assertLessEqual(done.memory, cost.MEMORY_GOAL, f"{done.memory >> 20} MiB")
        self.assertLess(time.monotonic() - start, 40)
        if close: server.close()
        return done

    def refused(self, says, mails=(), sizes=None, rule=None, stored=0):
        done = self.read(Server(mails, sizes, rule))
        self.assertEqual(done.code, 6, done.err)
        lines = done.err.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(says, lines[0])
        self.assertLess(len(lines[0]), 1000)
        if stored: self.assertEqual(len(self.json("reports")["reports"]), stored)

    def stored(self):
        return sorted(r["report_id"] for r in self.json("reports")["reports"])

    def test_an_honest_server(self):
        self.assertEqual(self.read(Server([good_mail(i) for i in range(300)])).code, 0)
        self.assertEqual(len(self.stored()), 300)

    def test_lines_without_end(self):
        for command in ("EXAMINE", "UID"):
            with self.subTest(command):
                flood = itertools.repeat(b'* LIST (\\HasNoChildren) "/" "a folder"\r\n' * 1000)
                self.refused("unsolicited lines", rule=lambda words: flood if words[0] == command else None)

    def test_a_line_without_end(self):
        self.refused("a line of more than", rule=lambda words: itertools.chain([b"* "], itertools.repeat(b"a" * 65536)) if words[0] == "EXAMINE" else None)

    def test_literals_without_end(self):
        literal = b'* LIST () "/" {60000}\r\n' + b"a" * 60000 + b"\r\n"
        self.refused("unsolicited bytes", rule=lambda words: itertools.repeat(literal) if words[0] == "EXAMINE" else None)
        many = itertools.chain([b"* LIST "], itertools.repeat(b"{1000}\r\n" + b"a" * 1000))
        self.refused("a response of more than", rule=lambda words: many if words[0] == "EXAMINE" else None)

    def test_a_huge_literal_where_none_is_expected(self):
        self.refused("a literal of 4000000000 bytes", rule=lambda words: [b'* LIST () "/" {4000000000}\r\n'] if words[0] == "EXAMINE" else None)

    def test_lines_that_drip(self):
        def drip(words):
            if words[0] != "EXAMINE": return None
            return (time.sleep(0.2) or b"* OK still here\r\n" for _ in itertools.count())
        self.refused(f"the server has sent no requested data for {TIMEOUT} s", rule=drip)

    def test_a_body_that_drips(self):
        def drip(words):
            if not is_fetch(words): return None
            return itertools.chain([b"* 1 FETCH (UID 1 BODY[] {1000}\r\n"], (time.sleep(0.2) or b"a" for _ in itertools.count()))
        self.refused(f"the server has sent no requested data for {TIMEOUT} s", [good_mail(1)], rule=drip)

    def test_a_list_that_drips(self):
        def drip(words):
            if words[0] == "EXAMINE": return [b"* 1000000 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n"]
            if not is_listing(words): return None
            return (time.sleep(0.5) or f"* {i} FETCH (UID {i} RFC822.SIZE 100)\r\n".encode() for i in itertools.count(1))
        self.refused("too long", rule=drip)

    def test_more_mails_than_there_are(self):
        lines = (b"".join(f"* {i} FETCH (UID {i} RFC822.SIZE 100)\r\n".encode() for i in range(start, start + 1000)) for start in itertools.count(1, 1000))
        self.refused("unsolicited lines", rule=lambda words: lines if is_listing(words) else None)
        self.refused("more than 4000000 mails", rule=lambda words: [b"* 4000000000 EXISTS\r\n"] if words[0] == "EXAMINE" else None)

    def test_the_same_mail_for_ever(self):
        mail = good_mail(1)
        again = f"* 1 FETCH (UID 1 BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n"
        self.refused("unsolicited", [mail], rule=lambda words: itertools.repeat(again * 20) if is_fetch(words) else None, stored=1)

    def test_a_batch_of_mails_larger_than_announced(self):
        mails = [good_mail(i) + b" " * 6_000_000 for i in range(10)]
        self.assertEqual(self.read(Server(mails, {uid: 100 for uid in range(1, 11)})).code, 0)
        self.assertEqual(self.stored(), [f"good-{i}" for i in range(10)])

    def test_a_mail_larger_than_announced_and_than_allowed(self):
        mails = [good_mail(0), good_mail(1) + b" " * 3_000_000, good_mail(2)]
        done = self.read(Server(mails, {2: 100}), limits='[limits]\nmail_size = "1 MiB"')
        self.assertEqual(done.code, 3, done.err)
        self.assertEqual(self.stored(), ["good-0", "good-2"])
        self.assertEqual([p["reason"] for p in self.json("problems", "list")["problems"]], ["limit:mail_size"])

    def test_a_mail_larger_than_was_asked_for(self):
        huge = lambda words: [b"* 2 FETCH (UID 2 BODY[] {4000000000}\r\n"] if is_fetch(words) and words[2] == "2" else None
        self.refused("a literal of 4000000000 bytes", [good_mail(0), good_mail(1)], {2: 2**40}, rule=huge, stored=1)

    def test_a_mail_without_text_is_asked_for_again(self):
        mails, nil = [good_mail(i) for i in range(3)], {2}
        class Nil(Server):
            def body(self, uid, words): return f"* {uid} FETCH (UID {uid} BODY[] NIL)\r\n".encode() if uid in nil else super().body(uid, words)
        server = Nil(mails)
        done = self.read(server, close=False)
        self.assertEqual(done.code, 6, done.err)
        self.assertIn(b"no text for the mail with UID 2", done.err)
        self.assertEqual(self.stored(), ["good-0", "good-2"])
        nil.clear()
        self.assertEqual(self.read(server).code, 0)
        self.assertEqual(self.stored(), ["good-0", "good-1", "good-2"])
        self.assertIn("UID FETCH 2:* (UID RFC822.SIZE)", server.said)

    def test_a_mail_without_text_twice_in_a_row_is_a_problem(self):
        """One that is withheld for good does not block the mailbox: the second run that asks in vain goes on behind it."""
        mails, nil = [good_mail(i) for i in range(4)], {2, 3}
        class Nil(Server):
            def body(self, uid, words): return f"* {uid} FETCH (UID {uid} BODY[] NIL)\r\n".encode() if uid in nil else super().body(uid, words)
        server = Nil(mails)
        self.assertEqual(self.read(server, close=False).code, 6)
        self.assertEqual(self.json("problems", "list")["problems"], [])
        done = self.read(server, close=False)
        self.assertEqual(done.code, 3, done.err)
        problems = self.json("problems", "list")["problems"]
        self.assertEqual([(p["reason"], "UID %d" % uid in p["text"]) for p, uid in zip(problems, (2, 3))], [("unreadable", True)] * 2)
        self.assertEqual(self.stored(), ["good-0", "good-3"])
        self.assertEqual(self.run_it("problems", "retry").code, 0)
        self.assertEqual(len(self.json("problems", "list")["problems"]), 2)
        asked = len(server.said)
        self.assertEqual(self.read(server).code, 0)
        self.assertNotIn("UID FETCH 2:* (UID RFC822.SIZE)", server.said[asked:])
        self.assertEqual(self.run_it("db", "check").code, 0)


if __name__ == "__main__":
    cost.main()
