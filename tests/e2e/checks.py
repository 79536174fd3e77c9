# SPDX-License-Identifier: MIT
"""For tests that go on after a fault, to show all of them in one run."""
import sys

faults = 0


def check(good, text):
    global faults
    if not good:
        faults += 1
        print(f"FAULT: {text}")


def end(seen):
    print(f"{seen}{faults} faults")
    sys.exit(1 if faults else 0)
