#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the program behaves as a process: exit codes, pipes that close, signals, terminals, full disks.

    check_process.py --dmarcq build/dmarcq
"""
import argparse, fcntl, json, os, pathlib, pty, re, shutil, signal, struct, subprocess, sys, tempfile, termios, time, unittest
from terminal import on_terminal

here = pathlib.Path(__file__).parent.resolve()
program = None


class Process(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        shutil.copy(here / "data/reports.mbox", self.path)
        self.env = {"PATH": "/usr/bin:/bin", "HOME": self.folder.name, "DMARCQ_TODAY": "2026-11-21", "DMARCQ_DB": "test.db"}

    def tearDown(self):
        self.folder.cleanup()

    def run_it(self, *words, **more):
        return subprocess.run([program, *words], cwd=self.path, env={**self.env, **more.pop("env", {})}, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, **more)

    def ingested(self):
        self.assertEqual(self.run_it("ingest", "reports.mbox").returncode, 3)

    def terminal(self, *words, width=100, env=None):
        """Runs with standard output and error on a terminal; returns exit code and what it shows."""
        return on_terminal([program, *words], width, self.path, {**self.env, "TERM": "xterm", "PAGER": "cat", **(env or {})})

    def test_a_folder_is_no_configuration(self):
        done = subprocess.run([program, "--config", ".", "summary"], cwd=self.path, env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 6)
        self.assertIn("directory", done.stderr.lower())
        self.assertNotIn("defect", done.stderr)

    def test_explain_without_a_match_is_an_empty_answer(self):
        self.ingested()
        done = subprocess.run([program, "explain", "203.0.113.99", "--format", "json"], cwd=self.path, env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["first_day"], answer["last_day"], answer["messages"]), (None, None, 0))
        self.assertIn("nothing matches", done.stderr)

    def test_pager(self):
        self.ingested()
        marks = {"PAGER": "sed 's/^/PAGED /'"}
        code, shown = self.terminal("summary", env=marks)
        self.assertEqual(code, 0)
        self.assertIn("PAGED ", shown)
        self.assertIn("example.com", shown)
        self.assertIn("next: dmarcq", shown.splitlines()[-1], "advice stands below the answer")
        self.assertEqual(self.terminal("summary", env={**marks, "DMARCQ_PAGER": "cat"})[1].count("PAGED"), 0)
        self.assertEqual(self.terminal("summary", "--no-pager", env=marks)[1].count("PAGED"), 0)
        self.assertEqual(self.terminal("summary", env={**marks, "TERM": "dumb"})[1].count("PAGED"), 0)
        self.assertIn("PAGED ", self.terminal("help", "sources", env=marks)[1])
        self.assertIn("PAGED ", self.terminal("sources", "--help", env=marks)[1])
        self.assertNotIn("PAGED", self.terminal("ingest", "reports.mbox", env=marks)[1], "what works long is not paged")
        self.assertNotIn(b"PAGED", self.run_it("summary", env=marks).stdout, "not a terminal")
        # A reader who leaves early, a pager that does not exist, and nothing to show.
        self.assertEqual(self.terminal("db", "export", env={"PAGER": "true"})[0], 0)
        self.assertEqual(self.terminal("help", env={"PAGER": "true"})[0], 0)
        self.assertEqual(self.terminal("help", env={"PAGER": "/no/such/pager"})[0], 0)
        self.assertNotIn("PAGED", self.terminal("sumary", env=marks)[1])
        self.assertEqual(self.terminal("summary", "--exit-code", env=marks)[0], 1)

    def test_exit_codes(self):
        self.assertEqual(self.run_it("sumary").returncode, 2)
        self.assertEqual(self.run_it("summary").returncode, 6)
        self.assertFalse((self.path / "test.db").exists(), "reading made a database")
        self.assertEqual(self.run_it("ingest", "missing.mbox").returncode, 6)
        self.assertFalse((self.path / "test.db").exists(), "a mistyped path left an empty database")
        self.ingested()
        self.assertEqual(self.run_it("summary").returncode, 0)
        self.assertEqual(self.run_it("summary", "--exit-code").returncode, 1)
        self.assertEqual(self.run_it("summary", "example.org", "--exit-code").returncode, 0)
        self.assertEqual(self.run_it("sources", "--failing", "--exit-code").returncode, 1)
        self.assertEqual(self.run_it("sources", "--failing", "--domain", "example.org", "--exit-code").returncode, 0)
        self.assertEqual(self.run_it("problems", "list", "--exit-code").returncode, 1)
        (self.path / "not.db").write_bytes(b"this is no database at all, but long enough to be looked at" * 100)
        self.assertEqual(self.run_it("--db", "not.db", "summary").returncode, 5)
        self.assertEqual(self.run_it("db", "check").returncode, 0)

    def test_a_source_that_cannot_be_read_does_not_stop_the_others(self):
        done = self.run_it("ingest", "missing.mbox", "reports.mbox", "--format", "json")
        self.assertEqual(done.returncode, 6)
        self.assertEqual(json.loads(done.stdout)["outcomes"], {"stored": 3, "duplicate": 0, "not_a_report": 1, "problem": 1})

    def test_a_closed_pipe_is_success(self):
        self.ingested()
        for words in (("db", "export"), ("sources", "--format", "ndjson"), ("help",)):
            read, write = os.pipe()
            os.close(read)
            done = subprocess.run([program, *words], cwd=self.path, env=self.env, stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE, timeout=60)
            os.close(write)
            self.assertEqual((done.returncode, done.stderr), (0, b""), words)

    def test_a_full_disk_is_no_success(self):
        self.ingested()
        with open("/dev/full", "wb") as full:
            done = subprocess.run([program, "summary"], cwd=self.path, env=self.env, stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 6)
        self.assertIn(b"standard output: No space left on device", done.stderr)

    def test_signals_end_an_ingest_with_the_batch_kept(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = subprocess.Popen([program, "ingest", "-", "--format", "json"], cwd=self.path, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            process.stdin.write((self.path / "reports.mbox").read_bytes() * 2)
            process.stdin.flush()
            time.sleep(0.5)
            process.send_signal(number)
            time.sleep(0.2)
            try:
                process.stdin.close()  # the reader may be waiting for more of a mail
            except BrokenPipeError:
                pass
            out, said = process.stdout.read(), process.stderr.read()
            self.assertEqual(process.wait(timeout=10), code, said)
            self.assertEqual(said.splitlines()[-1], b"dmarcq: stopped; what was read is stored: run the same command to go on")
            process.stdout.close()
            process.stderr.close()
            self.assertEqual(json.loads(out)["schema"], "dmarcq.ingest/1")
            self.assertEqual(self.run_it("db", "check").returncode, 0)

    def test_nothing_on_standard_error_when_piped_or_quiet(self):
        (self.path / "one.mbox").write_text((self.path / "reports.mbox").read_text().split("\nFrom reporter@")[0] + "\n")
        done = self.run_it("ingest", "one.mbox")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        done = self.run_it("ingest", "one.mbox", "--quiet", "--reread")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        code, shown = self.terminal("ingest", "one.mbox", "-q", "--reread")
        self.assertEqual((code, shown), (0, ""))

    def test_a_terminal_gets_colour_and_advice_and_no_line_too_long(self):
        self.ingested()
        code, shown = self.terminal("sources", "--failing", "--salesforce", width=80)
        self.assertEqual(code, 0)
        self.assertIn("\x1b[", shown)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        for line in plain.splitlines()[2:]:
            self.assertLessEqual(len(line), 80, line)
        code, shown = self.terminal("summary")
        self.assertIn("next: dmarcq sources --failing", shown)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"DMARCQ_NO_COLOR": "1"}):
            self.assertNotIn("\x1b", self.terminal("summary", env=env)[1], env)
        self.assertNotIn("\x1b", self.terminal("summary", "--color", "never")[1])
        self.assertIn(b"\x1b[", self.run_it("summary", "--color=always").stdout)
        self.assertNotIn(b"\x1b", self.run_it("summary").stdout)
        self.assertNotIn("next:", self.terminal("summary", "--quiet")[1])

    def test_answers_fit_a_terminal_of_100_columns(self):
        self.run_it("ingest", "-q", here / "../../fixtures/mailboxes/sample.mbox")
        today = {"DMARCQ_TODAY": "2026-11-01"}
        self.run_it("note", "2026-10-11", "A change that takes a long sentence to tell, longer than the hundred columns that a terminal has to show it in", env=today)
        domain, sender = "kestreloutdoor.example", "13.110.74.200"
        for words in (["summary"], ["sources"], ["sources", "--by", "day"], ["sources", "--disagreements"], ["salesforce"], ["explain", sender], ["explain", domain],
                      ["readiness", domain], ["readiness", domain, "--explain"], ["readiness", domain, "--what-if", "p=reject,sp=none,adkim=s,t=y"],
                      ["compare", domain, "--at", "2026-10-11"], ["note", "list"], ["check", "--all"], ["senders", "list"], ["reports", "--limit", "20"], ["problems"]):
            code, shown = self.terminal(*words, env=today)
            self.assertIn(code, (0, 1), words)
            self.assertGreater(len(shown), 40, words)
            for line in re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", shown).splitlines():
                self.assertLessEqual(len(line), 100, (words, line))

    def test_progress_is_wiped(self):
        code, shown = self.terminal("ingest", "reports.mbox")
        self.assertEqual(code, 3)
        last = shown.rsplit("\x1b[K", 1)[-1]
        self.assertIn("5 items = 3 stored + 0 duplicate + 1 not a report + 1 problem", last)

    def at_a_terminal(self, source, act):
        """Ingests at a terminal; act(process, shown so far) until the end. Exit code and all that was shown."""
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        process = subprocess.Popen([program, "ingest", source, "--jobs", "1"], cwd=self.path, env={**self.env, "TERM": "xterm"}, stdin=child, stdout=child, stderr=child,
                                   start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(child)
        shown = b""
        try:
            while block := os.read(parent, 65536):
                shown += block
                act(parent, shown)
        except OSError:
            pass  # the terminal's end
        os.close(parent)
        return process.wait(timeout=60), shown.decode()

    def large_mailbox(self, mails, records):
        subprocess.run([pathlib.Path(program).parent / "make_bench_mailbox", self.path / "large.mbox", "--mails", str(mails), "--records", str(records)], check=True,
                       stdout=subprocess.DEVNULL)

    def test_control_c_says_that_nothing_is_lost_and_how_to_go_on(self):
        self.large_mailbox(20_000, 400_000)
        pressed = False

        def press(terminal, shown):
            nonlocal pressed
            if not pressed and re.search(rb"[1-9][0-9,]* reports", shown):
                pressed = True
                os.write(terminal, b"\x03")
        code, shown = self.at_a_terminal("large.mbox", press)
        self.assertEqual(code, 130, shown[-300:])
        last = shown.rstrip().splitlines()[-1]
        self.assertIn("dmarcq: stopped; what was ", last)
        self.assertIn("run the same command to go on", last)
        self.assertEqual(self.run_it("db", "check").returncode, 0)
        read = json.loads(self.run_it("db", "info", "--format", "json").stdout)
        self.assertGreater(read["items"], 0)
        # It goes on behind what was stored, and the run's advice was right.
        rest = json.loads(self.run_it("ingest", "large.mbox", "--format", "json").stdout)
        self.assertLess(rest["items"], 20_000)
        self.assertEqual(rest["items"] + read["items"], 20_000)

    def test_progress_counts_what_is_saved_to_the_end(self):
        self.large_mailbox(12_000, 600_000)
        code, shown = self.at_a_terminal("large.mbox", lambda terminal, shown: None)
        self.assertEqual(code, 0, shown[-300:])
        lines = [line for line in re.findall(r"\r([^\r\x1b]*)\x1b\[K", shown) if "%" in line]
        shares = [(float(line.split("%")[0]), int(re.search(r"([\d,]+) items?", line)[1].replace(",", ""))) for line in lines]
        self.assertGreater(len(lines), 5)
        self.assertEqual(shares, sorted(shares))
        for share, items in shares:  # saved, not only read: the two grow together
            self.assertAlmostEqual(share, min(99, items / 120), delta=4)
        timed = [index for index, line in enumerate(lines) if " left" in line]
        if timed:  # from the first guess on, every line has one, until only the closing work is left
            for line in lines[timed[0]:]:
                self.assertRegex(line, r" left|finishing")

    def test_json_is_json_everywhere(self):
        self.ingested()
        for words in (["ingest", "reports.mbox"], ["sources"], ["sources", "--by", "day"], ["summary"], ["reports"], ["reports", "show", "1"], ["problems", "list"],
                      ["problems", "show", "1"], ["db", "info"], ["db", "check"], ["db", "export"], ["version"]):
            done = self.run_it(*words, "--format", "json")
            value = json.loads(done.stdout)
            self.assertRegex(value["schema"], r"^dmarcq\.[a-z-]+/1$", words)
        for words in (["sources"], ["summary"], ["reports"], ["problems", "list"], ["db", "export"]):
            for line in self.run_it(*words, "--format", "ndjson").stdout.splitlines():
                json.loads(line)

    def test_export_is_what_reports_show_prints(self):
        self.ingested()
        exported = [json.loads(line) for line in self.run_it("db", "export").stdout.splitlines()]
        ids = [r["id"] for r in json.loads(self.run_it("reports", "--sort", "id", "--format", "json").stdout)["reports"]]
        self.assertEqual(exported, [json.loads(self.run_it("reports", "show", str(i), "--format", "json").stdout) for i in ids])
        self.assertEqual(sum(r["count"] for e in exported for r in e["records"]), 917)

    def test_numbers_agree_between_commands(self):
        self.ingested()
        summary = json.loads(self.run_it("summary", "--format", "json").stdout)["domains"]
        for by in (None, "ip", "service", "route", "subnet", "domain", "reporter", "day"):
            answer = json.loads(self.run_it("sources", "--format", "json", *(["--by", by] if by else [])).stdout)
            for key in ("messages", "dmarc_pass", "dmarc_fail", "dkim_aligned", "spf_aligned"):
                self.assertEqual(answer["totals"][key], sum(d[key] for d in summary), (by, key))
                self.assertEqual(answer["totals"][key], sum(s[key] for s in answer["sources"]), (by, key))
        for domain in summary:
            self.assertEqual(sum(domain["flows"].values()), domain["messages"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
