// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/what_if.h"

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/readiness/policy_record.h"

namespace dmarcq {
namespace {

void ask(Asked& asked, std::string_view policy, std::uint64_t messages) {
  if (policy == "reject")
    asked.reject += messages;
  else if (policy == "quarantine")
    asked.quarantine += messages;
  else
    asked.none += messages;
}

/// What a trial comes to for one policy domain.
struct Rules {
  std::string p, sp, np;
  bool testing = false;
  std::optional<Alignment> adkim, aspf;  ///< only where the trial changes it
};

Rules rules_of(const PolicyPublished* published, const PolicyTrial& trial) {
  Rules rules;
  const auto word = [](const Reported<Policy>& policy) {
    return policy.known ? std::string(to_text(*policy.known)) : std::string();
  };
  std::string sp, np;
  if (published != nullptr) {
    rules.p = word(published->p);
    sp = word(published->sp);
    np = word(published->np);
    rules.testing = published->testing == "y";
  }
  // A published sp that merely repeats p (many reporters fill it in so) does not hold subdomains
  // back when p is tried alone.
  if (!trial.sp && sp == rules.p) sp.clear();
  if (!trial.np && np == (sp.empty() ? rules.p : sp)) np.clear();
  if (trial.p) rules.p = *trial.p;
  if (trial.sp) sp = *trial.sp;
  if (trial.np) np = *trial.np;
  rules.sp = sp.empty() ? rules.p : sp;
  rules.np = np.empty() ? rules.sp : np;
  if (trial.testing) rules.testing = *trial.testing;
  const auto changed = [&](const std::optional<bool>& strict,
                           bool was_strict) -> std::optional<Alignment> {
    if (!strict || *strict == was_strict) return std::nullopt;
    return *strict ? Alignment::strict : Alignment::relaxed;
  };
  rules.adkim =
      changed(trial.adkim_strict, published != nullptr && published->adkim.is(Alignment::strict));
  rules.aspf =
      changed(trial.aspf_strict, published != nullptr && published->aspf.is(Alignment::strict));
  return rules;
}

bool dkim_aligns(const Identity& identity, const std::string& from, Alignment mode) {
  return std::ranges::any_of(identity.dkim, [&](const DkimAuthResult& r) {
    return r.result.is(DkimResult::pass) && aligned(r.domain, from, mode);
  });
}

bool spf_aligns(const Identity& identity, const std::string& from, Alignment mode) {
  return std::ranges::any_of(identity.spf, [&](const SpfAuthResult& r) {
    return !r.scope.is(SpfScope::helo) && r.result.is(SpfResult::pass) &&
           aligned(r.domain, from, mode);
  });
}

/// Stricter: the reporter's pass must hold under the new mode. Looser: its pass stays, and what
/// aligns now is added.
bool passes_under(bool reported, const std::optional<Alignment>& mode, bool aligns_now) {
  if (!mode) return reported;
  return *mode == Alignment::strict ? reported && aligns_now : reported || aligns_now;
}

}  // namespace

std::expected<PolicyTrial, std::string> PolicyTrial::parse(std::string_view text) {
  PolicyTrial trial;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(",;"), text.size());
    std::string part = lower(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    std::erase(part, ' ');
    if (part.empty() || part == "v=dmarc1") continue;
    const auto equals = part.find('=');
    const auto name = part.substr(0, equals),
               value = equals == std::string::npos ? std::string() : part.substr(equals + 1);
    if (name == "pct")
      return std::unexpected(
          "pct cannot be tried: RFC 9989 removed it, since only 0 and 100 were ever applied reliably; t=y asks for one step less");
    if (name == "p" || name == "sp" || name == "np") {
      if (value != "none" && value != "quarantine" && value != "reject")
        return std::unexpected("'" + part + "': the policies are none, quarantine and reject");
      (name == "p" ? trial.p : name == "sp" ? trial.sp : trial.np) = value;
    } else if (name == "adkim" || name == "aspf") {
      if (value != "r" && value != "s")
        return std::unexpected("'" + part + "': the modes are r (relaxed) and s (strict)");
      (name == "adkim" ? trial.adkim_strict : trial.aspf_strict) = value == "s";
    } else if (name == "t") {
      if (value != "y" && value != "n") return std::unexpected("'" + part + "': t is y or n");
      trial.testing = value == "y";
    } else {
      return std::unexpected("'" + part + "' cannot be tried: p, sp, np, adkim, aspf and t can");
    }
  }
  return trial;
}

void Asked::add(const Asked& other) {
  none += other.none;
  quarantine += other.quarantine;
  reject += other.reject;
}

void WhatIfLine::add(const WhatIfLine& other) {
  asked.add(other.asked);
  happened.add(other.happened);
  asked_without_test.add(other.asked_without_test);
  more_failures += other.more_failures;
  fewer_failures += other.fewer_failures;
}

