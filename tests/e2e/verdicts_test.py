#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What an experienced e-mail engineer would say of small companies, by the reports of three months; the real binary must say it too.

    verdicts_test.py --dmarcq build/dmarcq [--only WORDS] [--jobs 2]

Each scenario is a function that describes the mail and what must come of it. company.py has the words for the mail.
"""
import argparse, multiprocessing, pathlib, sys, traceback

import company
from company import OUR_ORG, SECOND_ORG, STRANGE_ORG, WEEKEND, Company, Desk, botnet, dice, encode_org, pace

OURS, BRAND, STRANGER = "harbor.example", "pier.example", "lotus.example"
RECEIVERS = company.REPORTERS[:3]
SCENARIOS = []


class Trial:
    """One scenario: asks the program and keeps what differs from what is expected."""

    def __init__(self, dmarcq, title):
        self.dmarcq, self.title, self.faults, self.desk, self.answers = dmarcq, title, [], None, {}

    def open(self, *companies, config="", **more):
        if self.desk: self.close()
        self.desk, self.domain, self.answers = Desk(self.dmarcq, *companies, **more), companies[0].domain, {}
        if config:
            path = self.desk.folder / ".config" / "dmarcq" / "config.toml"
            path.parent.mkdir(parents=True)
            path.write_text(config)
        return self

    def close(self):
        if self.desk: self.desk.__exit__()
        self.desk = None

    def fault(self, good, text):
        if not good: self.faults.append(text)

    def ask(self, *words):
        if words not in self.answers: self.answers[words] = self.desk.ask(*words)[1]
        return self.answers[words]

    def text(self, *words):
        """Text with every run of blanks as one."""
        return " ".join(str(self.desk.text(*words)[1]).split())

    # ---- readiness

    def readiness(self, domain=None, to="quarantine"):
        answer = self.ask("readiness", domain or self.domain, *(["--to", to] if to else []))
        return answer if isinstance(answer, dict) else {"verdict": answer, "blockers": [], "gates": [], "senders": [], "notes": []}

    def verdict(self, expected, domain=None, to="quarantine"):
        """"ready", "not_ready", "too_little_data", or "!ready" for any other."""
        got = self.readiness(domain, to)["verdict"]
        good = got != expected[1:] if expected.startswith("!") else got == expected
        self.fault(good, f"verdict {got} instead of {expected}, {self.blockers(domain, to)}")
        return self

    def blockers(self, domain=None, to="quarantine"):
        return [(b["gate"], b["sender"], b["code"]) for b in self.readiness(domain, to)["blockers"]] or \
               [g["id"] for g in self.readiness(domain, to)["gates"] if g["status"] == "failed"]

    def _blocking(self, gates, sender, code, domain, to="quarantine"):
        return [b for b in self.readiness(domain, to)["blockers"] if b["gate"] in gates.split() and sender in b["sender"] + " " + b["text"] and code in (None, b["code"])]

    def blocked(self, gates, sender="", code=None, domain=None, to="quarantine"):
        self.fault(self._blocking(gates, sender, code, domain, to), f"no blocker {gates} {sender} {code or ''}: {self.blockers(domain, to)}")
        return self

    def not_blocked(self, gates, sender="", domain=None):
        self.fault(not self._blocking(gates, sender, None, domain), f"a blocker {gates} {sender}: {self.blockers(domain)}")
        return self

    def blocked_by(self, gates, sender): return self._blocking(gates, sender, None, None)

    def asks(self, value):
        """Some blocker says how to answer: dmarcq senders add … value."""
        steps = [step for b in self.readiness()["blockers"] for step in b["fix"]]
        self.fault(any("dmarcq senders add" in s and value in s for s in steps), f"no blocker says 'dmarcq senders add … {value}'")
        return self

    def gates(self, **expected):
        found = {g["id"]: g["status"] for g in self.readiness()["gates"]}
        for gate, status in expected.items(): self.fault(found.get(gate) == status, f"{gate} is {found.get(gate)} instead of {status}")
        return self

    def standing(self, sender, *expected, messages=None):
        """How `readiness` counts this sender's mail: own, possible, unidentified, forwarded, mailing-list, foreign, spoofed."""
        found = [(s["sender"], s["standing"], s["messages"]) for s in self.readiness()["senders"] if sender in s["sender"]]
        self.fault(found and all(s in expected for _, s, _ in found), f"{sender} stands as {found} instead of {expected}")
        return self

    def nothing_stands(self, *standings):
        found = [(s["sender"], s["standing"], s["messages"]) for s in self.readiness()["senders"] if s["standing"] in standings]
        self.fault(not found, f"there is mail that stands as {found}")
        return self

    def next_record(self, has=(), never=(), to=None):
        record = self.readiness(to=to).get("next_record") or ""
        self.fault(all(w in record for w in has) and not any(w in record for w in never), f"next record {record!r}: wants {has}, never {never}")
        return self

    # ---- sources, explain

    def sources(self, *words):
        answer = self.ask("sources", *words)
        return answer.get("sources", []) if isinstance(answer, dict) else []

    def at(self, ip, domain=None):
        return [s for s in self.sources(*(["--domain", domain] if domain else [])) if s["source_ip"] == ip]

    def flow(self, ip, *expected):
        found = {s["flow"] for s in self.at(ip)}
        self.fault(found and found <= set(expected), f"flow at {ip}: {sorted(found)} instead of {expected}")
        return self

    def codes(self, ip, has="", never="unauthenticated", domain=None):
        """has: codes of which one must be there, with blanks between; never: none of these."""
        found = {c for s in self.at(ip, domain) for c in s["findings"]}
        self.fault(self.at(ip, domain), f"no source {ip}")
        self.fault(not has or found & set(has.split()), f"findings at {ip}: {sorted(found)} instead of {has}")
        self.fault(not found & set(never.split()), f"findings at {ip}: {sorted(found)}, never {never}")
        return self

    def anywhere(self, has="", never=""):
        found = {c for s in self.sources() for c in s["findings"]}
        for route in [r for d in self.salesforce() for r in d["routes"]]: found |= {f["code"] for f in route["findings"]}
        self.fault(set(has.split()) <= found and not found & set(never.split()), f"findings {sorted(found)}: wants {has}, never {never}")
        return self

    def routes_at(self, ip, never):
        found = {(s["service"], s["route"]) for s in self.at(ip)}
        self.fault(not any(never in (service, route) for service, route in found), f"{ip} is called {sorted(map(str, found))}")
        return self

    def explains(self, ip, has=(), never=()):
        text = self.text("explain", ip)
        self._words(f"explain {ip}", text, has, never)
        return self

    def _words(self, where, text, has, never):
        lower = text.lower()
        missing, wrong = [w for w in has if w.lower() not in lower], [w for w in never if w.lower() in lower]
        self.fault(not missing and not wrong, f"{where}: lacks {missing}, says {wrong}")

    # ---- salesforce, check

    def salesforce(self):
        answer = self.ask("salesforce")
        return answer["domains"] if isinstance(answer, dict) else []

    def route_findings(self, route, *expected, domain=None):
        found = [sorted(f["code"] for f in r["findings"]) for d in self.salesforce() if d["domain"] == (domain or self.domain) for r in d["routes"] if r["route"] == route]
        self.fault(found == [sorted(expected)], f"salesforce {route}: {found} instead of {sorted(expected)}")
        return self

    def ownership(self, org, *expected):
        found = {o["ownership"] for d in self.salesforce() for r in d["routes"] for o in r["org_ids"] if o["org_id"] == org}
        self.fault(found and found <= set(expected), f"org {org} is {sorted(found)} instead of {expected}")
        return self

    def letter(self, has=(), never=()):
        self._words("salesforce", self.text("salesforce", self.domain), has, never)
        return self

    def page(self, has=(), never=(), domain=None):
        self._words("readiness", self.text("readiness", domain or self.domain, "--to", "quarantine"), has, never)
        return self

    def alerts(self, has="", never="", domain=None):
        answer = self.ask("check", "--all")
        found = [a["code"] for a in answer["alerts"] if domain in (None, a["domain"])] if isinstance(answer, dict) else [str(answer)]
        wrong = found if never == "*" else [c for c in found if c in never.split()]
        self.fault(set(has.split()) <= set(found) and not wrong, f"alerts {found}: wants {has}, never {never}")
        return self

    def answer(self, *words):
        """What the owner says: dmarcq senders add …"""
        rc, text = self.desk.text("senders", "add", *words)
        self.fault(rc == 0, f"senders add {' '.join(words)}: {' '.join(str(text).split())}")
        self.answers = {}
        return self

    def healthy(self, domain=None):
        """Nothing to do, nothing to ask, no news."""
        self.verdict("ready", domain).alerts(never="*")
        wrong = [(s["source_ip"], s["flow"], s["findings"]) for s in self.sources() if s["findings"] or s["flow"] != "direct"]
        self.fault(not wrong, f"not healthy: {wrong[:4]}")
        notes = [f["code"] for d in self.salesforce() for r in d["routes"] for f in r["findings"]]
        self.fault(not notes, f"salesforce finds {notes}")
        return self


def scenario(title):
    def keep(function):
        SCENARIOS.append((title, function))
        return function
    return keep


def each(title, cases):
    """One scenario for each case: a tuple whose first field completes the title."""
    def keep(function):
        for case in cases: SCENARIOS.append((f"{title}: {case[0]}", lambda t, case=case: function(t, *case[1:])))
        return function
    return keep


def harbor(core=True, **more):
    """A healthy company: Salesforce Core and Google Workspace."""
    c = Company(OURS, days=90, reporters=RECEIVERS, **more)
    if core: c.core()
    return c.google()


def only_google(**more): return harbor(core=False, **more)


# ---- healthy mail of every service: no finding, no question, no news

