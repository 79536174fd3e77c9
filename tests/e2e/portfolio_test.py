#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An operator's 200 domains with 29 planted problems among eleven weeks of usual mail: `check` must name them all, and nothing else. Then what an
operator does with it: a mail to each client, metrics for a monitoring system, one domain or client alone.

    portfolio_test.py --dmarcq build/dmarcq --make-portfolio build/make_portfolio [--seed N]
"""
import argparse, collections, csv, email, email.policy, json, pathlib, re, subprocess, sys, tempfile

sys.path.append("/usr/lib/python3/dist-packages")  # where Debian's package is, whichever Python runs this
from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser

import checks
from checks import check

parser = argparse.ArgumentParser()
parser.add_argument("--dmarcq", required=True)
parser.add_argument("--make-portfolio", required=True)
parser.add_argument("--seed", default="1")
args = parser.parse_args()
program, maker = (str(pathlib.Path(path).resolve()) for path in (args.dmarcq, args.make_portfolio))
work = tempfile.TemporaryDirectory()
folder = pathlib.Path(work.name)
codes = "new-source new-route sender-started-failing sender-vanished spoofing-burst policy-changed enforcement-hit-own-mail enforcement-hit-unproven " \
        "reports-stopped problems-new record-changed record-broken".split()


def dmarcq(*command, exit=None, database="p.db", today="2026-11-18", config=None):
    env = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": today, "DMARCQ_DB": str(folder / database)}
    if config: env["DMARCQ_CONFIG"] = str(config)
    done = subprocess.run([program, *command], env=env, cwd=folder, capture_output=True, text=True, timeout=120)
    if exit is not None: check(done.returncode == exit, f"{' '.join(command)}: exit {done.returncode}, not {exit}\n{done.stdout[-400:]}{done.stderr}")
    return done


def copy_database(name, source="p.db"):
    dmarcq("db", "backup", name, exit=0, database=source)
    return name


def alerts_of(*command, exit=1, **more):
    return json.loads(dmarcq("check", "--format", "json", *command, exit=exit, **more).stdout)["alerts"]


subprocess.run([maker, "p.mbox", "p.zone", "planted.tsv", args.seed], cwd=folder, check=True)
dmarcq("ingest", "-q", "p.mbox", exit=3)  # two planted mails cannot be read
planted = [line.split("\t") for line in (folder / "planted.tsv").read_text().splitlines()]
check(len({problem for _, _, problem in planted}) == 29, "29 problems are planted")
check({code for _, code, _ in planted} == set(codes), "problems of all kinds are planted")
planted = {(domain, code) for domain, code, _ in planted}
domains = json.loads(dmarcq("summary", "--format", "json").stdout)["domains"]
check(len(domains) == 200, f"{len(domains)} domains")

# All of them, and nothing else.
fresh, mailed, restricted, _ = (copy_database(name) for name in ("fresh.db", "mailed.db", "restricted.db", "unasked.db"))
news = alerts_of("--snapshot", "p.zone")
found = {(alert["domain"] or "", alert["code"]) for alert in news}
for domain, code in sorted(planted - found): check(False, f"missed: {domain} {code}")
for alert in news: check((alert["domain"] or "", alert["code"]) in planted, f"invented: {alert['domain']} {alert['code']}: {alert['text']}")
# The most urgent first, and told once.
order = [("act", "look", "know").index(alert["severity"]) for alert in news]
worst = {}
for alert, severity in zip(news, order): worst.setdefault(alert["domain"], []).append(severity)
check(all(severities == sorted(severities) for severities in worst.values()), "a domain's alerts stand in the order of severity")
check(order[0] == 0 and [v[0] for v in worst.values()] == sorted(v[0] for v in worst.values()), "the domains stand in the order of their worst alert")
check(alerts_of("--snapshot", "p.zone", exit=0) == [], "the second check has news")
check(len(alerts_of("--all", "--snapshot", "p.zone", exit=0)) == len(news), "--all shows what is open")

# The domain of a question changes nothing of the answer.
for domain in sorted({domain for domain, _ in planted if domain})[:6]:
    alone = [alert for alert in alerts_of("--domain", domain, "--snapshot", "p.zone", database=copy_database("alone.db", source="unasked.db")) if alert["domain"]]
    check(alone == [alert for alert in news if alert["domain"] == domain], f"{domain} alone: {alone}")
    (folder / "alone.db").unlink()

# The mailbox falls silent: one alert, however many domains there are. What was told stays told.
later = alerts_of("--snapshot", "p.zone", today="2026-11-24")
silence = [alert for alert in later if alert["code"] == "reports-stopped"]
check([(a["domain"], a["severity"]) for a in silence] == [(None, "act")], f"six days later: {silence}")
waiting = re.search(r"No reports on (\d+) of (\d+) domains since 2026-11-1[67]", silence[0]["text"] if silence else "")
check(waiting and 190 <= int(waiting[1]) < int(waiting[2]) <= 200, f"six days later: {silence}")
check([a["domain"] for a in alerts_of("--snapshot", "p.zone", exit=None, today="2026-12-20") if a["code"] == "reports-stopped"] == [], "weeks later, no storm")

# A mail to each client.
names = [domain["domain"] for domain in domains]
groups = collections.defaultdict(list)
for domain in names: groups[domain.split("-")[0]].append(domain)
config = folder / "clients.toml"
config.write_text("".join(f'[[client]]\nname = "{name.title()} & Sons"\ndomains = {json.dumps(sorted(of))}\n' +
                          ({"birch": 'mail_to = ["it@birch.test", "Bea <bea@birch.test>"]\n', "tamarack": ""}.get(name, f'mail_to = "it@{name}.test"\n'))
                          for name, of in sorted(groups.items()) if name != "kapok"))
by_client = collections.defaultdict(set)
for domain, code in planted:
    if code.startswith("record"): continue
    by_client[domain.split("-")[0] if domain and not domain.startswith("kapok") else ""].add((domain, code))


def mails_in(name):
    return {file.name: email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in sorted((folder / name).glob("*.eml"))}


def pairs_in(mail):
    pairs, domain = set(), None
    for line in mail.get_content().splitlines():
        word = line.strip()
        if word == "all domains": domain = ""
        elif word in names: domain = word
        elif word.partition(": ")[2] in codes: pairs.add((domain, word.partition(": ")[2]))
    return pairs


done = dmarcq("check", "--mail", "--from", "ops@operator.test", "-o", "outbox", exit=1, database=mailed, config=config)
mails = mails_in("outbox")
check(len(mails) == len([client for client in by_client if client]), f"mails: {list(mails)}")
for name, mail in mails.items():
    client = name.removeprefix("2026-11-18-").removesuffix("-sons.eml")
    check(pairs_in(mail) == by_client.get(client), f"{name}: {pairs_in(mail)}, not {by_client.get(client)}")
    to = "it@birch.test, Bea <bea@birch.test>" if client == "birch" else f"it@{client}.test"
    check(mail["To"] == to and mail["From"] == "ops@operator.test", f"{name}: to {mail['To']}")
left = len([alert for alert in news if not alert["code"].startswith("record") and (not alert["domain"] or alert["domain"].startswith("kapok"))])
check(f"{left} alerts are in no mail" in done.stderr, done.stderr)
# What is in no mail is still news, and the operator's if he asks for it; the rest was told. A mail that waits to be sent is not replaced.
again = copy_database("again.db", source=mailed)
(folder / "outbox/2026-11-18.eml").write_text("")
done = dmarcq("check", "--mail", "--from", "ops@operator.test", "--to", "ops@operator.test", "-o", "outbox", exit=1, database=again, config=config)
check(done.stderr == "" and set(mails_in("outbox")) - set(mails) == {"2026-11-18.eml", "2026-11-18-2.eml"}, f"again: {list(mails_in('outbox'))} {done.stderr}")
check(pairs_in(mails_in("outbox")["2026-11-18-2.eml"]) == by_client[""], "the operator's mail")
dmarcq("check", "--mail", "--from", "ops@operator.test", "-o", "outbox", exit=0, database=again, config=config)
rest = alerts_of("--all", exit=1, database=mailed, config=config)
check({(a["domain"] or "", a["code"]) for a in rest if a["new"]} == by_client[""], "what was in no mail is still news")
# One client alone, on standard output, and nothing of what concerns all.
one = email.message_from_string(dmarcq("check", "--mail", "--from", "ops@operator.test", "--client", "Birch & Sons", exit=1, database=restricted, config=config).stdout,
                                policy=email.policy.default)
check(one["To"] == "it@birch.test, Bea <bea@birch.test>" and pairs_in(one) == by_client["birch"], f"birch alone: {one}")
dmarcq("check", "--mail", "--from", "ops@operator.test", "--client", "Elm & Sons", "-o", "elm/new", exit=1, database=restricted, config=config)
check([pairs_in(mail) for mail in mails_in("elm/new").values()] == [by_client["elm"]], "elm alone, into a folder")
check((folder / "elm/new/2026-11-18-elm-sons.eml").stat().st_mode & 0o777 == 0o600, "a mail is private")
for flags, words in ((["--client", "Birch & Son"], "did you mean 'Birch & Sons'?"), (["--client", "Birch & Sons", "--domain", "elm-bank.example"], "cannot be combined"),
                     (["--mail", "--from", "a@b.test", "--client", "Tamarack & Sons"], "has no mail_to"), (["--mail", "--from", "a@b.test"], "--mail needs --to"),
                     (["-o", "outbox"], "go with --mail")):
    done = dmarcq("check", *flags, exit=2, config=config)
    check(words in done.stderr, f"{flags}: {done.stderr}")
for line, words in (('mail_to = "nobody"', "invalid mail address"), ("mail_to = 3", "mail_to is not a string"), ('mail_to = ["a@b.test", 3]', "mail_to is not a string"),
                    ('mail_to = "a@b.test\\nBcc: c@d.test"', "invalid mail address"), ('mailto = "a@b.test"', "did you mean 'mail_to'?"),
                    ('[[client]]\nname = "X"\ndomains = ["b.example"]', "two clients named 'X'")):
    (folder / "bad.toml").write_text(f'[[client]]\nname = "X"\ndomains = ["a.example"]\n{line}\n')
    done = dmarcq("check", exit=2, config=folder / "bad.toml")
    check(words in done.stderr and "bad.toml:" in done.stderr, f"{line}: {done.stderr}")

# A folder that cannot be written to: nothing is told.
(folder / "file").write_text("")
dmarcq("check", "--mail", "--from", "ops@operator.test", "-o", "file/x", exit=6, database=fresh, config=config)
check(all(alert["new"] for alert in alerts_of("--all", exit=1, database=fresh, config=config)), "what was not written is not told")

# Metrics, by a strict parser, and by one of the older format, which a node exporter has.
def metrics(*command, **more):
    text = dmarcq(*command, "--format", "openmetrics", exit=0, **more).stdout
    families = {family.name: family for family in openmetrics_parser.text_string_to_metric_families(text)}
    older = {family.name: family for family in text_parser.text_string_to_metric_families(text)}
    for name, family in families.items():
        check([(s.name, s.labels, s.value) for s in family.samples] == [(s.name, s.labels, s.value) for s in older[name].samples], f"{name} in both formats")
        check(name.startswith("dmarcq_") and family.type == "gauge" and family.documentation, f"{name}: {family.type} {family.documentation}")
    return families


metrics_database = copy_database("metrics.db", source="unasked.db")
of_check = metrics("check", "--snapshot", "p.zone", database=metrics_database, config=config)
check(all(alert["new"] for alert in alerts_of("--all", database=copy_database("unasked2.db", source=metrics_database))), "metrics tell nobody")
shown = collections.Counter((a["domain"] or "", a["code"], a["severity"]) for a in news)
check({(s.labels["domain"], s.labels["code"], s.labels["severity"]): s.value for s in of_check["dmarcq_alert"].samples} == shown, "alerts in metrics")
check({s.labels["severity"]: s.value for s in of_check["dmarcq_open_alerts"].samples} ==
      {severity: sum(a["severity"] == severity for a in news) for severity in ("act", "look", "know")}, "open alerts in metrics")
check({s.labels["client"] for s in of_check["dmarcq_alert"].samples if s.labels["domain"].startswith("birch")} == {"Birch & Sons"}, "clients in metrics")
of_summary = metrics("summary", database=metrics_database, config=config)
for family, value in (("dmarcq_messages", lambda d: d["messages"]), ("dmarcq_failing_messages", lambda d: d["dmarc_fail"]),
                      ("dmarcq_passing_messages", lambda d: d["dmarc_pass"]), ("dmarcq_reporters", lambda d: d["reporters"])):
    check({s.labels["domain"]: s.value for s in of_summary[family].samples} == {d["domain"]: value(d) for d in domains}, family)
check(of_summary["dmarcq_last_report_day_timestamp_seconds"].unit == "seconds", "the unit of a time")
check(all(sum(s.value for s in of_summary["dmarcq_policy"].samples if s.labels["domain"] == d) == 1 for d in names), "one policy for each domain")

# Which may move, what is to be typed into DNS: one line a domain, the most urgent first, the same as of one domain alone.
lines = dmarcq("readiness", "--format", "json", exit=0, config=config).stdout.splitlines()
verdicts = [json.loads(line) for line in lines]
check(sorted(v["domain"] for v in verdicts) == sorted(names), f"readiness: {len(verdicts)} domains")
for line in lines[::40]:
    domain = json.loads(line)["domain"]
    check(dmarcq("readiness", domain, "--format", "ndjson", exit=0, config=config).stdout == line + "\n", f"readiness of {domain} differs in the list")
rows = list(csv.DictReader(dmarcq("readiness", "--all", "--format", "csv", exit=0, config=config).stdout.splitlines()))
check([row["domain"] for row in rows] == [v["domain"] for v in verdicts], "readiness: the order of the table is not that of the data")
rank = [0 if v["next"]["back"] else 1 if row["verdict"].startswith("not ready") else 2 if row["verdict"] == "no reports" else
        3 if row["verdict"].startswith("ready") else 4 if row["verdict"] == "too little data" else 5 for v, row in zip(verdicts, rows)]
check(rank == sorted(rank), "readiness: the most urgent do not come first")
for v, row in zip(verdicts, rows):
    check(not row["next_record"] or row["next_record"] == v["next_record"], f"readiness of {v['domain']}: another record")
    if v["verdict"] == "ready": check(row["verdict"].startswith("ready") or row["verdict"] == "goal reached", f"readiness of {v['domain']}: {row['verdict']}")
    else: check(not row["verdict"].startswith("ready"), f"{v['domain']}: a wrong ready")
    # What is held for a receiver's temporary error is no reason to disarm: who may move is not told to step back.
    check(not (v["verdict"] == "ready" and v["next"]["back"]), f"{v['domain']}: ready, and told to step back")
dmarcq("readiness", "--exit-code", exit=1, config=config)
unknown = dmarcq("readiness", names[0][:-1], "--exit-code", exit=2, config=config)
check(f"did you mean '{names[0]}'?" in unknown.stderr, unknown.stderr)
for flags, words in ((["--all", names[0]], "cannot be combined"), (["--what-if", "p=reject"], "needs a domain"), (["--record", "v=DMARC1; p=none"], "needs a domain")):
    check(words in dmarcq("readiness", *flags, exit=2, config=config).stderr, f"readiness {flags}")

# One page each and an index, a mail to each client; nobody sees another's domains.
done = dmarcq("report", "--each", "-o", "site", "--eml", "pages", "--from", "ops@operator.test", exit=0, config=config)
site = {file.name for file in (folder / "site").glob("*.html")}
check(site == {"index.html"} | {f"{domain}.html" for domain in names}, f"site: {len(site)} files")
index = (folder / "site/index.html").read_text()
check(all(f'href="{domain}.html"' in index for domain in names), "the index leads to every page")
for domain in names:
    text = (folder / f"site/{domain}.html").read_text()
    for held, suspect in re.findall(r"([\d,]+) of ([\d,]+) suspect message", text):
        check(int(held.replace(",", "")) <= int(suspect.replace(",", "")), f"page of {domain}: {held} of {suspect} held back")
    check(not ("Step back to" in text and "Publish p=" in text), f"page of {domain}: steps back and forth at once")
check("Birch &amp; Sons" in index, "the index names the clients")
check(dmarcq("report", "--each", "-o", "site", exit=0, config=config).stderr.endswith("0 changed\n"), "the same again changes nothing")
pages = mails_in("pages")
check(len(pages) == len([name for name in groups if name not in ("kapok", "tamarack")]), f"pages: {list(pages)}")
for name, mail in pages.items():
    client = name.removeprefix("2026-11-18-").removesuffix("-sons.eml")
    text = mail.get_body(("plain",)).get_content() + "".join(part.get_content() for part in mail.iter_attachments())
    check(mail["To"] and "ops@operator.test" in mail["From"] and client.title() in text, f"{name}: not to its client")
    check(all(domain in text for domain in groups[client]), f"{name}: a domain is missing")
    check(not any(re.search(rf"\b{re.escape(domain)}\b", text) for domain in names if domain not in groups[client]), f"{name}: another client's domain")
check("no client has a mail_to" in dmarcq("report", "--each", "--eml", "pages", "--from", "a@b.test", exit=2).stderr, "mails without receivers")
# How each stands, and what changed in a week.
standing = {d["domain"]: d for d in json.loads(dmarcq("summary", "--format", "json", config=config).stdout)["domains"]}
by_domain = {row["domain"]: row["verdict"] for row in rows}
for domain, d in standing.items():
    word = d["verdict"].replace("_", " ").replace("at goal", "goal reached")
    check(by_domain[domain].startswith(word), f"{domain}: {d['verdict']} in summary, {by_domain[domain]} in readiness")
    check(d["week"]["until"] == d["last_day"], f"{domain}: a week that is not its own")
checks.end(f"{len(domains)} domains, {len(planted)} alerts of 29 problems: ")
