#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes fixtures/dkim: mails signed by another program (dkimpy), and a zone with the keys, whose private halves are thrown away.

    python3 tests/support/make_dkim_fixtures.py fixtures/dkim
"""
import base64, pathlib, re, subprocess, sys, tempfile

HEADER = ("From: Reports <reports@kestreloutdoor.example>\r\nTo: dmarc@harbourbooks.example\r\nSubject: Report Domain: harbourbooks.example\r\n"
          "\tSubmitter: kestreloutdoor.example   Report-ID: <1>\r\nDate: Mon, 10 Aug 2026 00:00:00 +0000\r\nMessage-ID: <1@kestreloutdoor.example>\r\n"
          "X-Folded:  a\r\n\t b \t c \r\n\r\n")
BODY = "Blanks  at \t the end \t \r\n\r\n\r\nA line.\r\n \r\nUmlaut: \u00e4\r\n\r\n\r\n\r\n"
# file, selector, domain, key, header canonicalization, body canonicalization, body
MAILS = [
    ("relaxed", "s1", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("simple", "s1", "kestreloutdoor.example", "rsa", "simple", "simple", BODY),
    ("relaxed-simple", "s1", "kestreloutdoor.example", "rsa", "relaxed", "simple", BODY),
    ("simple-relaxed", "s1", "kestreloutdoor.example", "rsa", "simple", "relaxed", BODY),
    ("empty-relaxed", "s1", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", ""),
    ("empty-simple", "s1", "kestreloutdoor.example", "rsa", "simple", "simple", ""),
    ("ed25519", "ed", "kestreloutdoor.example", "ed25519", "relaxed", "relaxed", BODY),
    ("below", "s1", "mail.kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("other-domain", "s1", "harbourbooks.example", "rsa", "relaxed", "relaxed", BODY),
    ("bare-key", "pkcs1", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("testing", "testing", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("weak", "weak", "kestreloutdoor.example", "rsa512", "relaxed", "relaxed", BODY),
    ("not-for-mail", "other", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("revoked", "revoked", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("alias", "alias", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
    ("unknown-key", "gone", "kestreloutdoor.example", "rsa", "relaxed", "relaxed", BODY),
]


def run(*words, stdin=b""):
    return subprocess.run(words, input=stdin, check=True, capture_output=True).stdout


def strings(text):
    return " ".join(f'"{text[i:i + 200]}"' for i in range(0, len(text), 200))


def main(folder):
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as keys:
        private = {kind: f"{keys}/{kind}" for kind in ("rsa", "rsa512", "ed25519")}
        run("openssl", "genrsa", "-traditional", "-out", private["rsa"], "2048")
        run("openssl", "genrsa", "-traditional", "-out", private["rsa512"], "512")
        der = run("openssl", "genpkey", "-algorithm", "ed25519", "-outform", "DER")
        pathlib.Path(private["ed25519"]).write_bytes(base64.b64encode(der[-32:]))
        spki = {kind: base64.b64encode(run("openssl", "rsa", "-in", private[kind], "-pubout", "-outform", "DER")).decode() for kind in ("rsa", "rsa512")}
        bare = base64.b64encode(run("openssl", "rsa", "-in", private["rsa"], "-RSAPublicKey_out", "-outform", "DER")).decode()
        raw = base64.b64encode(run("openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER", stdin=der)[-32:]).decode()
        zone = ["; Made by tests/support/make_dkim_fixtures.py."]
        at = lambda selector, domain, text: zone.append(f"{selector}._domainkey.{domain}. 3600 IN TXT {strings(text)}")
        for domain in ("kestreloutdoor.example", "mail.kestreloutdoor.example", "harbourbooks.example"):
            at("s1", domain, f"v=DKIM1; k=rsa; p={spki['rsa']}")
        at("ed", "kestreloutdoor.example", f"v=DKIM1; k=ed25519; p={raw}")
        at("pkcs1", "kestreloutdoor.example", f"p={bare}")
        at("testing", "kestreloutdoor.example", f"v=DKIM1; t=s:y; p={spki['rsa']}")
        at("weak", "kestreloutdoor.example", f"v=DKIM1; p={spki['rsa512']}")
        at("other", "kestreloutdoor.example", f"v=DKIM1; s=tlsrpt; p={spki['rsa']}")
        at("revoked", "kestreloutdoor.example", "v=DKIM1; p=")
        zone.append("alias._domainkey.kestreloutdoor.example. 3600 IN CNAME s1._domainkey.harbourbooks.example.")
        (folder / "keys.zone").write_text("\n".join(zone) + "\n")
        for name, selector, domain, key, header, body, text in MAILS:
            signed = run("dkimsign", "--hcanon", header, "--bcanon", body, "--signalg", "ed25519-sha256" if key == "ed25519" else "rsa-sha256", selector, domain, private[key],
                         stdin=(HEADER + text).encode())
            (folder / f"{name}.eml").write_bytes(signed)
        # dkimsign has no flag for l=.
        with_length = "import dkim, sys; mail = sys.stdin.buffer.read(); sys.stdout.buffer.write(dkim.sign(mail, b's1', b'kestreloutdoor.example', open(sys.argv[1], 'rb').read(), length=True) + mail)"
        (folder / "length.eml").write_bytes(run("/usr/bin/python3", "-c", with_length, private["rsa"], stdin=(HEADER + BODY).encode()))


main(pathlib.Path(sys.argv[1]))
