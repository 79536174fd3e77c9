#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes fixtures/mails: single mails of a made-up company as their recipients would save them, signed by another program (dkimpy), and a
zone with the keys and records. The private keys are thrown away.

    python3 tests/support/make_mail_fixtures.py fixtures/mails
"""
import base64, pathlib, subprocess, sys, tempfile
import dkim

COMPANY = "kestreloutdoor.example"
ORG, BOUNCE = "00DA0000000Hu5aMAC", "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com"
CORE_IP, CORE_HOST = "13.110.14.214", "smtp14-ph2-sp4.mta.salesforce.com"


def run(*words, stdin=b""):
    return subprocess.run(words, input=stdin, check=True, capture_output=True).stdout


def mail(subject, sender=f"Kestrel Outdoor <service@{COMPANY}>", message_id="0A1@sfdc.net", extra=(), body="Dear customer,\r\n\r\nyour order is on its way.\r\n", reply_to=""):
    lines = [f"From: {sender}", "To: reader@example.net", f"Subject: {subject}", "Date: Tue, 24 Nov 2026 07:39:58 +0000", f"Message-ID: <{message_id}>",
             "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8"]
    if reply_to: lines.append(f"Reply-To: {reply_to}")
    return ("\r\n".join([*lines, *extra]) + "\r\n\r\n" + body).encode()


def sign(message, key, domain=COMPANY, selector="sf1", fields=(b"From", b"To", b"Subject", b"Date", b"Message-ID"), canonicalize=(b"relaxed", b"relaxed")):
    return dkim.sign(message, selector.encode(), domain.encode(), key, include_headers=list(fields), canonicalize=canonicalize) + message


def received(message, ip, host, by="mx.google.com", results="", return_path="", protocol="ESMTPS", above=""):
    """What the receiver puts on top."""
    lines = above
    if results: lines += f"Authentication-Results: {by};\r\n       " + ";\r\n       ".join(results) + "\r\n"
    lines += f"Return-Path: <{return_path}>\r\n"
    lines += (f"Received: from {host} ({host}. [{ip}])\r\n        by {by} with {protocol} id a1si1\r\n        for <reader@example.net>;\r\n"
              "        Tue, 24 Nov 2026 07:40:02 +0000 (UTC)\r\n")
    return lines.encode() + message


def core_path(local=f"service={COMPANY}"):
    return f"{local}__0a1b2c@{BOUNCE}"


CORE_FIELDS = (f"X-SFDC-LK: {ORG[:15]}", "X-SFDC-User: 005A0000001AbCd", "X-SFDC-EmailCategory: workflowActionAlert", "X-Sender: postmaster@salesforce.com",
               "X-mail_abuse_inquiries: http://www.salesforce.com/company/abuse.jsp")


def google(dkim_result, spf_domain, dmarc, signature=None, policy="REJECT"):
    """Authentication-Results as Gmail writes them."""
    results = []
    if dkim_result: results.append(f"dkim={dkim_result} header.i=@{signature or COMPANY} header.s=sf1")
    results.append(f"spf=pass (google.com: domain of {spf_domain} designates the address as permitted sender) smtp.mailfrom={spf_domain}")
    results.append(f"dmarc={dmarc} (p={policy} sp={policy} dis=NONE) header.from={COMPANY}")
    return results


def main(folder):
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as keys:
        run("openssl", "genrsa", "-traditional", "-out", f"{keys}/own", "2048")
        run("openssl", "genrsa", "-traditional", "-out", f"{keys}/other", "2048")
        own, other = (pathlib.Path(f"{keys}/{name}").read_bytes() for name in ("own", "other"))
        public = base64.b64encode(run("openssl", "rsa", "-in", f"{keys}/own", "-pubout", "-outform", "DER")).decode()
        pem = run("openssl", "rsa", "-in", f"{keys}/own", "-pubout").decode()
    record = f"v=DKIM1; k=rsa; p={public}"
    quoted = " ".join(f'"{record[i:i + 200]}"' for i in range(0, len(record), 200))
    zone = ["; Made by tests/support/make_mail_fixtures.py.", f"$ORIGIN {COMPANY}.", f"@ 3600 IN SOA ns1.{COMPANY}. hostmaster.{COMPANY}. 1 3600 600 86400 60",
            '@ 3600 IN TXT "v=spf1 ip4:198.51.100.25 include:_spf.salesforce.com -all"',
            f'_dmarc 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{COMPANY}"', f"sf1._domainkey 3600 IN TXT {quoted}", f"s1._domainkey 3600 IN TXT {quoted}",
            '@ 3600 IN MX 10 mx.kestreloutdoor.example.',
            # Names of the service; the address of the mails is one of its own.
            f'{BOUNCE}. 3600 IN TXT "v=spf1 include:_spf.salesforce.com ~all"',
            '_spf.salesforce.com. 3600 IN TXT "v=spf1 exists:%{i}._spf.mta.salesforce.com -all"', f"{CORE_IP}._spf.mta.salesforce.com. 3600 IN A 127.0.0.2",
            'bounce.news.kestreloutdoor.example. 3600 IN TXT "v=spf1 ip4:13.111.0.0/16 -all"']
    (folder / "dns.zone").write_text("\n".join(zone) + "\n")
    (folder / "key.pem").write_text(pem)
    (folder / "key.txt").write_text(record + "\n")

    def write(name, data):
        (folder / f"{name}.eml").write_bytes(data)

    alert = mail("Your order 4711", extra=CORE_FIELDS)
    signed = sign(alert, own)
    core = lambda message, results, **more: received(message, CORE_IP, CORE_HOST, results=results, return_path=core_path(), **more)
    write("core-signed", core(signed, google("pass", core_path(), "pass")))
    write("core-unsigned", core(alert, google("", core_path(), "fail")))
    write("core-other-key", core(sign(alert, other), google("fail", core_path(), "fail")))
    write("core-org-signed", core(sign(alert, own, fields=(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-SFDC-LK")), google("pass", core_path(), "pass")))
    write("core-missing-key", core(sign(alert, own, selector="gone"), google("", core_path(), "fail")))
    write("core-body-changed", core(signed.replace(b"on its way.", b"on its way.\r\n--\r\nThis mail was scanned."), google("", core_path(), "fail")))
    write("core-subject-tagged", core(signed.replace(b"Subject: Your", b"Subject: [EXTERNAL] Your"), google("", core_path(), "fail")))
    write("core-to-changed", core(signed.replace(b"To: reader@example.net", b"To: other@example.net"), google("", core_path(), "fail")))
    write("core-length", core(dkim.sign(alert, b"sf1", COMPANY.encode(), own, include_headers=[b"From", b"Subject"], length=True) + alert + b"Buy pills.\r\n", google("pass", core_path(), "pass")))
    write("core-lf-only", core(signed, google("pass", core_path(), "pass")).replace(b"\r\n", b"\n"))
    write("core-two-from", core(b"From: <boss@bank.example>\r\n" + signed, google("pass", core_path(), "fail")))
    write("core-foreign-org", received(alert.replace(ORG[:15].encode(), b"00D8d000003TRx3"), CORE_IP, CORE_HOST, return_path=f"service={COMPANY}__x@ab.8d-3trx3eay.um8.bnc.salesforce.com",
                                       results=google("", f"service={COMPANY}__x@ab.8d-3trx3eay.um8.bnc.salesforce.com", "fail")))
    # Planted: they stand below the receiver's own, and below a Received that is not its own.
    planted = f"Authentication-Results: mx.google.com; dkim=pass header.i=@{COMPANY}; dmarc=pass header.from={COMPANY}\r\n".encode()
    hop = b"Received: from mail.thief.example (mail.thief.example [198.51.100.66])\r\n        by relay.thief.example with ESMTP id 7; Tue, 24 Nov 2026 07:30:00 +0000\r\n"
    forged = mail("Your account", message_id="1@thief.example", extra=CORE_FIELDS)
    write("forged-below", received(hop + planted + forged, "198.51.100.66", "mail.thief.example", return_path="x@thief.example", results=google("", "x@thief.example", "fail")))
    write("forged-alone", received(hop + planted + forged, "198.51.100.66", "mail.thief.example", return_path="x@thief.example"))
    write("forged-other-id", b"Authentication-Results: mx.thief.example; dkim=pass header.d=" + COMPANY.encode() + b"; dmarc=pass\r\n" + forged)
    # Email Relay: the relay's address and SPF, the fields of Core.
    relayed = mail("Your case 17", extra=(*CORE_FIELDS, f"X-SFDCOrgRelay: {ORG[:15]}", "X-SFDCRelayAddr: relay.kestreloutdoor.example", "X-SFDCRelayPort: 25"))
    relayed = (f"Received: from {CORE_HOST} ({CORE_HOST} [{CORE_IP}])\r\n        by relay.kestreloutdoor.example with ESMTPS id 9; Tue, 24 Nov 2026 07:40:00 +0000\r\n").encode() + relayed
    write("relay-signed", received(sign(relayed, own, selector="s1"), "198.51.100.25", "relay.kestreloutdoor.example", return_path=f"service@{COMPANY}",
                                   results=[f"dkim=pass header.d={COMPANY} header.s=s1", f"spf=pass smtp.mailfrom=service@{COMPANY}", f"dmarc=pass (p=REJECT) header.from={COMPANY}"]))
    # Marketing Cloud: the pair of RFC 8058 signed, and not.
    news = ("X-SFMC-Stack: 10", "x-job: 7300123_4455", "Feedback-ID: 7300123:4455:13.111.3.3:sfmktgcld", "List-Unsubscribe: <https://click.news.kestreloutdoor.example/u?1>, <mailto:leave@news.kestreloutdoor.example>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "List-ID: <7300123.xt.local>")
    path = "bounce-12_HTML-3456789-4455-7300123-67@bounce.news.kestreloutdoor.example"
    letter = mail("Autumn sale", sender=f"Kestrel News <news@news.{COMPANY}>", message_id="1f0c@dfw1s10mta77.xt.local", extra=news, body="Sale!\r\nUnsubscribe: https://click.news.kestreloutdoor.example/u?1\r\n", reply_to="replies@kestrel-replies.example")
    said = [f"dkim=pass header.i=@{COMPANY} header.s=sf1", f"spf=pass smtp.mailfrom={path}", f"dmarc=pass (p=REJECT) header.from=news.{COMPANY}"]
    cloud = lambda message: received(message, "13.111.3.3", "mta77.news.kestreloutdoor.example", return_path=path, results=said)
    fields = (b"From", b"To", b"Subject", b"Date", b"Message-ID")
    write("cloud-one-click-unsigned", cloud(sign(letter, own, fields=fields)))
    write("cloud-one-click", cloud(sign(letter, own, fields=(*fields, b"List-Unsubscribe", b"List-Unsubscribe-Post"))))
    write("cloud-mailto-only", cloud(sign(letter.replace(b"<https://click.news.kestreloutdoor.example/u?1>, ", b""), own, fields=(*fields, b"List-Unsubscribe", b"List-Unsubscribe-Post"))))
    # Microsoft's shape: no authserv-id; a mail from outside as the tenant's own domain.
    outlook = (b"Authentication-Results: spf=pass (sender IP is 13.110.14.214)\r\n smtp.mailfrom=" + BOUNCE.encode() + b"; dkim=none (message not signed)\r\n header.d=none;dmarc=fail action=oreject\r\n"
               b" header.from=" + COMPANY.encode() + b";compauth=fail reason=010\r\n"
               b"Received: from DB1EUR.eop.prod.protection.outlook.com (2603:10a6:10:1::12) by AM0PR01.eurprd01.prod.outlook.com (2603:10a6:208::5)\r\n"
               b" with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20; Tue, 24 Nov 2026 07:40:05 +0000\r\n"
               b"X-Forefront-Antispam-Report: CIP:13.110.14.214;CTRY:US;SCL:5;SFV:SPM;H:x;PTR:x;CAT:SPOOF;DIR:INB;\r\n"
               b"Received: from smtp14-ph2-sp4.mta.salesforce.com (13.110.14.214) by DB1EUR.mail.protection.outlook.com (10.13.1.1) with Microsoft\r\n"
               b" SMTP Server (version=TLS1_2, cipher=X) id 15.20; Tue, 24 Nov 2026 07:40:04 +0000\r\n"
               b"Return-Path: " + core_path().encode() + b"\r\n")
    write("microsoft-self-to-self", outlook + alert)
    write("sent-folder", alert)
    write("bounce", received(mail("Undelivered", sender=f"Mail Delivery <postmaster@{COMPANY}>", message_id="2@kestreloutdoor.example"), "198.51.100.25", "relay.kestreloutdoor.example", return_path="",
                             results=["spf=pass smtp.helo=relay.kestreloutdoor.example", f"dmarc=pass (p=REJECT) header.from={COMPANY}"]))


main(pathlib.Path(sys.argv[1]))
