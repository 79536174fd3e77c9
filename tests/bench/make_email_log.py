#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a log in the form of Salesforce's Email Log Files: seven days, most mails delivered, some refused, some tried again.

    make_email_log.py FILE.csv [--rows 500000] [--seed 7]
"""
import argparse, datetime, random

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("file")
parser.add_argument("--rows", type=int, default=500_000)
parser.add_argument("--seed", type=int, default=7)
args = parser.parse_args()
random.seed(args.seed)

HEADER = ("Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,Retry Count,Seconds in Queue,"
          "Delivery Stage,Relay Address,TLS_Cipher,TLS_Verified")
DOMAINS = ["gmail.com"] * 8 + ["outlook.com"] * 4 + ["yahoo.com"] * 3 + [f"company{i}.example" for i in range(200)]
REFUSALS = {
    "gmail.com": "550-5.7.26 Unauthenticated email from kestreloutdoor.example is not accepted due to 550-5.7.26 domain's DMARC policy. id {n} - gsmtp",
    "outlook.com": "550 5.7.509 Access denied, sending domain KESTRELOUTDOOR.EXAMPLE does not pass DMARC verification and has a DMARC policy of reject. [{n}.prod.protection.outlook.com]",
    "yahoo.com": "421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints - {n}",
}
start = datetime.datetime(2026, 11, 10)
with open(args.file, "w") as out:
    out.write(HEADER + "\r\n")
    written = 0
    mail = 0
    while written < args.rows:
        mail += 1
        domain = random.choice(DOMAINS)
        at = start + datetime.timedelta(seconds=7 * 86400 * written / args.rows)
        recipient = f"person{random.randrange(200_000)}@{domain}"
        queue, message = f"{mail % 99:02X}/A4-{mail:05d}-{random.randrange(1 << 32):08X}", f"<{mail:x}.{random.randrange(1 << 40):x}@sfdc.net>"
        sender = f"service=kestreloutdoor.example__{mail:x}@mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com"

        def row(event, seconds, retries=0, stage="", text="", tls=""):
            moment = (at + datetime.timedelta(seconds=seconds)).strftime("%-d/%m/%Y %H:%M")
            return f'{moment},{queue},{event},{recipient},{sender},10.0.0.1,{4000 + mail % 900},005A0000001AbCd,{message},{retries},{seconds},{stage},{text},{tls},\r\n'

        out.write(row("R", 0))
        chance = random.random()
        if chance < 0.93:
            out.write(row("D", 2, tls="TLSv1.2:AES256-GCM-SHA384"))
            written += 2
        else:
            words = REFUSALS.get(domain, "550 5.1.1 <{r}> User unknown in virtual mailbox table").format(n=random.randrange(1 << 30), r=recipient)
            temporary = words.startswith("4")
            for i in range(3 if temporary else 1):
                out.write(row("T" if temporary else "P", 2 + 600 * i, i, "during RCPT TO", f'"{words}"'))
                written += 1
            written += 1
