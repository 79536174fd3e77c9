#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What must not change the answers: the order of ingestion, unrelated domains, a filter, all counts times ten, names, a shift by 91 days.

    metamorphic_test.py --dmarcq build/dmarcq [--only WORDS] [--jobs 2]

Three companies with several services, forwarders, spoofers, a broken sender, an unproven org and two brands are asked about by every
command that judges; each change of the reports must give the same JSON, but for what the change itself explains.
"""
import argparse, datetime, functools, json, multiprocessing, pathlib, re, sys, traceback

from company import OUR_ORG, REPORTERS, SECOND_ORG, STRANGE_ORG, Company, Desk, dice, encode_org, mailbox, pace

UNTIL = "2026-11-24"
NAMES = dict(ours="harbor.example", brand="pier.example", agency="agency.example", shadow="shadowmail.example", alumni="alumni.example", label="harbor")
VIEWED = ("13.110.14.214", "13.110.78.182", "136.147.176.80", "203.0.113.25", "203.0.113.40", "203.0.113.80", "198.51.100.30", "40.107.1.11", "192.0.2.11")


def troubled(until=UNTIL, names=NAMES):
    """Much at once: what fails, what is unknown, what was forwarded, what stopped."""
    ours, brand, alumni = names["ours"], names["brand"], names["alumni"]
    c = Company(ours, days=100, until=until, reporters=REPORTERS[:3]).brand(brand)
    c.core(count=pace(240, 60)).core(selector="sf2", first=50, last=79, count=60).core(org=SECOND_ORG, selector=None, count=60, header_from=brand).core(org=STRANGE_ORG, selector=None, count=40, ip="13.110.78.182")
    c.google(count=pace(160, 40)).google(header_from=brand, spf=f"{brand} pass", dkim=f"{brand}/google pass", count=pace(90, 40))
    c.marketing_cloud(count=300).account_engagement(count=pace(90, 60), last=-16).account_engagement(count=pace(90, 60), first=-15, dkim="", ip="136.147.176.80")
    c.ses(count=60, last=-30).sendgrid(count=90, header_from=brand)
    c.stream("40.107.1.11", f"{ours} softfail", f"{names['label']}.onmicrosoft.com/selector1-{names['label']}-onmicrosoft-com pass", count=60)
    c.stream("13.111.0.41", f"bounce.mail.{names['agency']} pass", "s50.y.mc.salesforce.com/fbldkim50 pass", count=120, weekdays=(2,))
    c.stream("203.0.113.25", count=30).stream(("203.0.113.40", "203.0.113.41"), f"send.{names['shadow']} pass", f"{names['shadow']}/s1 pass", count=240, weekdays=(2,))
    c.stream("203.0.113.80", f"{ours} softfail", f"{ours}/mx pass", count=90, last=-7).stream("203.0.113.80", f"{ours} softfail", f"{ours}/mx permerror", count=90, first=-6)
    c.stream("198.51.100.30", f"mx.{alumni} pass", f"{ours}/google fail", count=12)
    c.forwarders(f"{ours}/sf1 pass", count=30, spf=f"{encode_org(OUR_ORG)} fail").spoofers(120).spoofers(60, header_from=brand)
    return [c]


def healthy(until=UNTIL, names=NAMES):
    ours, brand = names["ours"], names["brand"]
    c = Company(ours, days=100, until=until, reporters=REPORTERS[:3]).brand(brand).core(count=pace(240, 60)).google(count=pace(160, 40)).marketing_cloud(count=300).ses(count=60)
    c.google(header_from=brand, spf=f"{brand} pass", dkim=f"{brand}/google pass", count=pace(90, 40)).core(org=SECOND_ORG, selector="emea1", header_from=brand, count=60)
    c.forwarders(f"{ours}/sf1 pass", count=30, spf=f"{encode_org(OUR_ORG)} fail").spoofers(120)
    return [c]


def changing(until=UNTIL, names=NAMES):
    """A relay introduced, a sole server, a brand under another's key, what was repaired, a brand that falls silent, a new policy."""
    ours, brand = names["ours"], names["brand"]
    c = Company(ours, days=100, until=until, reporters=REPORTERS[:3]).brand(brand).policy(-40, p="quarantine")
    c.microsoft(count=pace(160, 40)).core(count=240, last=-23).stream("40.107.1.11", f"{encode_org(OUR_ORG)} softfail", f"{ours}/sf1 pass", count=240, first=-22)
    c.stream("203.0.113.80", f"{brand} softfail", f"{brand}/mx pass", header_from=brand, count=120).forwarders(f"{brand}/mx pass", header_from=brand, count=15, spf=f"{brand} softfail")
    c.stream("13.110.78.182", f"{encode_org(OUR_ORG)} pass", f"{ours}/sf1 pass", header_from=brand, count=60)
    c.account_engagement(count=90, last=-24, dkim="").account_engagement(count=90, first=-23)
    c.stream("198.51.100.30", f"{ours} fail", f"{ours}/selector1 fail", count=9, reason="local_policy arc=pass")
    c.stream("192.0.2.200", f"lists.{names['alumni']} pass", f"{ours}/selector1 fail", count=9, reason="mailing_list").silence(first=-9, domain=brand)
    return [c]


