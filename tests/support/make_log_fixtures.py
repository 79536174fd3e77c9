#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes fixtures/logs: delivery logs and bounces of a made-up company, one file for each form that they come in.

    python3 tests/support/make_log_fixtures.py fixtures/logs
"""
import csv, io, json, pathlib, sys

FROM, BOUNCE = "kestreloutdoor.example", "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com"
HEADER = ["Date/Time", "Internal Message ID", "Mail Event", "Recipient", "Sender", "Remote Host", "Bytes Transferred", "User ID", "Message ID Header", "Retry Count",
          "Seconds in Queue", "Delivery Stage", "Relay Address", "TLS_Cipher", "TLS_Verified"]
# number of the mail, recipient, events: (event, moment, retries, words)
DMARC = "550-5.7.26 Unauthenticated email from kestreloutdoor.example is not accepted due to 550-5.7.26 domain's DMARC policy. - gsmtp"
MAILS = [
    (1, "ann@gmail.com", [("R", "14/10/2026 09:00", 0, ""), ("P", "14/10/2026 09:00", 0, DMARC)]),
    (2, "bob@gmail.com", [("R", "15/10/2026 09:00", 0, ""), ("P", "15/10/2026 09:00", 0, DMARC)]),
    (3, "cleo@outlook.com", [("R", "15/10/2026 10:00", 0, ""), ("P", "15/10/2026 10:00", 0, "550 5.7.509 Access denied, sending domain [KESTRELOUTDOOR.EXAMPLE] does not pass DMARC verification and has a DMARC policy of reject.")]),
    (4, "dan@yahoo.com", [("R", "16/10/2026 09:00", 0, ""), ("T", "16/10/2026 09:01", 0, "421 4.7.0 [TSS04] Messages from 13.110.14.214 temporarily deferred due to user complaints"), ("D", "16/10/2026 10:00", 1, "")]),
    (5, "eve@shop.example", [("R", "16/10/2026 11:00", 0, ""), ("P", "16/10/2026 11:00", 0, "550 5.1.1 <eve@shop.example>: Recipient address rejected: User unknown in virtual mailbox table")]),
    (6, "fay@shop.example", [("R", "16/10/2026 12:00", 0, ""), ("D", "16/10/2026 12:00", 0, "")]),
    (7, f"gus@{FROM}", [("R", "17/10/2026 09:00", 0, ""), ("P", "17/10/2026 09:00", 0, "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources")]),
    (8, "hal@slow.example", [("R", "17/10/2026 10:00", 0, ""), ("T", "17/10/2026 10:00", 0, "451 4.4.1 [internal] no answer from host"), ("T", "17/10/2026 18:00", 5, "451 4.4.1 [internal] no answer from host")]),
    (9, "ida@lost.example", [("R", "17/10/2026 11:00", 0, "")]),
    (10, "jon@nobody.invalid", [("R", "17/10/2026 12:00", 0, "")]),
    (11, "warmup@sp1.siterelay.mta.salesforce.com", [("R", "17/10/2026 12:00", 0, ""), ("D", "17/10/2026 12:00", 0, "")]),
    (12, "kim@shop.example", [("R", "20/10/2026 09:00", 0, ""), ("D", "20/10/2026 09:00", 0, "")]),
]


def rows(mails):
    for number, recipient, events in mails:
        for event, moment, retries, words in events:
            tls = "TLSv1.2:AES256-GCM-SHA384" if event == "D" else ""
            yield [moment, f"16/A4-{20000 + number}-88E21E84", event, recipient, f"service={FROM}__{number:x}a@{BOUNCE}", "10.0.0.1", str(4000 + number), "005A0000001AbCd",
                   f"<m{number}.kestrel@sfdc.net>", str(retries), "2", "during RCPT TO" if words else "", words, tls, ""]


def iso(moment):
    """"14/10/2026 09:00" as "2026-10-14T09:00:00.000Z"."""
    day, month, rest = moment.split("/")
    year, time = rest.split(" ")
    return f"{year}-{month}-{day}T{time}:00.000Z"


def table(header, lines, delimiter=",", end="\r\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()


def main(folder):
    folder.mkdir(exist_ok=True)
    (folder / "email-log.csv").write_text(table(HEADER, rows(MAILS)), newline="")
    # A later request that overlaps, in another language and with ISO dates: the same events.
    japanese = ["日時", "内部メッセージ ID", "メールイベント", "受信者", "送信者", "リモートホスト", "転送バイト数", "ユーザー ID", "メッセージ ID ヘッダー", "再試行回数", "キューの秒数", "配信段階", "リレーアドレス", "TLS_Cipher", "TLS_Verified"]
    (folder / "email-log-japanese.csv").write_text("\ufeff" + table(japanese, ([iso(line[0]), *line[1:]] for line in rows(MAILS[6:]))), newline="", encoding="utf-8")
    bounce = ["AccountID", "OYBAccountID", "JobID", "ListID", "BatchID", "SubscriberID", "SubscriberKey", "EventDate", "IsUnique", "Domain", "BounceCategoryID", "BounceCategory",
              "BounceSubcategoryID", "BounceSubcategory", "BounceTypeID", "BounceType", "SMTPBounceReason", "SMTPMessage", "SMTPCode", "TriggererSendDefinitionObjectID", "TriggeredSendCustomerKey"]
    (folder / "mc-bounce.csv").write_text(table(bounce, [
        ["7300123", "", "4455", "12", "67", "3456789", "lea@shop.example", "10/16/2026 3:00:00 AM", "True", "shop.example", "1", "Hard bounce", "2001", "User Unknown", "1", "immediate", "550 5.1.1 user unknown", "", "550", "", ""],
        ["7300123", "", "4455", "12", "67", "3456790", "003A000001AbCdE", "10/16/2026 3:01:00 AM", "True", "gmail.com", "3", "Block bounce", "1010", "Authentication", "1", "immediate", "", "", "550", "", ""],
    ]), newline="")
    (folder / "sendgrid-bounces.csv").write_text("status,reason,email,created\n5.1.1,550 5.1.1 The email account does not exist,moe@shop.example,1792141200\n")
    (folder / "ses-bounce.json").write_text(json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:bounces", "Message": json.dumps({
        "notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-10-16T12:00:00.000Z", "feedbackId": "f-1", "reportingMTA": "dns; a8-40.smtp-out.amazonses.com",
                                                 "bouncedRecipients": [{"emailAddress": "nia@shop.example", "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]},
        "mail": {"timestamp": "2026-10-16T11:59:58.000Z", "source": f"news@{FROM}", "messageId": "0102-ses", "destination": ["nia@shop.example"]}})}) + "\n")
    (folder / "bounce.eml").write_text(f"""Return-Path: <>
