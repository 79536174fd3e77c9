#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the program was built: what CMakeLists.txt asks of compiler and linker is there in the binary."""
import argparse, re, subprocess, sys, unittest

program = None


def readelf(*flags):
    return subprocess.run(["readelf", "-W", *flags, program], capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


class Hardening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.header, cls.segments, cls.dynamic, cls.symbols = readelf("-h"), readelf("-l"), readelf("-d"), readelf("--dyn-syms")
        section = re.search(r"\.text\s+PROGBITS\s+(\w+)\s+(\w+)\s+(\w+)", readelf("-S"))
        cls.text_address, start, size = (int(number, 16) for number in section.groups())
        with open(program, "rb") as file:
            file.seek(start)
            cls.text = file.read(size)

    def test_position_independent(self):
        self.assertRegex(self.header, r"Type:\s+DYN")
        self.assertRegex(self.dynamic, r"\(FLAGS_1\).*\bPIE\b")

    def test_relocations_are_read_only(self):
        self.assertIn("GNU_RELRO", self.segments)
        self.assertRegex(self.dynamic, r"\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*\bNOW\b")
        self.assertNotIn("(TEXTREL)", self.dynamic)

    def test_stack_is_not_executable(self):
        self.assertRegex(self.segments, r"GNU_STACK\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+RW\s")
        self.assertNotRegex(self.segments, r"\sRWE\s", "a segment that is writable and executable")

    def test_stack_protector(self):
        self.assertIn("__stack_chk_fail", self.symbols)

    def test_fortified(self):
        checked = set(re.findall(r"\b__(\w+)_chk\b", self.symbols)) - {"stack"}
        self.assertTrue(checked, "no function of the C library is called in its checked form")

    @unittest.skipUnless("x86-64" in subprocess.run(["readelf", "-h", sys.executable], capture_output=True, text=True).stdout.lower(), "x86-64 alone")
    def test_branches_have_targets(self):
        """-fcf-protection: a function begins with endbr64."""
        functions = re.findall(r"^\s*\d+:\s+(\w+)\s+\d+\s+FUNC\s+GLOBAL\s+DEFAULT\s+\d+\s+(?:main|_ZN6dmarcq\S+)", readelf("-s"), re.M)
        if not functions: self.skipTest("the program has no symbols")
        starts = [self.text[int(address, 16) - self.text_address:][:4] for address in functions if self.text_address <= int(address, 16) < self.text_address + len(self.text)]
        self.assertGreater(sum(start == b"\xf3\x0f\x1e\xfa" for start in starts), 0.9 * len(starts))

    @unittest.skipUnless("x86-64" in subprocess.run(["readelf", "-h", sys.executable], capture_output=True, text=True).stdout.lower(), "x86-64 alone")
    def test_stack_is_probed(self):
        """-fstack-clash-protection: a large frame is touched page by page (orq $0, (%rsp))."""
        self.assertIn(b"\x48\x83\x0c\x24\x00", self.text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dmarcq", required=True)
    arguments, rest = parser.parse_known_args()
    program = arguments.dmarcq
    unittest.main(argv=[sys.argv[0], *rest])
