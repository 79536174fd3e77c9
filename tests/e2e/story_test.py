#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A company's story, told by five kinds of evidence: a delivery log, bounces, aggregate reports, one mail and its zone. Before the repair
`refusals` names the cause, `message` the feature, `dns check` the record, `readiness` the blocker; after it, all four agree that it is over.

    story_test.py --dmarcq build/dmarcq
"""
import argparse, csv, datetime, pathlib

from checks import check, end
from company import Company, Desk, OUR_ORG, encode_org

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dmarcq", required=True)
args = parser.parse_args()
root = pathlib.Path(__file__).resolve().parents[2]
mails, domain = root / "fixtures" / "mails", "kestreloutdoor.example"
DMARC = "550-5.7.26 Unauthenticated email from kestreloutdoor.example is not accepted due to 550-5.7.26 domain's DMARC policy. - gsmtp"
HEADER = ("Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,Retry Count,Seconds in Queue,"
          "Delivery Stage,Relay Address,TLS_Cipher,TLS_Verified").split(",")


def company(until, repaired_on=None):
    """Alerts of Salesforce Core go out unsigned until the day of the repair, under a policy of quarantine; office mail is signed throughout."""
    c = Company(domain, policy="quarantine", days=120, until=until)
    last = datetime.date.fromisoformat(until)
    unsigned_until = -1 if repaired_on is None else -(last - datetime.date.fromisoformat(repaired_on)).days - 2
    c.core(org=OUR_ORG, selector=None, count=30, last=unsigned_until)
    if repaired_on: c.core(org=OUR_ORG, selector="sf1", count=30, first=unsigned_until + 1)
    c.google(count=60)
    return c


def write_log(path, first, last, words):
    """Ten mails a day to Gmail, refused with these words, or delivered."""
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for day in range((last - first).days + 1):
            date = first + datetime.timedelta(day)
            for n in range(10):
                queue, message = f"16/A4-{date:%m%d}{n}-88E21E84", f"<{date:%m%d}.{n}.kestrel@sfdc.net>"
                sender = f"service={domain}__{n:x}@{encode_org(OUR_ORG)}"
                for event in ("R", "P" if words else "D"):
                    writer.writerow([f"{date.day}/{date:%m/%Y} 09:{n:02d}", queue, event, f"reader{n}@gmail.com", sender, "10.0.0.1", "4711", "005A0000001AbCd", message, "0", "2",
                                     "during DATA" if event == "P" else "", words if event == "P" else "", "", ""])


def refusal(desk):
    rc, answer = desk.ask("refusals", "--domain", domain)
    assert rc == 0, answer
    return {cause["cause"]: cause for cause in answer["causes"]}, answer


def blockers(desk):
    rc, answer = desk.ask("readiness", domain)
    assert rc == 0, answer
    return answer, [b for b in answer["blockers"] if b["sender"] == "refused mail"]


def page(desk):
    rc, answer = desk.text("report", "-o", desk.folder / "page.html")
    assert rc == 0, answer
    return (desk.folder / "page.html").read_text()


PROOF = "Delivery logs and reports prove that the policy refused"


def message(desk, name, zone):
    rc, answer = desk.ask("message", mails / f"{name}.eml", "--snapshot", zone)
    assert rc == 0, answer
    return answer


def dns(desk, zone):
    rc, answer = desk.ask("dns", "check", domain, "--snapshot", zone, "--selector", "sf1")
    assert rc == 0, answer
    return [fault for fault in answer["domains"][0]["faults"] if "sf1" in str(fault) and fault["severity"] == "fault"]


whole_zone = (mails / "dns.zone").read_text()

# ---- before
with Desk(args.dmarcq, company("2026-11-24")) as desk:
    zone = desk.folder / "before.zone"
    zone.write_text("\n".join(line for line in whole_zone.splitlines() if not line.startswith("sf1._domainkey")) + "\n")
    write_log(desk.folder / "log.csv", datetime.date(2026, 11, 10), datetime.date(2026, 11, 20), DMARC)
    desk.ingest(desk.folder / "log.csv", root / "fixtures" / "logs" / "bounce.eml")
    causes, answer = refusal(desk)
    cause = causes.get("dmarc-enforced", {})
    check(cause.get("mails") == 110 and cause.get("header_from") == [domain] and cause.get("org_ids") == [OUR_ORG] and not cause.get("repaired"), f"refusals names the cause: {causes}")
    check(any("DKIM Keys" in step for step in cause.get("fix", [])), "and the repair")
    check(answer["states"]["refused"] == 111, f"the bounce is one of the refusals: {answer['states']}")
    mail = message(desk, "core-unsigned", zone)
    check(mail["route"]["feature"] == "workflowActionAlert" and mail["dmarc"]["passes"] is False and any("DKIM Keys" in step for step in mail["next"]), f"message names the feature: {mail['route']}")
    same = {line["like"]: line for line in mail["reports"]}
    check(same.get("address", {}).get("dmarc_fail", 0) > 0 and "core-no-dkim" in same["address"]["findings"], f"and the reports of the same stream: {same}")
    check(dns(desk, zone), "dns check names the record that is missing")
    verdict, found = blockers(desk)
    check(verdict["verdict"] == "not_ready" and found and "delivery logs" in found[0]["text"], f"readiness names the blocker: {verdict['verdict']}, {verdict['blockers']}")
    shown = page(desk)
    check(PROOF in shown and "gmail.com" not in shown, "the page says so, and shows no recipient")

# ---- after: the key was activated on the 20th of November, and a month has passed
with Desk(args.dmarcq, company("2026-12-28", repaired_on="2026-11-20")) as desk:
    zone = mails / "dns.zone"
    write_log(desk.folder / "log.csv", datetime.date(2026, 11, 10), datetime.date(2026, 11, 20), DMARC)
    write_log(desk.folder / "later.csv", datetime.date(2026, 11, 21), datetime.date(2026, 12, 20), "")
    desk.ingest(desk.folder / "log.csv", desk.folder / "later.csv")
    causes, answer = refusal(desk)
    check(causes.get("dmarc-enforced", {}).get("repaired") is True, f"refusals says that it is over: {causes.get('dmarc-enforced')}")
    mail = message(desk, "core-signed", zone)
    check(mail["dmarc"]["passes"] is True and mail["dkim"][0]["recomputed"] == "pass", "message says that it passes")
    check(not dns(desk, zone), f"dns check finds the key: {dns(desk, zone)}")
    verdict, found = blockers(desk)
    check(not found, f"readiness has lost the blocker: {found}")
    check(PROOF not in page(desk), "and the page")
end("the story, ")
