#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`dmarcq salesforce` on small companies: what a month's page says of each route, by streams of mail that three reporters saw.

    salesforce_test.py --dmarcq build/dmarcq
"""
import argparse, datetime, json, os, pathlib, subprocess, tempfile

from checks import check, end

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dmarcq", required=True)
args = parser.parse_args()

reporters = ("google.com", "Yahoo", "Outlook.com")
first_day, days = datetime.date(2026, 9, 1), 60
our, other = "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com", "q1w2e3.8d-3trx3eag.um8.bnc.salesforce.com"
our_id, other_id = "00DA0000000Hu5aMAC", "00D8d000003TRx3EAG"
core, stack10 = "13.110.14.214", "13.111.0.229"


def stream(ip, spf, dkim, evaluated, sender="example.com", count=40, days=(0, days - 1)):
    """spf: "domain result"; dkim: "domain/selector result, …"; evaluated: "dkim/spf"; days: first and last, from the first of September on."""
    return dict(ip=ip, spf=spf, dkim=dkim, evaluated=evaluated, sender=sender, count=count, days=days)


def record(s):
    dkim, spf = s["evaluated"].split("/")
    signatures = ""
    for part in filter(None, s["dkim"].split(", ")):
        name, result = part.split(" ")
        domain, selector = name.split("/")
        signatures += f"<dkim><domain>{domain}</domain><selector>{selector}</selector><result>{result}</result></dkim>"
    domain, result = s["spf"].split(" ")
    return (f"<record><row><source_ip>{s['ip']}</source_ip><count>{s['count']}</count><policy_evaluated><disposition>none</disposition><dkim>{dkim}</dkim>"
            f"<spf>{spf}</spf></policy_evaluated></row><identifiers><header_from>{s['sender']}</header_from></identifiers>"
            f"<auth_results>{signatures}<spf><domain>{domain}</domain><result>{result}</result></spf></auth_results></record>")


def report(reporter, day, streams, adkim):
    begin = int(datetime.datetime.combine(first_day, datetime.time(), datetime.timezone.utc).timestamp()) + 86400 * day
    return (f"<feedback><report_metadata><org_name>{reporter}</org_name><report_id>{day}</report_id><date_range><begin>{begin}</begin><end>{begin + 86399}</end>"
            f"</date_range></report_metadata><policy_published><domain>example.com</domain><adkim>{adkim}</adkim><p>none</p></policy_published>"
            + "".join(record(s) for s in streams if s["days"][0] <= day <= s["days"][1]) + "</feedback>")


def run(environment, *words):
    return subprocess.run([args.dmarcq, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout.decode()


google = stream("209.85.220.41", "example.com pass", "example.com/google pass", "pass/pass")
healthy = stream(core, our + " pass", "example.com/sf1 pass", "pass/fail")
platform = "s10.y.mc.salesforce.com/fbldkim10 pass"
# name, streams, what the page says of October: {route: findings}, then words of the letter
cases = [
    ("healthy", [healthy], {"core": []}, ["Nothing has to be done", our_id]),
    ("no key", [stream(core, our + " pass", "", "fail/fail")], {"core": ["core-no-dkim"]}, [f"Is {our_id} yours?", "sf1._domainkey.example.com"]),
    ("no key, on Hyperforce, org not to be read", [stream("35.85.98.200", "abc.def.usa794s.bnc.salesforce.com pass", "", "fail/fail")], {"core": ["core-no-dkim"]}, ["DKIM Keys → Create New Key"]),
    ("another tenant", [healthy, stream(core, other + " pass", "", "fail/fail")], {"core": ["core-other-tenant"]}, ["--ours", f"org {other_id} --foreign"]),
    ("stopped within the month, after a life that began before it", [stream(core, our + " pass", "example.com/sf1 pass", "pass/fail", days=(0, 35))], {"core": ["core-vanished"]},
     ["550 5.7.1", "stopped after 2026-10-06"]),
    ("stopped before the month", [stream(core, our + " pass", "example.com/sf1 pass", "pass/fail", days=(0, 20))], {}, ["messages until 2026-09-21, none since", "550 5.7.1"]),
    ("keys rotated as the month began", [stream(core, our + " pass", "example.com/sf1 pass", "pass/fail", days=(0, 29)), stream(core, our + " pass", "example.com/sf2 permerror", "fail/fail", days=(30, 59))],
     {"core": ["dkim-alternate-selector"]}, ["sf2._domainkey.example.com"]),
    ("keys rotated within the month", [stream(core, our + " pass", "example.com/sf1 pass", "pass/fail", days=(0, 44)), stream(core, our + " pass", "example.com/sf2 permerror", "fail/fail", days=(44, 59))],
     {"core": ["dkim-alternate-selector"]}, ["sf2._domainkey.example.com"]),
    ("a key went and came back", [stream(core, our + " pass", "example.com/sf1 fail", "fail/fail", days=(25, 40)), stream(core, our + " pass", "example.com/sf1 pass", "pass/fail", days=(40, 59))],
     {"core": ["dkim-key-missing"]}, ["APPARENTLY FIXED"]),
    ("through Google as a relay", [stream("209.85.220.41", our + " softfail", "example.com/sf1 pass", "pass/fail")], {"email-relay": ["relay-bounce-managed"]}, ["goes out through your relay"]),
    ("strict alignment", [healthy, stream(core, our + " pass", "example.com/sf1 pass", "fail/fail", sender="crm.example.com")], {"core": ["dkim-strict-subdomain"]}, ["_dmarc.example.com change adkim=s"]),
    ("Marketing Cloud without SAP", [stream(stack10, "bounce.s10.exacttarget.com pass", platform, "fail/fail")], {"marketing-cloud": ["mce-no-sap"]}, ["Sender Authentication Package"]),
    ("another account of Marketing Cloud", [stream(stack10, "bounce.mail.example.com pass", "mail.example.com/10dkim1 pass, " + platform, "pass/pass"),
                                             stream(stack10, "bounce.stranger.example pass", platform, "fail/fail")], {"marketing-cloud": ["mce-other-tenant"]}, ["envelope bounce.stranger.example"]),
    ("Account Engagement without its record", [stream("136.147.176.80", "bounce.s7.exacttarget.com pass", "", "fail/fail")], {"account-engagement": ["ae-no-dkim"]}, ["200608._domainkey.example.com"]),
    ("a forged bounce name", [stream("203.0.113.9", our + " fail", "", "fail/fail")], {}, ["claiming to be Salesforce's"]),
]

for name, streams, expected, words in cases:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        for day in range(days):
            for reporter in reporters:
                (path / f"{reporter}-{day}.xml").write_text(report(reporter, day, [*streams, google], "s" if name == "strict alignment" else "r"))
        environment = dict(os.environ, DMARCQ_DB=str(path / "test.db"), DMARCQ_TODAY="2026-10-31", HOME=folder, LC_ALL="C.UTF-8")
        run(environment, "ingest", "-q", folder)
        page = json.loads(run(environment, "salesforce", "example.com", "--format", "json"))["domains"][0]
        letter = " ".join(run(environment, "salesforce", "example.com").split())
        found = {route["route"]: [f["code"] for f in route["findings"]] for route in page["routes"]}
        missing = [word for word in words if word not in letter]
        check(found == expected and not missing, f"{name}: {found} instead of {expected}; not in the letter: {missing}")
end(f"{len(cases)} companies, ")
