#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs the build into a folder, makes the Debian package, and looks at both: what completions offer, what lintian says, and, on a machine of
its own (machine.py), what the package does from its installation to its purge under a real systemd: units are started by systemctl, timers fire. Where
such a machine cannot be started, or lintian is not there, the test counts as skipped and says why. With DMARCQ_LONG set also installs the package into a fresh Debian.

    package_test.py --build build
"""
import argparse, fcntl, gzip, os, pathlib, pty, re, select, shutil, subprocess, sys, tempfile, termios, time

import checks, machine
from checks import check, end

parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True)
build = pathlib.Path(parser.parse_args().build).resolve()
source = pathlib.Path(__file__).parents[2].resolve()
left_out = []  # what could not be looked at here
MAN, BASH, ZSH, FISH = ("share/man/man1/dmarcq.1.gz", "share/bash-completion/completions/dmarcq", "share/zsh/vendor-completions/_dmarcq",
                        "share/fish/vendor_completions.d/dmarcq.fish")


def run(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=900, **more)
    check(done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout


def check_manual(installed):
    program = installed / "bin/dmarcq"
    manual = gzip.decompress((installed / MAN).read_bytes()).decode()
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", run(program, "help").split("COMMANDS\n")[1].split("\n\n")[0], re.M)
    for command in commands:
        check(f".SS dmarcq {command}" in manual, f"man page: no {command}")
        for script in (BASH, ZSH, FISH):
            check(command.split()[-1] in (installed / script).read_text(), f"{script}: no {command}")
    plain = manual.replace("\\-", "-")
    for line in run(program, "config", "show", "--format", "tsv", env={"HOME": "/nonexistent", "DMARCQ_DB": "x", "DMARCQ_CONFIG": "/dev/null"}).splitlines()[2:]:
        check(f"\\fB{line.split(chr(9))[0]}\\fR" in plain, f"man page: no setting {line}")
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=manual, capture_output=True, text=True)
        complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]  # a date would change with every build
        check(not complaints, f"man page: {complaints}")


def check_example(installed):
    """The example of the configuration is one, as it stands and with every setting in effect."""
    text = (installed / "share/doc/dmarcq/examples/config.toml").read_text()
    for name, content in (("as it stands", text), ("in effect", re.sub(r"^#(?=[\[a-z])", "", text, flags=re.M))):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(content)
            file.flush()
            shown = run(installed / "bin/dmarcq", "--config", file.name, "config", "show", "--origin", env={"HOME": "/nonexistent"})
            check(("mailbox[1].source" in shown) == (name == "in effect"), f"the example {name}: {shown}")


def zsh_line(script, line, environment):
    """The command line that zsh makes of this one after the tab key; zsh completes at a terminal only."""
    with tempfile.TemporaryDirectory() as name:
        shown = pathlib.Path(name) / "line"
        setup = (f"fpath=({script.parent} $fpath); autoload -Uz compinit; compinit -u -D; show() {{ print -r -- \"$BUFFER\" >{shown}; exit }}; zle -N show; "
                 "bindkey '^T' show; bindkey '^I' complete-word; unsetopt automenu; PS1=GO''ON\r")
        parent, child = pty.openpty()
        process = subprocess.Popen(["zsh", "-f", "-i"], env={**environment, "PS1": "READY>", "TERM": "xterm"}, stdin=child, stdout=child, stderr=child, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(child)
        seen, todo = b"", [(b"READY>", setup), (b"GOON", f"dmarcq {line}\t\x14")]
        try:
            while process.poll() is None and select.select([parent], [], [], 20)[0]:
                seen += os.read(parent, 65536)
                if todo and todo[0][0] in seen:
                    os.write(parent, todo.pop(0)[1].encode())
        except OSError:
            pass  # the terminal's end
        process.kill()
        process.wait()
        os.close(parent)
        return shown.read_text().rstrip("\n") if shown.exists() else seen.decode(errors="replace")


def in_shells(installed, folder):
    """What bash, zsh and fish offer after these words, with and without a database."""
    environment = {"PATH": f"{installed}/bin:/usr/bin:/bin", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    database = folder / "known.db"
    subprocess.run([installed / "bin/dmarcq", "--db", database, "ingest", "-q", source / "fixtures/mailboxes/sample.mbox"], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    domain = "kestreloutdoor.example"
    rows = [("so", {"sources"}), ("problems r", {"retry"}), ("sources --format c", {"csv"}), ("db inf", {"info"}), ("config s", {"show"}),
            ("help so", {"sources"}), ("help problems r", {"retry"}), ("completion f", {"fish"}), ("senders add dk", {"dkim-domain", "dkim-selector"}),
            ("senders add network kest", set()), ("summary kest", set()), ("--db KNOWN summary kest", {domain}), ("--db KNOWN readiness k", {domain}),
            ("--db KNOWN sources --domain kest", {domain}), ("--db KNOWN dns check kest", {domain}), ("--db missing.db summary kest", set()),
            ("--db /dev/null summary kest", set()), ("--db KNOWN problems show kest", set())]
    for line, offered in rows:
        line = line.replace("KNOWN", str(database))
        words = line.split(" ")
        script = "source $0; COMP_WORDS=(dmarcq \"$@\"); COMP_CWORD=$#; COMPREPLY=(); _dmarcq; printf '%s\\n' \"${COMPREPLY[@]}\""
        start = time.monotonic()
        done = subprocess.run(["bash", "-c", script, installed / BASH, *words], env=environment, capture_output=True, text=True, timeout=60)
        check((set(done.stdout.split()), done.stderr) == (offered, ""), f"bash completes '{line}' with {done.stdout!r} {done.stderr!r}")
        check(time.monotonic() - start < 3, f"bash takes {time.monotonic() - start:.1f} s for '{line}'")
        if shutil.which("fish"):
            done = subprocess.run(["fish", "--no-config", "-c", f"source $argv[1]; complete -C 'dmarcq {line}'", installed / FISH], env=environment, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=60)
            check((offered == set(re.findall(r"^\S+", done.stdout, re.M))) and not done.stderr, f"fish completes '{line}' with {done.stdout!r} {done.stderr!r}")
        if shutil.which("zsh"):
            head, tail = line.rpartition(" ")[::2]
            common = os.path.commonprefix(sorted(offered)) if offered else tail
            wanted = f"dmarcq {head} {common}".replace("  ", " ") + (" " if len(offered) == 1 else "")
            shown = zsh_line(installed / ZSH, line, environment)
            check(shown == wanted, f"zsh completes '{line}' to {shown!r}, not to {wanted!r}")
    # A name must never reach a shell as anything but a name: bash would run what stands in it. Reports with such a domain are refused, a database may be anybody's.
    shutil.copy(database, folder / "hostile.db")
    run("sqlite3", folder / "hostile.db", "UPDATE domain SET name='$(touch${IFS}run).example' WHERE name='kestreloutdoor.example'")
    check("touch" in run(installed / "bin/dmarcq", "--db", folder / "hostile.db", "summary", env=environment), "the hostile name is not stored, so this proves nothing")
    done = subprocess.run([installed / "bin/dmarcq", "--db", folder / "hostile.db", "completion", "domains"], env=environment, capture_output=True, text=True)
    check((done.returncode, done.stdout, done.stderr) == (0, "", ""), f"a hostile name is offered: {done}")


def check_package(package, folder):
    listed = run("dpkg-deb", "-c", package)
    for file in ("bin/dmarcq", MAN, BASH, ZSH, FISH, "lib/systemd/system/dmarcq.timer", "share/doc/dmarcq/copyright", "share/doc/dmarcq/changelog.gz"):
        check(f"./usr/{file}\n" in listed, f"{file} is not in the package")
    check(run("dpkg-deb", "-I", package, "conffiles") == "/etc/dmarcq/config.toml\n", "the configuration is no conffile")
    run("dpkg-deb", "-x", package, folder / "unpacked")
    check("dmarcq" in run(folder / "unpacked/usr/bin/dmarcq", "--version"), "the package's program does not run")
    depends = run("dpkg-deb", "-f", package, "Depends")
    for library in ("libsqlite3-0", "libarchive13", "libpugixml1v5", "libmimetic0v5", "libpsl5", "libc6"):
        check(library in depends, f"Depends lacks {library}: {depends}")
    if shutil.which("lintian"):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", package], capture_output=True, text=True)
        check(done.returncode == 0, f"lintian:\n{done.stdout}{done.stderr}")
    else:
        left_out.append("lintian is not installed")


TODAY = "2026-11-01"  # of the sample's reports
CONFIG = """db = "/var/lib/dmarcq/dmarcq.db"
[[mailbox]]
source = "/srv/reports.mbox"
[mail]
from = "dmarcq@example.com"
to = ["you@example.com"]
"""


def result_of(there, unit):
    shown = there.run("systemctl", "show", unit, "-p", "Result", "-p", "ExecMainStatus", "-p", "InvocationID").stdout
    return dict(line.split("=", 1) for line in shown.splitlines())


def check_installed(there):
    """Right after the installation: user, folders, configuration; nothing runs yet."""
    user = there.run("getent", "passwd", "dmarcq").stdout.strip().split(":")
    check((user[5], user[6].rsplit("/", 1)[-1]) == ("/var/lib/dmarcq", "nologin") and int(user[2]) < 1000, f"the user: {user}")
    check(there.run("stat", "-c", "%U:%G %a", "/var/lib/dmarcq").stdout == "dmarcq:dmarcq 750\n", "the folder of the database")
    check(there.run("systemctl", "is-active", "dmarcq.timer", check=False).stdout == "inactive\n", "a timer runs without being asked to")
    shown = there.run("dmarcq", "config", "show", "--origin").stdout
    check(re.search(r"^config +/etc/dmarcq/config.toml +of this machine$", shown, re.M), shown)
    check(re.search(r"^db +/var/lib/dmarcq/dmarcq.db +/etc/dmarcq/config.toml:\d+$", shown, re.M), shown)
    # Whoever asks more precisely is heard first.
    there.write("/tmp/home/dmarcq/config.toml", 'db = "/from/home"\n')
    there.write("/tmp/variable.toml", 'db = "/from/variable"\n')
    there.write("/tmp/flag.toml", 'db = "/from/flag"\n')
    for variables, words, wanted in (({}, [], "/var/lib/dmarcq/dmarcq.db"), ({"XDG_CONFIG_HOME": "/tmp/home"}, [], "/from/home"),
                                     ({"XDG_CONFIG_HOME": "/tmp/home", "DMARCQ_CONFIG": "/tmp/variable.toml"}, [], "/from/variable"),
                                     ({"XDG_CONFIG_HOME": "/tmp/home", "DMARCQ_CONFIG": "/tmp/variable.toml"}, ["--config", "/tmp/flag.toml"], "/from/flag")):
        shown = there.run("dmarcq", *words, "config", "show", "--origin", **variables).stdout
        check(re.search(rf"^db +{wanted} ", shown, re.M), f"{variables} {words}: {shown}")
    # A configuration that may not be read is not passed over in silence.
    there.run("chmod", "600", "/etc/dmarcq/config.toml")
    done = there.run("runuser", "-u", "nobody", "--", "dmarcq", "summary", check=False)
    check(done.returncode == 6 and "/etc/dmarcq/config.toml: cannot be read: Permission denied" in done.stderr, done)
    there.run("chmod", "644", "/etc/dmarcq/config.toml")


def check_services(there):
    """Each unit as it is, started by systemctl."""
    there.write("/srv/reports.mbox", (source / "fixtures/mailboxes/sample.mbox").read_bytes())
    there.write("/etc/dmarcq/config.toml", CONFIG)
    for unit in ("dmarcq", "dmarcq-check", "dmarcq-digest"):
        there.write(f"/etc/systemd/system/{unit}.service.d/today.conf", f"[Service]\nEnvironment=DMARCQ_TODAY={TODAY}\n")
    there.run("systemctl", "daemon-reload")
    there.run("systemctl", "start", "dmarcq.service")  # a success although the sample holds two damaged mails
    check(there.run("stat", "-c", "%U %a", "/var/lib/dmarcq/dmarcq.db").stdout == "dmarcq 600\n", "the database is for its owner")
    check("kestreloutdoor.example" in there.run("runuser", "-u", "dmarcq", "--", "dmarcq", "summary", DMARCQ_TODAY=TODAY).stdout, "what the timer stored is what commands read")
    done = there.run("runuser", "-u", "nobody", "--", "dmarcq", "summary", check=False)
    check(done.returncode == 6 and "/var/lib/dmarcq" in done.stderr and "belongs to the user dmarcq: run dmarcq as that user" in done.stderr, done)

    # News and digest are mails, and wait until they can be sent.
    there.write("/usr/sbin/sendmail", "#!/bin/sh\nexit 75\n", 0o755)
    done = there.run("systemctl", "start", "dmarcq-check.service", check=False)
    check(done.returncode != 0 and len(there.run("ls", "/var/lib/dmarcq/outbox").stdout.split()) == 1, f"a mail that cannot be sent: {done}")
    there.write("/usr/sbin/sendmail", "#!/bin/sh\n[ \"$(id -un) $*\" = 'dmarcq -t -i' ] && cat >>/tmp/sent\n", 0o755)
    there.run("systemctl", "start", "dmarcq-check.service", "dmarcq-digest.service")
    sent = there.run("cat", "/tmp/sent").stdout
    check(sent.count("\nTo: you@example.com\n") == 2 and "multipart/" in sent, f"the mails: {sent[:600]}")
    check(there.run("ls", "/var/lib/dmarcq/outbox").stdout == "", "what was sent is gone from the outbox")
    # Without [mail], news is what the journal says, and a unit that fails.
    there.write("/etc/dmarcq/config.toml", CONFIG.split("[mail]")[0])
    there.write("/srv/reports.mbox", (source / "fixtures/mailboxes/sample.mbox").read_bytes() + b"\n\nFrom - Sat Oct 31 10:00:00 2026\nFrom: noreply-dmarc-support@google.com\n"
                b"Subject: Report domain: kestreloutdoor.example Submitter: google.com Report-ID: 1\nContent-Type: application/gzip; name=\"google.com!kestreloutdoor.example!1!2.xml.gz\"\n\nnone\n")
    there.run("systemctl", "start", "dmarcq.service")
    there.run("systemctl", "start", "dmarcq-check.service", check=False)
    result = result_of(there, "dmarcq-check.service")
    check((result["Result"], result["ExecMainStatus"]) == ("exit-code", "1"), f"news without [mail]: {result}")
    there.write("/etc/dmarcq/config.toml", CONFIG)


def check_timers(there):
    timers = ("dmarcq.timer", "dmarcq-check.timer", "dmarcq-digest.timer")
    before = result_of(there, "dmarcq.service")["InvocationID"]
    there.write("/etc/systemd/system/dmarcq.timer.d/soon.conf", "[Timer]\nOnActiveSec=1s\nAccuracySec=100ms\nRandomizedDelaySec=0\n")
    there.run("systemctl", "daemon-reload")
    there.run("systemctl", "enable", "--now", *timers)
    for timer in timers:
        shown = there.run("systemctl", "show", timer, "-p", "ActiveState", "-p", "NextElapseUSecRealtime", "-p", "Unit").stdout
        check("ActiveState=active" in shown and f"Unit={timer[:-6]}.service" in shown and re.search(r"NextElapseUSecRealtime=\S", shown), f"{timer}: {shown}")
    there.until(lambda: result_of(there, "dmarcq.service")["InvocationID"] not in ("", before), "the timer does not fire")
    there.until(lambda: there.run("systemctl", "is-active", "dmarcq.service", check=False).stdout.strip() == "inactive", "the service does not end")
    check(result_of(there, "dmarcq.service")["Result"] == "success", "the service that the timer started")


def check_removal(there, package, before, accounts):
    there.run("dpkg", "--no-triggers", "-i", "/tmp/dmarcq.deb")  # the same again, as an upgrade
    check(there.run("cat", "/etc/dmarcq/config.toml").stdout == CONFIG, "an upgrade keeps the configuration")
    check(there.run("systemctl", "is-active", "dmarcq.timer", check=False).stdout == "active\n", "an upgrade keeps timers running")
    there.run("dpkg", "--no-triggers", "--remove", "dmarcq")
    check(there.run("systemctl", "is-active", "dmarcq.timer", check=False).stdout == "inactive\n", "removing stops the timers")
    check(there.run("ls", "/var/lib/dmarcq/dmarcq.db", "/etc/dmarcq/config.toml").returncode == 0, "removing keeps database and configuration")
    there.run("dpkg", "--no-triggers", "-i", "/tmp/dmarcq.deb")
    check("kestreloutdoor.example" in there.run("runuser", "-u", "dmarcq", "--", "dmarcq", "summary", DMARCQ_TODAY=TODAY).stdout, "they are used again")
    there.write("/etc/dmarcq/password", "secret\n", 0o600)
    there.run("dpkg", "--no-triggers", "--purge", "dmarcq")
    # What the test itself wrote there, and what dpkg and systemd write of any package.
    there.run("rm", "-rf", "/srv/reports.mbox", "/usr/sbin/sendmail", *(f"/etc/systemd/system/{unit}.d" for unit in ("dmarcq.service", "dmarcq-check.service", "dmarcq-digest.service", "dmarcq.timer")))
    left = {path for path in there.new_files() - before if not re.match(r"/(var/lib/dpkg/|var/log/|var/cache/man/|var/lib/systemd/|etc/systemd/system/timers\.target\.wants$|etc/(passwd|group|shadow|gshadow|subuid|subgid)-$)", path) or "dmarcq" in path}
    check(not left, f"left after a purge: {sorted(left)}")
    check(there.run("cat", "/etc/passwd", "/etc/group").stdout == accounts, "the user is gone")
    check("dmarcq" not in there.run("systemctl", "list-unit-files", "--no-pager").stdout, "the units are gone")


def on_a_machine(package):
    if why := machine.why_not():
        left_out.append(f"not installed on a machine of its own: {why}")
        return
    with machine.Machine() as there:
        before, accounts = there.new_files(), there.run("cat", "/etc/passwd", "/etc/group").stdout
        there.write("/tmp/dmarcq.deb", package.read_bytes())
        there.run("dpkg", "--no-triggers", "-i", "/tmp/dmarcq.deb")
        check_installed(there)
        check_services(there)
        check_timers(there)
        check_removal(there, package, before, accounts)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    installed = folder / "installed"
    run("cmake", "--install", build, "--prefix", installed)
    for file in ("bin/dmarcq", MAN, BASH, ZSH, FISH):
        check((installed / file).is_file(), f"{file} is not installed")
    check("dmarcq" in run(installed / "bin/dmarcq", "--version"), "it does not run")
    for shell, file in zip(("bash", "zsh", "fish"), (BASH, ZSH, FISH)):
        if shutil.which(shell):
            run(shell, "-n", installed / file)
    check_manual(installed)
    check_example(installed)
    in_shells(installed, folder)
    run("cpack", "-G", "DEB", "-B", folder / "deb", cwd=build)
    package = next((folder / "deb").glob("*.deb"))
    check_package(package, folder)
    on_a_machine(package)

    if os.environ.get("DMARCQ_LONG") and os.geteuid() == 0 and shutil.which("debootstrap"):
        root = folder / "debian"
        run("debootstrap", "--variant=minbase", "bookworm", root)
        shutil.copy(package, root / "root/dmarcq.deb")
        shutil.copy(source / "fixtures/mailboxes/sample.mbox", root / "root/")
        script = (f"export LC_ALL=C.UTF-8 DMARCQ_TODAY={TODAY}; cd /root && apt-get install -y -qq --no-install-recommends ./dmarcq.deb >/dev/null 2>&1 && "
                  "{ dmarcq ingest -q sample.mbox; [ $? = 3 ]; } && dmarcq summary && dmarcq report -o page.html && grep -q '</html>' page.html && dmarcq db check")
        out = run("chroot", root, "/bin/sh", "-c", script)
        check("kestreloutdoor.example" in out, f"in a fresh Debian it says:\n{out}")
if left_out and not checks.faults:
    print("skipped: " + "; ".join(left_out))
    sys.exit(77)
end("")
