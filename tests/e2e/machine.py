# SPDX-License-Identifier: MIT
"""A machine to install things on: systemd as process 1 in namespaces of its own, over a copy-on-write view of this machine's files (overlayfs).
Nothing that happens there is seen here. Needs root, systemd, and a kernel that permits it (`why_not`)."""
import os, pathlib, shutil, signal, subprocess, tempfile, time

# The files of this machine as they are, what is written goes to memory; no device but harmless ones; the kernel's settings are read-only.
BOOT = r"""
set -e
top=$1
mount -t tmpfs -o mode=755 tmpfs "$top"
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" overlay "$top/root"
cd "$top/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $folder; done
chmod 1777 tmp
for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
rm -f usr/sbin/policy-rc.d  # of containers: it would keep packages from stopping what they started
# No service of this machine but those that systemd cannot do without.
rm -rf etc/systemd/system/*.wants etc/systemd/system/*.requires
for unit in systemd-modules-load systemd-udevd systemd-journald-audit systemd-hwdb-update ldconfig; do ln -sf /dev/null etc/systemd/system/$unit.service; done
ln -sf /dev/null etc/systemd/system/systemd-journald-audit.socket
: >etc/machine-id
mkdir -p mnt/before mnt/changes
mount --bind "$top/upper" mnt/changes
pivot_root . mnt/before
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c 'umount -l /mnt/before; exec /lib/systemd/systemd --unit=basic.target' <dev/null >/dev/null 2>&1
"""


def cgroup_root():
    """Where version 2 of the control groups is mounted, alone or beside version 1."""
    for folder in (pathlib.Path("/sys/fs/cgroup"), pathlib.Path("/sys/fs/cgroup/unified")):
        if (folder / "cgroup.procs").exists():
            return folder
    return None


def why_not():
    """Why no machine can be started here; "" where one can."""
    if os.geteuid() != 0:
        return "not root"
    for program in ("unshare", "nsenter", "pivot_root", "/lib/systemd/systemd"):
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            return f"{program} is missing"
    group = cgroup_root()
    if not group or not os.access(group, os.W_OK):
        return "control groups cannot be made"
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--net", "--cgroup", "sh", "-c",
                           "mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w overlay /mnt/r"],
                          capture_output=True, text=True)
    return done.stderr.strip() if done.returncode != 0 else ""


class Machine:
    def __enter__(self):
        self.top = tempfile.mkdtemp(prefix="dmarcq-machine-")
        self.group = cgroup_root() / pathlib.Path(self.top).name
        self.group.mkdir()
        enter = "echo $$ >\"$1/cgroup.procs\"; exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup /bin/sh -c \"$2\" sh \"$3\""
        self.process = subprocess.Popen(["/bin/sh", "-c", enter, "sh", self.group, BOOT, self.top], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.first = self.first_process()
            self.until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), "systemd does not come up", 30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()  # and with it, process 1 and all below (--kill-child)
        self.process.wait()
        self.process.stderr.close()
        for _ in range(100):
            for folder in sorted(self.group.rglob("*/"), key=lambda path: -len(str(path))):
                try:
                    folder.rmdir()
                except OSError:
                    pass
            try:
                self.group.rmdir()
                break
            except OSError:
                time.sleep(0.05)
        os.rmdir(self.top)

    def first_process(self):
        """The number that process 1 of the machine has here."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for _ in range(200):
            if self.process.poll() is not None:
                raise RuntimeError("the machine does not start: " + self.process.stderr.read().decode())
            if words := children.read_text().split():
                if pathlib.Path(f"/proc/{words[0]}/comm").read_text().strip() == "systemd":
                    return words[0]
            time.sleep(0.05)
        raise RuntimeError("the machine does not start")

    def run(self, *words, check=True, input=None, **variables):
        """A command as root there; an error unless it ends with 0."""
        line = ["nsenter", "--target", self.first, "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root", "--wd=/", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *(f"{name}={value}" for name, value in variables.items()), *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, input=input if input is not None else "")
        if check and done.returncode != 0:
            raise AssertionError(f"{words}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def write(self, path, bytes, mode=0o644):
        """A file there, owned by root."""
        self.run("mkdir", "-p", pathlib.PurePath(path).parent)
        place = pathlib.Path(f"/proc/{self.first}/root{path}")
        place.write_bytes(bytes if isinstance(bytes, (bytearray, type(b""))) else bytes.encode())
        place.chmod(mode)

    def new_files(self):
        """Every path there that is not here."""
        changed = self.run("find", "/mnt/changes", "-mindepth", "1", "!", "-type", "c", "-printf", "/%P\\n").stdout.splitlines()
        return {path for path in changed if not os.path.lexists(path)}

    def until(self, condition, says, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(says)
            time.sleep(0.1)