@each("healthy", [
    ("Core", lambda c: c.core()),
    ("Core, keys rotated from one selector to the other", lambda c: c.core(last=49).core(selector="sf2", first=50)),
    ("Core on Hyperforce", lambda c: c.core(ip="35.85.98.200")),
    ("Core, bounce management off", lambda c: c.core(spf=f"{OURS} pass")),
    ("Core, two orgs, each with its key", lambda c: c.core().core(org=SECOND_ORG, selector="emea1", count=15)),
    ("Core, a subdomain in From with a key of its own", lambda c: c.core(header_from=f"service.{OURS}")),
    ("Marketing Cloud with SAP", lambda c: c.marketing_cloud()),
    ("Marketing Cloud, From the root, SAP on a subdomain", lambda c: c.marketing_cloud(header_from=OURS, dkim=f"{OURS}/10dkim1 pass, s10.y.mc.salesforce.com/fbldkim10 pass")),
    ("Account Engagement", lambda c: c.account_engagement()),
    ("Account Engagement by pd25.com", lambda c: c.account_engagement(spf="bounce.s10.mc.pd25.com pass")),
    ("Microsoft 365", lambda c: c.microsoft()),
    ("Amazon SES", lambda c: c.ses()),
    ("Amazon SES with a MAIL FROM of its own", lambda c: c.ses(spf=f"bounces.{OURS} pass")),
    ("SendGrid", lambda c: c.sendgrid()),
    ("Mailgun", lambda c: c.mailgun()),
    ("Mailchimp", lambda c: c.stream("198.2.130.5", "mail11.atl11.rsgsv.net pass", f"{OURS}/k2 pass", count=90, weekdays=(2,))),
    ("Mandrill", lambda c: c.stream("198.2.128.135", "mandrillapp.com pass", f"{OURS}/mandrill pass, mandrillapp.com/mandrill pass", count=25)),
    ("Postmark", lambda c: c.stream("104.245.209.202", f"pm-bounces.{OURS} pass", f"{OURS}/20230412093012pm pass, pm.mtasv.net/pm20230412 pass", count=25)),
    ("HubSpot", lambda c: c.stream("54.174.60.7", "bf08x.hubspotemail.net pass", f"{OURS}/hs1-4711 pass", count=25)),
    ("Brevo", lambda c: c.stream("77.32.148.20", "gn.d.sender-sib.com pass", f"{OURS}/mail pass", count=25)),
    ("Mailjet", lambda c: c.stream("185.250.236.9", f"bnc3.{OURS} pass", f"{OURS}/mailjet pass", count=25)),
    ("Zendesk", lambda c: c.stream("188.172.138.20", f"support.{OURS} pass", f"{OURS}/zendesk1 pass", header_from=f"support.{OURS}", count=25)),
    ("a sole server in no list, by SPF and DKIM", lambda c: c.stream("203.0.113.80", f"{OURS} pass", f"{OURS}/mx pass", count=40)),
    ("out through Mimecast, which signs", lambda c: c.stream("205.139.110.120", f"{OURS} pass", f"{OURS}/mimecast20240101 pass", count=40)),
])
def healthy(t, more):
    c = only_google()
    more(c)
    t.open(c).healthy()


@scenario("healthy: all services at once, two brands, forwarders and a botnet")
def healthy_together(t):
    c = harbor().brand(BRAND).marketing_cloud().account_engagement().microsoft().ses().sendgrid().mailgun().spoofers()
    c.google(header_from=BRAND, spf=f"{BRAND} pass", dkim=f"{BRAND}/google pass").forwarders(f"{OURS}/google pass").forwarders(f"{OURS}/sf1 pass", spf=f"{encode_org(OUR_ORG)} fail")
    t.open(c).verdict("ready").verdict("ready", BRAND).alerts(never="*").anywhere(never="dkim-key-missing dkim-fails-in-part core-other-tenant core-vanished gateway-modified")


# ---- A: mail that nobody explained, and that keeps coming, is a question before a policy is enforced

host = dict(ip="203.0.113.25")
named = dict(ip=[f"203.0.113.{n}" for n in range(40, 46)], spf="send.shadowmail.example pass", dkim="shadowmail.example/s1 pass")
tenant = dict(ip=("40.107.1.11", "40.107.22.94"))


@each("a question", [
    ("a fixed host, 10 a day, weekends too", dict(**host, count=10), "203.0.113.25", ("network", "203.0.113.25")),
    ("a fixed host with our envelope, which SPF does not allow", dict(**host, count=10, spf=f"{OURS} fail"), "203.0.113.25", ("network", "203.0.113.25")),
    ("a web server with its host name as envelope", dict(**host, count=10, spf="web1.hosting.example pass"), "hosting.example", ("spf-domain", "hosting.example")),
    ("a web server that passes SPF by HELO only", dict(**host, count=10, spf="helo web1.hosting.example pass"), "203.0.113.25", ("network", "203.0.113.25")),
    ("another pace on weekends", dict(**host, count=pace(25, 4)), "203.0.113.25", ("network", "203.0.113.25")),
    ("working days only", dict(**host, count=12, weekdays=range(5)), "203.0.113.25", ("network", "203.0.113.25")),
    ("3 a day", dict(**host, count=3), "203.0.113.25", ("network", "203.0.113.25")),
    ("backups at night on every day but Sunday", dict(**host, count=2, weekdays=range(6)), "203.0.113.25", ("network", "203.0.113.25")),
    ("Tuesdays and Thursdays", dict(**host, count=40, weekdays=(1, 3)), "203.0.113.25", ("network", "203.0.113.25")),
    ("Mondays and Saturdays", dict(**host, count=40, weekdays=(0, 5)), "203.0.113.25", ("network", "203.0.113.25")),
    ("invoices, every 30 days", dict(**host, count=400, days=(12, 42, 72)), "203.0.113.25", ("network", "203.0.113.25")),
    ("a host on IPv6", dict(ip="2001:db8:7::25", count=10), "2001:db8:7::", ("network", "2001:db8:7::/64")),
    ("an unknown mail service, a newsletter every Wednesday", dict(**named, count=300, weekdays=(2,)), "shadowmail.example", ("spf-domain", "shadowmail.example")),
    ("an unknown mail service, every other Thursday", dict(**named, count=300, days=range(7, 90, 14)), "shadowmail.example", ("dkim-domain", "shadowmail.example")),
    ("an unknown mail service, 40 a day", dict(**named, count=40), "shadowmail.example", ("spf-domain", "shadowmail.example")),
    ("an unknown mail service, 40 a day since four weeks", dict(**named, count=40, first=-28), "shadowmail.example", ("dkim-domain", "shadowmail.example")),
    ("an unknown mail service with another address each day", dict(ip=botnet(3), spf="send.shadowmail.example pass", dkim="shadowmail.example/s1 pass", count=30), "shadowmail.example",
     ("spf-domain", "shadowmail.example")),
    ("an outsourcer on Microsoft 365, his own tenant", dict(**tenant, count=pace(15, 0), spf="outsourcer.example pass", dkim="outsourcer.onmicrosoft.com/selector1-outsourcer-onmicrosoft-com pass"),
     "outsourcer", ("dkim-domain", "outsourcer.onmicrosoft.com")),
    ("an outsourcer on Microsoft 365 with his own key", dict(**tenant, count=pace(15, 0), spf="outsourcer.example pass", dkim="outsourcer.example/selector1 pass"), "outsourcer.example",
     ("dkim-domain", "outsourcer.example")),
    ("an outsourcer on Google Workspace", dict(ip="209.85.167.44", count=pace(15, 0), spf="outsourcer.example pass", dkim="outsourcer.example/google pass"), "outsourcer.example",
     ("spf-domain", "outsourcer.example")),
    ("a fixed host, 500 a day", dict(**host, count=500), "203.0.113.25", ("network", "203.0.113.25")),
    ("a fixed host, weekends only", dict(**host, count=20, weekdays=WEEKEND), "203.0.113.25", ("network", "203.0.113.25")),
    ("a fixed host, 10 a day since twelve days", dict(**host, count=10, first=-12), "203.0.113.25", ("network", "203.0.113.25")),
    ("an unknown mail service, 40 a day since eight days", dict(**named, count=40, first=-8), "shadowmail.example", ("spf-domain", "shadowmail.example")),
    ("a hoster's relays, a host name each", dict(ip=[f"203.0.113.{n}" for n in range(16, 24)], spf="web17.hosting.example pass", count=24), "hosting.example", ("spf-domain", "hosting.example")),
    ("an address of Salesforce's that authenticates nothing", dict(ip="13.110.15.30", count=10), "Salesforce", ("network", "13.110.15.30")),
    ("three hosts of one rack", dict(ip=[f"203.0.113.{n}" for n in (25, 26, 27)], count=15), "203.0.113.2", ("network", "203.0.113.0/24")),
    ("an unknown mail service with SPF only", dict(ip=[f"203.0.113.{n}" for n in range(40, 60)], spf="send.shadowmail.example pass", count=40), "shadowmail.example",
     ("spf-domain", "shadowmail.example")),
    ("an unknown mail service with DKIM only", dict(ip=[f"203.0.113.{n}" for n in range(40, 60)], spf="b17.mailer.example none", dkim="shadowmail.example/s1 pass", count=40), "shadowmail.example",
     ("dkim-domain", "shadowmail.example")),
    ("an unknown mail service as a subdomain of ours", dict(**named, count=40, header_from=f"jobs.{OURS}"), "shadowmail.example", ("dkim-domain", "shadowmail.example")),
    ("HubSpot by its own identity, every Tuesday", dict(ip="54.174.60.7", spf="bf08x.hubspotemail.net pass", dkim="bf08x.hubspotemail.net/hs1 pass", count=100, weekdays=(1,)), "HubSpot", None),
    ("our Google primary's default signature, SPF lacks the include", dict(ip="209.85.167.44", count=15, spf=f"{OURS} softfail", dkim="harbor-example.20251104.gappssmtp.com/20251104 pass"), "Google", None),
    ("a Microsoft 365 tenant that signs by default, SPF lacks the include",
     dict(**tenant, count=pace(15, 0), spf=f"{OURS} softfail", dkim="harborgroup.onmicrosoft.com/selector1-harborgroup-onmicrosoft-com pass"), "harborgroup.onmicrosoft.com",
     ("dkim-domain", "harborgroup.onmicrosoft.com")),
    ("a Google tenant that signs by default, SPF lacks the include", dict(ip="209.85.167.44", count=15, spf=f"{OURS} softfail", dkim="harbor-group.20251104.gappssmtp.com/20251104 pass"), "gappssmtp.com",
     ("dkim-domain", "harbor-group.20251104.gappssmtp.com")),
    ("a Marketing Cloud account without SAP", dict(ip=("13.111.0.40", "13.111.7.9"), count=80, weekdays=(1,), spf="bounce.s50.exacttarget.com pass", dkim="s50.y.mc.salesforce.com/fbldkim50 pass"),
     "marketing-cloud", None),
    ("an agency's account of Marketing Cloud", dict(ip="13.111.0.41", count=80, weekdays=(2,), spf="bounce.mail.agency.example pass", dkim="s50.y.mc.salesforce.com/fbldkim50 pass"), "agency.example",
     ("spf-domain", "agency.example")),
    ("an agency's account of Marketing Cloud, signed by the agency",
     dict(ip="13.111.0.41", count=80, weekdays=(2,), spf="bounce.mail.agency.example pass", dkim="mail.agency.example/50dkim1 pass, s50.y.mc.salesforce.com/fbldkim50 pass"), "agency.example",
     ("dkim-domain", "agency.example")),
    ("Amazon SES with its own identity", dict(ip="54.240.8.77", count=15, spf="eu-west-1.amazonses.com pass", dkim="amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass"), "Amazon SES",
     None),
    ("SendGrid with its own identity", dict(ip="167.89.55.66", count=15, spf="sendgrid.net pass", dkim="sendgrid.net/smtpapi pass"), "SendGrid", None),
    ("Mailchimp, never authenticated", dict(ip="198.2.130.9", count=120, weekdays=(3,), spf="mail22.atl11.mcsv.net pass", dkim=""), "Mailchimp", None),
    ("an unsigned org of Salesforce", dict(ip="13.110.78.182", count=6, spf=f"{encode_org(STRANGE_ORG)} pass"), STRANGE_ORG, ("org", STRANGE_ORG)),
])
def question(t, mail, name, answer):
    t.open(harbor().stream(**mail)).verdict("not_ready").blocked("G4 G6 G7", name).alerts(never="sender-vanished")
    if t.blocked_by("G6 G7", name): t.asks("")
    if answer:
        t.answer(*answer, "--foreign").verdict("ready").not_blocked("G4 G6 G7")


