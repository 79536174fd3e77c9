#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What 'cmake --install' brings for systemd and cron is there, valid, and hardened.

    scheduling_test.py --dmarcq build/dmarcq
"""
import pathlib, re, shutil, subprocess, unittest

import live
from live import Folder


class Scheduling(Folder):
    def setUp(self):
        super().setUp()
        build = pathlib.Path(live.program).parent
        # The report folder's own rules: the whole install would need everything to be built.
        subprocess.run(["cmake", "-DCMAKE_INSTALL_PREFIX=" + str(self.path / "root"), "-P", str(build / "report/cmake_install.cmake")], check=True, capture_output=True)
        self.units = self.path / "root/lib/systemd/system"

    def test_everything_is_installed(self):
        for name in ("bin/dmarcq", "lib/systemd/system/dmarcq.service", "lib/systemd/system/dmarcq.timer", "lib/sysusers.d/dmarcq.conf"):
            self.assertTrue((self.path / "root" / name).exists(), name)
        cron = next((self.path / "root").rglob("dmarcq.cron")).read_text().splitlines()[-1]
        self.assertRegex(cron, r"^(\S+ ){5}dmarcq /\S+/dmarcq ingest --config /etc/dmarcq/config.toml --quiet$")

    def test_systemd_finds_no_fault(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        service = self.units / "dmarcq.service"
        text = service.read_text()
        service.write_text(re.sub(r"ExecStart=\S+", "ExecStart=" + str(self.path / "root/bin/dmarcq"), text).replace("Documentation=man:dmarcq(1)\n", ""))
        timer = self.units / "dmarcq.timer"
        timer.write_text(timer.read_text().replace("Documentation=man:dmarcq(1)\n", ""))
        done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", service, timer], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", service], capture_output=True, text=True)
        print(done.stdout.strip().splitlines()[-1] if done.stdout else done.stderr)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=live.arguments()[1])
