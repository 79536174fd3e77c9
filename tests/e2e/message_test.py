#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`dmarcq message` on the mails of fixtures/mails: who sent them, what passes, what broke, and which words are believed.

    message_test.py --dmarcq build/dmarcq
"""
import argparse, json, pathlib, subprocess, tempfile

from checks import check, end

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dmarcq", required=True)
args = parser.parse_args()
mails = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "mails"
zone = mails / "dns.zone"
folder = tempfile.TemporaryDirectory(prefix="dmarcq-")
environment = {"PATH": "/usr/bin:/bin", "HOME": folder.name, "LC_ALL": "C.UTF-8", "DMARCQ_TODAY": "2026-11-25"}


def run(*words, stdin=None):
    done = subprocess.run([args.dmarcq, "message", *map(str, words)], env=environment, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ask(name, *words):
    rc, out, err = run(mails / f"{name}.eml", *words, "--format", "json")
    assert rc == 0, (name, rc, err)
    return json.loads(out)


def summary(answer):
    """route/weight, spf, dkim, dmarc, codes of the notes."""
    dkim = [f"{d['receiver_said']}/{d['recomputed']}" for d in answer["dkim"]]
    return dict(route=f"{answer['route']['route'] or answer['route']['service']} {answer['route']['weight']}", spf=f"{answer['spf']['receiver_said']}/{answer['spf']['recomputed']}",
                dkim=dkim, dmarc=answer["dmarc"]["passes"], notes={note["code"] for note in answer["notes"]})


# name, with the zone: route and weight, SPF, DKIM, DMARC, notes that must be there, notes that must not
cases = [
    ("core-signed", "core proven", "pass/pass", ["pass/pass"], True, {"receiver-not-named"}, {"not-signed-as-from", "said-otherwise", "claims-only"}),
    ("core-org-signed", "core proven", "pass/pass", ["pass/pass"], True, set(), {"said-otherwise"}),
    ("core-unsigned", "core proven", "pass/pass", [], False, {"not-signed-as-from"}, {"body-changed"}),
    ("core-other-key", "core proven", "pass/pass", ["fail/other key"], False, {"other-key"}, {"header-changed", "body-changed"}),
    ("core-missing-key", "core proven", "pass/pass", ["None/no key"], False, {"key-missing"}, {"not-signed-as-from"}),
    ("core-body-changed", "core proven", "pass/pass", ["None/body changed"], False, {"body-changed"}, {"header-changed"}),
    ("core-subject-tagged", "core proven", "pass/pass", ["None/header changed"], False, {"subject-tagged"}, {"body-changed", "header-changed"}),
    ("core-to-changed", "core proven", "pass/pass", ["None/header changed"], False, {"header-changed"}, {"body-changed", "other-key", "subject-tagged"}),
    ("core-length", "core proven", "pass/pass", ["pass/pass"], True, {"unsigned-tail"}, {"body-changed"}),
    ("core-lf-only", "core proven", "pass/pass", ["pass/pass"], True, {"bare-line-ends"}, {"body-changed"}),
    ("core-two-from", "core proven", "pass/pass", ["pass/pass"], False, {"several-from"}, set()),
    ("core-foreign-org", "core proven", "pass/temperror", [], False, {"not-signed-as-from"}, set()),
    ("forged-below", "core claimed", "pass/temperror", [], False, {"claims-only"}, set()),
    ("forged-alone", "core claimed", "None/temperror", [], False, {"claims-only"}, {"receiver-not-named"}),
    ("forged-other-id", "core claimed", "None/None", [], None, {"claims-only", "no-trace"}, set()),
    ("relay-signed", "email-relay claimed", "pass/pass", ["pass/pass"], True, set(), {"claims-only"}),
    ("cloud-one-click", "marketing-cloud proven", "pass/pass", ["pass/pass"], True, {"reply-elsewhere"}, set()),
    ("microsoft-self-to-self", "core proven", "pass/pass", [], False, {"self-to-self", "junked", "not-signed-as-from"}, {"claims-only"}),
    ("sent-folder", "core claimed", "None/None", [], None, {"no-trace", "not-signed-as-from"}, {"claims-only"}),
    ("bounce", "None claimed", "pass/none", [], True, {"null-sender"}, set()),
]
for name, route, spf, dkim, dmarc, there, absent in cases:
    found = summary(ask(name, "--snapshot", zone))
    wrong = {key: (found[key], wanted) for key, wanted in dict(spf=spf, dkim=dkim, dmarc=dmarc).items() if found[key] != wanted}
    if not route.startswith("None") and found["route"] != route: wrong["route"] = (found["route"], route)
    if there - found["notes"] or absent & found["notes"]: wrong["notes"] = (found["notes"], there, absent)
    check(not wrong, f"{name}: {wrong}")

# Without DNS: the body is still checked, and the rest is the receiver's word.
offline = ask("core-body-changed")
check(offline["dkim"][0]["recomputed"] == "body changed" and offline["spf"]["recomputed"] is None, "a changed body needs no key")
offline = ask("core-signed")
check(offline["dkim"][0]["recomputed"] == "body intact" and offline["dmarc"]["passes"] is True and offline["dmarc"]["policy"] == "reject", "the receiver's words stand for the rest")
for key in ("key.pem", "key.txt"):
    check(ask("core-signed", "--key", mails / key)["dkim"][0]["recomputed"] == "pass", f"--key {key}")
check(ask("core-other-key", "--key", mails / "key.pem")["dkim"][0]["recomputed"] == "other key", "another key than the one given")

# Whose word counts.
named = ask("core-signed", "--authserv-id", "mx.google.com")
check(all(r["named"] for r in named["authentication_results"] if r["trusted"]) and "receiver-not-named" not in summary(named)["notes"], "a named receiver is believed")
other = ask("core-signed", "--authserv-id", "mx.elsewhere.example")
check(not any(r["trusted"] for r in other["authentication_results"]) and other["dkim"][0]["receiver_said"] is None, "another receiver's words are claims")
forged = ask("forged-below")
check([r["trusted"] for r in forged["authentication_results"]] == [True, False] and forged["dmarc"]["passes"] is False, "a forgery below the receiver's own field")
forged = ask("forged-alone", "--snapshot", zone)
check(not any(r["trusted"] for r in forged["authentication_results"]) and forged["dmarc"]["receiver_said"] is None, "a forgery below a foreign Received, where the receiver wrote nothing")
lines = (mails / "forged-alone.eml").read_text().split("\n")
second = [i for i, line in enumerate(lines) if line.startswith("Received:")][1]
end_of_second = next(i for i in range(second + 1, len(lines)) if not lines[i].startswith((" ", "\t")))
below = "\n".join(lines[:second] + lines[end_of_second:]).encode()
for words in ([], ["--authserv-id", "mx.google.com"]):
    rc, text, _ = run("-", "--format", "json", *words, stdin=below)
    forged = json.loads(text)
    check(rc == 0 and below.count(b"\nReceived:") == 1 and not any(r["trusted"] for r in forged["authentication_results"]) and forged["dmarc"]["receiver_said"] is None
          and "results-unproven" in summary(forged)["notes"], f"a forgery right below the receiver's only Received {words}")
filtered = below.replace(b"mx.google.com", b"mx.owner.example")
for words, believed in (([], False), (["--authserv-id", "mx.owner.example"], True)):
    found = json.loads(run("-", "--format", "json", *words, stdin=filtered)[1])
    check(any(r["trusted"] for r in found["authentication_results"]) == believed and ("results-below" if believed else "results-unproven") in summary(found)["notes"],
          f"results where mail filters put them count for who names the receiver {words}")

# Orgs, features, relays, Marketing Cloud's numbers.
core = ask("core-signed")
check(core["route"]["org_id"] == "00DA0000000Hu5aMAC" and core["route"]["org_proven"] and core["route"]["feature"] == "workflowActionAlert", "org and feature of Core")
check(not ask("sent-folder")["route"]["org_proven"] and ask("sent-folder")["route"]["org_id"] == "00DA0000000Hu5aMAC", "a field alone proves no org")
relay = ask("relay-signed")
check(relay["route"]["relay_host"] == "relay.kestreloutdoor.example" and relay["route"]["org_id"] == "00DA0000000Hu5aMAC", "the relay and the org behind it")
cloud = ask("cloud-one-click")["return_path"]["marketing_cloud"]
check(cloud == {"list_id": 12, "subscriber_id": 3456789, "job_id": 4455, "mid": 7300123, "batch_id": 67}, "the five numbers of the Return-Path")

# The rules for senders.
rule = lambda answer, name: next(r for r in answer["sender_rules"] if r["rule"] == name)["status"]
for name, wanted in (("cloud-one-click", "passed"), ("cloud-one-click-unsigned", "failed"), ("cloud-mailto-only", "failed"), ("core-signed", "not-checkable"), ("bounce", "not-checkable")):
    found = rule(ask(name, "--snapshot", zone), "one-click")
    check(found == wanted, f"one-click of {name}: {found}, not {wanted}")
check(rule(ask("core-two-from"), "one-from") == "failed" and rule(core, "one-from") == "passed", "one From")
check(rule(ask("core-unsigned"), "dkim") == "failed" and rule(core, "dkim") == "passed" and rule(ask("sent-folder"), "spf") == "not-checkable", "SPF and DKIM of all senders")
check({r["status"] for r in core["sender_rules"]} <= {"passed", "failed", "not-applicable", "not-checkable"} and all(r["why"] for r in core["sender_rules"]), "each rule with its reason")

# For people: in 80 columns, no control character, the cause in words; several files; standard input; no mail.
rc, text, _ = run(mails / "core-unsigned.eml", "--snapshot", zone)
check(rc == 0 and "DMARC fails for kestreloutdoor.example: it is not signed as that domain" in text and "DKIM Keys" in text, "the cause and its repair")
check("00DA0000000Hu5aMAC on na63 (proven); not known to be yours" in text, "that the org is proven, and whose it is, are two things")
for name in ("forged-alone", "sent-folder"):
    rc, text, _ = run(mails / f"{name}.eml")
    check(rc == 0 and "Stay on Salesforce Core" not in text, f"{name}: no advice on what is only claimed")
rc, text, _ = run(mails / "core-subject-tagged.eml", "--snapshot", zone)
check("changed on its way, after it was signed" in text and "custdkim" not in text, "a tagged subject is no matter of keys")
rc, text, _ = run(mails / "sent-folder.eml")
check("is open" in text and "as the recipient received it" in text, "a mail from a Sent folder leaves DMARC open")
rc, text, _ = run(mails / "microsoft-self-to-self.eml")
check("with Microsoft SMTP Server" in text, "Microsoft's protocol has three words")
for name, *_ in cases:
    rc, text, _ = run(mails / f"{name}.eml", "--snapshot", zone)
    long = [line for line in text.split("\n") if len(line) > 80 and " " in line.strip()[60:]]
    check(rc == 0 and not long, f"{name}: wider than 80 columns: {long[:2]}")
rc, text, _ = run(mails / "core-signed.eml", mails / "core-unsigned.eml", "--format", "json")
check(rc == 0 and [json.loads(line)["file"].rsplit("/", 1)[1] for line in text.splitlines()] == ["core-signed.eml", "core-unsigned.eml"], "several mails, one a line")
rc, lines, _ = run(mails / "core-signed.eml", mails / "core-unsigned.eml", "--format", "ndjson")
check(rc == 0 and lines == text, "ndjson is the same")
rc, one, _ = run(mails / "core-signed.eml", "--format", "ndjson")
check(rc == 0 and one.count("\n") == 1 and json.loads(one) == json.loads(text.splitlines()[0]), "ndjson of one mail is one line")
rc, text, _ = run("-", "--format", "json", stdin=(mails / "core-signed.eml").read_bytes())
check(rc == 0 and json.loads(text)["dmarc"]["passes"], "from standard input")
rc, _, err = run("-", stdin=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
check(rc == 3 and ".msg" in err, "Outlook's own format is named")
rc, _, err = run("-", stdin=b"no mail at all\n")
check(rc == 3 and "not a mail" in err, "what is no mail")
check(run(mails / "core-unsigned.eml", "--exit-code")[0] == 1 and run(mails / "core-signed.eml", "--exit-code")[0] == 0, "--exit-code")
check(not list(pathlib.Path(folder.name).rglob("*.db")), "nothing is stored")
end(f"{len(cases)} mails, ")
