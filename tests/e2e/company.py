# SPDX-License-Identifier: MIT
"""A made-up company's mail in words, and the aggregate reports that receivers would send about it.

    c = Company("harbor.example", policy="none", days=120, until="2026-11-24")
    c.core(org=OUR_ORG, selector="sf1", count=40)
    c.stream(ip="203.0.113.25", count=10)                        # 10 a day from one host that authenticates nothing
    with Desk(dmarcq, c) as desk:
        rc, answer = desk.ask("readiness", "harbor.example")

Days are numbers from 0, the first, or from -1 backwards from the last; or ISO dates. The same company gives the same reports, byte for
byte: what looks like chance is derived from names, and nothing reads the clock.
"""
import datetime, hashlib, ipaddress, json, os, pathlib, random, shutil, subprocess, tempfile
from xml.sax.saxutils import escape

REPORTERS = ("google.com", "Yahoo", "Outlook.com", "Fastmail Pty Ltd")
WORKING_DAYS, WEEKEND = range(0, 5), range(5, 7)  # as date.weekday() counts


# ---- Salesforce org ids

def org_id(id15):
    """The 18 characters of a 15-character id: three more tell which letters are upper case."""
    suffix = ""
    for group in (id15[0:5], id15[5:10], id15[10:15]):
        suffix += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[sum(1 << i for i, c in enumerate(group) if c.isupper())]
    return id15 + suffix


def encode_org(org, instance="na63", mail="mmh2xurvokdh"):
    """The bounce name that Core writes for an org: its id without 00D and without the zeros in the middle, in lower case."""
    org = org_id(org[:15])
    label = f"{org[3:5].rstrip('0')}-{org[5:15].lstrip('0')}{org[15:]}".lower()
    return f"{mail}.{label}.{instance}.bnc.salesforce.com"


OUR_ORG, SECOND_ORG, STRANGE_ORG = org_id("00DA0000000Hu5a"), org_id("00D5f000004KsTr"), org_id("00D8d000003TRx3")


# ---- how many a day

def dice(*names):
    return random.Random(hashlib.sha256("\0".join(map(str, names)).encode()).digest())


def pace(working_day, weekend=None, noise=0.15):
    """About so many on a working day and on a day of the weekend; without noise, exactly so many."""
    def count(day):
        base = working_day if day.weekday() in WORKING_DAYS or weekend is None else weekend
        return round(base * (1 + noise * dice("pace", day.toordinal() % 91, base).uniform(-1, 1)))
    return count


def botnet(addresses=20):
    """For ip=: so many addresses each day, nearly all of them seen once (198.18.0.0/15, RFC 2544)."""
    base = int(ipaddress.ip_address("198.18.0.0"))
    return lambda day, index: [str(ipaddress.ip_address(base + dice("botnet", index, i).randrange(1, 1 << 17))) for i in range(addresses)]


