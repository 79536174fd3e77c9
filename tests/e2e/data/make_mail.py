#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes reports.mbox and forged.mbox beside itself: a few mails small enough to read, for the transcripts. Run again after a change, review the diff."""
import base64, gzip, pathlib

here = pathlib.Path(__file__).parent
BNC = "x1y2z3.a-0hu5amac.na63.bnc.salesforce.com"


def record(ip, count, dkim, spf, auth, header_from="example.com", disposition="none"):
    return f"""  <record>
    <row><source_ip>{ip}</source_ip><count>{count}</count>
      <policy_evaluated><disposition>{disposition}</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>
    <identifiers><header_from>{header_from}</header_from></identifiers>
    <auth_results>{auth}</auth_results>
  </record>
"""


def dkim(domain, selector, result="pass"):
    return f"<dkim><domain>{domain}</domain><selector>{selector}</selector><result>{result}</result></dkim>"


def spf(domain, result="pass"):
    return f"<spf><domain>{domain}</domain><scope>mfrom</scope><result>{result}</result></spf>"


def report(org, report_id, begin, records, domain="example.com", policy="none"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <version>1.0</version>
  <report_metadata><org_name>{org}</org_name><email>noreply@reporter.example</email><report_id>{report_id}</report_id>
    <date_range><begin>{begin}</begin><end>{begin + 86399}</end></date_range></report_metadata>
  <policy_published><domain>{domain}</domain><adkim>r</adkim><aspf>r</aspf><p>{policy}</p><sp>{policy}</sp></policy_published>
{''.join(records)}</feedback>
"""


def mail(subject, body, headers=""):
    return f"From reporter@example.net Thu Nov 19 08:00:00 2026\nFrom: noreply@example.net\nTo: dmarc@example.com\nSubject: {subject}\n{headers}\n{body}\n"


def attached(subject, name, data):
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[i:i + 76] for i in range(0, len(text), 76))
    return mail(subject, lines + "\n", f'MIME-Version: 1.0\nContent-Type: application/gzip; name="{name}"\nContent-Transfer-Encoding: base64\n')


def packed(text):
    return gzip.compress(text.encode(), mtime=0)


day = 1794873600  # 2026-11-17T00:00:00Z
first = report("google.com", "g-1", day, [
    record("13.110.6.10", 120, "fail", "fail", spf(BNC)),
    record("13.110.6.11", 400, "pass", "fail", dkim("example.com", "sf1") + spf(BNC)),
    record("54.240.8.40", 300, "pass", "fail", dkim("example.com", "abc") + dkim("amazonses.com", "224i4yxa5dv7c2xz3womw6peuasteono") + spf("amazonses.com")),
    record("198.51.100.7", 5, "fail", "fail", spf("bad.example", "fail"), disposition="quarantine"),
])
second = report("Enterprise Outlook", "m-1", day + 86400, [
    record("13.110.6.10", 30, "fail", "fail", spf(BNC)),
    record("203.0.113.25", 50, "fail", "pass", spf("example.com")),
])
other = report("google.com", "g-2", day + 86400, [record("203.0.113.25", 12, "pass", "pass", dkim("example.org", "s1") + spf("example.org"), "example.org")],
               "example.org", "reject")

(here / "reports.mbox").write_text("".join([
    attached("Report Domain: example.com Submitter: google.com", "google.com!example.com!1794873600!1794959999.xml.gz", packed(first)),
    mail("Report Domain: example.com Submitter: Outlook", second, "MIME-Version: 1.0\nContent-Type: text/xml; charset=utf-8\n"),
    mail("Lunch?", "At noon.\n"),
    attached("Report Domain: example.com Submitter: broken", "cut.xml.gz", packed(first)[:300]),
    attached("Report Domain: example.org Submitter: google.com", "google.com!example.org!1794960000!1795046399.xml.gz", packed(other)),
]))


def received(sender, result, text, name):
    """As mx.example.com stored it."""
    return (f"From reports@{sender} Thu Nov 19 08:00:00 2026\nReceived: from out.{sender} by mx.example.com with ESMTPS id 1; Thu, 19 Nov 2026 08:00:00 +0000\n"
            f"Authentication-Results: mx.example.com; dmarc={result} header.from={sender}\nFrom: reports@{sender}\n" + attached("Report", name, packed(text)).split("\n", 2)[2])


# Google's own; one under its id that says more; one of somebody else's in its name, and one in its name and From.
(here / "forged.mbox").write_text("".join([
    received("google.com", "pass", first, "a.xml.gz"),
    received("evil.example", "pass", report("google.com", "g-1", day, [record("192.0.2.66", 50000, "pass", "pass", dkim("example.com", "sf1") + spf("example.com"))]), "b.xml.gz"),
    received("evil.example", "pass", report("google.com", "g-9", day, [record("192.0.2.66", 70000, "pass", "pass", dkim("example.com", "sf1") + spf("example.com"))]), "c.xml.gz"),
    received("google.com", "fail", report("google.com", "g-8", day, [record("192.0.2.66", 10, "pass", "pass", dkim("example.com", "sf1") + spf("example.com"))]), "d.xml.gz"),
    received("microsoft.com", "pass", second, "e.xml.gz"),
]))