@each("a question: a second stack of Marketing Cloud without SAP beside our account", [("Tuesdays and Thursdays", (1, 3)), ("every day", range(7)), ("Wednesdays", (2,))])
def second_stack(t, weekdays):
    c = harbor().marketing_cloud().marketing_cloud(sap=None, stack=50, ip="13.111.0.40", count=60, weekdays=weekdays)
    t.open(c).verdict("not_ready").blocked("G4 G6 G7", "marketing-cloud").asks("")


@scenario("a question: Core migrated to Marketing Cloud Next twelve days ago")
def migrated(t):
    c = only_google().core(last=-13).stream(("13.110.15.30", "13.110.15.31"), f"bounce.crm.{OURS} pass", f"{OURS}/mcn1 pass", count=pace(120, 30), first=-12)
    t.open(c).verdict("not_ready").blocked("G8 G11").routes_at("13.110.15.30", "core")


@scenario("a question: Core migrated to Marketing Cloud Next, whose records are missing")
def migrated_broken(t):
    c = only_google().core(last=-13).stream(("13.110.15.30", "13.110.15.31"), f"bounce.crm.{OURS} permerror", f"{OURS}/mcn1 permerror", count=pace(120, 30), first=-12)
    t.open(c).verdict("not_ready").blocked("G4 G6 G7 G8").routes_at("13.110.15.30", "core")


@scenario("a question: a host that moved to the next address")
def moved_host(t):
    t.open(harbor().stream("203.0.113.25", count=10, last=44).stream("203.0.113.26", count=10, first=45)).verdict("not_ready").blocked("G7", "203.0.113.26")


@scenario("a question: a steady host in the middle of a botnet")
def steady_in_botnet(t):
    t.open(harbor().spoofers(200).stream(**host, count=10)).verdict("not_ready").blocked("G7", "203.0.113.25")


@scenario("a question: before reject as before quarantine")
def steady_to_reject(t):
    t.open(harbor().policy(0, p="quarantine").stream(**host, count=10)).verdict("not_ready", to="reject").blocked("G7", "203.0.113.25", to="reject")


@each("no question", [
    ("a botnet, new addresses every day", lambda c: c.stream(botnet(20), count=60)),
    ("a botnet larger than all own mail", lambda c: c.stream(botnet(80), count=900)),
    ("a botnet of 60 hosts, each now and then", lambda c: c.stream(lambda day, index: [f"198.51.100.{10 + dice('hosts', index, i).randrange(60)}" for i in range(2)], count=8)),
    ("one host, two days, thousands", lambda c: c.stream("203.0.113.99", count=4000, days=(77, 78))),
    ("one host, three bursts weeks apart", lambda c: c.stream("203.0.113.99", count=900, days=(11, 54, 72))),
    ("one host, days without pattern", lambda c: c.stream("203.0.113.99", count=lambda day: dice("burst", day.toordinal() % 91).choice((0, 0, 0, 1, 600)))),
    ("one host, one message in seventeen days", lambda c: c.stream("203.0.113.99", count=1, days=range(3, 90, 17))),
    ("one host that stopped six weeks ago", lambda c: c.stream("203.0.113.99", count=10, last=-45)),
    ("shops' servers with SPF of their own, each once", lambda c: [c.stream(f"198.51.100.{10 + i}", f"shop{i}.example pass", count=3, days=(i,)) for i in range(89)]),
    ("somebody's webmail, twice", lambda c: c.stream("209.85.167.44", "gmail.com pass", "gmail.com/20230601 pass", count=2, days=(64, 80))),
    ("a campaign by a stranger's SendGrid account, one day", lambda c: c.stream("167.89.55.66", "em99.stranger.example pass", "stranger.example/s1 pass, sendgrid.info/smtpapi pass", count=40, days=(80,))),
    ("our Microsoft 365 by its default signature, SPF passes", lambda c: c.microsoft(dkim="harbor.onmicrosoft.com/selector1-harbor-onmicrosoft-com pass")),
    ("a strange account of Marketing Cloud, two days", lambda c: c.stream("13.111.0.41", "bounce.mail.agency.example pass", "s50.y.mc.salesforce.com/fbldkim50 pass", count=90, days=(50, 51))),
    ("a phisher's domain with SPF and DKIM, two days", lambda c: c.stream("203.0.113.77", "secure-login.example pass", "secure-login.example/default pass", count=300, days=(80, 81))),
    ("one host, eight days in three months", lambda c: c.stream("203.0.113.99", count=5, days=(3, 9, 24, 31, 47, 60, 66, 83))),
    ("two runs of a few days under one name with SPF", lambda c: c.stream(botnet(5), "promo.example pass", count=400, days=(20, 21, 22, 70, 71))),
    ("forwarders that keep the envelope", lambda c: c.forwarders(f"{OURS}/google pass")),
    ("forwarders that rewrite the envelope", lambda c: c.forwarders(f"{OURS}/google pass", spf="forwarder.example pass")),
    ("a forwarder that breaks signatures, one a day", lambda c: c.stream("192.0.2.50", "forwarder.example pass", f"{OURS}/google fail", count=1)),
    ("a mailing list that breaks signatures, two a day",
     lambda c: c.stream("209.85.220.69", "googlegroups.com pass", f"{OURS}/google fail, googlegroups.com/20230601 pass", count=2, reason="mailing_list")),
])
def no_question(t, more):
    c = harbor()
    more(c)
    t.open(c).verdict("ready").not_blocked("G4 G6 G7 G8").alerts(never="sender-vanished sender-started-failing")


# ---- B: nothing of ours is at stake

@scenario("not at stake: a two-day burst of thousands with a copied signature")
def copied_signature(t):
    c = harbor().stream(botnet(60), f"{OURS} fail", f"{OURS}/sf1 fail", count=3000, days=(80, 81))
    t.open(c).verdict("ready").not_blocked("G4 G7 G10").nothing_stands("unidentified")


@scenario("near miss: gateways that break signatures day by day are a loss to accept")
def broken_daily(t):
    c = harbor().stream(lambda day, index: [f"198.51.100.{20 + i}" for i in range(20)], f"{OURS} fail", f"{OURS}/sf1 fail", count=40)
    t.open(c).verdict("not_ready").blocked("G10")


@each("not at stake", [
    ("one message of a strange org", dict(ip="13.110.78.182", spf=f"{encode_org(STRANGE_ORG)} pass", count=1, days=(65,))),
    ("one message of Amazon SES with its own identity", dict(ip="54.240.8.77", spf="amazonses.com pass", dkim="amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass", count=1, days=(65,))),
    ("one message of Mailchimp", dict(ip="198.2.130.9", spf="mail22.atl11.mcsv.net pass", count=1, days=(65,))),
    ("one message of a stranger's tenant", dict(ip="40.107.1.11", spf="stranger.example pass", dkim="stranger.onmicrosoft.com/selector1-stranger-onmicrosoft-com pass", count=1, days=(65,))),
    ("a strange org, by the word of one unknown reporter", dict(ip="13.110.78.182", spf=f"{encode_org(STRANGE_ORG)} pass", count=500, days=range(82, 86), reporters=["Unheard Of"])),
    ("a steady host, by the word of one unknown reporter", dict(ip="203.0.113.25", count=40, first=-12, reporters=["Unheard Of"])),
    ("our own sender failing, by the word of one unknown reporter", dict(ip="13.110.14.214", spf=f"{encode_org(OUR_ORG)} pass", count=2000, days=range(82, 86), reporters=["Unheard Of"])),
    ("another's account at a service, from an address in no list",
     dict(ip="192.0.2.77", spf="mg.stranger.example pass", dkim="mg.stranger.example/k1 pass, mailgun.org/mg pass", count=2, days=(80,))),
])
def not_at_stake(t, mail):
    t.open(harbor().stream(**mail)).verdict("ready").not_blocked("G4 G6 G7 G10").nothing_stands("forwarded")