namespace {

/// Names that some mail was authenticated for: they exist, or receivers could not have found their
/// keys and records. Those that a sender of the owner uses are taken to exist too: the careful
/// guess, since sp is what its mail would meet.
std::set<std::string> existing_names(const Streams& streams, const RowLookup& lookup) {
  std::set<std::string> names;
  for (const Stream& stream : streams.list)
    if (stream.is_ours()) names.insert(stream.from);
  for (const SourceRow& row : streams.window.rows) {
    const Identity& identity = lookup.identity(row.identity);
    for (const auto& r : identity.dkim)
      if (r.result.is(DkimResult::pass)) names.insert(lower(r.domain));
    for (const auto& r : identity.spf)
      if (r.result.is(SpfResult::pass) && !r.scope.is(SpfScope::helo))
        names.insert(lower(r.domain));
  }
  return names;
}

/// What the trial makes of one row.
struct Tried {
  std::string policy;     ///< asked of receivers
  std::string untested;   ///< asked of receivers that do not know t=y
  std::string subdomain;  ///< From domain below the policy domain; else ""
  bool passes = false;
  const RowVerdict* verdict = nullptr;
  const Stream* stream = nullptr;
};

/// Does the row pass DMARC under the rules?
bool passes_trial(const RowVerdict& verdict, const Identity& identity, const std::string& from,
                  const Rules& rules, const Scenario& scenario) {
  const bool dkim = passes_under(verdict.dkim_aligned, rules.adkim,
                                 rules.adkim && dkim_aligns(identity, from, *rules.adkim));
  const bool spf = passes_under(verdict.spf_aligned, rules.aspf,
                                rules.aspf && spf_aligns(identity, from, *rules.aspf));
  return dkim || spf ||
         std::ranges::any_of(scenario.fixed, [&](FindingCode code) { return verdict.has(code); });
}

/// A row of `domain`'s mail under the rules that the trial comes to there. Notes a name below the
/// domain when it is met first.
Tried try_row(const Streams& streams, std::size_t row, const Identity& identity,
              const std::string& domain, const Rules& rules, const Scenario& scenario,
              const std::function<WhatIf::Subdomain&(const std::string&)>& subdomain) {
  Tried tried;
  tried.verdict = &streams.judgement.rows[row];
  tried.stream = &streams.list[streams.stream_of_row[row]];
  const std::string from = identity.header_from.empty() ? domain : lower(identity.header_from);
  tried.policy = rules.p;
  if (from != domain) {
    tried.subdomain = from;
    tried.policy = subdomain(from).exists ? rules.sp : rules.np;
  }
  tried.untested = tried.policy;
  // RFC 9989 section 4.7: with t=y one step less is asked.
  if (rules.testing) tried.policy = weaker(tried.policy);
  tried.passes = passes_trial(*tried.verdict, identity, from, rules, scenario);
  if (tried.passes) tried.policy = tried.untested = "none";
  return tried;
}

using TriedByKey = std::unordered_map<std::uint32_t, Tried>;  // by key of the timeline

/// Adds up the messages of the window's days by what was tried on their rows.
void count_messages(const Timeline& timeline, const RowLookup& lookup, const Streams& streams,
                    const TriedByKey& tried_rows, WhatIf& result) {
  for (const auto& count : timeline.counts(streams.window_first, streams.last)) {
    const auto found = tried_rows.find(count.key);
    if (found == tried_rows.end()) continue;
    const Tried& tried = found->second;
    WhatIfLine line;
    ask(line.asked, tried.policy, count.messages);
    ask(line.asked_without_test, tried.untested, count.messages);
    ask(line.happened, lookup.evaluation(timeline.keys()[count.key].evaluation).disposition.text(),
        count.messages);
    const bool passed = tried.verdict->passes();
    line.more_failures = passed && !tried.passes ? count.messages : 0;
    line.fewer_failures = !passed && tried.passes ? count.messages : 0;
    const Stream& stream = *tried.stream;
    result.all.add(line);
    result.by_flow[static_cast<std::size_t>(tried.verdict->flow)].add(line);
    result.by_standing[static_cast<std::size_t>(stream.standing)].add(line);
    result
        .by_sender[stream.is_ours()
                       ? stream.label()
                       : stream.label() + " [" + std::string(to_text(stream.standing)) + "]"]
        .add(line);
    result.by_day[count.day].add(line);
    result.by_reporter[count.reporter].add(line);
    if (!tried.subdomain.empty()) result.by_subdomain[tried.subdomain].line.add(line);
  }
}

}  // namespace

WhatIf what_if(const Timeline& timeline, const RowLookup& lookup, const Streams& streams,
               const Scenario& scenario, const PolicyTrial& trial, const Zone* zone) {
  WhatIf result;
  const std::set<std::string> existing = existing_names(streams, lookup);
  const auto subdomain = [&](const std::string& name) -> WhatIf::Subdomain& {
    const auto [place, first_time] = result.by_subdomain.try_emplace(name);
    WhatIf::Subdomain& sub = place->second;
    if (first_time) {
      sub.exists = (zone != nullptr && zone->exists(name)) ||
                   std::ranges::any_of(existing, [&](const std::string& one) {
                     return one == name || one.ends_with("." + name);
                   });
      sub.known = sub.exists || (zone != nullptr && zone->holds(name));
    }
    return sub;
  };

  TriedByKey tried_rows;
  std::map<std::string, Rules> rules;  // by policy domain
  for (std::size_t row = 0; row < streams.window.rows.size(); ++row) {
    if (streams.stream_of_row[row] == Streams::none) continue;
    // The domain whose record governs the mail, under whatever name its reporter filed it.
    const std::string& domain = streams.list[streams.stream_of_row[row]].domain;
    const auto [entry, added] = rules.try_emplace(domain);
    if (added) {
      const auto seen =
          policy_in_force(timeline.reports(streams.first, streams.last), domain, streams.last);
      entry->second = rules_of(seen ? &seen->published : nullptr, trial);
    }
    const Identity& identity = lookup.identity(streams.window.rows[row].identity);
    tried_rows.emplace(streams.window.key_of_row[row],
                       try_row(streams, row, identity, domain, entry->second, scenario, subdomain));
  }
  count_messages(timeline, lookup, streams, tried_rows, result);
  return result;
}

}  // namespace dmarcq
