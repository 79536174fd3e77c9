#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two years of six companies, judged on every single day: verdicts, failed gates, blockers, alerts and what-if figures of `dmarcq` are held
against sums that SQL makes from the tables, with the gates' definitions written down here a second time.

    history_test.py --dmarcq build/dmarcq --make-history build/make_history --days build/history_days [--every N] [NAME …]

With --every N only each N-th day is judged, and all days near a change: of the policy, of who sends, of who reports.

What is independent: who sent a row is told by the generator's addresses and names, not by the catalogue; sums are SQL's; gates and alerts are
worked out below. On some days the commands themselves are run too, and what-if totals are counted again over `dmarcq db export`.
"""
import argparse, bisect, collections, concurrent.futures, datetime, json, math, os, pathlib, sqlite3, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dmarcq", required=True)
parser.add_argument("--make-history", required=True)
parser.add_argument("--days", required=True)
parser.add_argument("--every", type=int, default=1)
parser.add_argument("names", nargs="*")
args = parser.parse_args()

domain = "kestreloutdoor.example"
first_day = datetime.date(2024, 11, 1)
length = 730
names = args.names or ["rollout-clean", "rollout-breaks-account-engagement", "vanished-key", "sandbox-starts-sending", "spoofing-wave", "silent-reporter"]
epoch = datetime.date(1970, 1, 1)
day0 = (first_day - epoch).days
iso = lambda day: (epoch + datetime.timedelta(days=day)).isoformat()
sandbox = "Salesforce core, org 00D8E000000RvNdUAK"
causes = {"Salesforce account-engagement": "ae-no-dkim", "Salesforce core": "dkim-key-missing", sandbox: "core-other-tenant"}
faults, said = 0, []


def fault(*words):
    global faults
    faults += 1
    if faults <= 40:
        said.append(" ".join(["  FAULT", *map(str, words)]))


# Who sent it, from the addresses and names that the generator gives its streams.
classify = """
  CASE WHEN hex(source_ip) LIKE 'C00002%' OR hex(source_ip) LIKE '20010DB80040%' THEN 'forwarded'
       WHEN hex(source_ip) LIKE 'C63364%' OR hex(source_ip) LIKE '20010DB80BAD%' THEN 'spoofed'
       WHEN spf_set.results LIKE '%cs94.bnc.salesforce.com%' THEN 'sandbox'
       WHEN spf_set.results LIKE '%bnc.salesforce.com%' THEN 'Salesforce core'
       WHEN spf_set.results LIKE '%bounce.news.%' THEN 'Salesforce marketing-cloud (news.kestreloutdoor.example)'
       WHEN spf_set.results LIKE '%exacttarget.com%' OR spf_set.results LIKE '%pd25.com%' THEN 'Salesforce account-engagement'
       WHEN spf_set.results LIKE '%amazonses.com%' THEN 'Amazon SES'
       ELSE 'Microsoft 365' END"""
sums = f"""
  SELECT report.day, {classify} AS sender, reporter.org_folded, evaluation.dkim='pass' OR evaluation.spf='pass' AS passes, evaluation.dkim='pass' AS dkim,
         evaluation.disposition, sum(count)
  FROM record JOIN report ON report.id=record.report JOIN reporter ON reporter.id=report.reporter JOIN identity ON identity.id=record.identity
  JOIN spf_set ON spf_set.id=identity.spf_set JOIN evaluation ON evaluation.id=record.evaluation
  WHERE report.state=0 GROUP BY 1,2,3,4,5,6"""
own = ["Salesforce core", "Salesforce marketing-cloud (news.kestreloutdoor.example)", "Salesforce account-engagement", "Amazon SES", "Microsoft 365"]


class Sum:
    __slots__ = ("ok", "bad", "spf_only", "held")

    def __init__(self):
        self.ok = self.bad = self.spf_only = self.held = 0

    def add(self, other):
        self.ok += other.ok
        self.bad += other.bad
        self.spf_only += other.spf_only
        self.held += other.held

    def all(self):
        return self.ok + self.bad


class History:
    def __init__(self, database):
        connection = sqlite3.connect(database)
        # cells[sender][reporter][day - day0]
        self.cells = collections.defaultdict(lambda: collections.defaultdict(lambda: [None] * length))
        for day, sender, reporter, passes, dkim, disposition, messages in connection.execute(sums):
            row = self.cells[sender][reporter]
            cell = row[day - day0] or Sum()
            row[day - day0] = cell
            if passes:
                cell.ok += messages
                cell.spf_only += 0 if dkim else messages
            else:
                cell.bad += messages
            if disposition in ("quarantine", "reject"):
                cell.held += messages
        # running[sender][reporter][i]: the sums of all days before the i-th
        self.running = {}
        for sender, rows in self.cells.items():
            self.running[sender] = {}
            for reporter, row in rows.items():
                sums_before = [(0, 0, 0, 0)]
                for cell in row:
                    a = sums_before[-1]
                    sums_before.append((a[0] + cell.ok, a[1] + cell.bad, a[2] + cell.spf_only, a[3] + cell.held) if cell else a)
                self.running[sender][reporter] = sums_before
        self.reports = collections.defaultdict(set)  # reporter -> days
        self.policy = [None] * length
        for reporter, day, p in connection.execute(
                "SELECT org_folded, day, p FROM report JOIN reporter ON reporter.id=reporter JOIN policy ON policy.id=policy WHERE state=0"):
            self.reports[reporter].add(day)
            assert self.policy[day - day0] in (None, p), "all reporters see one policy"
            self.policy[day - day0] = p
        self.reporters = sorted(self.reports)
        self.ordered = {reporter: sorted(days) for reporter, days in self.reports.items()}
        self.first_seen = {sender: min(i for row in rows.values() for i, cell in enumerate(row) if cell) + day0 for sender, rows in self.cells.items()}
        connection.close()

    def days_to_judge(self, every):
        """Days "today": each of `every`, the last, and those near a change."""
        changes = {day0 + i for i in range(1, length) if self.policy[i] != self.policy[i - 1]}
        for sender, rows in self.cells.items():
            seen = [day0 + i for row in rows.values() for i, cell in enumerate(row) if cell]
            changes |= {min(seen), max(seen) + 1}
            # From passing to failing and back, by weeks: single days of small senders say little.
            weeks = [self.total(sender, day, day + 6) for day in range(day0, day0 + length, 7)]
            bad = [share(week.bad, week.all()) for week in weeks]
            changes |= {day0 + 7 * i for i in range(1, len(bad)) if abs(bad[i] - bad[i - 1]) > 0.5}
        for days in self.ordered.values():
            gaps = [(a, b) for a, b in zip(days, days[1:]) if b - a > 7]
            changes |= {day for gap in gaps for day in gap} | {days[-1] + 1}
        near = {change + i for change in changes for i in range(-3, 11)}
        return [day for day in range(day0 + 1, day0 + length + 1) if (day - day0) % every == 0 or day in near or day == day0 + length]

    def one_reporter(self, sender, reporter, first, last):
        result, rows = Sum(), self.running.get(sender, {}).get(reporter)
        if rows:
            a, b = rows[min(max(first - day0, 0), length)], rows[min(max(last - day0 + 1, 0), length)]
            result.ok, result.bad, result.spf_only, result.held = (y - x for x, y in zip(a, b))
        return result

    def total(self, sender, first, last):
        result = Sum()
        for reporter in self.running.get(sender, {}):
            result.add(self.one_reporter(sender, reporter, first, last))
        return result


def share(bad, whole):
    return bad / whole if whole else 0.0


def weigh(by_reporter, measure, limit):
    """Over the limit, and not by one reporter's word alone; or hidden by one reporter's word alone."""
    def sum_without(*left_out):
        pairs = [measure(s) for r, s in by_reporter.items() if r not in left_out]
        return sum(p for p, _ in pairs), sum(w for _, w in pairs)
    if sum_without()[0] == 0:
        return False
    if share(*sum_without()) > limit:
        for reporter in by_reporter:
            others = sum(1 for r, s in by_reporter.items() if r != reporter and s.all() > 0)
            if others >= 2 and share(*sum_without(reporter)) <= limit / 2:
                return False
        return True
    for reporter in by_reporter:
        bad, whole = sum_without(reporter)
        if share(bad, whole) <= 2 * limit or whole < 100:
            continue
        pairs = [sum_without(reporter, other) for other in by_reporter if other != reporter]
        if all(w >= 100 and share(b, w) > 2 * limit for b, w in pairs):
            return True
    return False


class Day:
    """All sums that one day's answers need."""

    def __init__(self, history, today):
        self.h, self.end = history, today - 1
        self.first = self.end - 29
        self.by_reporter = {s: {r: history.one_reporter(s, r, self.first, self.end) for r in history.reporters} for s in history.cells}
        for s in self.by_reporter:
            self.by_reporter[s] = {r: c for r, c in self.by_reporter[s].items() if c.all() > 0}
        self.now = {s: self.merge(self.by_reporter[s]) for s in self.by_reporter}

    @staticmethod
    def merge(by_reporter, without=None):
        result = Sum()
        for reporter, one in by_reporter.items():
            if reporter != without:
                result.add(one)
        return result


