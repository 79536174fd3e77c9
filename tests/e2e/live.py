# SPDX-License-Identifier: MIT
"""What the tests of repeated ingests share: a folder of its own, the binary, mailboxes from the generator."""
import argparse, json, os, pathlib, shutil, subprocess, sys, tempfile, unittest

program = None      # the dmarcq under test
generator = None    # make_bench_mailbox beside it
long_run = bool(os.environ.get("DMARCQ_LONG"))


def arguments(*required):
    """Reads the command line: --dmarcq and the other required flags, and the words that are left for unittest.main(argv=...)."""
    global program, generator
    parser = argparse.ArgumentParser()
    for flag in ("--dmarcq", *required):
        parser.add_argument(flag, required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    generator = str(pathlib.Path(args.dmarcq).resolve().parent / "make_bench_mailbox")
    return args, [sys.argv[0], *rest]


def split_mbox(data):
    """The mails of an mbox that the generator wrote, each with its envelope line."""
    parts = data.split(b"\n\nFrom ")
    return [(b"From " if i else b"") + part + (b"\n\n" if i + 1 < len(parts) else b"") for i, part in enumerate(parts)]


class Folder(unittest.TestCase):
    def setUp(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-test-"))
        self.env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.path), "DMARCQ_TODAY": "2026-11-21", "DMARCQ_DB": "test.db"}

    def tearDown(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def run_it(self, *words, env=None, **more):
        return subprocess.run([program, *map(str, words)], cwd=self.path, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=120, **more)

    def ingest(self, *words, code=0, db="test.db", **more):
        done = self.run_it("--db", db, "ingest", *words, "--format", "json", **more)
        self.assertEqual(done.returncode, code, done.stderr[-600:])
        return json.loads(done.stdout)

    def export(self, db="test.db"):
        """What must not depend on how the mail came in: every report with its records, without ids."""
        check = self.run_it("--db", db, "db", "check")
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        lines = []
        for line in self.run_it("--db", db, "db", "export").stdout.splitlines():
            report = json.loads(line)
            for key in ("id", "origin", "source", "item"):
                report.pop(key, None)
            lines.append(json.dumps(report, sort_keys=True))
        return sorted(lines)

    def generate(self, name, mails, records=None, seed=1):
        subprocess.run([generator, str(self.path / name), "--mails", str(mails), "--records", str(records or mails * 3), "--domains", "3", "--seed", str(seed)],
                       check=True, stdout=subprocess.DEVNULL)
        return (self.path / name).read_bytes()