def unrelated(until=UNTIL):
    """Others in the same database, at the same services' addresses, by the same forwarders, forged by the same hosts."""
    heath = Company("heath.example", days=100, until=until, reporters=REPORTERS[1:]).core(org="00D3k000000MnOp", selector="crm", count=300).microsoft(count=90).account_engagement(count=60)
    heath.forwarders("heath.example/crm pass", count=20, spf=f"{encode_org('00D3k000000MnOp')} fail").spoofers(90).stream("203.0.113.25", count=20).stream("198.51.100.30", "mx.alumni.example pass", "heath.example/crm fail", count=6)
    moor = Company("moor.example", policy="quarantine", days=60, until=until, reporters=REPORTERS).ses(count=90, first=5).sendgrid(count=60).marketing_cloud(sap="post", stack=12, count=120).stream("13.110.78.182", f"{encode_org('00D3k000000QrSt')} pass", count=20)
    marsh = Company("marsh.example", days=100, until=until, reporters=REPORTERS[:2]).google(count=120, last=-9)
    return [heath, moor, marsh]


# ---- what is asked

def domains_of(companies): return [domain for c in companies for domain in c.policies]


def views(desk, domains, filtered=False):
    """Every judging command's JSON by name. filtered: with --domain."""
    words = [word for domain in domains for word in ("--domain", domain)] if filtered else []
    found = {"check": desk.ask("check", "--all", *words)[1], "summary": desk.ask("summary", "--flows", *words)[1], "sources": desk.ask("sources", *words)[1]}
    for domain in domains:
        found[f"readiness {domain}"] = desk.ask("readiness", domain, "--to", "quarantine")[1]
        found[f"salesforce {domain}"] = desk.ask("salesforce", domain)[1]
        found[f"sources of {domain}"] = desk.ask("sources", "--domain", domain)[1]
        found[f"disagreements of {domain}"] = desk.ask("sources", "--disagreements", "--domain", domain)[1]
    for ip in VIEWED:
        found[f"explain {ip}"] = desk.ask("explain", ip, *words)[1]
        if isinstance(found[f"explain {ip}"], dict): found[f"explain {ip}"].pop("reports")  # which documents there are is what is changed; their numbers follow the order of arrival
    return found


def opened(dmarcq, companies, scale=1): return Desk(dmarcq, *companies, scale=scale)


def asked(dmarcq, companies, scale=1, domains=None, **more):
    with opened(dmarcq, companies, scale) as desk: return views(desk, domains or domains_of(companies[:1]), **more)


@functools.cache
def unchanged(dmarcq, company, filtered=False): return asked(dmarcq, company(), filtered=filtered)


# ---- what is compared

COUNTS = {"messages", "bounce_managed", "unsigned", "dmarc_pass", "dmarc_fail", "dkim_aligned", "spf_aligned", "dispositions", "flows", "figures", "what_if", "totals", "both", "dkim_only", "spf_only", "neither", "failing", "temporary",
          "quarantined", "rejected", "came_round", "came_round_failing", "messages_before", "dmarc_fail_before", "messages_compared", "only_claimed"}
TEXTS = {"text", "cause", "fix", "fix_by", "why", "verify", "measured", "required", "notes", "known", "change", "watch"}


def without(value, keys):
    if isinstance(value, dict): return {k: without(v, keys) for k, v in value.items() if k not in keys}
    if isinstance(value, list): return [without(v, keys) for v in value]
    return value