def verdict_of(day, target):
    """verdict, failed gates, blockers (gate, sender): the definitions once more."""
    h, end, first = day.h, day.end, day.first
    reject = target == "reject"
    failed, blockers = set(), set()
    mine = [s for s in own if s in day.now and day.now[s].all() > 0]
    # data
    observed = end - day0 + 1
    enforced = 0
    while end - enforced >= day0 and h.policy[end - enforced - day0] in ("quarantine", "reject"):
        enforced += 1
    if observed < 30 or (reject and enforced < 30):
        failed.add("G1")
    if sum(1 for days in h.reports.values() if any(d in days for d in range(first, end + 1))) < 3:
        failed.add("G2")
    if sum(day.now[s].all() for s in mine) < 1000:
        failed.add("G3")
    data_missing = bool(failed)
    # pass rates
    each, all_of_them = (1 - 0.99, 1 - 0.995) if reject else (1 - 0.95, 1 - 0.98)
    failures = lambda s: (s.bad, s.all())
    everything = collections.defaultdict(Sum)
    for s in mine:
        for reporter, one in day.by_reporter[s].items():
            everything[reporter].add(one)
        if weigh(day.by_reporter[s], failures, each):
            blockers.add(("G4", s))
    if weigh(everything, failures, all_of_them) or any(g == "G4" for g, _ in blockers):
        failed.add("G4")
    # orgs and SPF only
    if day.now.get("sandbox") and day.now["sandbox"].all() > 0:
        blockers.add(("G6", sandbox))
    for s in mine:
        if reject and weigh(day.by_reporter[s], lambda c: (c.spf_only, c.all()), 0.05):
            blockers.add(("G6", s))
    # new senders: those of the first week of all that is looked at were there before
    lookback = max(end + 1 - 120, day0)
    for s in mine + ["sandbox"]:
        if s not in day.now or day.now[s].all() == 0:
            continue
        seen = max(h.first_seen[s], lookback)
        if seen > end - (30 if reject else 14) and seen > lookback + 7:
            blockers.add(("G8", sandbox if s == "sandbox" else s))
    # stability
    for s in mine:
        before = h.total(s, first - 30, first - 1)
        if day.now[s].all() >= 50 and before.all() >= 50 and weigh(day.by_reporter[s], failures, share(*failures(before)) + 0.02):
            blockers.add(("G9", s))
    # loss of forwarded mail
    forwarded = day.now.get("forwarded", Sum())
    if share(forwarded.bad, sum(day.now[s].all() for s in mine) + forwarded.all()) > 0.02:
        blockers.add(("G10", "forwarders and lists"))
    failed |= {g for g, _ in blockers}
    wrong = failed - {"G1", "G2", "G3"}
    return ("not_ready" if wrong else "too_little_data" if data_missing else "ready"), failed, blockers


