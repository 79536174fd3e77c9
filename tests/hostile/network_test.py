#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nothing connects: every example of every command's help, and more, runs where opening a socket of any kind ends the process at once (a
seccomp filter, which needs no rights and holds for all that the process starts). Only a mailbox on a server asks for a socket."""
import argparse, ctypes, pathlib, platform, signal, socket, struct, subprocess, sys, tempfile, unittest

here = pathlib.Path(__file__).resolve().parent
program = None

# Architecture as seccomp calls it, and the numbers of socket(). io_uring_setup(), the other way to a socket, is 425 everywhere.
ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
IO_URING_SETUP = 425
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
RET_KILL_PROCESS, RET_ALLOW = 0x80000000, 0x7FFF0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def no_sockets():
    """For preexec_fn: from here on, this process and its children are killed when they open a socket."""
    architecture, socket_number = ARCHITECTURES[platform.machine()]
    steps = [(LOAD, 0, 0, 4), (JUMP_IF_EQUAL, 0, 3, architecture), (LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 1, 0, socket_number), (JUMP_IF_EQUAL, 0, 1, IO_URING_SETUP),
             (RETURN, 0, 0, RET_KILL_PROCESS), (RETURN, 0, 0, RET_ALLOW)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    libc = ctypes.CDLL(None, use_errno=True)
    prctl = lambda option, a, b=0: libc.prctl(option, ctypes.c_ulong(a) if isinstance(a, int) else a, b if b else ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    rules = Program(len(steps), code)
    if prctl(PR_SET_NO_NEW_PRIVS, 1) != 0 or prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(rules)) != 0:
        raise OSError(ctypes.get_errno(), "no seccomp filter here")


@unittest.skipUnless(platform.machine() in ARCHITECTURES, "no number of socket() is known here")
class Network(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_it(self, *words, **environment):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "DMARCQ_TODAY": "2026-11-21", "DMARCQ_DB": str(self.folder / "test.db"), **environment}
        return subprocess.run(words, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=no_sockets, timeout=500)

    def test_the_filter_works(self):
        for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
            done = self.run_it(sys.executable, "-c", f"import socket; socket.socket({int(family)}, socket.SOCK_STREAM)")
            self.assertEqual(done.returncode, -signal.SIGSYS, done.stderr)
        self.assertEqual(self.run_it(sys.executable, "-c", "print(1)").returncode, 0)

    def test_a_server_is_asked_only_when_one_is_named(self):
        """That the filter sees the program's own sockets."""
        self.assertEqual(self.run_it(program, "ingest", "imaps://user@127.0.0.1:1/INBOX", DMARCQ_IMAP_PASSWORD="x").returncode, -signal.SIGSYS)

    def test_every_example_of_every_command(self):
        done = self.run_it(sys.executable, str(here.parent / "e2e" / "run_examples.py"), "--dmarcq", program)
        self.assertEqual(done.returncode, 0, done.stdout.decode() + done.stderr.decode())

    def test_questions_over_the_sample(self):
        sample = here.parent.parent / "fixtures" / "mailboxes" / "sample.mbox"
        self.assertIn(self.run_it(program, "ingest", str(sample)).returncode, (0, 3))
        domain = self.run_it(program, "sql", "SELECT domain FROM v_reports GROUP BY domain ORDER BY count(*) DESC LIMIT 1", "--format", "csv").stdout.decode().split()[-1]
        for words in (["summary"], ["sources"], ["sources", "--failing"], ["salesforce", domain], ["readiness", domain], ["explain", domain], ["report", "-o", "page.html"],
                      ["check", "--all"], ["config", "show"], ["compare"], ["reports"], ["problems", "list"], ["problems", "retry"], ["db", "info"], ["db", "check"], ["help"], ["version"]):
            done = self.run_it(program, *words)
            self.assertGreaterEqual(done.returncode, 0, (words, done.stderr))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    arguments, rest = parser.parse_known_args()
    program = str(pathlib.Path(arguments.dmarcq).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
