# SPDX-License-Identifier: MIT
"""What an input costs the real binary, and whether the run goes on.

    from cost import CostTest, good_mail, report, mail, main

    class Names(CostTest):
        def test_many_namespaces(self):
            self.cheap(mail(xml), reason="limit:xml_namespaces")
        def test_growth(self):
            self.grows_evenly(lambda n: mail(make(n)), 1000, 2000, 4000)

CPU is the process's own, user and system, by getrusage; memory is its peak. The goals are 2 s and 128 MiB for any one mail. A loaded or slow
machine may take three times as long, so that is what fails.
"""
import argparse, atexit, base64, gzip, json, os, pathlib, shutil, subprocess, sys, tempfile, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

CPU_GOAL, SLACK, MEMORY_GOAL = 2.0, 3, 128 << 20
program = None


def record(ip="192.0.2.1", count=1, domain="example.com", dkim="pass", spf="pass", more=""):
    return (f"<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf>"
            f"</policy_evaluated></row><identifiers><header_from>{domain}</header_from></identifiers><auth_results><dkim><domain>{domain}</domain><selector>s1</selector>"
            f"<result>{dkim}</result></dkim><spf><domain>{domain}</domain><result>{spf}</result></spf></auth_results>{more}</record>")


def report(report_id="r1", org="receiver.example", domain="example.com", begin=1785542400, end=1785628799, records=None, policy="<p>none</p>"):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<feedback><report_metadata><org_name>{org}</org_name><email>dmarc@{org}</email><report_id>{report_id}</report_id>'
            f"<date_range><begin>{begin}</begin><end>{end}</end></date_range></report_metadata><policy_published><domain>{domain}</domain>{policy}</policy_published>"
            f"{record(domain=domain) if records is None else records}</feedback>\n")


def mail(document, name="receiver.example!example.com!1785542400!1785628799.xml.gz", content_type="application/gzip", packed=True, message_id="1@receiver.example"):
    """A report mail with one attachment; packed: `document` is text or bytes that are to be gzipped first."""
    data = document.encode() if isinstance(document, str) else document
    if packed: data = gzip.compress(data)
    body = base64.encodebytes(data)
    return (f"From: dmarc@receiver.example\nTo: rua@example.com\nSubject: Report Domain: example.com Submitter: receiver.example Report-ID: 1\n"
            f"Message-ID: <{message_id}>\nMIME-Version: 1.0\nContent-Type: {content_type}; name=\"{name}\"\n"
            f"Content-Disposition: attachment; filename=\"{name}\"\nContent-Transfer-Encoding: base64\n\n").encode() + body


def mbox(*mails):
    return b"".join(b"From MAILER-DAEMON Fri Jul  8 12:08:34 2026\n" + m + (b"" if m.endswith(b"\n") else b"\n") + b"\n" for m in mails)


def good_mail(number=1):
    """A healthy report under a name that no hostile one has."""
    return mail(report(report_id=f"good-{number}", org="good.example", domain="good.example"), message_id=f"good-{number}@good.example")


class Cost:
    def __init__(self, cpu, memory, code, out, err):
        self.cpu, self.memory, self.code, self.out, self.err = cpu, memory, code, out, err


# The kernel counts for a child's peak what its parent held when it was made, and tests make large inputs. So a small process, begun before
# any of them, runs the program.
RUNNER = """
import base64, json, os, subprocess, sys, tempfile
for line in sys.stdin:
    ask = json.loads(line)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(["/bin/sh", "-c", "ulimit -t %d; exec \\"$@\\"" % ask["timeout"], "sh", *ask["words"]], cwd=ask["cwd"], env=ask["env"],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        print(json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode, base64.b64encode(out.read()).decode(),
                          base64.b64encode(err.read()).decode()]), flush=True)
"""
runner = subprocess.Popen([sys.executable, "-c", RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
atexit.register(runner.stdin.close)


def run(words, cwd, timeout=120, env=None):
    """Runs the program; a run that takes longer than `timeout` seconds of CPU is stopped, and has cost that much."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "DMARCQ_TODAY": "2026-08-10", "DMARCQ_DB": "test.db", **(env or {})}
    print(json.dumps({"words": [program, *map(str, words)], "cwd": str(cwd), "env": environment, "timeout": timeout}), file=runner.stdin, flush=True)
    cpu, memory, code, out, err = json.loads(runner.stdout.readline())
    return Cost(cpu, memory, code, base64.b64decode(out), base64.b64decode(err))


class CostTest(unittest.TestCase):
    def setUp(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-cost-"))

    def tearDown(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def run_it(self, *words, **more):
        return run(words, self.path, **more)

    def json(self, *words):
        done = self.run_it(*words, "--format", "json")
        return json.loads(done.out)

    def ingest(self, data, *flags, name="box"):
        for left in self.path.glob("test.db*"): left.unlink()
        (self.path / name).write_bytes(data)
        return self.run_it("ingest", name, "--quiet", *flags)

    def cheap(self, hostile, reason=None, cpu=CPU_GOAL, memory=MEMORY_GOAL, flags=()):
        """One hostile mail between two good ones: within the goals, both good ones stored, and the problem named as expected (None: no problem).
        Reasons are as in `problems list`: "limit" or "truncated"; "limit:NAME" asks for the name of the limit in the text as well."""
        done = self.ingest(mbox(good_mail(1), hostile, good_mail(2)), *flags)
        self.assertIn(done.code, (0, 3), done.err[-800:])
        self.assertLessEqual(done.cpu, cpu * SLACK, f"{done.cpu:.1f} s CPU")
        self.assertLessEqual(done.memory, memory, f"{done.memory >> 20} MiB")
        stored = {r["report_id"] for r in self.json("reports")["reports"]}
        self.assertLessEqual({"good-1", "good-2"}, stored, "the run did not go on")
        problems = self.json("problems", "list")["problems"]
        if reason is None:
            self.assertEqual(problems, [])
        else:
            self.assertTrue(problems, "no problem was told")
            word, _, name = reason.partition(":")
            said = [p["reason"] + " " + p["text"] for p in problems]
            self.assertTrue(any(p["reason"].partition(":")[0] == word and name in p["reason"] + " " + p["text"] for p in problems), said[:3])
        return done

    def grows_evenly(self, make, *sizes, flags=(), wrapped=True):
        """A doubled input costs at most twice as much, give or take a half and a tenth of a second. Time is lost to others, never won:
        what costs too much is measured again, and the least counts. `make`: a mail; wrapped=False: a whole mbox."""
        before = None
        for size in sizes:
            data = mbox(make(size)) if wrapped else make(size)
            allowed = None if before is None else before[1] * (size / before[0]) * 1.5 + 0.1
            cpu = None
            for _ in range(3):
                done = self.ingest(data, *flags)
                self.assertIn(done.code, (0, 3), done.err[-800:])
                cpu = done.cpu if cpu is None else min(cpu, done.cpu)
                if allowed is None or cpu <= allowed: break
            if allowed is not None: self.assertLessEqual(cpu, allowed, f"{before[0]} cost {before[1]:.2f} s CPU, {size} cost {cpu:.2f} s")
            before = (size, cpu)


def main():
    global program
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    args, rest = parser.parse_known_args()
    program = str(pathlib.Path(args.dmarcq).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