@each("a question, not own mail that fails", [
    ("a tenant named like us", "m365", dict(**tenant, count=8, spf="stranger.example pass", dkim="harbor.onmicrosoft.com/selector1-harbor-onmicrosoft-com pass"), "harbor.onmicrosoft.com",
     ("dkim-domain", "harbor.onmicrosoft.com")),
    ("a service's own identity beside our account: Amazon SES", "ses", dict(ip="54.240.8.77", count=8, spf="amazonses.com pass", dkim="amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass"),
     "Amazon SES", ("spf-domain", "amazonses.com")),
    ("a service's own identity beside our account: SendGrid", "sendgrid", dict(ip="167.89.55.66", count=8, spf="sendgrid.net pass", dkim="sendgrid.net/smtpapi pass"), "SendGrid",
     ("spf-domain", "sendgrid.net")),
    ("another's account beside ours: SendGrid", "sendgrid", dict(ip="167.89.55.66", count=8, spf="em99.parcel.example pass", dkim="parcel.example/s1 pass, sendgrid.info/smtpapi pass"), "parcel.example",
     ("dkim-domain", "parcel.example")),
    ("another's account beside ours: Amazon SES", "ses", dict(ip="54.240.8.77", count=8, spf="amazonses.com pass", dkim="parcel.example/bcdefghijklmnopqrstuvwxyz2345672 pass, amazonses.com/x pass"),
     "parcel.example", ("dkim-domain", "parcel.example")),
    ("another's account beside ours: Mailgun", "mailgun", dict(ip="69.72.43.11", count=8, spf="mg.parcel.example pass", dkim="mg.parcel.example/k1 pass, mailgun.org/mg pass"), "parcel.example",
     ("spf-domain", "parcel.example")),
    ("another's account beside ours: Marketing Cloud", "marketing_cloud",
     dict(ip="13.111.0.41", count=8, spf="bounce.mail.parcel.example pass", dkim="s50.y.mc.salesforce.com/fbldkim50 pass"), "parcel.example", ("spf-domain", "parcel.example")),
    ("an outsourcer's tenant beside ours", "microsoft", dict(**tenant, count=8, spf="outsourcer.example pass", dkim="outsourcer.onmicrosoft.com/selector1-outsourcer-onmicrosoft-com pass"), "outsourcer",
     ("dkim-domain", "outsourcer.onmicrosoft.com")),
])
def not_own(t, ours, mail, name, answer):
    c = harbor()
    if ours != "m365": getattr(c, ours)()
    t.open(c.stream(**mail)).verdict("not_ready").blocked("G6 G7", name).not_blocked("G4")
    t.answer(*answer, "--foreign").verdict("ready").not_blocked("G4 G6 G7")


@scenario("near miss: a tenant named like us that sent authenticated mail of ours is ours")
def own_tenant(t):
    default = "harbor.onmicrosoft.com/selector1-harbor-onmicrosoft-com pass"
    c = harbor().microsoft(dkim=default).stream("40.107.5.5", f"legacy.{OURS} none", default, count=20)
    t.open(c).verdict("not_ready").blocked("G4", "Microsoft 365")


@each("near miss: our own account that broke is own mail that fails", [
    ("Amazon SES", lambda c: c.ses(last=-15).ses(first=-14, dkim=f"{OURS}/abcdefghijklmnopqrstuvwxyz234567 permerror, amazonses.com/x pass"), "Amazon SES"),
    ("SendGrid", lambda c: c.sendgrid(last=-15).sendgrid(first=-14, spf=f"em4711.{OURS} permerror", dkim=f"{OURS}/s1 permerror"), "SendGrid"),
    ("Core's key", lambda c: c.core(org=SECOND_ORG, selector="emea1", last=-15).core(org=SECOND_ORG, selector="emea1", first=-14, result="permerror"), "Salesforce core"),
    ("Account Engagement", lambda c: c.account_engagement(last=-15).account_engagement(first=-14, dkim=""), "account-engagement"),
    ("Marketing Cloud", lambda c: c.marketing_cloud(last=-15).marketing_cloud(first=-14, spf=f"bounce.news.{OURS} permerror", dkim=f"news.{OURS}/10dkim1 permerror, s10.y.mc.salesforce.com/fbldkim10 pass"),
     "marketing-cloud"),
    ("Microsoft 365", lambda c: c.microsoft(last=-15).microsoft(first=-14, spf=f"{OURS} softfail", dkim="harbor.onmicrosoft.com/selector1-harbor-onmicrosoft-com pass"), "Microsoft 365"),
])
def own_broke(t, more, name):
    c = harbor()
    more(c)
    t.open(c).verdict("not_ready").blocked("G4", name).not_blocked("G7")


@each("the owner's answer", [
    ("a network is not ours", dict(**named, count=40), ("network", "203.0.113.0/24")),
    ("an envelope is not ours", dict(**named, count=40), ("spf-domain", "send.shadowmail.example")),
    ("an organizational domain of envelopes is not ours", dict(**named, count=40), ("spf-domain", "shadowmail.example")),
    ("a signer is not ours", dict(**named, count=40), ("dkim-domain", "shadowmail.example")),
    ("a selector is not ours", dict(**named, count=40), ("dkim-selector", "s1._domainkey.shadowmail.example")),
    ("a host is not ours", dict(**host, count=10), ("network", "203.0.113.25")),
])
def owners_answer(t, mail, answer):
    t.open(harbor().stream(**mail)).verdict("not_ready").answer(*answer, "--foreign").verdict("ready").not_blocked("G7")


@each("near miss: an answer that is about something else", [
    ("another network", ("network", "198.51.100.0/24")), ("another envelope", ("spf-domain", "parcel.example")), ("another signer", ("dkim-domain", "parcel.example")),
])
def other_answer(t, answer):
    t.open(harbor().stream(**named, count=40)).answer(*answer, "--foreign").verdict("not_ready").blocked("G7", "shadowmail.example")


@scenario("near miss: no answer disowns mail that an own name authenticates")
def not_disowned(t):
    c = harbor().microsoft()
    t.open(c).answer("network", "40.107.0.0/16", "--foreign").answer("network", "13.110.0.0/16", "--foreign").verdict("ready").standing("Salesforce core", "own").standing("Microsoft 365", "own")


# ---- C: mail that went through someone was forwarded or modified, not forged

gateway = "198.51.100.30"


@each("went through someone", [
    ("ARC", dict(dkim=f"{OURS}/google fail", spf=f"{OURS} fail", reason="local_policy arc=pass as[1].d=relay.example.as[1].s=arc"), "receiver-override gateway-modified"),
    ("ARC, no signature left", dict(dkim="", spf="relay.example pass", reason="local_policy arc=pass"), "receiver-override gateway-modified"),
    ("forwarded", dict(dkim=f"{OURS}/google fail", spf=f"{OURS} fail", reason="forwarded"), "receiver-override gateway-modified forwarded"),
    ("looks forwarded", dict(dkim=f"{OURS}/google fail", spf=f"{OURS} softfail", reason="forwarded looks forwarded, not quarantined for DMARC"), "receiver-override gateway-modified forwarded"),
    ("looks forwarded, no signature left", dict(dkim="", spf=f"{OURS} softfail", reason="forwarded looks forwarded, not quarantined for DMARC"), "receiver-override gateway-modified forwarded"),
    ("trusted forwarder", dict(dkim=f"{OURS}/google fail", spf="alumni.example pass", reason="trusted_forwarder"), "receiver-override gateway-modified forwarded-srs"),
    ("a live key broken at an address that passes SPF for somebody else", dict(dkim=f"{OURS}/google fail", spf="alumni.example pass"), "gateway-modified"),
    ("SRS with a banner", dict(dkim=f"{OURS}/google fail", spf="srs.alumni.example pass", envelope_from="srs0=hhh=tt=harbor.example=jan@srs.alumni.example"), "gateway-modified"),
    ("Core's key broken by a banner, bounce name failing", dict(dkim=f"{OURS}/sf1 fail", spf=f"{encode_org(OUR_ORG)} fail"), "gateway-modified"),
    ("Core's key broken by a banner, SRS", dict(dkim=f"{OURS}/sf1 fail", spf="alumni.example pass"), "gateway-modified"),
    ("a mailbox provider's forwarding", dict(ip="40.107.33.7", dkim=f"{OURS}/google fail", spf="club.onmicrosoft.com pass"), "gateway-modified"),
    ("a gateway of a receiver", dict(ip="205.139.110.120", dkim=f"{OURS}/google fail", spf=f"{OURS} fail"), "gateway-modified"),
    ("both Core's key and the gateway's own signature", dict(dkim=f"{OURS}/sf1 fail, gw.alumni.example/s1 pass", spf="alumni.example pass"), "gateway-modified"),
    ("Account Engagement, signature broken", dict(dkim=f"{OURS}/200608 fail", spf="bounce.s7.exacttarget.com fail"), "gateway-modified"),
    ("Marketing Cloud, platform's and own signature broken", dict(dkim=f"news.{OURS}/10dkim1 fail, s10.y.mc.salesforce.com/fbldkim10 fail", spf=f"bounce.news.{OURS} fail", header_from=f"news.{OURS}"),
     "gateway-modified"),
    ("Marketing Cloud, both signatures broken, SRS",
     dict(dkim=f"news.{OURS}/10dkim1 fail, s10.y.mc.salesforce.com/fbldkim10 fail", spf="alumni.example pass", header_from=f"news.{OURS}"), "gateway-modified"),
])
def went_through(t, mail, codes):
    c = harbor().marketing_cloud().account_engagement().stream(**{"ip": gateway, "count": 2, **mail})
    ip = mail.get("ip", gateway)
    t.open(c).flow(ip, "forwarded").codes(ip, codes).explains(ip, never=["forged"]).standing("", "own", "forwarded").verdict("ready")


@scenario("went through someone: the gateway is named")
def gateway_named(t):
    c = harbor().stream(gateway, "mx.alumni.example pass", f"{OURS}/google fail", count=2)
    t.open(c).flow(gateway, "forwarded").explains(gateway, has=["alumni.example"], never=["forged"])


@scenario("went through someone: what a receiver accepts by ARC is no loss")
def arc_no_loss(t):
    c = harbor().stream("40.107.33.7", "club.onmicrosoft.com pass", f"{OURS}/sf1 fail", count=9, reason="local_policy arc=pass")
    t.open(c).flow("40.107.33.7", "forwarded").not_blocked("G10").verdict("ready")