Received: from mail.shop.example (mail.shop.example [198.51.100.77]) by mx.{FROM} with ESMTPS id 3; Fri, 16 Oct 2026 13:00:00 +0000
From: Mail Delivery System <MAILER-DAEMON@mail.shop.example>
To: service@{FROM}
Subject: Undelivered Mail Returned to Sender
Date: Fri, 16 Oct 2026 13:00:00 +0000
Message-ID: <b1@mail.shop.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

The mail could not be delivered.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.shop.example
Arrival-Date: Fri, 16 Oct 2026 12:59:58 +0000

Final-Recipient: rfc822; oda@shop.example
Action: failed
Status: 5.2.2
Remote-MTA: dns; mx.shop.example
Diagnostic-Code: smtp; 552-5.2.2 The mailbox is
    552 5.2.2 over quota

--b1
Content-Type: message/rfc822

From: Kestrel Outdoor <service@{FROM}>
To: oda@shop.example
Message-ID: <m20.kestrel@sfdc.net>
X-SFDC-LK: 00DA0000000Hu5a
Subject: Your order

Dear customer
--b1--
""".replace("\n", "\r\n"), newline="")
    (folder / "contacts.csv").write_text("Id,Email,EmailBouncedReason,HasOptedOutOfEmail\n" + "".join(f"003XX000001{n:04d}AAA,{a},{r},{o}\n" for n, (a, r, o) in enumerate(
        [("ann@gmail.com", "550 5.7.26", "false"), ("bob@gmail.com", "", "false"), ("eve@shop.example", "", "false"), ("EVE@shop.example", "", "false"), ("fay@shop.example", "", "false"),
         ("lea@shop.example", "550 5.1.1", "true"), (f"gus@{FROM}", "550 5.7.68", "false")])))


main(pathlib.Path(sys.argv[1]))