def two_proportions(a_ok, a, b_ok, b):
    pooled = (a_ok + b_ok) / (a + b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / a + 1 / b))
    return 1.0 if error <= 0 else math.erfc(abs(b_ok / b - a_ok / a) / error / math.sqrt(2))


def past_all(ordered, first, last):
    return ordered[bisect.bisect_left(ordered, first):bisect.bisect_right(ordered, last)]


def alerts_of(history, end, told):
    """{(code, source): since}: the definitions of the alerts once more. `told`: the same of the day before."""
    h, found = history, {}
    begin = max(end - 119, day0)
    held_back = h.policy[end - day0] in ("quarantine", "reject")
    for s in own:
        recent = h.total(s, end - 2, end)
        # started failing: above 5 %, and it was not so before
        known = told.get(("sender-started-failing", s))
        if recent.all() == 0:
            if known:
                found["sender-started-failing", s] = known
        elif share(recent.bad, recent.all()) > 0.05:
            if known:
                found["sender-started-failing", s] = known
            else:
                by_reporter = {r: h.one_reporter(s, r, end - 2, end) for r in h.cells[s]}
                by_reporter = {r: one.bad for r, one in by_reporter.items() if one.all() > 0}
                base = h.total(s, end - 30, end - 3)
                if recent.bad >= 5 and (sum(1 for b in by_reporter.values() if b) >= 2 or len(by_reporter) == 1) and base.all() >= 20:
                    if 2 * share(base.bad, base.all()) <= share(recent.bad, recent.all()) and two_proportions(base.ok, base.all(), recent.ok, recent.all()) < 0.01:
                        since, day = end, end
                        while day >= max(end - 31, day0):
                            one = h.total(s, day, day)
                            if one.all() > 0 and share(one.bad, one.all()) <= 0.05:
                                break
                            if one.all() > 0:
                                since = day
                            day -= 1
                        found["sender-started-failing", s] = since
        # enforcement hits own mail
        known = told.get(("enforcement-hit-own-mail", s))
        if held_back and (not (recent.held == 0 and recent.all() > 0) if known else recent.held >= 5 and recent.held >= 0.01 * recent.all()):
            since = known or end
            if not known:
                day = end
                while day >= max(end - 31, day0):
                    one = h.total(s, day, day)
                    if one.all() > 0 and one.held == 0:
                        break
                    if one.held > 0:
                        since = day
                    day -= 1
            found["enforcement-hit-own-mail", s] = since
    if "sandbox" in h.cells:
        since = h.first_seen["sandbox"]
        if since <= end and since > end - 7 and since > begin + 14:
            found["new-source", sandbox] = since
    # spoofing
    spoofed = lambda day: h.total("spoofed", day, day).all()
    known = told.get(("spoofing-burst", None))
    base_end = known - 1 if known else end - 3
    base = h.total("spoofed", max(base_end - 27, begin), base_end).all() if "spoofed" in h.cells else 0
    burst = [day for day in range(end - 2, end + 1) if "spoofed" in h.cells and spoofed(day) >= 100 and spoofed(day) * 28 > 4 * base]
    if burst:
        found["spoofing-burst", None] = known or burst[0]
    # the policy, as seen
    for day in range(end, max(end - 7, begin), -1):
        now, before = h.policy[day - day0], h.policy[day - 1 - day0] if day > day0 else None
        if before is not None and now != before:
            found["policy-changed", f"p={now}"] = day
            break
    # reporters
    for reporter, days in h.reports.items():
        ordered = h.ordered[reporter]
        past = ordered[bisect.bisect_left(ordered, begin - 10):bisect.bisect_right(ordered, end)]
        if not past:
            continue
        last = past[-1]
        start = max(last - 27, day0, end + 1 - 130)
        near = [d for d in past if d >= start]
        longest = max([b - a for a, b in zip(near, near[1:])], default=0)
        silent = end - last
        # How often it misses a day, by eight weeks; the silence must be more than chance.
        since = max(last - 55, day0, end + 1 - 130)
        missed = (last - since + 1 - sum(1 for d in past_all(ordered, since, last)) + 1) / (last - since + 3)
        regular = last - start + 1 >= 14 and 5 * len(near) >= 3 * (last - start + 1)
        if regular and missed <= 0.2 and silent >= 3 and silent >= 2 * longest and missed ** (silent - 1) < 1.2e-3:
            found["reports-stopped", reporter] = last + 1
    return found