@scenario("went through someone: a mailing list that signs, no override")
def list_signs(t):
    c = harbor().stream(gateway, "lists.club.example pass", f"{OURS}/google fail, lists.club.example/l1 pass", count=2)
    t.open(c).flow(gateway, "mailing-list", "forwarded").codes(gateway, "mailing-list gateway-modified").verdict("ready")


@scenario("went through someone: a mailing list by override, no signature left")
def list_override(t):
    c = harbor().stream(gateway, "lists.club.example pass", "", count=2, reason="mailing_list")
    t.open(c).flow(gateway, "mailing-list").codes(gateway, "mailing-list receiver-override").explains(gateway, never=["forged"]).verdict("ready")


@scenario("went through someone: journal copies, null envelope and HELO of outlook.com")
def journal(t):
    c = harbor().microsoft().stream("40.107.9.9", "helo eur05-am6-obe.outbound.protection.outlook.com pass", f"{OURS}/selector1 fail", count=3, envelope_from="")
    t.open(c).flow("40.107.9.9", "forwarded").codes("40.107.9.9", "gateway-modified").verdict("ready")


@scenario("went through someone: Gmail's caf envelope with a broken key")
def caf(t):
    c = harbor().stream("209.85.128.77", "club.example pass", f"{OURS}/sf1 fail", count=2, envelope_from="jan+caf_=jan=board.example@club.example")
    t.open(c).flow("209.85.128.77", "forwarded").codes("209.85.128.77", "gateway-modified").verdict("ready")


@scenario("went through someone: a known gateway breaks Core's key")
def known_gateway(t):
    c = harbor().stream("205.139.110.120", f"{encode_org(OUR_ORG)} softfail", f"{OURS}/sf1 fail", count=3)
    t.open(c).flow("205.139.110.120", "forwarded").codes("205.139.110.120", "gateway-modified").explains("205.139.110.120", has=["Mimecast"])


@each("near miss: no trace of us", [
    ("no signature, no SPF", dict()),
    ("a selector that never was", dict(dkim=f"{OURS}/x7 fail", spf=f"{OURS} fail")),
    ("SPF for somebody else", dict(spf="parcel.example pass")),
    ("local policy without ARC", dict(reason="local_policy")),
    ("local policy, ARC fails", dict(spf="parcel.example pass", reason="local_policy arc=fail")),
    ("a signature of somebody else", dict(spf="parcel.example pass", dkim="parcel.example/s1 pass")),
])
def no_trace(t, mail):
    t.open(harbor().stream(**{"ip": gateway, "count": 3, "days": (80, 83), **mail})).flow(gateway, "unknown", "foreign").codes(gateway, "unauthenticated", never="gateway-modified forwarded").verdict("ready")


# ---- D: Email Relay, and servers in no list

relay_ip = ("40.107.1.11", "40.107.22.94")


def relayed(c, dkim=f"{OURS}/sf1 pass", ip=relay_ip, count=pace(120, 30), **more):
    return c.stream(ip, f"{encode_org(OUR_ORG)} softfail", dkim, count=count, **more)


def company_with_microsoft(): return Company(OURS, days=90, reporters=RECEIVERS).microsoft()


@each("a relay was introduced", [
    ("22 days ago, Microsoft 365", -22, relay_ip), ("60 days ago, Microsoft 365", -60, relay_ip), ("8 days ago, Microsoft 365", -8, relay_ip),
    ("22 days ago, Google", -22, ("209.85.220.41", "209.85.208.51")), ("22 days ago, a server of ours", -22, "203.0.113.80"), ("60 days ago, a server of ours", -60, "203.0.113.80"),
    ("22 days ago, Mimecast", -22, "205.139.110.120"),
])
def relay_introduced(t, day, ip):
    c = relayed(company_with_microsoft().core(last=day - 1), ip=ip, first=day)
    t.open(c).verdict("ready").nothing_stands("forwarded", "unidentified", "spoofed").anywhere(never="core-vanished forwarded").alerts(never="sender-vanished sender-started-failing")
    t.flow(ip if isinstance(ip, str) else ip[0], "direct").letter(never=["550 5.7.1"])


@scenario("a relay beside a second org that still sends direct")
def relay_second_org(t):
    c = relayed(company_with_microsoft().core(last=49).core(org=SECOND_ORG, selector="emea1", count=30), ip="203.0.113.80", first=50)
    t.open(c).verdict("ready").nothing_stands("forwarded", "unidentified").anywhere(never="core-vanished forwarded")


@scenario("a relay at a server of ours, bounce management off")
def relay_clean(t):
    c = only_google().core(last=67).stream("203.0.113.80", f"{OURS} pass", f"{OURS}/sf1 pass", count=pace(120, 30), first=68)
    t.open(c).verdict("ready").nothing_stands("forwarded").anywhere(never="core-vanished")


@scenario("a relay carries all of the company's mail")
def relay_all(t):
    c = relayed(Company(OURS, days=90, reporters=RECEIVERS))
    t.open(c).verdict("ready").gates(G3="passed", G4="passed").nothing_stands("forwarded", "unidentified").anywhere(never="core-vanished forwarded").flow(relay_ip[0], "direct")


@each("a relay fails", [
    ("the key's record goes", f"{OURS}/sf1 permerror"), ("a footer is added", f"{OURS}/sf1 fail"), ("the key is deleted in Salesforce", ""),
])
def relay_fails(t, dkim):
    c = relayed(relayed(company_with_microsoft(), last=-4), dkim=dkim, first=-3)
    t.open(c).verdict("not_ready").blocked("G4").alerts("sender-started-failing", never="new-source").nothing_stands("forwarded", "unidentified").codes(relay_ip[0], "relay-unsigned dkim-key-missing")


@scenario("near miss: recipients on Microsoft 365 forward a part of Core's mail")
def auto_forwards(t):
    t.open(relayed(harbor(), count=6)).verdict("ready").flow(relay_ip[0], "forwarded").standing("Microsoft 365", "forwarded")


@scenario("near miss: Core really stops, forwards go on for a while")
def core_stops(t):
    c = relayed(only_google().core(last=-21), count=4, last=-19)
    t.open(c).verdict("not_ready").blocked("G11", "Salesforce core").anywhere("core-vanished").letter(["550 5.7.1"])


@scenario("near miss: Core stops three days ago")
def core_stopped_now(t):
    t.open(only_google().core(last=-8)).alerts("sender-vanished")


@each("the sole server, in no list, signs with our key", [
    ("SPF lacks it", f"{OURS} softfail"), ("SPF names nobody", f"{OURS} none"), ("SPF allows it", f"{OURS} pass"), ("its host name as envelope", "mx1.isp.example pass"),
])
def sole_server(t, spf):
    c = Company(OURS, days=90, reporters=RECEIVERS).stream("203.0.113.80", spf, f"{OURS}/mx pass", count=pace(100, 20))
    t.open(c).verdict("ready").flow("203.0.113.80", "direct").standing("", "own").gates(G3="passed")


@each("the sole server, in no list, loses its key", [
    ("record gone", f"{OURS} softfail", "/mx permerror"), ("signatures break", f"{OURS} softfail", "/mx fail"), ("no longer signs", f"{OURS} softfail", ""),
    ("record gone, its host name as envelope", "mx1.isp.example pass", "/mx permerror"), ("signatures break, its host name as envelope", "mx1.isp.example pass", "/mx fail"),
])
def sole_server_fails(t, spf, signature):
    c = Company(OURS, days=90, reporters=RECEIVERS)
    c.stream("203.0.113.80", spf, f"{OURS}/mx pass", count=pace(100, 20), last=-4).stream("203.0.113.80", spf, OURS + signature if signature else "", count=pace(100, 20), first=-3)
    t.open(c).verdict("not_ready").blocked("G4").nothing_stands("forwarded", "unidentified", "spoofed").codes("203.0.113.80").alerts("sender-started-failing", never="new-source spoofing-burst").explains("203.0.113.80", never=["forged"])


@scenario("two servers in no list share a key; some of it is forwarded")
def two_servers(t):
    c = only_google().stream(("203.0.113.80", "203.0.113.81"), f"{OURS} softfail", f"{OURS}/mx pass", count=pace(100, 20)).forwarders(f"{OURS}/mx pass", count=12)
    t.open(c).verdict("ready").flow("203.0.113.80", "direct").flow("203.0.113.81", "direct").flow("192.0.2.11", "forwarded")


@scenario("a server in no list moves to another address")
def server_moves(t):
    c = only_google().stream("203.0.113.80", f"{OURS} softfail", f"{OURS}/mx pass", count=40, last=-31).stream("203.0.113.95", f"{OURS} softfail", f"{OURS}/mx pass", count=40, first=-30)
    t.open(c).verdict("ready").flow("203.0.113.80", "direct").flow("203.0.113.95", "direct").nothing_stands("forwarded")


@scenario("a relay that signs too")
def relay_signs(t):
    c = relayed(company_with_microsoft(), dkim=f"{OURS}/sf1 pass, {OURS}/selector1 pass")
    t.open(c).verdict("ready").flow(relay_ip[0], "direct").nothing_stands("forwarded", "unidentified").anywhere(never="core-vanished forwarded")


@scenario("a relay that the owner declares carries a small part")
def relay_declared(t):
    t.open(relayed(harbor(), count=6)).answer("relay", "Microsoft 365").verdict("ready").flow(relay_ip[0], "direct").nothing_stands("forwarded")


@scenario("a relay stops")
def relay_stops(t):
    t.open(relayed(company_with_microsoft(), last=-12)).verdict("not_ready").blocked("G11").alerts("sender-vanished")


@scenario("near miss: forwarders of what a known service signs stay forwarders")
def forwarders_stay(t):
    t.open(harbor().stream("203.0.113.80", f"{OURS} softfail", f"{OURS}/google pass", count=5)).verdict("ready").flow("203.0.113.80", "forwarded")


# ---- E: brands of one owner, and the filter

def brand_mail(c):
    """Healthy mail of the brand itself."""
    return c.google(header_from=BRAND, spf=f"{BRAND} pass", dkim=f"{BRAND}/google pass")