def listed(text):
    """A list, or its parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else list(text)


class Company:
    def __init__(self, domain, policy="none", days=120, until="2026-11-24", reporters=REPORTERS, **tags):
        self.domain, self.reporters, self.length = domain, tuple(reporters), days
        self.last = datetime.date.fromisoformat(until)
        self.first = self.last - datetime.timedelta(days - 1)
        self.streams, self.silences = [], []
        self.policies = {}  # domain → [(day, tags)]
        self.policy(0, domain, p=policy, **tags)

    # ---- days

    def index(self, day):
        if isinstance(day, str): day = (datetime.date.fromisoformat(day) - self.first).days
        return day + self.length if day < 0 else day

    def date(self, index):
        return self.first + datetime.timedelta(self.index(index))

    @property
    def today(self):
        """The day after the last one."""
        return self.last + datetime.timedelta(1)

    # ---- what is published

    def policy(self, day, domain=None, **tags):
        """From this day on the domain's record says p=…, sp=…, pct=…, adkim=…; what is not named stays as it was."""
        entries = self.policies.setdefault(domain or self.domain, [])
        before = entries[-1][1] if entries else {"p": "none"}
        entries.append((self.index(day), {**before, **tags}))
        return self

    def brand(self, domain, policy="none", **tags):
        """One more domain of the same owner, with a record and reports of its own."""
        return self.policy(0, domain, p=policy, **tags)

    def policy_domain(self, name):
        """Whose record governs a From domain; ours where none does, as a stranger's From is not reported to us."""
        fitting = [d for d in self.policies if name == d or name.endswith("." + d)]
        return max(fitting, key=len, default=self.domain)

    def tags(self, domain, index):
        return [tags for day, tags in self.policies[domain] if day <= index][-1]

    # ---- mail

    def stream(self, ip, spf=(), dkim=(), evaluated=None, count=10, days=None, first=0, last=-1, weekdays=range(7), reporters=None, header_from=None,
               envelope_from=None, reason="", disposition=None, policy_domain=None):
        """Mail of one kind.

        ip: an address, several, or callable(date, index) that gives them for a day
        spf: "domain result" or "helo domain result"; dkim: "domain/selector result"; several as a list or with commas between
        evaluated: "dkim/spf" as in policy_evaluated; else what the results and the record's alignment modes give
        count: messages a day at all reporters and addresses together, among which they are dealt; or callable(date)
        days: numbers of days; else all from first to last, on these weekdays
        reason: "type comment"; disposition: else what the record asks for
        """
        chosen = {self.index(d) for d in days} if days is not None else set(range(self.index(first), self.index(last) + 1))
        self.streams.append(dict(
            ip=ip if callable(ip) else listed(ip), spf=listed(spf), dkim=listed(dkim), evaluated=evaluated, count=count,
            days={d for d in chosen if self.date(d).weekday() in weekdays}, reporters=tuple(reporters or self.reporters),
            header_from=header_from or self.domain, envelope_from=envelope_from, reason=reason, disposition=disposition, policy_domain=policy_domain))
        return self

    def silence(self, reporters=None, first=0, last=-1, domain=None):
        """No reports of these (all) reporters on these days, about this (any) domain."""
        self.silences.append((reporters or self.reporters, range(self.index(first), self.index(last) + 1), domain))
        return self

    # ---- healthy senders; each argument may be overridden to break them

    def core(self, org=OUR_ORG, selector="sf1", ip=("13.110.14.214", "13.110.74.200"), d=None, result="pass", **more):
        """Salesforce Core with an active key; selector=None: unsigned."""
        signing = d or more.get("header_from") or self.domain
        return self.stream(**{"ip": ip, "spf": encode_org(org) + " pass", "dkim": f"{signing}/{selector} {result}" if selector else (), "count": pace(120, 30), **more})

    def marketing_cloud(self, sap="news", stack=10, ip=("13.111.0.229", "13.111.88.14"), **more):
        """Marketing Cloud with a Sender Authentication Package; sap=None: without."""
        name = f"{sap}.{self.domain}"
        platform = f"s{stack}.y.mc.salesforce.com/fbldkim{stack} pass"
        spf = f"bounce.{name} pass" if sap else f"bounce.s{stack}.exacttarget.com pass"
        return self.stream(**{"ip": ip, "spf": spf, "dkim": f"{name}/{stack}dkim1 pass, {platform}" if sap else platform, "header_from": name if sap else self.domain,
                              "count": 150, "weekdays": (1, 3), **more})

    def account_engagement(self, ip=("136.147.176.80", "136.147.182.31"), **more):
        return self.stream(**{"ip": ip, "spf": "bounce.s7.exacttarget.com pass", "dkim": f"{self.domain}/200608 pass", "count": pace(40, 0), **more})

    def google(self, ip=("209.85.220.41", "209.85.208.51"), **more):
        return self.stream(**{"ip": ip, "spf": f"{self.domain} pass", "dkim": f"{self.domain}/google pass", "count": pace(80, 8), **more})

    def microsoft(self, ip=("40.107.1.11", "40.107.22.94"), **more):
        return self.stream(**{"ip": ip, "spf": f"{self.domain} pass", "dkim": f"{self.domain}/selector1 pass", "count": pace(80, 8), **more})

    def ses(self, ip=("54.240.8.40", "54.240.9.17"), **more):
        dkim = f"{self.domain}/abcdefghijklmnopqrstuvwxyz234567 pass, amazonses.com/224i4yxa5dv7c2xz3womw6peuasteono pass"
        return self.stream(**{"ip": ip, "spf": "eu-west-1.amazonses.com pass", "dkim": dkim, "count": pace(60), **more})

    def sendgrid(self, ip=("167.89.12.34",), **more):
        return self.stream(**{"ip": ip, "spf": f"em4711.{self.domain} pass", "dkim": f"{self.domain}/s1 pass", "count": pace(50), **more})

    def mailgun(self, ip=("69.72.42.10",), **more):
        return self.stream(**{"ip": ip, "spf": f"mg.{self.domain} pass", "dkim": f"mg.{self.domain}/k1 pass, mailgun.org/mg pass", "count": pace(30), **more})

    def forwarders(self, dkim, addresses=6, count=6, spf=None, **more):
        """Recipients who have mail signed by `dkim` sent on, by hosts that keep the envelope (spf: as the last hop finds it) or rewrite it."""
        hosts = lambda day, index: [f"192.0.2.{10 + dice('forwarder', index, i).randrange(addresses)}" for i in range(2)]
        return self.stream(**{"ip": hosts, "spf": spf or f"{self.domain} softfail", "dkim": dkim, "count": count, **more})

    def spoofers(self, count=60, addresses=20, **more):
        """A botnet that writes our From: new addresses every day, now many, now none."""
        volume = lambda day: round(count * dice("spoofers", day.toordinal() % 91).choice((0, 0.3, 1, 1, 3)))
        return self.stream(**{"ip": botnet(addresses), "count": volume, **more})

    # ---- reports

    def rows(self, index, scale=1):
        """Of a day: (reporter, policy domain) → [(address, count, stream)]."""
        found = {}
        for number, s in enumerate(self.streams):
            if index not in s["days"]: continue
            day = self.date(index)
            total = s["count"](day) if callable(s["count"]) else s["count"]
            addresses = s["ip"](day, index) if callable(s["ip"]) else s["ip"]
            cells = [(r, a) for a in addresses for r in s["reporters"]]
            dice("cells", number, index).shuffle(cells)
            domain = s["policy_domain"] or self.policy_domain(s["header_from"])
            for place, (reporter, address) in enumerate(cells):
                share = total // len(cells) + (place < total % len(cells))
                if share > 0 and not any(reporter in who and index in span and what in (None, domain) for who, span, what in self.silences):
                    found.setdefault((reporter, domain), []).append((address, share * scale, s))
        return found

    def results(self, s, domain, index):
        """dkim and spf of policy_evaluated, and the disposition."""
        tags, sender = self.tags(domain, index), s["header_from"]
        def aligns(name, mode): return name == sender if mode == "s" else organizational(name) == organizational(sender)
        if s["evaluated"]:
            dkim, spf = s["evaluated"].split("/")
        else:
            dkim = any(part.endswith(" pass") and aligns(part.split("/")[0].split(" ")[0], tags.get("adkim", "r")) for part in s["dkim"])
            spf = any(part.endswith(" pass") and not part.startswith("helo ") and aligns(part.split(" ")[-2], tags.get("aspf", "r")) for part in s["spf"])
            dkim, spf = ("pass" if good else "fail" for good in (dkim, spf))
        asked = tags["p"] if sender == domain else tags.get("sp", tags["p"])
        fails = "pass" not in (dkim, spf)
        return dkim, spf, s["disposition"] or (asked if fails and not s["reason"] else "none")

    def record(self, address, count, s, domain, index):
        dkim, spf, disposition = self.results(s, domain, index)
        reason = ""
        if s["reason"]:
            kind, _, comment = s["reason"].partition(" ")
            reason = f"<reason><type>{kind}</type><comment>{escape(comment)}</comment></reason>"
        lines = ""
        for part in s["dkim"]:
            name, result = part.rsplit(" ", 1)
            d, _, selector = name.partition("/")
            lines += f"<dkim><domain>{d}</domain>" + (f"<selector>{selector}</selector>" if selector else "") + f"<result>{result}</result></dkim>"
        for part in s["spf"]:
            *scope, name, result = part.split(" ")
            lines += f"<spf><domain>{name}</domain><scope>{scope[0] if scope else 'mfrom'}</scope><result>{result}</result></spf>"
        envelope = "" if s["envelope_from"] is None else f"<envelope_from>{escape(s['envelope_from'])}</envelope_from>"
        return (f"<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated><disposition>{disposition}</disposition><dkim>{dkim}</dkim>"
                f"<spf>{spf}</spf>{reason}</policy_evaluated></row><identifiers>{envelope}<header_from>{s['header_from']}</header_from></identifiers>"
                f"<auth_results>{lines}</auth_results></record>")

    def reports(self, scale=1, first=0, last=-1):
        """(file name, XML): one for each reporter, policy domain and day with mail."""
        for index in range(self.index(first), self.index(last) + 1):
            begin = int(datetime.datetime.combine(self.date(index), datetime.time(), datetime.timezone.utc).timestamp())
            for (reporter, domain), rows in sorted(self.rows(index, scale).items()):
                published = "".join(f"<{tag}>{value}</{tag}>" for tag, value in {"adkim": "r", "aspf": "r", "pct": 100, **self.tags(domain, index)}.items())
                name = f"{reporter.replace(' ', '-')}!{domain}!{begin}!{begin + 86399}.xml"
                yield name, (f"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback><report_metadata><org_name>{reporter}</org_name><email>dmarc@reporter.example</email>"
                             f"<report_id>{domain}-{begin}</report_id><date_range><begin>{begin}</begin><end>{begin + 86399}</end></date_range></report_metadata>"
                             f"<policy_published><domain>{domain}</domain>{published}</policy_published>"
                             + "\n".join(self.record(*row, domain, index) for row in rows) + "</feedback>\n")

    def write(self, folder, scale=1, first=0, last=-1):
        """Writes the reports into a folder and says how many."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        number = 0
        for name, xml in self.reports(scale, first, last):
            (folder / name).write_text(xml)
            number += 1
        return number


def mailbox(reports, path):
    """The reports (file name, XML) as mails of one mbox: quicker to write and to read than many files."""
    with open(path, "w") as out:
        for name, xml in reports:
            out.write(f"From reporter@example Thu Jan  1 00:00:00 1970\nSubject: Report {name}\nMIME-Version: 1.0\nContent-Type: text/xml; name=\"{name}\"\n\n{xml}\n")


def organizational(name):
    """Names here are made up below .example, or of services: two labels."""
    return ".".join(name.split(".")[-2:])


# ---- the program

def run(dmarcq, db, *words, today, home=None):
    """(exit code, JSON where the output is some, else the text)."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home or pathlib.Path(db).parent), "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": str(today)}
    done = subprocess.run([str(dmarcq), "--db", str(db), *map(str, words)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = done.stdout.decode()
    if done.returncode not in (0, 1): text += done.stderr.decode()
    try:
        return done.returncode, json.loads(text)
    except ValueError:
        return done.returncode, text


class Desk:
    """A database of some companies' reports in a folder that vanishes, and the program to ask."""

    def __init__(self, dmarcq, *companies, today=None, scale=1):
        self.dmarcq, self.today = dmarcq, today or companies[0].today
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dmarcq-"))
        self.db = self.folder / "test.db"
        if companies:
            mailbox((report for company in companies for report in company.reports(scale)), self.folder / "reports.mbox")
            self.ingest(self.folder / "reports.mbox")

    def __enter__(self): return self

    def __exit__(self, *_): shutil.rmtree(self.folder)

    def ingest(self, *paths):
        rc, text = self.text("ingest", "-q", *paths)
        assert rc == 0, (rc, text)

    def text(self, *words):
        """The answer for people."""
        return run(self.dmarcq, self.db, *words, today=self.today, home=self.folder)

    def ask(self, *words):
        """The answer for programs."""
        return self.text(*words, "--format", "json")