def run(*command, today=None, accepted=(0,), text=None):
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    if today:
        environment["DMARCQ_TODAY"] = today
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, input=text.encode() if text else None)
    if done.returncode not in accepted:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stderr.decode()}")
    return done.stdout.decode()


def recount(reports, first, last, trial):
    """What-if over `db export`, row by row: nothing of the program's judgement but the reporters' own words is used."""
    result = collections.Counter()
    for report in reports:
        if not first <= report["day"] <= last:
            continue
        for record in report["records"]:
            sender = record["header_from"] or report["domain"]
            dkim, spf = record["dkim"] == "pass", record["spf"] == "pass"
            if trial.get("adkim") == "s":
                dkim = dkim and any(r["result"] == "pass" and r["domain"] == sender for r in record["auth_dkim"])
            if trial.get("aspf") == "s":
                spf = spf and any(r["result"] == "pass" and r["scope"] != "helo" and r["domain"] == sender for r in record["auth_spf"])
            asked = trial["p"] if sender == report["domain"] else trial.get("sp", trial["p"])
            if trial.get("t") == "y":
                asked = {"reject": "quarantine"}.get(asked, "none")
            result["messages"] += record["count"]
            if not (dkim or spf):
                result[asked] += record["count"]
            if record["disposition"] in ("quarantine", "reject"):
                result["happened"] += record["count"]
    return result