BORROWED = [
    ("a key of Core", "core-dkim-other-domain", dict(ip="13.110.14.214", spf=f"{encode_org(OUR_ORG)} pass", dkim="{owner}/sf1 pass")),
    ("a SAP of Marketing Cloud", "mce-no-sap", dict(ip="13.111.0.229", spf="bounce.news.{owner} pass", dkim="news.{owner}/10dkim1 pass, s10.y.mc.salesforce.com/fbldkim10 pass")),
    ("a whitelabel of SendGrid", "sendgrid-default-identity", dict(ip="167.89.12.34", spf="em4711.{owner} pass", dkim="{owner}/s1 pass")),
    ("a Google primary", "google-alias-envelope", dict(ip="209.85.220.41", spf="{owner} pass", dkim="{owner}/google pass")),
]


def borrowed(mail, owner):
    return {key: value.format(owner=owner) if isinstance(value, str) else value for key, value in mail.items()}


@each("a brand's From under another brand's set-up", BORROWED)
def brand_set_up(t, code, mail):
    c = brand_mail(harbor().marketing_cloud().sendgrid().brand(BRAND)).stream(**borrowed(mail, OURS), header_from=BRAND, count=12)
    t.open(c).verdict("not_ready", BRAND).blocked("G4", domain=BRAND).verdict("ready", OURS)
    t.codes(mail["ip"], code, never="core-other-tenant mce-other-tenant unauthenticated core-no-dkim", domain=BRAND)
    t.page(never=["without a DKIM signature"], domain=BRAND)
    self_text = t.text("salesforce", BRAND)
    t.fault("without a DKIM signature" not in self_text, "salesforce says 'without a DKIM signature' of signed mail")


@each("a brand by what the other brand has", [
    ("Core, unsigned", dict(ip="13.110.14.214", spf=f"{encode_org(OUR_ORG)} pass"), "core-no-dkim core-second-org", "not_ready"),
    ("SES, verified for the other only", dict(ip="54.240.8.40", spf="eu-west-1.amazonses.com pass", dkim=f"{OURS}/abcdefghijklmnopqrstuvwxyz234567 pass, amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass"),
     "ses-default-identity", "not_ready"),
    ("Google, an alias with a key of its own", dict(ip="209.85.220.41", spf=f"{OURS} pass", dkim=f"{BRAND}/google pass"), "", "ready"),
    ("Marketing Cloud, a private domain behind the other's bounce name", dict(ip="13.111.0.229", spf=f"bounce.news.{OURS} pass", dkim=f"{BRAND}/10dkim1 pass, s10.y.mc.salesforce.com/fbldkim10 pass"),
     "mce-shared-bounce", "ready"),
])
def brand_by_other(t, mail, code, verdict):
    c = brand_mail(harbor().ses().marketing_cloud().brand(BRAND)).stream(**mail, header_from=BRAND, count=30)
    t.open(c).verdict(verdict, BRAND).codes(mail["ip"], code, never="core-other-tenant mce-other-tenant mce-no-sap unauthenticated forwarded", domain=BRAND)
    if verdict != "ready": t.blocked("G4", domain=BRAND)


@each("near miss: our From under a stranger's set-up", BORROWED)
def stranger_set_up(t, code, mail):
    mail = {**borrowed(mail, STRANGER), "ip": mail["ip"]}
    if "bnc" in mail["spf"]: mail["spf"] = f"{encode_org(STRANGE_ORG)} pass"
    c = harbor().stream(**mail, count=12)
    t.open(c).not_blocked("G4").anywhere(never=code).letter(never=["without a DKIM signature"])


@scenario("brands of different clients are strangers")
def clients(t):
    c = brand_mail(harbor().brand(BRAND)).stream("13.110.14.214", f"{encode_org(STRANGE_ORG)} pass", f"{OURS}/sf1 pass", header_from=BRAND, count=12)
    config = f'[[client]]\nname = "Harbor"\ndomains = ["{OURS}"]\n\n[[client]]\nname = "Pier"\ndomains = ["{BRAND}"]\n'
    t.open(c, config=config).not_blocked("G4", domain=BRAND).anywhere(never="core-dkim-other-domain")


@scenario("a tenant proven by one brand is known under the other")
def tenant_of_brand(t):
    default = "harborgroup.onmicrosoft.com/selector1-harborgroup-onmicrosoft-com pass"
    c = brand_mail(harbor().brand(BRAND)).microsoft(dkim=default, header_from=BRAND, spf=f"{BRAND} pass").stream("40.107.1.11", f"{OURS} softfail", default, count=12)
    t.open(c).verdict("not_ready").blocked("G4", "Microsoft 365").codes("40.107.1.11", "m365-default-dkim", domain=OURS)


@scenario("an org proven by one brand is ours in every command, alone and among all")
def org_of_brand(t):
    c = brand_mail(harbor().brand(BRAND)).core(org=SECOND_ORG, selector="emea1", header_from=BRAND).core(org=SECOND_ORG, selector=None, count=8)
    t.open(c).blocked("G4", "Salesforce core").ownership(SECOND_ORG, "ours").codes("13.110.14.214", "core-second-org core-no-dkim", never="core-other-tenant", domain=OURS)
    alone = t.ask("salesforce", OURS)["domains"][0]
    t.fault(alone == [d for d in t.salesforce() if d["domain"] == OURS][0], "salesforce says another thing of the domain alone")


@scenario("an org proven before the window is ours in the window")
def org_before_window(t):
    c = only_google().core(last=-40).core(selector=None, first=-35)
    t.open(c).blocked("G4", "Salesforce core").ownership(OUR_ORG, "ours")
    late = {f for s in t.sources("--since", "7d") for f in s["findings"]}
    t.fault("core-other-tenant" not in late, f"sources --since 7d finds {sorted(late)}")


@scenario("signed for nobody knows whom: not 'without a DKIM signature'")
def signed_for_unknown(t):
    c = harbor().stream("13.110.14.214", f"{encode_org(STRANGE_ORG)} pass", f"{STRANGER}/sf1 pass", count=12)
    t.open(c).verdict("not_ready").blocked("G6 G7", STRANGE_ORG).letter([STRANGE_ORG], never=["without a DKIM signature"]).page(never=["without a DKIM signature"])


# ---- F: one forged report teaches nothing

forged = dict(reporters=["Unheard Of"], days=(65,))


@scenario("one forged report: a stranger's org does not become ours")
def forged_org(t):
    c = harbor().stream("13.110.14.214", f"{encode_org(STRANGE_ORG)} pass", f"{OURS}/sf1 pass", count=3, **forged).core(org=STRANGE_ORG, selector=None, count=6)
    t.open(c).ownership(STRANGE_ORG, "unproven").blocked("G6", STRANGE_ORG).not_blocked("G4")


@scenario("near miss: two reporters tell that an org signs with our key")
def known_org(t):
    c = harbor().core(org=SECOND_ORG, count=4, days=range(50, 60), reporters=RECEIVERS[:2]).core(org=SECOND_ORG, selector=None, count=6, first=60)
    t.open(c).ownership(SECOND_ORG, "ours").blocked("G4", "Salesforce core")


@scenario("near miss: one reporter with a history tells that an org signs with our key")
def known_org_one(t):
    c = harbor().core(org=SECOND_ORG, count=4, days=range(50, 60), reporters=RECEIVERS[:1]).core(org=SECOND_ORG, selector=None, count=6, first=60)
    t.open(c).ownership(SECOND_ORG, "ours")


@scenario("one forged report: a spoofer's host does not become Salesforce")
def forged_address(t):
    c = harbor().stream("203.0.113.66", f"{encode_org(OUR_ORG)} pass", "", count=1, **forged).stream("203.0.113.66", count=800, days=(64, 66))
    t.open(c).verdict("ready")
    t.fault(not [s for s in t.at("203.0.113.66") if s["messages"] > 100 and s["service"]], f"the host is called {[(s['service'], s['messages']) for s in t.at('203.0.113.66')]}")


@scenario("one forged report: a stranger's tenant does not become ours")
def forged_tenant(t):
    strange = "stranger.onmicrosoft.com/selector1-stranger-onmicrosoft-com pass"
    c = harbor().stream("40.107.1.11", f"{OURS} pass", strange, count=2, **forged).stream("40.107.1.11", "stranger.example pass", strange, count=8)
    t.open(c).not_blocked("G4").blocked("G7", "stranger")


@scenario("one forged report: a spoofer's selector does not become ours")
def forged_selector(t):
    c = harbor().stream("203.0.113.66", f"{OURS} pass", f"{OURS}/evil1 pass", count=2, **forged).stream("203.0.113.66", "parcel.example pass", f"{OURS}/evil1 fail", count=900, days=(66, 67))
    t.open(c).verdict("ready").codes("203.0.113.66", "unauthenticated", never="gateway-modified")


@scenario("one forged report: a policy of the far future and a strange sp teach nothing")
def forged_policy(t):
    c = harbor()
    t.open(c)
    for day in ("2026-11-20", "2031-05-05"):
        bad = Company(OURS, policy="reject", days=1, until=day, reporters=["Unheard Of"], sp="none; rua=mailto:x@evil.example").stream("203.0.113.66", count=5)
        bad.write(t.desk.folder / "bad")
    t.desk.ingest(t.desk.folder / "bad")
    t.answers = {}
    t.verdict("ready").page(never=["evil.example", "p=reject, as"]).next_record(never=["evil"]).alerts(never="reports-stopped policy-changed")


# ---- G: what is said about DNS needs evidence

@each("not a missing key: it passes elsewhere on the same days", [
    ("own Mimecast with a disclaimer", "205.139.110.120", dict(spf=f"{OURS} pass", dkim=f"{OURS}/google fail", count=25)),
    ("own Google Group", "209.85.220.69", dict(spf=f"{OURS} pass", dkim=f"{OURS}/google fail", count=6)),
    ("own Google Group of a subdomain", "209.85.220.69", dict(spf=f"groups.{OURS} pass", dkim=f"{OURS}/google fail", count=6)),
    ("a receiver's gateway", gateway, dict(spf="gw.receiver.example pass", dkim=f"{OURS}/google permerror", count=3)),
    ("a receiver's gateway, Core", gateway, dict(spf=f"{encode_org(OUR_ORG)} fail", dkim=f"{OURS}/sf1 permerror", count=3)),
    ("a server of ours behind which a scanner sits", "203.0.113.81", dict(spf=f"{OURS} pass", dkim=f"{OURS}/google neutral", count=12)),
])
def key_is_there(t, ip, mail):
    t.open(harbor().stream(ip, **mail)).codes(ip, never="dkim-key-missing unauthenticated").anywhere(never="dkim-key-missing dkim-alternate-selector").not_blocked("G4")


