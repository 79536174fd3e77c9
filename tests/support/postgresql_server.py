# SPDX-License-Identifier: MIT
"""A PostgreSQL server of a test's own: on a socket in a folder of its own, gone with it.

    postgresql_server.py COMMAND…    runs the command with DMARCQ_TEST_POSTGRESQL, an address on such a server; ends with 77 without PostgreSQL
"""
import glob, os, pathlib, shutil, signal, subprocess, sys, tempfile, time


def binaries():
    """The newest there are; None without any."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    return pathlib.Path(found[-1]) if found else None


class Server:
    """`settings`: of postgresql.conf. The server refuses to run as root, so then it runs as the package's user."""

    def __init__(self, settings=()):
        self.bin = binaries()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-pg-"))
        self.settings = ["listen_addresses=", "fsync=off", "max_connections=60", "shared_buffers=64MB", f"unix_socket_directories={self.folder}", *settings]
        self.who = {}
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.who = {"user": "postgres", "group": "postgres", "extra_groups": []}
        os.chmod(self.folder, 0o755)
        # A collation that is not that of bytes: nothing may depend on it.
        subprocess.run([self.bin / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "dmarcq", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8",
                        "--locale-provider=icu", "--icu-locale=en-US"], check=True, capture_output=True, cwd="/", **self.who)
        self.process = None
        self.start()

    def start(self):
        words = [self.bin / "postgres", "-D", self.folder / "data"]
        for setting in self.settings:
            words += ["-c", setting]
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log, cwd="/", **self.who)
        for _ in range(600):
            if subprocess.run([self.bin / "pg_isready", "-q", "-h", self.folder], capture_output=True).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError("the server does not start: " + (self.folder / "log").read_text()[-2000:])

    def crash(self):
        """As a power cut, but for what the operating system still writes."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def address(self, database="postgres", user="dmarcq"):
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def sql(self, text, database="postgres"):
        done = subprocess.run(["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", self.address(database)], input=text, capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def fresh(self, name):
        """The address of a new, empty database."""
        self.sql(f"CREATE DATABASE {name}")
        return self.address(name)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


if __name__ == "__main__":
    if binaries() is None:
        print("skipped: PostgreSQL is not there")
        sys.exit(77)
    with Server() as server:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DMARCQ_TEST_POSTGRESQL": server.address()}).returncode)
