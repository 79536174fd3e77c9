#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The stakeholders' page and its mail, made from the sample mailbox, a large generated one and the hard cases, and looked at by what will
look at it: a browser, an accessibility checker, an HTML validator, a mail parser, a terminal and a spreadsheet.

    page_test.py --dmarcq build/dmarcq --bench build/make_bench_mailbox --work build/page-test [--screenshots]
"""
import argparse, csv, email, email.policy, io, os, pathlib, re, shutil, subprocess, sys
import cases

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from checks import check, end

here = pathlib.Path(__file__).parent.resolve()
parser = argparse.ArgumentParser()
for name in ("dmarcq", "bench", "work"):
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--screenshots", action="store_true")
args = parser.parse_args()
program, work = pathlib.Path(args.dmarcq).resolve(), pathlib.Path(args.work).resolve()
shots = work / "screenshots"


def dmarcq(database, *words, today="2026-11-21", expect=(0,)):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(work), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": today, "DMARCQ_DB": str(work / f"{database}.db")}
    done = subprocess.run([program, *map(str, words)], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    check(done.returncode in expect, f"{words}: exit {done.returncode} {done.stderr.decode()[:500]}")
    return done.stdout


def database(name, source):
    (work / f"{name}.db").unlink(missing_ok=True)
    if not isinstance(source, pathlib.Path):
        folder = work / f"{name}.xml.d"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, text in enumerate(source):
            (folder / f"{number:04}.xml").write_text(text)
        source = folder
    dmarcq(name, "ingest", "-q", source, expect=(0, 3))


def page(name, database, *words, today="2026-11-21"):
    file = work / f"{name}.html"
    file.unlink(missing_ok=True)
    dmarcq(database, "report", "-o", file, "--eml", work / f"{name}.eml", "--from", "DMARC Büro <dmarc@example.com>", "--to", "board@example.com", *words, today=today)
    check(file.stat().st_size < 1_000_000, f"{name}: {file.stat().st_size} bytes")
    text = file.read_text()
    check("<script" not in text.lower() and " style=" not in text, f"{name}: script or style attribute")
    return file


def check_mail(name, wanted=()):
    raw = (work / f"{name}.eml").read_bytes()
    check(all(len(line) <= 76 for line in raw.split(b"\n")), f"{name}.eml: a line of {max(map(len, raw.split(bytes([10]))))} bytes")
    check(all(byte in (9, 10) or 32 <= byte < 127 for byte in raw), f"{name}.eml: not ASCII")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    allowed = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type"]
    check(mail.keys() == allowed, f"{name}.eml: headers {mail.keys()}")
    check(not mail.defects and mail["From"].addresses[0].display_name == "DMARC Büro", f"{name}.eml: {mail.defects} {mail['From']}")
    check([part.get_content_type() for part in mail.walk()] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/html"], f"{name}.eml: parts")
    html = mail.get_body(("html",)).get_content()
    check(len(html.encode()) <= 80_000, f"{name}.eml: HTML of {len(html)} bytes")
    check("<svg" not in html and "<style" not in html, f"{name}.eml: SVG or style sheet")
    check([a.get_content().replace("\r\n", "\n") for a in mail.iter_attachments()] == [(work / f"{name}.html").read_text()], f"{name}.eml: attachment differs from the page")
    text = mail.get_body(("plain",)).get_content()
    for words in wanted:
        check(words in " ".join(text.split()) and words in " ".join(html.split()), f"{name}.eml: no '{words}'")
    return html


work.mkdir(parents=True, exist_ok=True)
shots.mkdir(exist_ok=True)
mailbox = work / "large.mbox"
if not mailbox.exists() or mailbox.stat().st_size == 0:
    subprocess.run([args.bench, mailbox, "--mails", "3000", "--records", "150000", "--domains", "60", "--addresses", "12000", "--days", "365"], check=True, stdout=subprocess.DEVNULL)
database("sample", here.parents[2] / "fixtures/mailboxes/sample.mbox")
database("large", mailbox)
database("one", cases.one_row())
database("many", cases.ten_thousand_sources())
database("foreign", cases.foreign_scripts())
database("hostile", cases.hostile())
dmarcq("sample", "note", "2026-10-11", "Account Engagement moved to partners.kestreloutdoor.example", "--domain", "kestreloutdoor.example")

pages = [
    page("sample", "sample", today="2026-11-01"),
    page("sample-90-days", "sample", "--since", "2026-08-03", "--until", "2026-10-31", today="2026-11-01"),
    page("silence", "sample", "--since", "7d"),
    page("one-row", "one"),
    page("ten-thousand-sources", "many"),
    page("foreign-scripts", "foreign"),
    page("hostile", "hostile", "--since", "2026-11-01"),
    page("hostile-one-domain", "hostile", "--since", "2026-11-01", "--domain", "example.com"),
    page("large", "large", "--since", "366d"),
]

# The site: an index and a page for each domain; hostile names become no paths.
for name, today in (("large", "2026-11-21"), ("hostile", "2026-11-21")):
    site = work / f"site-{name}"
    shutil.rmtree(site, ignore_errors=True)
    dmarcq(name, "report", "--each", "-o", site, today=today)
    made = sorted(p.name for p in site.iterdir())
    check("index.html" in made and all(re.fullmatch(r"[a-z0-9_.-]+\.html|\.dmarcq-pages", n) for n in made), f"site-{name}: {made[:5]}")
    times = {p.name: p.stat().st_mtime_ns for p in site.iterdir()}
    (site / "stranger.html").write_text("not ours")
    with open(site / ".dmarcq-pages", "a") as listed:
        listed.write("gone.example.html\n../outside.html\n")
    (site / "gone.example.html").write_text("of an earlier run")
    (work / "outside.html").write_text("not ours")
    dmarcq(name, "report", "--each", "-o", site, today=today)
    check((site / "stranger.html").exists() and (work / "outside.html").exists(), f"site-{name}: removed what it did not make")
    check(not (site / "gone.example.html").exists(), f"site-{name}: the page of a domain that is gone stays")
    changed = [n for n, stamp in times.items() if n != ".dmarcq-pages" and (site / n).stat().st_mtime_ns != stamp]
    check(not changed, f"site-{name}: unchanged pages were written again: {changed[:5]}")
    shutil.copy(site / "index.html", work / f"index-{name}.html")
    pages.append(work / f"index-{name}.html")
    check((work / f"index-{name}.html").stat().st_size < 1_000_000, f"index-{name}: too large")
# Two clients, one below the other: neither page nor mail of one names the other; asked about one, the page of the other stays.
database("nested", cases.nested_domains())
(work / "nested.toml").write_text("".join(f'[[client]]\nname = "{name}"\ndomains = ["{domain}"]\nmail_to = "it@{name}.test"\n'
                                          for name, domain in (("acme", "acme.example"), ("shop", "shop.acme.example"))))
for name in ("site-nested", "mails-nested"): shutil.rmtree(work / name, ignore_errors=True)
nested = ["--config", work / "nested.toml", "report", "--each", "-o", work / "site-nested"]
dmarcq("nested", *nested, "--eml", work / "mails-nested", "--from", "a@b.test", today="2026-11-05")
above = (work / "site-nested/acme.example.html").read_text()
check("shop.acme.example" not in above, "the page of acme.example names the domain of another client")
check("60 reports from 3 reporters" in above, "the page of acme.example counts the reports on another domain")
check("84 reports from 3 reporters" in (work / "site-nested/shop.acme.example.html").read_text(), "the page of shop.acme.example counts the reports on another domain")
mail = email.message_from_bytes((work / "mails-nested/2026-11-05-acme.eml").read_bytes(), policy=email.policy.default)
check("shop" not in mail.get_body(("plain",)).get_content() and all("shop.acme" not in part.get_content() for part in mail.iter_attachments()), "acme's mail names another client's domain")
dmarcq("nested", *nested, "--domain", "shop.acme.example", today="2026-11-05")
check((work / "site-nested/acme.example.html").exists(), "the page of a domain that was not asked about is gone")
dmarcq("nested", *nested, "--domain", "nosuch.example", today="2026-11-05", expect=(2,))
check(len(list((work / "site-nested").glob("*.html"))) == 3, "an unknown domain changes the site")
before = pages[0].read_bytes()
check(page("sample", "sample", today="2026-11-01").read_bytes() == before, "the same data gives other bytes")

check_mail("sample", ["kestreloutdoor.example is not ready to move from p=quarantine to p=reject"])
check_mail("silence", ["NO REPORTS RECEIVED"])
check("NO REPORTS RECEIVED" in str(email.message_from_bytes((work / "silence.eml").read_bytes(), policy=email.policy.default)["Subject"]), "silence.eml: the subject does not say so")
digests = []
for name in ("one-row", "ten-thousand-sources", "foreign-scripts", "hostile", "hostile-one-domain", "large"):
    check_mail(name)
for name in ("sample", "hostile", "silence"):
    digests.append(work / f"digest-{name}.html")
    digests[-1].write_text(check_mail(name))

text = (work / "foreign-scripts.html").read_text()
for words in ("xn--bcher-kva.example (bücher.example)", "<bdi>דואר ישראל</bdi>", "<bdi>شركة البريد</bdi>"):
    check(words in text, f"foreign-scripts: no {words}")
check("25 largest of 10,000 sources; 9,975 more" in (work / "ten-thousand-sources.html").read_text(), "ten-thousand-sources: does not say how many more")
check("No reports received for" in (work / "silence.html").read_text(), "silence: does not say so")
hostile = (work / "hostile-one-domain.html").read_text()
check("&lt;script&gt;hit()&lt;/script&gt;" in hostile, "hostile: the strings are not on the page at all")

# Terminal and spreadsheet: whatever prints a stranger's words, in every form it has.
listings = [["sources"], ["sources", "--failing"], ["sources", "--disagreements"], ["summary"], ["reports"], ["reports", "show", "1"], ["problems", "list"], ["salesforce"],
            ["sources", "--by", "reporter"], ["sources", "--by", "domain"], ["sql", "select * from v_records"], ["sql", "select * from v_reports"]]
letters = [["readiness", "example.com"], ["explain", "example.com"], ["explain", "13.110.6.10"], ["compare", "example.com", "--at", "2026-11-07"], ["check", "--all"]]
asked = [(words, form) for words in listings for form in ("table", "plain", "markdown", "csv", "tsv", "json", "ndjson")] + [(words, None) for words in letters]
for words, form in asked:
    out = dmarcq("hostile", *words, *(["--format", form, "--csv-safe"] if form else []), expect=(0, 1)).decode("utf-8")
    check(len(out) > 50 or words[0] == "problems", f"{words} {form}: says nothing")
    control = re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", out if form == "tsv" else out.replace("\t", "\0"))
    check(not control, f"{words} {form}: a control character: {control and ascii(out[max(control.start() - 60, 0):control.end() + 20])}")
    if form in ("csv", "tsv"):
        rows = csv.reader(io.StringIO(out)) if form == "csv" else (line.split("\t") for line in out.splitlines())
        cells = [cell for row in rows for cell in row if not re.fullmatch(r"-?[0-9.]+", cell)]
        check(not any(cell.lstrip(" ")[:1] in ("=", "+", "-", "@") and cell.strip() for cell in cells), f"{words} {form}: a formula: {[c[:40] for c in cells if c.lstrip(' ')[:1] in '=+-@'][:3]}")
check(b"=1+1" in dmarcq("hostile", "sql", "select '=1+1'", "--format", "csv", "--csv-raw"), "--csv-raw guards all the same")

# Browser, accessibility, validity.
chromium, npm, tidy = (shutil.which(tool) for tool in ("chromium", "npm", "tidy"))
if not (chromium and npm and tidy):
    sys.exit("Chromium, npm and tidy are needed to look at the page; 'sh tests/support/install.sh test' installs them: "
             f"chromium {chromium}, npm {npm}, tidy {tidy}")
# The lock file names hashes and no registry: npm takes the packages from whichever one it is set up with.
for name in ("package.json", "package-lock.json", "check_pages.mjs"):
    shutil.copy(here / name, work / name)
installed = work / "node_modules/.package-lock.json"
if not installed.exists() or installed.stat().st_mtime < (here / "package-lock.json").stat().st_mtime:
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=work, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"npm ci: exit {done.returncode}\n{done.stdout}{done.stderr}")
seen = subprocess.run(["node", "check_pages.mjs", chromium, shots, "1" if args.screenshots else "0", *pages], cwd=work, timeout=1200)
check(seen.returncode == 0, "the browser found faults")
# tidy does not know SVG: which attributes there are was checked above. Mail programs need attributes that browsers do not.
for file in [*pages, *digests]:
    done = subprocess.run([tidy, "-quiet", "-errors", "--drop-empty-elements", "no", "--mute", "PROPRIETARY_ATTRIBUTE" + (",MISMATCHED_ATTRIBUTE_WARN" if file in digests else ""), file], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "Warning:" in line or "Error:" in line]
    check(not complaints, f"{file.name}: invalid HTML: {complaints[:5]}")
end(f"{len(pages)} pages, " + (f"screenshots in {shots}, " if args.screenshots else ""))