@each("near miss: the key's record is gone", [
    ("Core", lambda c, day, result: c.core(**day, result=result), "13.110.14.214", f"sf1._domainkey.{OURS}"),
    ("Google", lambda c, day, result: c.google(**day, spf=f"{OURS} softfail", dkim=f"{OURS}/google {result}"), "209.85.220.41", f"google._domainkey.{OURS}"),
])
def key_is_gone(t, mail, ip, name):
    c = Company(OURS, days=90, reporters=RECEIVERS).ses()
    mail(c, dict(last=-15), "pass"), mail(c, dict(first=-14), "permerror")
    t.open(c).codes(ip, "dkim-key-missing").verdict("not_ready").blocked("G4").page([name])


@scenario("near miss: only the alternate selector's record is missing")
def alternate(t):
    c = only_google().core(last=-15).core(selector="sf2", result="permerror", first=-14)
    t.open(c).anywhere("dkim-alternate-selector", never="dkim-key-missing").blocked("G4", "Salesforce core")


# ---- H: time

@each("enforcement hit mail of the only sender of its kind", [
    ("an org that nobody claimed", dict(ip="13.110.14.214", spf=f"{encode_org(OUR_ORG)} pass", count=30)),
    ("an account of SES with the service's identity", dict(ip="54.240.8.40", spf="amazonses.com pass", dkim="amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass", count=30)),
    ("an account of Marketing Cloud without SAP", dict(ip="13.111.0.229", spf="bounce.s10.exacttarget.com pass", dkim="s10.y.mc.salesforce.com/fbldkim10 pass", count=30)),
    ("Account Engagement, never verified", dict(ip="136.147.176.80", spf="bounce.s7.exacttarget.com pass", count=30)),
])
def enforcement_hit(t, mail):
    t.open(only_google().stream(**mail).policy(-3, p="quarantine")).alerts("enforcement-hit-own-mail policy-changed")


@scenario("enforcement hit mail of an org that the owner claimed")
def enforcement_hit_claimed(t):
    t.open(only_google().core(selector=None, count=30).policy(-3, p="quarantine")).answer("org", OUR_ORG, "--ours").alerts("enforcement-hit-own-mail")


@scenario("near miss: enforcement hit a stranger's org beside ours")
def enforcement_hit_stranger(t):
    t.open(harbor().core(org=STRANGE_ORG, selector=None, count=6, first=70).policy(-3, p="quarantine")).answer("org", STRANGE_ORG, "--foreign").alerts("policy-changed", never="enforcement-hit-own-mail")


@scenario("near miss: enforcement hit spoofers")
def enforcement_hit_spoofers(t):
    t.open(harbor().spoofers().policy(-3, p="quarantine")).alerts("policy-changed", never="enforcement-hit-own-mail")


@scenario("one domain's reports stop while another's go on")
def one_falls_silent(t):
    c = brand_mail(harbor().brand(BRAND)).silence(first=-8, domain=BRAND)
    t.open(c).alerts("reports-stopped", domain=BRAND).alerts(never="*", domain=OURS)


@scenario("one domain's reports stop, and it is Salesforce's mail that failed")
def silent_with_failures(t):
    c = brand_mail(harbor().brand(BRAND)).core(org=OUR_ORG, selector=None, header_from=BRAND, count=20).silence(first=-40, domain=BRAND)
    t.open(c)
    text = t.text("salesforce")
    t.fault(BRAND in text and "stopped after" in text, "salesforce does not name the silent domain")


@scenario("near miss: a domain that mails once a week is silent for six days")
def weekly_domain(t):
    c = harbor().brand(BRAND).stream("209.85.220.41", f"{BRAND} pass", f"{BRAND}/google pass", header_from=BRAND, count=20, weekdays=(3,))
    t.open(c).alerts(never="reports-stopped")


@scenario("near miss: one of three reporters stops, the others go on")
def one_reporter_stops(t):
    t.open(harbor().silence(["Yahoo"], first=-8)).alerts("reports-stopped").verdict("!not_ready")


@scenario("all reports stop")
def all_stop(t):
    t.open(harbor().silence(first=-5)).alerts("reports-stopped").verdict("too_little_data")


@each("near miss: what mails seldom has not vanished", [
    ("a weekly newsletter", lambda c: c.marketing_cloud(weekdays=(2,))), ("a monthly run", lambda c: c.ses(days=(5, 35, 65), count=300)),
])
def seldom(t, more):
    c = harbor()
    more(c)
    t.open(c).verdict("ready").alerts(never="sender-vanished").not_blocked("G11")


@each("one reporter errs", [
    ("for some days", lambda c: c.core(reporters=RECEIVERS[2:], result="temperror", days=range(80, 84)).core(reporters=RECEIVERS[2:], days=[*range(80), *range(84, 90)]), ""),
    ("always", lambda c: c.core(reporters=RECEIVERS[2:], result="permerror"), "dkim-fails-at-one-reporter"),
])
def one_errs(t, more, code):
    c = only_google().core(reporters=RECEIVERS[:2])
    more(c)
    t.open(c).anywhere(code, never="dkim-key-missing dkim-alternate-selector").alerts(never="*")


@scenario("strict alignment that was loosened is over")
def loosened(t):
    sub = dict(header_from=f"crm.{OURS}", d=OURS, count=12)
    c = harbor().core(**sub).policy(0, adkim="s").policy(-11, adkim="r")
    t.open(c).verdict("ready")
    wrong = t.ask("sources", "--disagreements")
    t.fault(not wrong.get("disagreements", wrong.get("sources")), f"reporters are said to err: {str(wrong)[:300]}")
    t.letter(never=["change adkim=s"])


@scenario("near miss: alignment is still strict")
def strict(t):
    c = harbor().core(header_from=f"crm.{OURS}", d=OURS, count=12).policy(0, adkim="s")
    t.open(c).verdict("not_ready").blocked("G4", code="dkim-strict-subdomain").letter(["change adkim=s"])


@scenario("a reporter that walks the tree differs by tree-walk")
def tree_walk(t):
    c = harbor().policy(0, discovery_method="treewalk").core(header_from=f"crm.{OURS}", d=OURS, count=12, evaluated="fail/fail", reporters=["Yahoo"]).core(header_from=f"crm.{OURS}", d=OURS, count=40)
    t.open(c)
    reasons = str(t.ask("sources", "--disagreements"))
    t.fault("tree-walk" in reasons and "reporter-defect" not in reasons and "strict-applied" not in reasons, f"disagreements: {reasons[:300]}")


@each("repaired: no repair steps", [
    ("Account Engagement, signed since 20 days", lambda c: c.account_engagement(dkim="", last=-21).account_engagement(first=-20)),
    ("Core, signed since 20 days", lambda c: c.core(selector=None, last=-21).core(first=-20)),
    ("Core's key record back since 20 days", lambda c: c.core(last=-31).core(result="permerror", first=-30, last=-21).core(first=-20)),
    ("SES, verified since 20 days", lambda c: c.ses(dkim="amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass", last=-21).ses(first=-20)),
])
def repaired(t, more):
    c = only_google()
    more(c)
    t.open(c)
    steps = [step for b in t.readiness()["blockers"] for step in b["fix"]]
    t.fault(not steps, f"steps although it is repaired: {steps[:2]}")
    t.page(never=["Create New Key", "publish the"]).letter(never=["Create New Key"]).alerts(never="sender-started-failing")


@scenario("near miss: broken since four days gives steps")
def broken_now(t):
    t.open(only_google().core(last=-5).core(selector=None, first=-4)).blocked("G4", "Salesforce core").page(["Create New Key"]).alerts("sender-started-failing")


# ---- the published record

@each("the next record", [
    ("p=quarantine; pct=20", dict(p="quarantine", pct=20), ["; p=quarantine"], ["pct", "; p=reject"]),
    ("p=quarantine; pct=0", dict(p="quarantine", pct=0), ["; p=quarantine"], ["pct", "; p=reject"]),
    ("p=reject; pct=50", dict(p="reject", pct=50), ["p=reject"], ["pct"]),
    ("p=reject; t=y", dict(p="reject", testing="y"), ["; p=reject"], ["t=y"]),
    ("p=reject; sp=none", dict(p="reject", sp="none"), ["p=reject"], ["sp=none"]),
    ("p=reject; np=none", dict(p="reject", np="none"), ["p=reject"], ["np=none"]),
    ("p=none", dict(p="none"), ["; p=quarantine"], ["pct", "; p=reject"]),
    ("p=quarantine for three months", dict(p="quarantine"), ["p=reject"], ["pct"]),
])
def next_record(t, tags, has, never):
    t.open(harbor().policy(0, **tags)).next_record(has, never)


shop = dict(ip="54.240.8.40", spf="amazonses.com pass", dkim="amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass", header_from=f"shop.{OURS}", policy_domain=f"shop.{OURS}", count=12)


@scenario("a subdomain that OpenDMARC files as a policy domain of its own fails: the parent's readiness speaks of it")
def filed_below(t):
    t.open(harbor().brand(f"shop.{OURS}").stream(**shop, reporters=["opendmarc.example"])).page([f"shop.{OURS}"])


@scenario("near miss: a subdomain with a record of its own, by all reporters, answers for itself")
def own_record(t):
    t.open(harbor().brand(f"shop.{OURS}").stream(**shop)).verdict("ready").verdict("not_ready", f"shop.{OURS}")


@each("an evaluation that cannot be read is unknown, and raw results decide", [("missing", "/"), ("garbage", "maybe/perhaps")])
def evaluation_unknown(t, evaluated):
    c = only_google().core(reporters=RECEIVERS[:2]).core(reporters=RECEIVERS[2:], evaluated=evaluated)
    t.open(c).verdict("ready").anywhere(never="dkim-fails-at-one-reporter unauthenticated core-no-dkim")