def sorted_lists(value):
    """Lists in one order: names order them, and volumes do."""
    if isinstance(value, dict): return {k: sorted_lists(v) for k, v in value.items()}
    if isinstance(value, list): return sorted((sorted_lists(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    return value


def differences(a, b, path=""):
    """Where two values differ, as lines."""
    if type(a) is not type(b): return [f"{path}: {a!r:.200} | {b!r:.200}"]
    if isinstance(a, dict):
        return [line for key in sorted(a.keys() | b.keys()) for line in (differences(a[key], b[key], f"{path}.{key}") if key in a and key in b else
                                                                       [f"{path}.{key}: only {'before' if key in a else 'after'}: {a.get(key, b.get(key))!r:.200}"])]
    if isinstance(a, list):
        if len(a) == len(b): return [line for i, (x, y) in enumerate(zip(a, b)) for line in differences(x, y, f"{path}[{i}]")]
        texts = [[json.dumps(v, sort_keys=True) for v in side] for side in (a, b)]
        return [f"{path}: only {when}: {text:.300}" for when, mine, other in (("before", *texts), ("after", *reversed(texts))) for text in mine if text not in other] or [f"{path}: {len(a)} | {len(b)}"]
    return [] if a == b else [f"{path}: {a!r:.300} | {b!r:.300}"]


def compare(before, after, shaped=lambda value: value):
    faults = []
    for name in before:
        if name not in after: faults.append(f"{name}: gone")
        else: faults += [f"{name}{line}" for line in differences(shaped(before[name]), shaped(after[name]))]
    return faults


def renamed(value, names):
    """The old names in the place of the new, longest first."""
    text = json.dumps(value, ensure_ascii=False)
    for old, new in sorted(((NAMES[key], new) for key, new in names.items()), key=lambda pair: -len(pair[1])): text = text.replace(new, old)
    return json.loads(text)


def shifted(value, days):
    def back(match): return str(datetime.date.fromisoformat(match.group()) - datetime.timedelta(days))
    return json.loads(re.sub(r"\b20\d\d-\d\d-\d\d\b", back, json.dumps(value, ensure_ascii=False)))


# ---- the changes

TESTS = []


def change(title):
    def keep(function):
        TESTS.extend((f"{title}: {company.__name__}", function, company) for company in (troubled, changing, healthy))
        return function
    return keep


@change("the order of ingestion")
def order(dmarcq, company):
    companies, before = company(), unchanged(dmarcq, company)
    reports = [report for c in companies for report in c.reports()]
    faults = []
    for number in range(2):
        dice("order", number).shuffle(reports)
        with Desk(dmarcq, today=companies[0].today) as desk:
            size = len(reports) // (number + 2) + 1
            for i in range(0, len(reports), size):
                mailbox(reports[i:i + size], desk.folder / f"{i}.mbox")
                desk.ingest(desk.folder / f"{i}.mbox")
                desk.ask("sources")  # asking in between changes nothing
            faults += compare(before, views(desk, domains_of(companies)))
    return faults


@change("last day first")
def newest_first(dmarcq, company):
    companies = company()
    with Desk(dmarcq, today=companies[0].today) as desk:
        for c in companies:
            reports = sorted(c.reports(), key=lambda report: report[0].split("!")[2], reverse=True)
            mailbox(reports, desk.folder / "reports.mbox")
            desk.ingest(desk.folder / "reports.mbox")
        return compare(unchanged(dmarcq, company), views(desk, domains_of(companies)))


@change("unrelated domains, asked with --domain")
def beside(dmarcq, company):
    companies = company()
    return compare(unchanged(dmarcq, company, filtered=True), asked(dmarcq, companies + unrelated(), domains=domains_of(companies), filtered=True))


@change("a company whose own server stands at an address that is unknown to us, asked with --domain")
def neighbour(dmarcq, company):
    companies = company()
    fen = Company("fen.example", days=100, until=UNTIL, reporters=REPORTERS).google(count=60)
    for ip in ("203.0.113.25", "198.51.100.30", "192.0.2.11"): fen.stream(ip, "fen.example pass", "fen.example/mx pass", count=60)
    return compare(unchanged(dmarcq, company, filtered=True), asked(dmarcq, companies + [fen], domains=domains_of(companies), filtered=True))


@change("unrelated domains, our part of what is said of all")
def part(dmarcq, company):
    companies = company()
    domains = set(domains_of(companies))
    def ours(found):
        return {"check": [a for a in found["check"]["alerts"] if a["domain"] in domains], "summary": [d for d in found["summary"]["domains"] if d["domain"] in domains],
                "sources": [s for s in found["sources"]["sources"] if all(any(f == d or f.endswith("." + d) for d in domains) for f in s["header_from"])]}
    shared = {row[0] for c in unrelated() for index in range(c.length) for rows in c.rows(index).values() for row in rows}
    before, after = ours(unchanged(dmarcq, company)), ours(asked(dmarcq, companies + unrelated(), domains=sorted(domains)))
    # A line of an address that others use too shows their mail as well.
    for found in (before, after): found["sources"] = [s for s in found["sources"] if s["source_ip"] not in shared]
    return compare(before, after)


@change("a domain alone and among all")
def alone(dmarcq, company):
    companies = company()
    faults = []
    with opened(dmarcq, companies) as desk:
        everything = views(desk, domains_of(companies))
        letters = {d["domain"]: d for d in desk.ask("salesforce")[1]["domains"]}
        for domain in domains_of(companies):
            own = views(desk, [domain], filtered=True)
            def lines(found): return [d for d in found["summary"]["domains"] if d["domain"] == domain]
            faults += compare({"summary": lines(everything)}, {"summary": lines(own)})
            alerts = [a for a in everything["check"]["alerts"] if a["domain"] == domain]
            faults += compare({"check": alerts}, {"check": own["check"]["alerts"]}, lambda value: without(value, {"new"}))
            faults += compare({"salesforce": letters.get(domain)}, {"salesforce": (own[f"salesforce {domain}"]["domains"] or [None])[0]})
            def only_mine(found): return [s for s in found["sources"]["sources"] if all(f == domain or f.endswith("." + domain) for f in s["header_from"])]
            mine = {(s["source_ip"], s["service"], s["route"]) for s in only_mine(everything)}
            faults += compare({"sources": only_mine(everything)}, {"sources": [s for s in only_mine(own) if (s["source_ip"], s["service"], s["route"]) in mine]})
    return faults


@change("days, reporters and networks narrow what is shown, not what is known")
def filters(dmarcq, company):
    companies = company()
    faults = []
    with opened(dmarcq, companies) as desk:
        def by_source(*words):
            return {(s["source_ip"], s["service"], s["route"]): (s["flow"], s["org_id"]) for s in desk.ask("sources", *words)[1]["sources"]}
        everything = by_source("--since", str(companies[0].date(-30)))
        for words in (["--reporter", "Yahoo"], ["--ip", "203.0.113.0/24"], ["--ip", "13.110.0.0/16"], ["--service", "salesforce"], ["--failing"], ["--domain", companies[0].domain]):
            for source, said in by_source("--since", str(companies[0].date(-30)), *words).items():
                if source not in everything: faults.append(f"sources {' '.join(words)}: {source} is not among all")
                # A part of a source may have come another way than most of it: only addresses of one stream are compared.
                elif source[0] in VIEWED and source[0] not in ("13.110.14.214", "136.147.176.80", "203.0.113.80") and said[0] != everything[source][0]:
                    faults.append(f"sources {' '.join(words)}: {source} is {said}, among all {everything[source]}")
    return faults


@change("all counts times ten")
def ten(dmarcq, company):
    companies = company()
    def shaped(value): return sorted_lists(without(value, COUNTS | TEXTS))
    return compare(unchanged(dmarcq, company), asked(dmarcq, companies, scale=10), shaped)


@change("other names of the same length")
def same_length(dmarcq, company):
    names = dict(ours="winter.example", brand="zinc.example", agency="brokers.example", shadow="quickbrown.example", alumni="foxhol.example", label="winter")
    return compare(unchanged(dmarcq, company), renamed(asked(dmarcq, company(names=names)), names), sorted_lists)


@change("other names of other lengths")
def other_length(dmarcq, company):
    names = dict(ours="averylongcompanyname.example", brand="q.example", agency="x-agencies.example", shadow="zz-mailers.example", alumni="old-friends-of-the-school.example", label="averylongcompanyname")
    return compare(unchanged(dmarcq, company), renamed(asked(dmarcq, company(names=names)), names), sorted_lists)


@change("91 days later")
def later(dmarcq, company):
    moved = str(datetime.date.fromisoformat(UNTIL) + datetime.timedelta(91))
    return compare(unchanged(dmarcq, company), shifted(asked(dmarcq, company(until=moved)), 91), lambda value: without(value, {"suffix_list"}))


@change("91 days earlier")
def earlier(dmarcq, company):
    moved = str(datetime.date.fromisoformat(UNTIL) - datetime.timedelta(91))
    return compare(unchanged(dmarcq, company), shifted(asked(dmarcq, company(until=moved)), -91), lambda value: without(value, {"suffix_list"}))


# ---- check, day by day

def told_each_day(dmarcq, companies, days, late=lambda name: 1):
    """(day, code, domain, source) as `check` told them, run every day on the reports that had come by then; and what is open at the end."""
    reports = {}
    for c in companies:
        for name, xml in c.reports():
            window = (int(name.split("!")[2]) // 86400) - c.first.toordinal() + datetime.date(1970, 1, 1).toordinal()
            reports.setdefault(window + late(name), []).append((name, xml))
    told = []
    with Desk(dmarcq, today=companies[0].today) as desk:
        def deliver(first, last):
            mails = [report for day in range(first, last + 1) for report in reports.get(day, [])]
            if mails:
                mailbox(mails, desk.folder / "reports.mbox")
                desk.ingest(desk.folder / "reports.mbox")
        start = companies[0].length - days
        deliver(0, start)
        for day in range(start + 1, companies[0].length + 1):
            deliver(day, day)
            desk.today = companies[0].first + datetime.timedelta(day)
            told += [(day - companies[0].length, a["code"], a["domain"], a["source"]) for a in desk.ask("check")[1]["alerts"]]
        opened_now = {(a["code"], a["domain"], a["source"]) for a in desk.ask("check", "--all")[1]["alerts"]}
    return told, opened_now


def once(dmarcq, companies):
    with opened(dmarcq, companies) as desk: return {(a["code"], a["domain"], a["source"]) for a in desk.ask("check", "--all")[1]["alerts"]}


@change("check every day and check once")
def daily(dmarcq, company):
    companies = company()
    told, opened_now = told_each_day(dmarcq, companies, 40)
    names = [alert[1:] for alert in told]
    faults = [f"told again: {a}" for a in sorted(set(names)) if names.count(a) > 1 and a[0] != "spoofing-burst"]
    faults += [f"open at the end when asked once, and not when asked every day: {a}" for a in sorted(once(dmarcq, companies) - opened_now)]
    if company is healthy: faults += [f"healthy, and told: {a}" for a in told if a[1] != "spoofing-burst"]
    return faults


@change("reports that come up to two days late")
def late(dmarcq, company):
    companies = company()
    in_time, open_in_time = told_each_day(dmarcq, companies, 40)
    told, opened_now = told_each_day(dmarcq, companies, 40, late=lambda name: 1 + dice("late", name).choice((0, 0, 1, 2)))
    def kinds(alerts): return {a[1:] for a in alerts if a[1] != "spoofing-burst"}
    names = [alert[1:] for alert in told]
    faults = [f"told again: {a}" for a in sorted(set(names)) if names.count(a) > 1 and a[0] != "spoofing-burst"]
    faults += [f"only in time: {a}" for a in sorted(kinds(in_time) - kinds(told))] + [f"only late: {a}" for a in sorted(kinds(told) - kinds(in_time))]
    return faults


@change("a report again, after its alert is over")
def again(dmarcq, company):
    companies = company()
    with opened(dmarcq, companies) as desk:
        desk.ask("check")
        desk.ingest(desk.folder / "reports.mbox")
        alerts = desk.ask("check")[1]["alerts"]
    return [f"told again: {a}" for a in alerts]


# ---- run

def attempt(job):
    dmarcq, number = job
    title, function, company = TESTS[number]
    try:
        return title, function(dmarcq, company)
    except Exception:
        return title, [" ".join(traceback.format_exc().strip().splitlines()[-3:])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dmarcq", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--only", metavar="WORDS", default="", help="changes with these words in their title")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lines", type=int, default=12, help="so many differences of each are shown")
    arguments = parser.parse_args()
    numbers = [i for i, (title, *_) in enumerate(TESTS) if arguments.only.lower() in title.lower()]
    failed = 0
    with multiprocessing.Pool(arguments.jobs) as pool:
        for title, faults in pool.imap(attempt, [(arguments.dmarcq, n) for n in numbers]):
            failed += bool(faults)
            print(f"FAIL  {title}: {len(faults)} differences" if faults else f"ok    {title}", flush=True)
            for fault in faults[:arguments.lines]: print(f"      - {fault}")
    print(f"{len(numbers) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not numbers else 0)


if __name__ == "__main__":
    main()
