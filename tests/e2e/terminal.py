# SPDX-License-Identifier: MIT
"""Runs a program with standard output and error on a terminal."""
import fcntl, os, pty, struct, subprocess, termios


def on_terminal(command, width, cwd, env):
    """Exit code, and what it shows."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=child, stderr=child)
    os.close(child)
    shown = b""
    try:
        while block := os.read(parent, 65536):
            shown += block
    except OSError:
        pass  # the terminal's end
    os.close(parent)
    return process.wait(timeout=60), shown.decode()
