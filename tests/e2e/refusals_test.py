#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`dmarcq refusals`: delivery logs and bounces in every form are taken exactly once, and what is said of them.

    refusals_test.py --dmarcq build/dmarcq
"""
import argparse, csv, gzip, io, json, pathlib, re, subprocess, zipfile

from checks import check, end
from company import Company, Desk, OUR_ORG, encode_org

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dmarcq", required=True)
dmarcq = pathlib.Path(parser.parse_args().dmarcq).resolve()
logs = pathlib.Path(__file__).parent.parent.parent / "fixtures/logs"

HEADER = ["Date/Time", "Internal Message ID", "Mail Event", "Recipient", "Sender", "Remote Host", "Bytes Transferred", "User ID", "Message ID Header", "Retry Count",
          "Seconds in Queue", "Delivery Stage", "Relay Address", "TLS_Cipher", "TLS_Verified"]
FROM = "harbor.example"
DMARC = "550-5.7.26 Unauthenticated email from harbor.example is not accepted due to 550-5.7.26 domain's DMARC policy. - gsmtp"
M365 = "550 5.7.509 Access denied, sending domain [HARBOR.EXAMPLE] does not pass DMARC verification and has a DMARC policy of reject."
BLOCKED = "550 5.7.1 [13.110.14.214] Our system has detected that this message is likely suspicious due to the very low reputation of the sending domain. - gsmtp"
UNKNOWN = "550 5.1.1 User unknown in virtual mailbox table"
FULL = "452 4.2.2 The email account that you tried to reach is over quota"
SLOW = "451 4.4.1 [internal] no answer from host"
TENANT = "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources"
RELAY = "550 5.7.64 TenantAttribution; Relay Access Denied"


def row(number, event, recipient, moment, words="", retries=0, sender=FROM, bounce=encode_org(OUR_ORG)):
    envelope = f"service={sender}__{number:x}a@{bounce}" if bounce else f"service@{sender}"
    return [moment, f"16/A4-{number:05d}-88E21E84", event, recipient, envelope, "10.0.0.1", "4000", "005A0000001AbCd", f"<m{number}.harbor@sfdc.net>", str(retries), "2",
            "during RCPT TO" if words else "", words, "TLSv1.2:AES256-GCM-SHA384" if event == "D" else "", ""]


def mail(number, recipient, moment, event="D", words="", **more):
    """R and what follows."""
    return [row(number, "R", recipient, moment, **more), row(number, event, recipient, moment, words, **more)]


def table(lines, delimiter=",", header=HEADER):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()


class Log(Desk):
    """A desk that knows how to be given logs."""

    def __init__(self, *companies, today="2026-10-25"):
        super().__init__(dmarcq, *companies, today=today)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, *words, exit=0):
        rc, text = self.text("ingest", *words)
        assert rc == exit, (words, rc, text)

    def log(self, lines, name="log.csv", exit=0):
        self.take(self.file(name, table(lines)), exit=exit)

    def answer(self, *words):
        rc, answer = self.ask("refusals", *words)
        assert rc == 0 and isinstance(answer, dict), (words, rc, answer)
        return answer

    def states(self, *words):
        return {state: count for state, count in self.answer(*words)["states"].items() if count}

    def groups(self, *words):
        return {group["group"]: group["mails"] for group in self.answer(*words)["groups"]}

    def classes(self, *words):
        return self.groups("--by", "class", *words)

    def sound(self):
        rc, text = self.text("db", "check")
        check(rc == 0 and text.startswith("ok"), f"db check: {text}")


def same(found, expected, what):
    check(found == expected, f"{what}: {found} instead of {expected}")


LOG_STATES = {"delivered": 3, "refused": 5, "expired": 1, "stuck": 1, "never-sent": 1}
original = (logs / "email-log.csv").read_bytes()
rows = list(csv.reader(io.StringIO(original.decode())))

# ---- each form
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("EmailLog.csv", original)
forms = {"email-log.csv": original, "email-log.csv.gz": gzip.compress(original), "email-log.zip": packed.getvalue(), "no-ending": original,
         "bom.csv": b"\xef\xbb\xbf" + original, "lf.csv": original.replace(b"\r\n", b"\n"), "tabs.csv": table(rows[1:], "\t").encode(), "semicolons.csv": table(rows[1:], ";").encode(),
         "quoted.csv": ("\n".join(",".join(f'"{cell}"' for cell in line) for line in rows)).encode(), "folder/log.csv": original}
for name, content in forms.items():
    with Log() as desk:
        path = desk.file(name, content)
        desk.take(path.parent if "/" in name else path)
        same(desk.states(), LOG_STATES, name)
        before = desk.answer()
        desk.take(path)
        desk.take(desk.file("again.csv", original))
        same(desk.answer(), before, name + " again")
        desk.sound()
with Log() as desk:
    done = subprocess.run([dmarcq, "--db", desk.db, "ingest", "-"], input=original, capture_output=True)
    check(done.returncode == 0, f"standard input: {done}")
    same(desk.states(), LOG_STATES, "standard input")

# ---- localised headers, other sources, and a log that overlaps
with Log() as desk:
    desk.take(logs / "email-log-japanese.csv")
    part = desk.states()
    desk.take(logs / "email-log.csv")
    same(part, {"delivered": 1, "refused": 1, "expired": 1, "stuck": 1, "never-sent": 1}, "Japanese headers")
    same(desk.states(), LOG_STATES, "the log that overlaps adds what is new")
    for name in ("mc-bounce.csv", "sendgrid-bounces.csv", "ses-bounce.json", "bounce.eml"):
        desk.take(logs / name)
    same(desk.groups("--by", "source"), {"email_log": 7, "marketing_cloud": 2, "sendgrid": 1, "ses": 1, "dsn": 1}, "sources")
    same(desk.answer("--by", "source")["groups"][0]["group"], "email_log", "most mails first")
    same(desk.groups("--by", "org"), {OUR_ORG: 8, "not told": 4}, "orgs")
    same(desk.groups("--by", "day"), {"2026-10-14": 1, "2026-10-15": 2, "2026-10-16": 6, "2026-10-17": 3}, "days")
    same(desk.groups("--by", "recipient-domain"), {"shop.example": 5, "gmail.com": 3, "outlook.com": 1, "kestreloutdoor.example": 1, "slow.example": 1, "nobody.invalid": 1}, "recipients' domains")
    same(desk.classes(), {"UNKNOWN_USER": 4, "AUTH_DMARC": 3, "AUTH_ANY": 1, "MAILBOX_FULL": 1, "TENANT_ROUTE": 1, "RCPT_NETWORK": 1, "RCPT_DNS": 1}, "classes")
    # Filters.
    same(desk.classes("--class", "auth_dmarc"), {"AUTH_DMARC": 3}, "--class in lower case")
    same(desk.classes("--class", "AUTH_DMARC", "--class", "RCPT_DNS"), {"AUTH_DMARC": 3, "RCPT_DNS": 1}, "two classes")
    same(desk.classes("--recipient-domain", "gmail.com"), {"AUTH_DMARC": 2, "AUTH_ANY": 1}, "--recipient-domain")
    same(desk.classes("--since", "2026-10-16", "--until", "2026-10-16", "--class", "UNKNOWN_USER"), {"UNKNOWN_USER": 4}, "--since and --until")
    same(desk.classes("--since", "2026-10-18"), {}, "a window after the last refusal")
    same(desk.classes("--domain", "kestreloutdoor.example", "--class", "UNKNOWN_USER"), {"UNKNOWN_USER": 2}, "--domain: sources that name no From are left out")
    same(desk.classes("--domain", "outdoor.example"), {}, "--domain near miss")
    for slip, hint in (("AUTH_DMRC", "AUTH_DMARC"), ("UNKOWN_USER", "UNKNOWN_USER"), ("xyz", "one of"), ("xyz", "AUTH_DMARC, AUTH_SPF")):
        rc, text = desk.text("refusals", "--class", slip)
        check(rc == 2 and hint in text, f"--class {slip}: {rc} {text}")
    objects = ("--objects", logs / "contacts.csv")
    for words, says in ((("--by", "receiver"), "--by"), (("--export", "suppress"), "needs --objects"), (("--export", "all", *objects), "--export"), (("--export", "suppress", *objects, "--class", "RATE"), "no --class"),
                        (objects, "--objects goes with --export"), (("--opt-out-hard",), "--opt-out-hard goes with --export"), (("--export", "suppress", *objects, "--format", "json"), "no --format"),
                        (("--export", "suppress", *objects, "--by", "day"), "no --by"), (("--export", "suppress", *objects, "--exit-code"), "no --exit-code"),
                        (("--export", "release", *objects, "--opt-out-hard"), "--export suppress")):
        rc, text = desk.text("refusals", *words)
        check(rc == 2 and says in text, f"usage {words}: {rc} {text}")
    for words in (("--export", "suppress", *objects), ("--export", "suppress", *objects, "--opt-out-hard"), ("--export", "release", *objects)):
        same(desk.text("refusals", *words)[0], 0, f"usage {words}")
    same(desk.text("refusals", "--exit-code")[0], 1, "--exit-code with refusals")
    same(desk.text("refusals", "--exit-code", "--since", "2026-10-18")[0], 0, "--exit-code without")
    text = desk.text("refusals")[1]
    check(all(len(line) <= 80 for line in text.split("\n\n")[2].splitlines()), "prose at 80 columns")
    check("Route: Stay on Salesforce Core: repair DKIM" in text, f"the route: {text}")
    # Whose mail it was is in no output.
    people = re.compile(r"\b(ann|bob|cleo|dan|eve|fay|gus|hal|ida|jon|kim|lea|moe|nia|oda)@", re.I)
    for by in ("class", "recipient-domain", "day", "org", "source"):
        for form in ("table", "plain", "json", "csv", "tsv", "markdown", "ndjson"):
            rc, text = desk.text("refusals", "--by", by, "--format", form)
            if isinstance(text, dict): text = json.dumps(text)
            check(not people.search(str(text)) and "warmup" not in str(text), f"a recipient in --by {by} --format {form}")
    page = desk.folder / "page.html"
    desk.text("report", "-o", page)
    check(page.exists() and not people.search(page.read_text()), "a recipient in the page")
    desk.sound()

# ---- forms of the same: lists of events, UTF-16, other spellings of a time; what had to be assumed
with Log() as desk:
    event = {"email": "ann@shop.example", "event": "bounce", "reason": "550 5.1.1 unknown", "timestamp": 1792141200, "sg_event_id": "e1"}
    second = {**event, "email": "bob@shop.example", "sg_event_id": "e2"}
    desk.take(desk.file("webhook.json", json.dumps([event, second])))
    same(desk.classes(), {"UNKNOWN_USER": 2}, "a list of events")
    third = {**event, "email": "cleo@shop.example", "sg_event_id": "e3"}
    desk.take(desk.file("cut.ndjson", json.dumps(event) + '\n{"email":"dan\n' + json.dumps(third) + "\n"), exit=3)
    same(desk.classes(), {"UNKNOWN_USER": 3}, "behind a line that was cut")
    check("object 2, line 2" in desk.text("problems", "list")[1], "the line that was cut is told")
with Log() as desk:
    def said(name, moment, **more):
        path = desk.file(name, table([row(1, "D", "ann@gmail.com", moment)]))
        if more: path.write_bytes(path.read_text().encode(**more))
        done = subprocess.run([dmarcq, "--db", desk.db, "ingest", path], capture_output=True, text=True)
        check(done.returncode == 0, f"{name}: {done}")
        return done.stdout + done.stderr
    text = said("guess.csv", "10/11/2024 09:00")
    check("the day was assumed; if that is wrong, export the log with dates like 2026-06-03" in text and "; 1 delivery event" in text, f"a guess is told: {text}")
    text = said("plain.csv", "2024-11-10 09:00")
    check("assumed" not in text and "0 delivery events (1 known before)" in text, f"one time, two spellings: {text}")
    text = said("wide.csv", "2024-11-10T09:00:00.000Z", encoding="utf-16")
    check("0 delivery events (1 known before)" in text, f"UTF-16: {text}")

# ---- --map: any table
with Log() as desk:
    content = "Adresse,Wann,Grund\nann@shop.example,2026-10-14,550 5.1.1 unknown\nbob@shop.example,2026-10-15,552 5.2.2 over quota\nnobody,2026-10-15,550 no address\n"
    path = desk.file("any.csv", content)
    done = subprocess.run([dmarcq, "--db", desk.db, "ingest", path], capture_output=True, text=True)
    check(done.returncode == 0 and "1 table of a kind that dmarcq does not know was passed over; --map names its columns" in done.stderr, f"a table that nobody explained: {done}")
    same(desk.classes(), {}, "a table that nobody explained")
    done = subprocess.run([dmarcq, "--db", desk.db, "ingest", desk.file("Contacts.csv", "Id,Email,FirstName,Created,Description\n003A0000000Hu5a,ann@shop.example,Ann,2026-10-14,met at a fair\n")],
                          capture_output=True, text=True)
    check(done.returncode == 0 and "a list of contacts is for dmarcq refusals --objects" in done.stderr, f"a list of contacts: {done}")
    same(desk.classes(), {}, "a list of contacts is no log")
    check("unknown_table" in desk.text("problems", "list", "--not-a-report")[1], "it is listed as what it is")
    # A slip in the map is said, and leaves nothing behind.
    rc, text = desk.text("ingest", "--map", "email=Adresse,date=Wann,text=Grnd", path)
    check(rc == 2 and "no column 'Grnd', which the map names; the table has Adresse, Wann, Grund" in text, f"--map with a slip: {rc} {text}")
    check("no problems" in desk.text("problems", "list", "--all")[1], "no lasting problem")
    desk.take("--map", "email=Adresse,date=Wann,text=Grund", path, exit=3)
    same(desk.classes(), {"UNKNOWN_USER": 1, "MAILBOX_FULL": 1}, "--map")
    for wrong in ("email=Adresse", "mail=Adresse,date=Wann", "email=Adresse,date"):
        same(desk.text("ingest", "--map", wrong, path)[0], 2, f"--map {wrong}")
    desk.sound()

# ---- damaged rows
with Log() as desk:
    lines = mail(1, "ann@gmail.com", "14/10/2026 09:00", "P", DMARC) + mail(2, "bob@gmail.com", "15/10/2026 09:00")
    lines[2][0] = "yesterday"
    lines.append(row(3, "X", "cleo@gmail.com", "15/10/2026 09:00"))
    desk.log(lines, exit=3)
    rc, problems = desk.text("problems", "--format", "csv")
    check("row 4" in problems and "row 6" in problems and "row 2" not in problems, f"rows of damage: {problems}")
    same(desk.states(), {"delivered": 1, "refused": 1}, "rows beside damaged ones")
    # Logs are not kept, since they name recipients; the file is there to be read again.
    rc, text = desk.text("problems", "retry")
    check(rc == 0 and "the bytes of 2 problems are not kept" in text, f"retry of what is not kept: {rc} {text}")
    rc, text = desk.text("problems", "show", "1", "--raw")
    check(rc == 6 and "they name recipients" in text, f"bytes that are not kept: {rc} {text}")
    desk.log(lines, exit=3)
    same(desk.states(), {"delivered": 1, "refused": 1}, "read again, nothing is doubled")
    lines[2][0], lines[4][2] = "15/10/2026 09:00", "D"
    desk.log(lines)
    same(desk.states(), {"delivered": 2, "refused": 1}, "repaired")
    desk.sound()

# ---- no text that is kept tells whose mail it was
with Log() as desk:
    words = "550 5.1.1 <zoe.person@shop.example> zoe.person at shop.example, zoe.person%40shop.example, zoe.person(at)shop.example: unknown user zoe.person"
    lines = mail(1, "zoe.person@shop.example", "14/10/2026 09:00", "P", words) + mail(2, "'\"zoe.person@shop.example", "14/10/2026 09:00")
    lines.append(row(3, "zoe.person@shop.example", "bob@shop.example", "14/10/2026 09:00"))
    desk.log(lines, exit=3)
    rc, text = desk.text("problems", "list", "--format", "json")
    check("not a mail address" in str(text) and "zoe.person" not in str(text), f"a problem's text: {text}")
    same(desk.classes(), {"UNKNOWN_USER": 1}, "the class is that of the words")
    for form in ("table", "json", "csv"):
        check("zoe.person" not in str(desk.text("refusals", "--format", form)[1]), f"a refusal's words as {form}")
    desk.sound()

# ---- D/M or M/D, and pieces: 3 MiB and more
for order, moment, expected in (("D/M", "{d:02d}/{m:02d}/2026 09:00", {"2026-10-05": 1}), ("M/D", "{m:02d}/{d:02d}/2026 09:00", {"2026-10-05": 1})):
    def at(day, month=10): return moment.format(d=day, m=month)
    large = mail(1, "ann@gmail.com", at(5), "P", DMARC)
    for number in range(2, 9000):
        large += mail(number, f"person{number}@gmail.com", at(5 + number % 6))
    large += mail(9001, "zoe@gmail.com", at(23), "D")
    content = table(large)
    assert len(content) > 3 << 20
    expected_states = {"delivered": 8999, "refused": 1}
    for name, data in (("large.csv", content.encode()), ("large.csv.gz", gzip.compress(content.encode())), ("large.zip", None)):
        if data is None:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("log.csv", content)
            data = packed.getvalue()
        with Log() as desk:
            desk.take(desk.file(name, data))
            same(desk.groups("--by", "day"), expected, f"{order} in {name}")
            same(desk.states(), expected_states, f"{order} in {name}: states")
            # The same rows in small files, whose dates are of the other form, are other events; in the same form, they are known.
            desk.log(large[:4] + large[-2:], "few.csv")
            same(desk.states(), expected_states, f"{order}, {name}: some rows again")
            desk.sound()

# ---- what becomes of a mail
with Log() as desk:
    day = "14/10/2026"
    lines = mail(1, "a@shop.example", f"{day} 09:00", "P", UNKNOWN)
    lines += mail(2, "b@shop.example", f"{day} 09:00") + [row(2, "D", "b@shop.example", f"{day} 09:05")]  # two hops
    lines += mail(3, "c@shop.example", f"{day} 09:00", "T", SLOW) + [row(3, "D", "c@shop.example", f"{day} 12:00", retries=2)]
    lines += mail(4, "d@shop.example", f"{day} 09:00", "T", SLOW) + [row(4, "T", "d@shop.example", f"{day} 20:00", SLOW, retries=6)]
    lines += [row(5, "R", "e@shop.example", f"{day} 09:00")]
    lines += mail(6, "f@nobody.invalid", f"{day} 09:00")
    lines += mail(7, "g@shop.example", "16/10/2026 08:00", "T", SLOW)
    lines += [row(8, "R", "h@shop.example", "16/10/2026 08:30")]
    lines += mail(9, "i@shop.example", f"{day} 09:00") + [row(9, "P", "i@shop.example", f"{day} 09:30", UNKNOWN)]  # taken, then refused
    # One mail to two is two.
    lines += mail(10, "j@shop.example", f"{day} 09:00") + [row(10, "P", "k@shop.example", f"{day} 09:00", UNKNOWN)]
    lines += mail(11, "warmup@sp2.siterelay.mta.salesforce.com", f"{day} 09:00")
    lines += mail(12, "l@shop.example", "16/10/2026 09:00")
    desk.log(lines)
    same(desk.states(), {"delivered": 4, "refused": 3, "expired": 1, "stuck": 1, "never-sent": 1, "under-way": 2}, "final states")
    desk.sound()


# ---- joined with reports
def company(**more):
    return Company(FROM, policy="reject", days=30, until="2026-10-20", **more)


def evidence(desk, *words):
    found = {}
    for group in desk.answer(*words)["groups"]:
        for kind, count in group["evidence"].items(): found[kind] = found.get(kind, 0) + count
    return found


unsigned = company().core(selector=None, count=40)
refused = mail(1, "ann@gmail.com", "14/10/2026 09:00", "P", DMARC)
with Log(unsigned) as desk:
    desk.log(refused + mail(2, "bo@outlook.com", "14/10/2026 09:00", "P", M365))
    same(evidence(desk), {"proven-dmarc": 2}, "the policy is proven")
    cause = desk.answer()["causes"][0]
    same((cause["cause"], cause["repaired"], sorted(cause["receivers"])), ("dmarc-enforced", False, ["google", "microsoft"]), "its cause")
    same(desk.answer()["route"]["advice"], ["repair-dkim"], "its route")
with Log(company().core(count=40)) as desk:
    desk.log(mail(1, "ann@gmail.com", "14/10/2026 09:00", "P", BLOCKED))
    same(evidence(desk), {"reputation": 1}, "the reports say that it passes")
    same(desk.answer()["route"]["advice"], ["one-operator"], "reputation at one operator")
    desk.log(mail(2, "bo@yahoo.com", "14/10/2026 09:00", "P", "553 5.7.1 [BL21] Connections will not be accepted from 13.110.14.214, because the ip is in Spamhaus's list"), "more.csv")
    same(desk.answer()["route"]["advice"], ["change"], "reputation at two operators")
    check("dedicated address" in desk.text("refusals")[1], "a dedicated address below steady volume")
with Log(company().core(selector=None, count=40).silence(reporters=("google.com",), first="2026-10-10", last="2026-10-16")) as desk:
    desk.log(mail(1, "ann@gmail.com", "14/10/2026 09:00", "P", DMARC))
    same(evidence(desk), {"before-dmarc": 1}, "the operator reports, but not of that day")
with Log(unsigned) as desk:
    desk.log(mail(1, "ann@gmail.com", "21/10/2026 09:00", "P", DMARC))
    same(evidence(desk), {"no-reports": 1}, "the day's reports are still to come")
with Log(unsigned) as desk:
    desk.log(mail(1, "ann@icloud.com", "14/10/2026 09:00", "P", "550 5.7.1 Your message was rejected due to harbor.example's DMARC policy."))
    same(evidence(desk), {"no-reports": 1}, "an operator that does not report")
with Log(unsigned) as desk:
    desk.log(mail(1, "ann@gmail.com", "14/10/2026 09:00", "P", UNKNOWN))
    same(evidence(desk), {"not-asked": 1}, "an unknown user has nothing to do with DMARC")
# Of another org's mail nothing is proven by ours.
with Log(unsigned) as desk:
    desk.log(mail(1, "ann@gmail.com", "14/10/2026 09:00", "P", DMARC, bounce=encode_org("00D5f000004KsTr")))
    same(evidence(desk), {"before-dmarc": 1}, "another org")

# ---- Microsoft 365 tenants
for words, bounce, cause, told in ((TENANT, encode_org(OUR_ORG), "own-tenant", "inbound connector from a partner"), (TENANT, "", "own-tenant", "Turn bounce management on"),
                                   (RELAY, encode_org(OUR_ORG), "relay-connector", "Email Relay")):
    with Log() as desk:
        desk.log(mail(1, f"boss@{FROM}", "14/10/2026 09:00", "P", words, bounce=bounce))
        answer = desk.answer()
        same([c["cause"] for c in answer["causes"]], [cause], words)
        check(any(told in step for step in answer["causes"][0]["fix"]), f"{words}: {answer['causes'][0]['fix']}")
        same(answer["split"]["technical"], 0, f"{words}: no operator's word on authentication")

# ---- readiness
with Log(company().core(selector=None, count=40, last=18).core(count=40, first=18)) as desk:
    ready = lambda: json.dumps(desk.ask("readiness", FROM)[1])
    check("Delivery logs and reports prove" not in ready(), "no blocker without a log")
    desk.log([line for n in range(1, 6) for line in mail(n, f"p{n}@gmail.com", f"{n:02d}/10/2026 09:00", "P", DMARC)])
    check("Delivery logs and reports prove" in ready(), "the blocker")
    desk.log([line for n in range(20, 60) for line in mail(n, f"p{n}@gmail.com", f"{13 + n % 7}/10/2026 10:00")], "later.csv")
    check("Delivery logs and reports prove" not in ready(), "the blocker leaves once the mail arrives")
    check(desk.answer()["causes"][0]["repaired"], "repaired")

# ---- the lists for Salesforce
OBJECTS = "Id,Email,EmailBouncedReason,HasOptedOutOfEmail\n"


def export(desk, objects, *words):
    path = desk.file("objects.csv", objects)
    done = subprocess.run([dmarcq, "--db", desk.db, "refusals", "--export", *words, "--objects", path], capture_output=True, env={"DMARCQ_TODAY": "2026-10-25", "HOME": str(desk.folder), "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done
    return list(csv.DictReader(io.StringIO(done.stdout.decode()))), done.stderr.decode(), done.stdout.decode()


with Log() as desk:
    desk.log(mail(1, "Ann@shop.example", "14/10/2026 09:15", "P", UNKNOWN) + mail(2, "ok@shop.example", "14/10/2026 09:00") + mail(3, "full@shop.example", "14/10/2026 09:00", "P", "552 5.2.2 over quota")
             + mail(4, "back@shop.example", "13/10/2026 09:00", "P", UNKNOWN) + mail(5, "back@shop.example", "14/10/2026 09:00")
             + mail(6, "our@gmail.com", "14/10/2026 09:00", "P", DMARC) + [line for n, d in enumerate((2, 8, 14)) for line in mail(30 + n, "fuller@shop.example", f"{d:02d}/10/2026 09:00", "P", "552 5.2.2 over quota")])
    desk.take(desk.file("complaint.json", json.dumps({"notificationType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "angry@shop.example"}], "timestamp": "2026-10-14T09:00:00.000Z", "feedbackId": "c1"},
                                                      "mail": {"timestamp": "2026-10-14T08:00:00.000Z", "source": f"news@{FROM}", "messageId": "s1", "destination": ["angry@shop.example"]}})))
    people = [("ann@shop.example", "", "false"), ("ANN@shop.example", "", "false"), ("ann@shop.example", "550 already", "false"), ("ok@shop.example", "", "false"), ("full@shop.example", "", "false"),
              ("back@shop.example", "", "false"), ("our@gmail.com", "", "false"), ("fuller@shop.example", "", "true"), ("angry@shop.example", "", "false"), ("angry@shop.example", "", "true")]
    objects = OBJECTS + "".join(f"003{n},{','.join(p)}\n" for n, p in enumerate(people))
    found, told, text = export(desk, objects, "suppress")
    same({r["Id"]: r["HasOptedOutOfEmail"] for r in found}, {"0030": "", "0031": "", "0037": "true", "0038": "true"}, "suppress")
    same(found[0]["EmailBouncedDate"], "2026-10-14T09:15:00.000Z", "the date's form")
    same(found[0]["EmailBouncedReason"], "550 5.1.1 UNKNOWN_USER (email_log)", "the reason")
    check("false" not in text and "@" not in text, f"never unset, no address: {text}")
    check("4 of 10 records" in told and "2 left out" in told and 'leave "Insert null values" off' in told, told)
    found, told, text = export(desk, objects, "suppress", "--opt-out-hard")
    same({r["Id"]: r["HasOptedOutOfEmail"] for r in found}, {"0030": "true", "0031": "true", "0032": "true", "0037": "true", "0038": "true"}, "--opt-out-hard")
    check("false" not in text, "never unset")
    # Without a complaint there is no such column to write.
    found, told, text = export(desk, "Id;Email\r\n0031;ann@shop.example\r\n", "suppress")
    same(text.splitlines()[0], "Id,EmailBouncedReason,EmailBouncedDate", "the header")
    same(export(desk, OBJECTS, "suppress")[0], [], "an export without records")
    # As Excel writes it in German.
    found, told, text = export(desk, "Kontakt-ID;Name;E-Mail\r\n0035e00000AbCdEAAA;Ann;ann@shop.example\r\n", "suppress")
    same([r["Id"] for r in found], ["0035e00000AbCdEAAA"], "semicolons, and columns in German")
    for wrong in ("", "Name,Email\nx,ann@shop.example\n", "Id,Name\n1,x\n"):
        path = desk.file("wrong.csv", wrong)
        check(desk.text("refusals", "--export", "suppress", "--objects", path)[0] not in (0, 1), f"objects {wrong!r}")
    # Released only when mail like theirs arrives again.
    objects = OBJECTS + "0031,our@gmail.com,550 5.7.26,false\n0032,our@gmail.com,,false\n0033,ann@shop.example,550 5.1.1,false\n"
    found, told, text = export(desk, objects, "release")
    same(found, [], "not repaired")
    check("1 not released" in told, told)
    desk.log([line for n in range(100, 140) for line in mail(n, f"q{n}@gmail.com", f"{15 + n % 5}/10/2026 10:00")], "later.csv")
    found, told, text = export(desk, objects, "release")
    same(text, "Id,EmailBouncedReason,EmailBouncedDate\n0031,,\n", "released")
    check('turn on "Insert null values"' in told, told)
    check("--export release" in json.dumps(desk.answer()["causes"]), "the cause that is over names the list")
    desk.sound()

# ---- how long recipients are kept
with Log() as desk:
    config = desk.file("config.toml", '[refusals]\nkeep = "30d"\n')
    desk.take(logs / "email-log.csv", "--config", config)
    damaged = desk.file("damaged.csv", table([row(77, "P", "secret@shop.example", "14/10/2026 09:00", UNKNOWN), row(78, "Q", "other@shop.example", "14/10/2026 09:00")]))
    desk.take(damaged, "--config", config, exit=3)
    before = desk.classes()
    objects = OBJECTS + "0031,eve@shop.example,,false\n"
    same(len(export(desk, objects, "suppress")[0]), 1, "within the days kept")
    desk.today = "2026-12-01"
    desk.take(desk.file("none.csv", table([row(90, "R", "new@shop.example", "30/11/2026 09:00")])), "--config", config)
    same(len(export(desk, objects, "suppress")[0]), 0, "forgotten")
    same(desk.classes(), before, "the classes stay")
    data = b"".join(p.read_bytes() for p in desk.folder.glob("test.db*"))
    check(b"secret" not in data and b"eve@" not in data and b"other@" not in data, "recipients in the database's bytes")
    desk.sound()
    desk.text("db", "prune", "--older-than", "2026-10-16")
    same(desk.groups("--by", "day", "--until", "2026-10-31").get("2026-10-14"), None, "pruned")
    desk.sound()

# ---- mail whose first half is forgotten is still one
with Log() as desk:
    lines = []
    for number in range(1, 21):
        recipient = f"kim{number}@shop{number % 3}.example"
        lines += [row(number, "T", recipient, "14/10/2026 23:50", SLOW), row(number, "D", recipient, "15/10/2026 00:10", retries=1)]
    desk.log(lines)
    same(desk.states(), {"delivered": 20}, "put off before midnight, delivered after it")
    desk.today = "2027-01-13"
    rc, text = desk.text("db", "prune")
    same((rc, text.strip()), (0, "before 2026-10-15: recipients' addresses of 20 delivery events forgotten"), "the first half")
    same(desk.states(), {"delivered": 20}, "nothing was given up because addresses were forgotten")

# ---- addresses are due: by whatever run, and by db prune
for action in ("ingest", "prune"):
    with Log() as desk:
        verp = "bounces+12-zed.person=shop.example@em.harbor.example"
        lines = mail(1, "zed.person@shop.example", "14/10/2026 09:00", "P", UNKNOWN)
        for line in lines: line[4] = verp
        desk.log(lines)
        def in_file():
            return b"zed.person" in b"".join(p.read_bytes() for p in desk.folder.glob("test.db*"))
        desk.today = "2027-01-12"
        def act():
            if action == "prune": return desk.text("db", "prune")
            return desk.text("ingest", desk.file("text.txt", "nothing\n"))
        rc, text = act()
        same(rc, 0, f"{action}: {text}")
        check(in_file(), f"{action}: kept for 90 days")
        desk.today = "2027-01-13"
        rc, text = act()
        check(not in_file(), f"{action}: forgotten after 90 days")
        if action == "prune":
            same(text.strip(), "before 2026-10-15: recipients' addresses of 2 delivery events forgotten", "db prune says how many")
            check("of 0 delivery events" in act()[1], "none twice")
            same(desk.text("db", "prune", "--all")[0], 2, "--all alone")
        same(desk.classes(), {"UNKNOWN_USER": 1}, "the class stays")
        same(desk.states("--domain", "em.harbor.example"), {"refused": 1}, "the sender's domain stays")
        # A log that comes late is forgotten as soon.
        late = mail(2, "zed.person@shop.example", "01/10/2026 09:00", "P", UNKNOWN)
        desk.log(late, "late.csv")
        check(not in_file(), f"{action}: what came late")
        desk.sound()

# ---- mail: a table that anyone can send is not the owner's log; a bounce is one
with Log() as desk:
    attached = (f"From a@b Thu Jan  1 00:00:00 1970\nFrom: stranger@forger.example\nSubject: log\nMIME-Version: 1.0\nContent-Type: text/csv; name=\"log.csv\"\n\n" + original.decode().replace("\r\n", "\n") + "\n")
    bounce = (logs / "bounce.eml").read_text()
    desk.take(desk.file("inbox.mbox", attached + "From a@b Thu Jan  1 00:00:00 1970\n" + bounce))
    same(desk.groups("--by", "source"), {"dsn": 1}, "a mailbox with a table and a bounce")
    same(desk.classes(), {"MAILBOX_FULL": 1}, "the bounce")
    desk.sound()

# ---- a log and a bounce of one mail are one mail
with Log() as desk:
    sent = mail(20, "oda@shop.example", "16/10/2026 12:59", sender="kestreloutdoor.example")
    for line in sent: line[8] = "<m20.kestrel@sfdc.net>"
    desk.log(sent)
    same(desk.states(), {"delivered": 1}, "before the bounce")
    desk.take(logs / "bounce.eml")
    same(desk.states(), {"refused": 1}, "taken by a first server, refused by the next")
    same(desk.classes("--domain", "kestreloutdoor.example"), {"MAILBOX_FULL": 1}, "its class")

# ---- an empty database and one without what is asked for
with Log() as desk:
    desk.take(desk.file("none.csv", table([])))
    rc, text = desk.text("refusals")
    same((rc, text), (0, ""), "no logs")
    same(desk.states(), {}, "no logs, for programs")
end(f"{len(forms)} forms, ")