def check_history(name, folder):
    global faults
    faults, began = 0, time.time()
    said.clear()
    mbox, database = folder / f"{name}.mbox", folder / f"{name}.db"
    run(args.make_history, name, mbox, folder / f"{name}.tsv")
    run(args.dmarcq, "--db", database, "ingest", "-q", mbox)
    history = History(database)
    days = history.days_to_judge(args.every)
    answers = [json.loads(line) for line in run(args.days, database, domain, text="".join(iso(day) + "\n" for day in days)).splitlines()]
    assert [answer["today"] for answer in answers] == [iso(day) for day in days]
    told, verdicts, news = {}, collections.Counter(), []
    for answer in answers:
        today = (datetime.date.fromisoformat(answer["today"]) - epoch).days
        day = Day(history, today)
        for target in ("quarantine", "reject"):
            got = answer[target]
            verdict, failed, blockers = verdict_of(day, target)
            place = f"{name} {answer['today']} to {target}:"
            if got["until"] != iso(day.end):
                fault(place, "the window ends", got["until"])
            if got["verdict"] != verdict:
                fault(place, got["verdict"], "instead of", verdict, got["failed"], sorted(failed))
            if set(got["failed"]) != failed:
                fault(place, "gates", got["failed"], "instead of", sorted(failed))
            named = {(b["gate"], b["sender"] + (" (news.kestreloutdoor.example)" if b["sender"] == "Salesforce marketing-cloud" else "")) for b in got["blockers"]}
            if named != blockers:
                fault(place, "blockers", sorted(named), "instead of", sorted(blockers))
            for b in got["blockers"]:
                key = "sandbox" if b["sender"] == sandbox else b["sender"]
                if key in day.now and (b["messages"], b["failing"]) != (day.now[key].all(), day.now[key].bad):
                    fault(place, b, "instead of", day.now[key].all(), day.now[key].bad)
                # One or two days of failing do not show yet, or show no more, that a key was missing.
                failing_days = sum(1 for d in range(day.first, day.end + 1) if key in day.now and history.total(key, d, d).bad)
                if b["failing"] and failing_days > 2 and b["code"] != causes.get(b["sender"], b["code"]):
                    fault(place, b["sender"], "is called", b["code"], "instead of", causes[b["sender"]])
            senders = {(sandbox if s == "sandbox" else s): [c.all(), c.bad, c.held] for s, c in day.now.items() if s not in ("forwarded", "spoofed") and c.all() > 0}
            if got["own"] != senders:
                fault(place, "senders", got["own"], "instead of", senders)
            for standing in ("forwarded", "spoofed"):
                if got["beside"][standing] != day.now.get(standing, Sum()).all():
                    fault(place, standing, got["beside"][standing], "instead of", day.now.get(standing, Sum()).all())
            if got["beside"]["unidentified"] or got["beside"]["foreign"] or got["beside"]["mailing-list"]:
                fault(place, "mail of a kind that is not there", got["beside"])
            failing = sum(c.bad for c in day.now.values())
            w = got["what_if"]
            if (w["messages"], w["quarantine"] + w["reject"], w["happened"]) != (sum(c.all() for c in day.now.values()), failing, sum(c.held for c in day.now.values())):
                fault(place, "what-if", w, "instead of", failing)
            if w[target] != failing:
                fault(place, "what-if asks for something else", w)
            if today % 30 == 0:  # by day, on a day of each month
                by_day = {iso(d): sum(history.total(s, d, d).bad for s in history.cells) for d in range(day.first, day.end + 1)}
                if {d: n for d, n in w["by_day"].items() if n} != {d: n for d, n in by_day.items() if n}:
                    fault(place, "what-if by day")
            verdicts[target, verdict] += 1
        found = alerts_of(history, day.end, told)
        got = {(a["code"], (a["source"].lower() if a["code"] == "reports-stopped" else a["source"]) or None): (datetime.date.fromisoformat(a["since"]) - epoch).days for a in answer["alerts"]}
        if got != found:
            fault(name, answer["today"], "alerts", {k: iso(v) for k, v in got.items()}, "instead of", {k: iso(v) for k, v in found.items()})
        fresh = {(a["code"], (a["source"].lower() if a["code"] == "reports-stopped" else a["source"]) or None) for a in answer["alerts"] if a["new"]}
        if fresh != set(found) - set(told):
            fault(name, answer["today"], "news", fresh, "instead of", set(found) - set(told))
        news += [(answer["today"], code, source or "") for code, source in sorted(fresh, key=str)]
        told = found

    # The commands say what the functions say; and what-if once more over the export.
    export = [json.loads(line) for line in run(args.dmarcq, "--db", database, "db", "export").splitlines()]
    for report in export:
        begin, end = (datetime.datetime.fromisoformat(report[k].replace("Z", "+00:00")) for k in ("begin", "end"))
        report["day"] = (begin + (end - begin) / 2).date().isoformat()
    for index in (30, 396, 521, length):
        answer = answers[bisect.bisect_left(days, day0 + index)]
        told_us = json.loads(run(args.dmarcq, "--db", database, "readiness", domain, "--to", "reject", "--format", "json", today=answer["today"]))
        if told_us["verdict"] != answer["reject"]["verdict"] or [g["id"] for g in told_us["gates"] if g["passed"] is False] != answer["reject"]["failed"]:
            fault(name, answer["today"], "the command says", told_us["verdict"])
        for trial in ({"p": "reject"}, {"p": "quarantine", "sp": "reject", "adkim": "s", "aspf": "s"}, {"p": "reject", "sp": "quarantine", "t": "y"}):
            told_us = json.loads(run(args.dmarcq, "--db", database, "readiness", domain, "--what-if", ",".join(f"{k}={v}" for k, v in trial.items()), "--format", "json", today=answer["today"]))
            w, counted = told_us["what_if"], recount(export, told_us["window"]["since"], told_us["window"]["until"], trial)
            happened = w["happened"]["quarantine"] + w["happened"]["reject"]
            if (w["messages"], w["quarantine"], w["reject"], happened) != (counted["messages"], counted["quarantine"], counted["reject"], counted["happened"]):
                fault(name, answer["today"], trial, "what-if", w["messages"], w["quarantine"], w["reject"], happened, "instead of", dict(counted))
            for part in ("by_flow", "by_standing"):
                if sum(w[part].values()) != w["affected"]:
                    fault(name, answer["today"], trial, part, "does not add up")
            for part in ("by_sender", "by_day", "by_reporter"):
                if sum(line["affected"] for line in w[part]) != w["affected"]:
                    fault(name, answer["today"], trial, part, "does not add up")
    alerts = json.loads(run(args.dmarcq, "--db", database, "check", "--format", "json", today=answers[-1]["today"], accepted=(0, 1)))["alerts"]
    again = run(args.dmarcq, "--db", database, "check", "--format", "json", today=answers[-1]["today"])
    if json.loads(again)["alerts"]:
        fault(name, "check tells news twice")
    # A first check remembers nothing: what began failing long ago is no start.
    fresh = set(alerts_of(history, day0 + length - 1, {}))
    if {(a["code"], a["source"].lower() if a["code"] == "reports-stopped" else a["source"]) for a in alerts} != fresh:
        fault(name, "check says", alerts, "instead of", fresh)
    said.append(f"{name}: {len(days)} days, {dict((' '.join(k), n) for k, n in sorted(verdicts.items()))}, {time.time() - began:.1f} s")
    said.extend(f"  {day} {code} {source}" for day, code, source in news)
    return faults, list(said)


if __name__ == "__main__":
    # Two at a time: each is mostly one process's work.
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(2) as pool:
        jobs = [pool.submit(check_history, name, pathlib.Path(folder)) for name in names]
        for job in jobs:
            number, lines = job.result()
            faults += number
            print("\n".join(lines))
    print(f"{faults} faults")
    sys.exit(1 if faults else 0)
