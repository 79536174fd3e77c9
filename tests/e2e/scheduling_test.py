#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What 'cmake --install' brings for systemd and cron is there, valid, and hardened. package_test.py starts it.

    scheduling_test.py --dmarcq build/dmarcq
"""
import pathlib, shutil, subprocess, unittest

import live
from live import Folder


UNITS = ("dmarcq", "dmarcq-check", "dmarcq-digest")


class Scheduling(Folder):
    def setUp(self):
        super().setUp()
        build = pathlib.Path(live.program).parent
        # The report folder's own rules: the whole install would need everything to be built.
        subprocess.run(["cmake", "-DCMAKE_INSTALL_PREFIX=" + str(self.path / "root"), "-P", str(build / "report/cmake_install.cmake")], check=True, capture_output=True)
        self.units = self.path / "root/lib/systemd/system"

    def test_everything_is_installed(self):
        program, outbox = self.path / "root/bin/dmarcq", self.path / "root/libexec/dmarcq/outbox"
        for path in (program, outbox, self.path / "root/lib/sysusers.d/dmarcq.conf", *(self.units / f"{unit}.{kind}" for unit in UNITS for kind in ("service", "timer"))):
            self.assertTrue(path.exists(), path)
        # Units and lines name the program where this installation has it.
        self.assertIn(f"\nExecStart={program} ingest --config /etc/dmarcq/config.toml --log-format json\n", (self.units / "dmarcq.service").read_text())
        self.assertIn(f"\nExecStart={outbox} check\n", (self.units / "dmarcq-check.service").read_text())
        self.assertIn(f"\ndmarcq={program}\n", outbox.read_text())
        cron = next((self.path / "root").rglob("dmarcq.cron")).read_text().splitlines()[1:]
        self.assertRegex(cron[0], rf"^(\S+ ){{5}}dmarcq {program} ingest --config /etc/dmarcq/config.toml --quiet$")
        for line, what in zip(cron[1:], ("check", "digest"), strict=True):
            self.assertRegex(line, rf"^(\S+ ){{5}}dmarcq {outbox} {what} && {outbox} send$")

    def test_systemd_finds_no_fault(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        for unit in UNITS:
            service, timer = self.units / f"{unit}.service", self.units / f"{unit}.timer"
            for file in (service, timer):  # the man page is installed elsewhere
                file.write_text(file.read_text().replace("Documentation=man:dmarcq(1)\n", ""))
        for unit in UNITS:
            service, timer = self.units / f"{unit}.service", self.units / f"{unit}.timer"
            done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", service, timer], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", service], capture_output=True, text=True)
            print(done.stdout.strip().splitlines()[-1] if done.stdout else done.stderr)
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=live.arguments()[1])