@scenario("U-labels and A-labels are one name")
def idn(t):
    c = Company("xn--mnchen-3ya.example", days=90, reporters=RECEIVERS).stream("209.85.220.41", "münchen.example pass", "xn--mnchen-3ya.example/google pass", count=80, evaluated="pass/pass")
    c.core(d="münchen.example", header_from="münchen.example", evaluated="pass/fail", policy_domain="xn--mnchen-3ya.example")
    t.open(c).healthy()


@scenario("from quarantine to reject after three healthy months")
def to_reject(t):
    c = harbor().policy(0, p="quarantine").spoofers()
    t.open(c).verdict("ready", to="reject")


@scenario("near miss: a month of quarantine was not at full strength")
def to_reject_early(t):
    t.open(harbor().policy(0, p="quarantine", pct=20)).verdict("!ready", to="reject")


sub_only = dict(ip="192.0.2.30", spf="bounce.post.example pass", dkim=f"mail.{OURS}/k1 fail", header_from=f"mail.{OURS}", policy_domain=f"mail.{OURS}", count=30,
                reporters=["opendmarc.example"])


@scenario("a subdomain that fails week after week at a reporter who sees nothing else of ours is a question")
def one_reporter_for_weeks(t):
    t.open(harbor().brand(f"mail.{OURS}").stream(**sub_only)).verdict("not_ready").blocked("G7").next_record(never=["np=reject"])


@scenario("near miss: the same reporter for a week")
def one_reporter_for_a_week(t):
    t.open(harbor().brand(f"mail.{OURS}").stream(**sub_only, first=-7)).verdict("ready")


@scenario("a subdomain without a record of its own begins at the sp of the record above")
def inherits(t):
    shop = dict(ip="203.0.113.44", spf=f"shop.{OURS} pass", dkim=f"shop.{OURS}/s1 pass", header_from=f"shop.{OURS}", count=90)
    t.open(harbor().policy(0, p="reject", sp="none").stream(**shop))
    current = t.readiness(f"shop.{OURS}", to=None)
    t.fault(current["current"]["p"] == "none" and current["target"] == "quarantine", f"policy {current['current']}, target {current['target']}")


@each("sp hits own mail below the domain", [("p=none", dict(p="none", sp="reject")), ("p=reject", dict(p="reject", sp="reject"))])
def hurt_below(t, policy):
    shop = dict(ip="203.0.113.44", spf=f"shop.{OURS} pass", header_from=f"shop.{OURS}", count=30)
    t.open(harbor().policy(0, **policy).stream(**shop, dkim=f"shop.{OURS}/s1 pass", last=-9).stream(**{**shop, "spf": f"shop.{OURS} fail"}, dkim=f"shop.{OURS}/s1 fail", first=-8))
    t.next_record(["p=quarantine"], never=["sp="])  # the domain's record stays
    t.fault(t.readiness(to=None)["next"]["name"] == f"_dmarc.shop.{OURS}", f"record for {t.readiness(to=None)['next']['name']}")


@scenario("a server in no list whose key and SPF fail at once is own mail that fails, and nothing vanished")
def server_lost_both(t):
    server = dict(ip="203.0.113.44", count=30)
    t.open(harbor().stream(**server, spf=f"{OURS} pass", dkim=f"{OURS}/s1 pass", last=-9).stream(**server, spf=f"{OURS} fail", dkim=f"{OURS}/s1 fail", first=-8))
    t.verdict("not_ready").blocked("G4", "203.0.113.44").not_blocked("G7").not_blocked("G11").alerts("sender-started-failing", never="sender-vanished new-source")


@scenario("near miss: a spoofer writes our signature from one more address")
def forged_beside_server(t):
    t.open(harbor().stream(ip="203.0.113.44", count=30, spf=f"{OURS} pass", dkim=f"{OURS}/s1 pass").stream(ip="198.51.100.9", count=3, days=(85, 86), spf=f"{OURS} fail", dkim=f"{OURS}/s1 fail"))
    t.verdict("ready")


@scenario("near miss: sp hits spoofers only")
def hurt_below_spoofers(t):
    t.open(harbor().policy(0, p="quarantine", sp="reject").spoofers(header_from=f"x.{OURS}")).next_record(never=["sp=quarantine", "sp=none"])


@scenario("near miss: mail that passes by SPF alone is not ready for reject")
def to_reject_spf_only(t):
    c = harbor().policy(0, p="quarantine").microsoft(dkim="harbor.onmicrosoft.com/selector1-harbor-onmicrosoft-com pass")
    t.open(c).verdict("!ready", to="reject")


@scenario("a row of no messages is no news")
def zero_row(t):
    c = harbor()
    t.open(c)
    extra = Company(OURS, days=1, until=str(c.last), reporters=["Fastmail"]).stream("40.107.1.11", f"{OURS} pass", f"{OURS}/selector1 pass", count=1)
    for name, xml in extra.reports(): (t.desk.folder / name).write_text(xml.replace("<count>1<", "<count>0<"))
    t.desk.ingest(*t.desk.folder.glob("*.xml"))
    t.alerts(never="new-source")


# ---- what an expert would say beside

@scenario("letter: which org sends as which From, signed by which key")
def org_matrix(t):
    c = harbor().core(header_from=f"service.{OURS}", d=f"service.{OURS}", selector="svc1", count=20).core(org=SECOND_ORG, selector=None, count=9, header_from=f"service.{OURS}")
    t.open(c).answer("org", SECOND_ORG, "--ours").letter([OUR_ORG, SECOND_ORG, f"service.{OURS}", f"sf1._domainkey.{OURS}", f"svc1._domainkey.service.{OURS}", "unsigned"])


@scenario("letter: an unproven org begins as the proven one stops")
def hand_over(t):
    c = only_google().core(last=-21).core(org=STRANGE_ORG, selector=None, first=-20)
    t.open(c).letter([STRANGE_ORG, "new org"], never=["abuse@salesforce.com"]).blocked("G6", STRANGE_ORG)


@scenario("near miss: an unproven org beside the proven one is no hand-over")
def no_hand_over(t):
    t.open(harbor().core(org=STRANGE_ORG, selector=None, count=6, first=-20)).letter([STRANGE_ORG, "abuse@salesforce.com"], never=["new org"])


@scenario("letter: Core's key comes only by Microsoft: your Email Relay? with the line to type")
def relay_hypothesis(t):
    c = relayed(company_with_microsoft().core(last=-23), first=-22)
    t.open(c).letter(["relay", "dmarcq senders add relay"])


@scenario("letter: one selector only, its alternate, and what rests on it")
def single_support(t):
    t.open(harbor()).letter(["alternate", "DKIM alone"])


@scenario("near miss: both selectors were seen")
def two_selectors(t):
    t.open(only_google().core(last=49).core(selector="sf2", first=50)).letter(never=["one selector only"])


@scenario("letter: Marketing Cloud's From domains by stack, and the SAP's own record")
def inventory(t):
    t.open(harbor().marketing_cloud().marketing_cloud(sap="offers", stack=50, ip="13.111.9.9")).letter([f"news.{OURS}", f"offers.{OURS}", f"_dmarc.news.{OURS}"])


@scenario("letter: mail of unverified domains vanishes, and a key verifies too")
def vanished_words(t):
    t.open(only_google().core(last=-21)).letter(["550 5.7.1", "verif"])


@scenario("key replay: our selector passes in bulk from strangers")
def replay(t):
    c = harbor().stream(botnet(80), "", f"{OURS}/sf1 pass", count=4000, days=(-5, -4, -3))
    t.open(c)
    text = t.text("check") + t.text("readiness", OURS) + t.text("salesforce", OURS)
    t.fault("replay" in text.lower(), "nobody says that the key is replayed")


@scenario("near miss: forwarders in small numbers are no replay")
def no_replay(t):
    t.open(harbor().forwarders(f"{OURS}/sf1 pass", spf=f"{encode_org(OUR_ORG)} fail"))
    text = t.text("check") + t.text("readiness", OURS) + t.text("salesforce", OURS)
    t.fault("replay" not in text.lower(), "forwarding is called replay")


@scenario("many foreign orgs, two messages each, are no question")
def many_orgs(t):
    c = harbor()
    for i in range(12):
        c.core(org=company.org_id(f"00D{i + 10}00000{i:02}AbCx"[:15]), selector=None, count=1, days=(61 + i, 64 + i))
    t.open(c)
    t.verdict("ready").not_blocked("G6")


@scenario("many foreign orgs, day by day, are one question that one command answers")
def many_steady_orgs(t):
    c = harbor()
    for i in range(12): c.core(org=company.org_id(f"00D{i + 10}00000{i:02}AbCx"[:15]), selector=None, count=3)
    t.open(c).verdict("not_ready").blocked("G6")
    orgs = [b for b in t.readiness()["blockers"] if b["gate"] == "G6"]
    t.fault(len(orgs) <= 3, f"{len(orgs)} blockers, one for each strange org")


@scenario("a new mail service is named by check")
def new_service(t):
    t.open(harbor().stream(**named, count=60, first=-6))
    text = t.text("check", "--all")
    t.fault("shadowmail.example" in text, f"check says: {text[:300]}")


@scenario("a new authenticated service is news")
def new_own_service(t):
    t.open(harbor().sendgrid(first=-3)).alerts("new-source")


@scenario("near miss: a botnet is no new service")
def new_botnet(t):
    t.open(harbor().stream(botnet(40), count=60, first=-6)).alerts(never="new-source new-route")


# ---- run

def attempt(job):
    dmarcq, number = job
    title, function = SCENARIOS[number]
    trial = Trial(dmarcq, title)
    try:
        function(trial)
    except Exception:
        trial.faults.append(traceback.format_exc().strip().splitlines()[-1])
    finally:
        trial.close()
    return title, trial.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dmarcq", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--only", metavar="WORDS", default="", help="scenarios with these words in their title")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    numbers = [i for i, (title, _) in enumerate(SCENARIOS) if arguments.only.lower() in title.lower()]
    failed = 0
    with multiprocessing.Pool(arguments.jobs) as pool:
        for title, faults in pool.imap(attempt, [(arguments.dmarcq, n) for n in numbers]):
            failed += bool(faults)
            print(f"FAIL  {title}\n" + "\n".join(f"      - {f}" for f in faults) if faults else f"ok    {title}", flush=True)
    print(f"{len(numbers) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not numbers else 0)


if __name__ == "__main__":
    main()
