#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs the build into a folder, makes the Debian package and looks at both; with DMARCQ_LONG set also installs the package into a
fresh Debian and uses it there.

    package_test.py --build build
"""
import argparse, os, pathlib, re, shutil, subprocess, tempfile

from checks import check, end

parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True)
build = pathlib.Path(parser.parse_args().build).resolve()
source = pathlib.Path(__file__).parents[2].resolve()


def run(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=900, **more)
    check(done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout


wanted = ["bin/dmarcq", "share/man/man1/dmarcq.1", "share/bash-completion/completions/dmarcq", "share/zsh/vendor-completions/_dmarcq", "share/fish/vendor_completions.d/dmarcq.fish"]
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    run("cmake", "--install", build, "--prefix", folder / "installed")
    for file in wanted:
        check((folder / "installed" / file).is_file(), f"{file} is not installed")
    installed = folder / "installed"
    check("dmarcq" in run(installed / "bin/dmarcq", "--version"), "it does not run")
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", run(installed / "bin/dmarcq", "help").split("COMMANDS\n")[1].split("\n\n")[0], re.M)
    manual = (installed / wanted[1]).read_text()
    for command in commands:
        check(f".SS dmarcq {command}" in manual, f"man page: no {command}")
        for script in wanted[2:]:
            check(command.split()[-1] in (installed / script).read_text(), f"{script}: no {command}")
    for shell, file in zip(("bash", "zsh", "fish"), wanted[2:]):
        if shutil.which(shell):
            run(shell, "-n", installed / file)
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", installed / wanted[1]], capture_output=True, text=True)
        complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]  # a date would change with every build
        check(not complaints, f"man page: {complaints}")
    # What bash offers after these words.
    for words, offered in ((["so"], {"sources"}), (["problems", "r"], {"retry"}), (["sources", "--format", "c"], {"csv"}), (["--db", "x", "db", "inf"], {"info"}), (["report", "--e"], {"--eml"})):
        line = "source $0; COMP_WORDS=(dmarcq \"$@\"); COMP_CWORD=$#; COMPREPLY=(); _dmarcq; echo \"${COMPREPLY[*]}\""
        check(offered == set(run("bash", "-c", line, installed / wanted[2], *words).split()), f"bash completes {words} otherwise")

    # And fish.
    if shutil.which("fish"):
        for line, offered in (("so", "sources"), ("problems r", "retry"), ("sources --format c", "csv"), ("db inf", "info"), ("report --e", "--eml"), ("config s", "show")):
            shown = run("fish", "--no-config", "-c", f"source $argv[1]; complete -C 'dmarcq {line}'", installed / wanted[4])
            check(offered in re.findall(r"^\S+", shown, re.M), f"fish completes '{line}' with {shown!r}")

    run("cpack", "-G", "DEB", "-B", folder / "deb", cwd=build)
    package = next((folder / "deb").glob("*.deb"))
    listed = run("dpkg-deb", "-c", package)
    for file in wanted:
        check(f"./usr/{file}\n" in listed, f"{file} is not in the package")
    run("dpkg-deb", "-x", package, folder / "unpacked")
    check("dmarcq" in run(folder / "unpacked/usr/bin/dmarcq", "--version"), "the package's program does not run")
    depends = run("dpkg-deb", "-f", package, "Depends")
    for library in ("libsqlite3-0", "libarchive13", "libpugixml1v5", "libmimetic0v5", "libpsl5", "libc6"):
        check(library in depends, f"Depends lacks {library}: {depends}")

    if os.environ.get("DMARCQ_LONG") and os.geteuid() == 0 and shutil.which("debootstrap"):
        root = folder / "debian"
        run("debootstrap", "--variant=minbase", "bookworm", root)
        shutil.copy(package, root / "root/dmarcq.deb")
        shutil.copy(source / "fixtures/mailboxes/sample.mbox", root / "root/")
        script = ("export LC_ALL=C.UTF-8 DMARCQ_TODAY=2026-11-01; cd /root && apt-get install -y -qq --no-install-recommends ./dmarcq.deb >/dev/null 2>&1 && "
                  "{ dmarcq ingest -q sample.mbox; [ $? = 3 ]; } && dmarcq summary && dmarcq report -o page.html && grep -q '</html>' page.html && dmarcq db check")
        out = run("chroot", root, "/bin/sh", "-c", script)
        check("kestreloutdoor.example" in out, f"in a fresh Debian it says:\n{out}")
end("")
