// SPDX-License-Identifier: MIT
#include "report/analysis/finding/diagnose.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <tuple>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/sender/salesforce.h"
#include "store/source_key.h"

namespace dmarcq {
namespace {

using C = FindingCode;

/// Temporary errors below this share of a route's messages are noise.
constexpr double noise_share = 0.05;
/// So much of a selector's mail may come out of line in time: what one gateway broke long before a
/// key went, a cache that outlived it.
constexpr double stray_share = 0.05;
/// On so many days around a change of DNS, caches and report windows show both states.
constexpr Day change_days = 3;
/// Core counts as vanished when it was silent for so many days, and for twice its longest silence
/// before.
constexpr Day vanished_days = 7;

constexpr std::array<std::string_view, flow_count> flow_words{"direct", "forwarded", "mailing-list",
                                                              "foreign", "unknown"};
constexpr std::array<std::string_view, 3> ownership_words{"ours", "foreign", "unproven"};

bool is_core(const RouteLine& line) {
  return line.service == salesforce_service && line.route == salesforce_route::core;
}

/// Core mail from Salesforce itself that is not another tenant's.
bool is_own_core(const Judgement& j, const RowVerdict& verdict) {
  return is_core(j.routes[verdict.route_line]) && verdict.flow == Flow::direct &&
         j.senders[verdict.sender].place == Place::home;
}

/// Core mail that stopped while other mail of the domain goes on. `core`: messages by route line
/// and day; `every_day`: all days are there, not only the first and last of each row.
void find_vanished(Judgement& j, const std::map<std::uint32_t, std::map<Day, std::uint64_t>>& core,
                   bool every_day) {
  std::map<std::string, Day> last_other, last_relayed;
  for (const auto& line : j.routes)
    if (line.service == salesforce_service && line.route == salesforce_route::email_relay)
      last_relayed[line.domain] = line.last_day;
  for (const auto& line : j.routes)
    if (!is_core(line) && !line.service.empty()) {
      const auto [entry, added] = last_other.try_emplace(line.domain, line.last_day);
      entry->second = std::max(entry->second, line.last_day);
    }
  for (const auto& [position, days] : core) {
    auto& line = j.routes[position];
    const auto other = last_other.find(line.domain);
    if (other == last_other.end() || days.size() < 2) continue;
    const Day first = days.begin()->first, end = days.rbegin()->first,
              silence = other->second - end;
    // Core's mail that goes on through a relay did not vanish.
    if (const auto relayed = last_relayed.find(line.domain);
        relayed != last_relayed.end() && relayed->second > end)
      continue;
    std::uint64_t messages = 0;
    Day longest = 0, before = first;
    for (const auto& [day, count] : days) {
      messages += count;
      longest = std::max(longest, day - before);
      before = day;
    }
    // A long life with a rhythm, then a silence out of that rhythm. Without every day the rhythm is
    // a guess: ask for more.
    const Day least = every_day ? vanished_days : 2 * vanished_days;
    if (messages < 10 || end - first < least || silence < std::max(least, 2 * longest)) continue;
    Finding f;
    f.code = C::core_vanished;
    f.route_line = position;
    f.severity = traits_of(f.code).severity;
    f.confidence = every_day && days.size() >= static_cast<std::size_t>(vanished_days)
                       ? Confidence::medium
                       : Confidence::low;
    f.first_day = end + 1;
    f.last_day = other->second;
    f.days = static_cast<unsigned>(silence);
    f.names.policy_domain = line.domain;
    f.names.since = end;
    line.findings.push_back(static_cast<std::uint32_t>(j.findings.size()));
    j.findings.push_back(std::move(f));
  }
}

/// Names by weight, the heaviest first, then by name.
template <class Key>
std::vector<Key> by_weight(const std::map<Key, std::uint64_t>& weights) {
  std::vector<std::pair<Key, std::uint64_t>> list(weights.begin(), weights.end());
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<Key> keys;
  for (auto& [key, weight] : list) keys.push_back(std::move(key));
  return keys;
}

/// Addresses at which people have mailboxes and forward from; customers' domains have other
/// envelopes.
bool is_free_mail(std::string_view domain) {
  constexpr std::array<std::string_view, 8> names{"gmail.com",   "googlemail.com", "outlook.com",
                                                  "hotmail.com", "live.com",       "msn.com",
                                                  "icloud.com",  "yahoo.com"};
  return std::find(names.begin(), names.end(), lower(domain)) != names.end();
}

/// One result of a selector over the rows that have it. `first` and `last` are of the bulk: strays
/// long before or after do not count.
struct SelectorResult {
  struct Row {
    Day first, last;
    std::uint64_t messages;
  };
  std::uint64_t messages = 0;
  std::vector<Row> rows;
  ReporterSet reporters;
  std::map<std::uint32_t, std::uint64_t> alone;  ///< messages of rows that one reporter alone has
  Day first = 0, last = 0;

  void add(const SourceRow& row) {
    messages += row.messages;
    rows.push_back({row.first_day, row.last_day, row.messages});
    reporters.add(row.reporters);
    if (row.reporters.size() == 1) alone[row.reporters.front()] += row.messages;
  }
  void find_bulk() {
    const auto stray = static_cast<std::uint64_t>(stray_share * static_cast<double>(messages));
    const auto skip = [&](auto before, Day Row::* day) -> Day {
      std::sort(rows.begin(), rows.end(),
                [&](const Row& a, const Row& b) { return before(a.*day, b.*day); });
      std::uint64_t sum = 0;
      for (const auto& row : rows)
        if ((sum += row.messages) > stray) return row.*day;
      return 0;
    };
    first = skip(std::less<>(), &Row::first);
    last = skip(std::greater<>(), &Row::last);
  }
};
/// How one selector of a domain fares in mail that came direct from one service.
struct SelectorRecord {
  SelectorResult pass, fail;
  /// It stopped passing, for good as far as is known; or did not pass at first, and does now. Not:
  /// it fails now and then.
  bool changed() const {
    const bool gone = fail.first + change_days > pass.last && fail.last >= pass.last + 2;
    const bool back = pass.first + change_days > fail.last && pass.first > fail.first &&
                      fail.last >= fail.first + 2;
    return gone || back;
  }
};
struct SelectorKey {
  std::string service, domain, selector;
  friend auto operator<=>(const SelectorKey&, const SelectorKey&) = default;
};

/// What is counted for one finding while rows are read.
struct Tally {
  std::uint64_t messages = 0, failing = 0;
  Day first_day = 0, last_day = 0;
  std::set<Day> days;
  ReporterSet reporters;
  Evidence evidence = Evidence::none;  ///< of the weightiest row
  std::uint64_t evidence_messages = 0;
  std::map<std::string, std::uint64_t> from, selectors, signing, spf;
  std::map<std::string, std::uint64_t> via;  ///< who passed the mail on
  std::map<std::uint32_t, std::uint64_t> orgs;
  std::string own;
};

class Judge {
 public:
  Judge(std::span<const SourceRow> rows, Identifier& identifier,
        std::span<const SourceRow> context = {})
      : rows_(context.empty() ? rows : context),
        shown_(context.empty() ? std::span<const SourceRow>() : rows),
        who_(identifier),
        lookup_(identifier.lookup()) {}

  Judgement run() {
    find_all_codes();
    narrow();
    count_routes();
    make_findings();
    core_vanished();
    // Under relaxed alignment the names tell already whether the raw results agree with the
    // reporter's.
    j_.disagreements = alignment_check(rows_, lookup_, [&](std::size_t i) {
      const auto* const published = policy(rows_[i]);
      if (published == nullptr || published->adkim.is(Alignment::strict) ||
          published->aspf.is(Alignment::strict))
        return true;
      return names_[i]->own_pass != j_.rows[i].dkim_aligned ||
             (names_[i]->spf_pass && names_[i]->spf_own) != j_.rows[i].spf_aligned;
    });
    return std::move(j_);
  }

  Judgement run_codes() {
    find_all_codes();
    narrow();
    return std::move(j_);
  }

  Judgement run_flows() {
    find_flows();
    return std::move(j_);
  }

 private:
  void find_all_codes() {
    find_flows();
    count_selectors();
    for (std::size_t i = 0; i < rows_.size(); ++i) find_codes(i);
  }

  /// From the context to the rows that are shown: each has the verdict of its source.
  void narrow() {
    if (shown_.empty()) return;
    FlatIndex index;
    for (std::uint32_t i = 0; i < rows_.size(); ++i)
      index.find_or_add(hash_of_source(rows_[i]), i,
                        [&](std::uint32_t at) { return same_source(rows_[at], rows_[i]); });
    std::vector<RowVerdict> verdicts;
    std::vector<const IdentityNames*> names;
    for (const SourceRow& row : shown_) {
      const auto found = index.find(hash_of_source(row),
                                    [&](std::uint32_t at) { return same_source(rows_[at], row); });
      verdicts.push_back(found == FlatIndex::none ? RowVerdict{} : j_.rows[found]);
      names.push_back(&who_.names(row));
    }
    rows_ = shown_;
    j_.rows = std::move(verdicts);
    names_ = std::move(names);
    narrow_orgs();
    j_.routes.clear();
    temperrors_.clear();
    volume_.clear();
    find_routes();
  }

  /// Leaves the orgs that the rows have, with their figures.
  void narrow_orgs() {
    std::vector<OrgVerdict> all = std::move(j_.orgs);
    for (OrgVerdict& org : all) org.messages = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (j_.rows[i].org >= 0)
        add_to(all[static_cast<std::size_t>(j_.rows[i].org)], *names_[i]->org, rows_[i]);
    std::vector<std::int32_t> position(all.size(), -1);
    j_.orgs.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].messages == 0) continue;
      position[i] = static_cast<std::int32_t>(j_.orgs.size());
      position_[all[i].org.org_id] = position[i];
      j_.orgs.push_back(std::move(all[i]));
    }
    for (RowVerdict& verdict : j_.rows)
      if (verdict.org >= 0) verdict.org = position[static_cast<std::size_t>(verdict.org)];
  }

  void find_flows() {
    j_.rows.resize(rows_.size());
    names_.reserve(rows_.size());
    for (const auto& row : rows_) names_.push_back(&who_.names(row));
    name_senders();
    judge_orgs();
    find_routes();
    for (std::size_t i = 0; i < rows_.size(); ++i) decide_flow(i);
  }

  const Sender& sender(std::size_t i) const { return j_.senders[j_.rows[i].sender]; }
  const PolicyPublished* policy(const SourceRow& row) const {
    return lookup_.policy ? lookup_.policy(row.domain) : nullptr;
  }

  void name_senders() {
    std::unordered_map<std::uint32_t, std::uint32_t> position;  // the Identifier may know more
                                                                // senders than these rows have
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto known = who_.identify(rows_[i]);
      const auto [entry, added] =
          position.try_emplace(known, static_cast<std::uint32_t>(j_.senders.size()));
      if (added) j_.senders.push_back(who_.sender(known));
      auto& verdict = j_.rows[i];
      verdict.sender = entry->second;
      const auto& evaluation = lookup_.evaluation(rows_[i].evaluation);
      verdict.dkim_aligned = evaluation.dkim_aligned();
      verdict.spf_aligned = evaluation.spf_aligned();
    }
  }

  // ---- orgs

  void judge_orgs() {
    std::map<std::string, OrgVerdict> orgs;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& row = rows_[i];
      const auto& n = *names_[i];
      if (!n.org || !n.spf_pass) continue;
      add_to(orgs[n.org->org_id], *n.org, row);
    }
    for (const auto& entry : who_.owner().entries) {
      if (entry.kind != OwnerEntry::Kind::org || entry.value.size() < 15) continue;
      const auto id = entry.value.size() == 15 ? entry.value + case_suffix(entry.value)
                                               : entry.value;
      claimed_[id] = entry.ours;
    }
    const auto& proven = who_.proven_orgs();
    for (auto& [id, org] : orgs) {
      const auto claim = claimed_.find(id);
      if (claim != claimed_.end()) {
        org.ownership = claim->second ? Ownership::ours : Ownership::foreign;
        org.why = "you say so";
      } else if (const auto found = proven.find(id); found != proven.end()) {
        org.ownership = Ownership::ours;
        org.why = "it signed for " + found->second.front() + " with a key of yours";
      } else {
        org.why = "it never signed for your domains";
      }
      position_[id] = static_cast<std::int32_t>(j_.orgs.size());
      j_.orgs.push_back(std::move(org));
    }
    for (const auto& [id, domains] : proven) {
      const auto claim = claimed_.find(id);
      if (claim != claimed_.end() && !claim->second) continue;
      for (const auto& domain : domains) domains_with_org_.insert(domain);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& n = *names_[i];
      if (n.org && n.spf_pass) j_.rows[i].org = position_.at(n.org->org_id);
    }
  }

  static void add_to(OrgVerdict& org, const SalesforceOrg& seen, const SourceRow& row) {
    if (org.messages == 0) org.first_day = org.last_day = row.first_day;
    if (org.messages == 0 || row.last_day > org.last_day ||
        (row.last_day == org.last_day && seen.instance > org.org.instance))
      org.org = seen;
    org.messages += row.messages;
    org.first_day = std::min(org.first_day, row.first_day);
    org.last_day = std::max(org.last_day, row.last_day);
  }

  bool some_org_proven(const IdentityNames& n) const { return domains_with_org_.contains(n.own()); }

  // ---- route lines

  void find_routes() {
    std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> lines;
    std::map<std::pair<std::int64_t, std::uint32_t>, std::uint32_t> by_key;  // (domain key, sender)
                                                                             // → line, to spare the
                                                                             // strings
    std::vector<std::uint32_t> line_of(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto [entry, added] = by_key.try_emplace({rows_[i].domain, j_.rows[i].sender});
      if (added)
        entry->second =
            lines
                .try_emplace({lookup_.domain(rows_[i].domain), sender(i).service, sender(i).route},
                             static_cast<std::uint32_t>(lines.size()))
                .first->second;
      line_of[i] = entry->second;
    }
    std::vector<std::uint32_t> sorted(lines.size());
    for (const auto& [key, first_position] : lines) {
      sorted[first_position] = static_cast<std::uint32_t>(j_.routes.size());
      RouteLine line;
      std::tie(line.domain, line.service, line.route) = key;
      j_.routes.push_back(std::move(line));
    }
    temperrors_.resize(lines.size());
    volume_.resize(lines.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      j_.rows[i].route_line = sorted[line_of[i]];
      volume_[j_.rows[i].route_line] += rows_[i].messages;
      if (is_temporary(*names_[i])) temperrors_[j_.rows[i].route_line] += rows_[i].messages;
    }
  }

  /// Would a result that could align have come, but for a temporary error?
  static bool is_temporary(const IdentityNames& n) {
    if (n.own_pass || n.own_failed) return false;
    return n.own_temperror || (n.spf_own && n.spf == SpfResult::temperror);
  }
  bool is_noise(std::size_t i) const {
    const auto line = j_.rows[i].route_line;
    return is_temporary(*names_[i]) && static_cast<double>(temperrors_[line]) <
                                           noise_share * static_cast<double>(volume_[line]);
  }

  // ---- flow

  using Reasons = OverrideReasons;

  /// Read once for each evaluation, which many rows share.
  const Reasons& reasons(const SourceRow& row) {
    const auto [entry, added] = reasons_.try_emplace(row.evaluation);
    if (added) entry->second = override_reasons(lookup_.evaluation(row.evaluation));
    return entry->second;
  }

  /// Was an own signature of the row (passing, or failing where asked) seen direct from another
  /// service than `service`, or from any?
  bool selector_known(const IdentityNames& n, bool passing, const std::string* other_than) const {
    return std::any_of(n.signatures.begin(), n.signatures.end(), [&](const auto& signature) {
      if (!signature.own || signature.pass != passing) return false;
      const auto& result = n.signature(signature);
      if (result.selector.empty()) return other_than == nullptr && who_.signs_direct(result.domain);
      const auto* const known = who_.direct_selector(signature);
      return known != nullptr && (other_than == nullptr || known->service != *other_than);
    });
  }

  /// Whose tenant a default signature of Google's or Microsoft's is. Google names a tenant by a
  /// domain that it has verified. A Microsoft tenant's name is free to choose: one that looks like
  /// ours is no more than a guess, unless it sent mail that was authenticated.
  enum class Tenant { none, other, look_alike, ours };
  Tenant tenant_of(const IdentityNames& n) const {
    if (n.spf_pass && n.spf_own) return Tenant::ours;
    Tenant found = Tenant::none;
    const auto dashed = [](std::string name) {
      name = lower(name);
      std::ranges::replace(name, '.', '-');
      return name;
    };
    for (const auto& signature : n.signatures) {
      if (!signature.pass || signature.service == nullptr) continue;
      const auto& d = n.signature(signature).domain;
      const bool google = d.ends_with(".gappssmtp.com"),
                 microsoft = d.ends_with(".onmicrosoft.com");
      if (!google && !microsoft) continue;
      const auto label = lower(d.substr(0, d.find('.')));
      const bool sibling = n.spf_pass && who_.is_sibling(n.spf_domain(), n.own());
      const bool ours = google ? label == dashed(n.own()) || label == dashed(n.from()) || sibling
                               : who_.is_own_tenant(n.own(), d) || sibling;
      const bool alike = microsoft && label == n.own().substr(0, n.own().find('.'));
      found = std::max(found, ours ? Tenant::ours : alike ? Tenant::look_alike : Tenant::other);
    }
    return found;
  }

  /// Does another domain of the same owner pass, in SPF or by a signature? Then the mail is his,
  /// set up for another From.
  bool authenticated_for_sibling(const IdentityNames& n) const {
    return (n.spf_pass && who_.is_sibling(n.spf_domain(), n.own())) || signed_for_sibling(n);
  }
  bool signed_for_sibling(const IdentityNames& n) const {
    return std::ranges::any_of(n.signatures, [&](const auto& s) {
      return s.pass && !s.own && s.service == nullptr &&
             who_.is_sibling(n.signature(s).domain, n.own());
    });
  }
  /// An account of another customer: SPF passes for a name that is neither ours nor the service's.
  bool names_other_customer(const IdentityNames& n) const {
    return n.spf_pass && !n.spf_own && n.spf_service == nullptr && !n.spf_domain().empty() &&
           !who_.is_sibling(n.spf_domain(), n.own());
  }
  /// A signature with a key of ours that is in use elsewhere, broken: our mail, changed on its way.
  /// (Or the header was copied from one, which rows cannot tell; streams.cc looks at the days.)
  bool live_signature_broken(const IdentityNames& n) const {
    return n.has_own_signature() && !n.own_pass && selector_known(n, false, nullptr);
  }

  /// Ownership of the row's org as far as this From domain goes: an org of another client of the
  /// same database is a stranger's.
  Ownership ownership_of(std::size_t i) const {
    const auto& n = *names_[i];
    const OrgVerdict& org = j_.orgs[static_cast<std::size_t>(j_.rows[i].org)];
    if (org.ownership != Ownership::ours || claimed_.contains(org.org.org_id)) return org.ownership;
    const auto& domains = who_.proven_orgs().at(org.org.org_id);
    return std::ranges::any_of(
               domains,
               [&](const std::string& domain) { return who_.is_own_domain(domain, n.own()); })
               ? Ownership::ours
               : Ownership::unproven;
  }

  Flow salesforce_flow(std::size_t i, const IdentityNames& n) const {
    const auto& s = sender(i);
    const auto& verdict = j_.rows[i];
    const bool unexplained = !n.own_pass && !verdict.passes() && !authenticated_for_sibling(n);
    if (s.route == salesforce_route::core && verdict.org >= 0 && unexplained) {
      const auto ownership = verdict.ownership;
      if (ownership == Ownership::foreign ||
          (ownership == Ownership::unproven && some_org_proven(n)))
        return Flow::foreign;
    }
    if (verdict.org >= 0 && verdict.ownership == Ownership::foreign) return Flow::foreign;
    if (s.route == salesforce_route::marketing_cloud && unexplained) {
      const bool foreign_stack = n.stack && n.spf_service != nullptr &&
                                 who_.knows_stacks_of(n.own()) &&
                                 !who_.is_own_stack(n.own(), *n.stack);
      if (names_other_customer(n) || (foreign_stack && !n.has_own_signature()))
        return Flow::foreign;
    }
    return Flow::direct;
  }

  Flow mailbox_flow(std::size_t i, const IdentityNames& n, const Reasons& why) const {
    const auto& s = sender(i);
    if (j_.rows[i].spf_aligned) return Flow::direct;
    if (n.own_pass) {
      if (!s.origin_route.empty() || selector_known(n, true, &s.service) ||
          (n.spf_pass && is_free_mail(n.spf_domain())))
        return Flow::forwarded;
      // Google's alias domains, or a tenant's own key; but a strange envelope over an unknown
      // selector tells nothing.
      return s.evidence >= Evidence::authenticated || n.spf_own ||
                     who_.is_own_domain(n.spf_domain(), n.own()) || selector_known(n, true, nullptr)
                 ? Flow::direct
                 : Flow::unknown;
    }
    if (why.list) return Flow::mailing_list;
    if (why.forwarded) return Flow::forwarded;
    const Tenant tenant = tenant_of(n);
    if (tenant >= Tenant::look_alike) return Flow::direct;
    if (live_signature_broken(n)) {
      // The key of this very service under our own envelope is our tenant with a broken key. All
      // else came through: a journal copy (null envelope), an envelope rewritten by a forwarder, a
      // banner added behind another service's signature.
      return n.spf_own && !selector_known(n, false, &s.service) ? Flow::direct : Flow::forwarded;
    }
    if (n.has_own_signature()) return Flow::unknown;
    if (authenticated_for_sibling(n)) return Flow::direct;
    if (n.spf_own)
      return Flow::unknown;  // anyone can write an envelope; ours, from a tenant that is not known,
                             // may be ours
    return s.evidence == Evidence::authenticated ? Flow::foreign : Flow::unknown;
  }

  Flow service_flow(std::size_t i, const IdentityNames& n, const Reasons& why) const {
    const auto& s = sender(i);
    if (j_.rows[i].passes() || n.own_pass) return Flow::direct;
    if (live_signature_broken(n) && selector_known(n, false, &s.service))
      return Flow::forwarded;  // another service signed it
    if (s.evidence >= Evidence::authenticated || (s.evidence == Evidence::learned && n.spf_pass) ||
        authenticated_for_sibling(n))
      return Flow::direct;
    if (!n.has_own_signature() && why.forwarded) return Flow::forwarded;
    return n.spf_own || s.evidence == Evidence::learned ? Flow::direct : Flow::unknown;
  }

  Flow stranger_flow(std::size_t i, const IdentityNames& n, const Reasons& why) const {
    // A reporter may call SPF aligned that passed for a stranger's name only; then the name tells
    // who sent it.
    const bool strange_envelope = n.spf_pass && !n.spf_own;
    if ((j_.rows[i].spf_aligned && !strange_envelope) || (n.spf_pass && n.spf_own))
      return Flow::direct;
    if (why.list) return Flow::mailing_list;
    const bool list_name = n.spf_pass && (n.spf_domain().starts_with("lists.") ||
                                          n.spf_domain().find(".lists.") != std::string::npos);
    if (list_name && n.has_own_signature()) return Flow::mailing_list;
    if (n.spf_pass && who_.is_sibling(n.spf_domain(), n.own())) return Flow::direct;
    // Its SPF did not pass here, elsewhere it does; or it signs with our key, whatever its
    // envelope.
    if (strange_envelope ? who_.is_signing_server(rows_[i]) : who_.is_own_server(rows_[i]))
      return Flow::direct;
    if (n.own_pass) {
      const bool claims = n.spf_service != nullptr && n.spf_service->service == salesforce_service;
      return claims || selector_known(n, true, nullptr) ? Flow::forwarded : Flow::unknown;
    }
    return why.forwarded || live_signature_broken(n) || signed_for_sibling(n) ? Flow::forwarded
                                                                              : Flow::unknown;
  }

  /// A service's signature at an address that is not the service's: mail that came round, if
  /// something in it is ours.
  Flow elsewhere_flow(std::size_t i, const IdentityNames& n, const Reasons& why) const {
    const auto& s = sender(i);
    if (j_.rows[i].spf_aligned && n.spf_own)
      return Flow::direct;  // our SPF allows the address: our own group or routing rule
    if (why.list) return Flow::mailing_list;
    const bool own_platform =
        s.service == salesforce_service && !names_other_customer(n) &&
        (!n.stack || !who_.knows_stacks_of(n.own()) || who_.is_own_stack(n.own(), *n.stack));
    const bool ours = n.has_own_signature() || j_.rows[i].passes() || why.forwarded ||
                      s.evidence == Evidence::owner || own_platform || authenticated_for_sibling(n);
    if (ours) return Flow::forwarded;
    return names_other_customer(n) ? Flow::foreign : Flow::unknown;
  }

  void decide_flow(std::size_t i) {
    const auto& n = *names_[i];
    const auto& s = sender(i);
    const auto& why = reasons(rows_[i]);
    auto& flow = j_.rows[i].flow;
    if (j_.rows[i].org >= 0) j_.rows[i].ownership = ownership_of(i);
    if (!j_.rows[i].passes() && who_.disowned(rows_[i]) != nullptr) {
      flow = Flow::foreign;
    } else if (s.service_class == ServiceClass::list) {
      flow = Flow::mailing_list;
    } else if (s.place == Place::relay) {
      flow = Flow::direct;
    } else if (s.place == Place::elsewhere) {
      flow = elsewhere_flow(i, n, why);
    } else if (s.place == Place::unknown) {
      flow = stranger_flow(i, n, why);
    } else {
      switch (s.service_class) {
        case ServiceClass::gateway:
        case ServiceClass::forwarder:
          flow = j_.rows[i].spf_aligned ? Flow::direct
                 : n.has_own_signature() || !s.origin_route.empty() || why.forwarded
                     ? Flow::forwarded
                 : why.list ? Flow::mailing_list
                            : Flow::unknown;
          break;
        case ServiceClass::mailbox:
          flow = mailbox_flow(i, n, why);
          j_.rows[i].guessed = flow == Flow::direct && !j_.rows[i].passes() && !n.own_pass &&
                               tenant_of(n) == Tenant::look_alike;
          break;
        case ServiceClass::esp:
        case ServiceClass::application:
          flow = s.service == salesforce_service ? salesforce_flow(i, n) : service_flow(i, n, why);
          break;
        case ServiceClass::own: flow = Flow::direct; break;
        case ServiceClass::unknown:
        case ServiceClass::list: flow = Flow::unknown; break;
      }
    }
  }

  // ---- what rows show together

  bool counts_for_selectors(std::size_t i) const {
    const auto place = sender(i).place;
    return j_.rows[i].flow == Flow::direct &&
           (place == Place::home || place == Place::relay || who_.is_own_server(rows_[i]));
  }

  /// The sender of a row and an own signature of it, in one number.
  std::uint64_t sender_and_key(std::size_t i, const IdentityNames::Signature& signature) const {
    return std::uint64_t{j_.rows[i].sender} << 32 | signature.key;
  }

  void count_selectors() {
    std::unordered_map<std::uint64_t, SelectorRecord*> record_of;  // to spare the texts
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& n = *names_[i];
      if (!n.has_own_signature()) continue;
      const auto& row = rows_[i];
      const bool counts = counts_for_selectors(i);
      for (const auto& signature : n.signatures) {
        if (!signature.own) continue;
        if (signature.pass)
          key_passes_[signature.key].push_back(
              {row.first_day, row.last_day, row.messages, sender(i).service});
        if (!counts) continue;
        auto& record = record_of[sender_and_key(i, signature)];
        if (record == nullptr) {
          const auto& result = n.signature(signature);
          record = &selectors_[{sender(i).service, lower(result.domain), lower(result.selector)}];
        }
        (signature.pass ? record->pass : record->fail).add(row);
      }
    }
    for (auto& [key, record] : selectors_) {
      record.pass.find_bulk();
      record.fail.find_bulk();
    }
  }

  /// The cause of own signatures that are there, direct, and do not pass. Only Core rotates between
  /// two selectors.
  C selector_code(std::size_t i, const IdentityNames& n,
                  const IdentityNames::Signature& signature) {
    const auto [entry, added] = selector_codes_.try_emplace(sender_and_key(i, signature));
    if (added) {
      entry->second =
          selector_code(sender(i), n.signature(signature).domain, n.signature(signature).selector);
      const bool about_dns = entry->second == C::dkim_key_missing ||
                             entry->second == C::dkim_alternate_selector;
      if (about_dns &&
          key_is_published(signature.key, sender(i).service, lower(n.signature(signature).domain),
                           lower(n.signature(signature).selector)))
        entry->second = C::dkim_fails_in_part;
    }
    return entry->second;
  }

  /// Does the key verify elsewhere, on days within those on which it fails here? Then its record is
  /// in DNS, and the mail was changed.
  bool key_is_published(std::uint32_t key, const std::string& service, const std::string& domain,
                        const std::string& selector) const {
    const auto failing = selectors_.find({service, domain, selector});
    const auto passing = key_passes_.find(key);
    if (failing == selectors_.end() || passing == key_passes_.end()) return false;
    const SelectorResult& fail = failing->second.fail;
    // Caches and report windows blur the first and last days of a change of DNS.
    const Day margin = std::min(change_days, (fail.last - fail.first) / 2);
    const auto within = [&](Day day) {
      return day >= fail.first + margin && day <= fail.last - margin;
    };
    std::uint64_t messages = 0;
    for (const KeyPass& pass : passing->second)
      if (pass.service != service &&
          (within(pass.first) || within(pass.last) ||
           (pass.first <= fail.first + margin && pass.last >= fail.last - margin)))
        messages += pass.messages;
    return static_cast<double>(messages) > stray_share * static_cast<double>(fail.messages);
  }

  C selector_code(const Sender& s, const std::string& domain, const std::string& selector) const {
    const auto& service = s.service;
    const bool rotates =
        service == salesforce_service &&
        (s.route == salesforce_route::core || s.route == salesforce_route::email_relay);
    const auto found = selectors_.find({service, lower(domain), lower(selector)});
    if (found == selectors_.end()) return C::dkim_fails_in_part;
    const auto& record = found->second;
    if (record.pass.messages == 0 || record.changed()) {
      // Another selector of the same domain that passed before this one began to fail, or took over
      // when it ended: keys were rotated onto a record that is missing, or back from it.
      for (auto other = selectors_.lower_bound({service, lower(domain), ""});
           other != selectors_.end() && other->first.service == service &&
           other->first.domain == lower(domain);
           ++other) {
        const auto& good = other->second.pass;
        if (!rotates || other == found || good.messages == 0 || record.pass.messages > 0) continue;
        if (good.first < record.fail.first || good.first + change_days > record.fail.last)
          return C::dkim_alternate_selector;
      }
      // Or one that passed until then, outside of these rows.
      for (const auto* const other : who_.direct_selectors(domain))
        if (rotates && record.pass.messages == 0 && other->service == salesforce_service &&
            lower(other->selector) != lower(selector) &&
            other->last_day < record.fail.first + change_days &&
            other->last_day + change_days > record.fail.first)
          return C::dkim_alternate_selector;
      return C::dkim_key_missing;
    }
    std::vector<std::uint32_t> others;
    std::ranges::set_difference(record.pass.reporters, record.fail.reporters,
                                std::back_inserter(others));
    if (record.fail.reporters.size() == 1 && !others.empty()) {
      const auto there = record.pass.alone.find(record.fail.reporters.front());
      if (there != record.pass.alone.end() && there->second > record.fail.messages)
        return C::dkim_fails_in_part;  // it mostly passes there too
    }
    return record.fail.reporters.size() == 1 && !others.empty() ? C::dkim_fails_at_one_reporter
                                                                : C::dkim_fails_in_part;
  }

  bool is_relay(std::size_t i) const { return sender(i).place == Place::relay; }

  // ---- codes of one row

  void set(std::size_t i, C code) { j_.rows[i].codes.set(static_cast<std::size_t>(code)); }

  void set_selector_codes(std::size_t i, const IdentityNames& n, bool account_engagement) {
    for (const auto& signature : n.signatures) {
      if (!signature.own || signature.pass) continue;
      auto code = selector_code(i, n, signature);
      if (account_engagement && code == C::dkim_key_missing) code = C::ae_no_dkim;
      set(i, code);
    }
  }

  void find_codes(std::size_t i) {
    const auto& row = rows_[i];
    const auto& n = *names_[i];
    const auto& s = sender(i);
    auto& verdict = j_.rows[i];
    const auto* const published = policy(row);
    const bool adkim_strict = published != nullptr && published->adkim.is(Alignment::strict);
    const bool aspf_strict = published != nullptr && published->aspf.is(Alignment::strict);
    const bool passes = verdict.passes();
    const auto& why = reasons(row);
    // A raw pass under an own name that the record's strictness undoes.
    const bool strict_dkim = n.own_pass && !verdict.dkim_aligned && adkim_strict && !equals_from(n);
    const bool strict_spf = n.spf_pass && n.spf_own && !verdict.spf_aligned && aspf_strict &&
                            lower(n.spf_domain()) != lower(n.from());

    if (is_noise(i) && !passes) {
      set(i, C::reporter_temperror);
    } else if (is_relay(i)) {
      relay_codes(i, n, strict_dkim);
    } else if (verdict.flow == Flow::forwarded) {
      forwarded_codes(i, n, strict_dkim);
    } else if (verdict.flow == Flow::mailing_list) {
      if (!passes) set(i, C::mailing_list);
    } else if (s.service == salesforce_service && s.place == Place::home) {
      salesforce_codes(i, n, strict_dkim);
    } else if (s.place == Place::home) {
      service_codes(i, n, strict_dkim);
    } else {
      if (verdict.flow == Flow::direct && !verdict.dkim_aligned) {
        if (n.has_own_signature() && !n.own_pass && counts_for_selectors(i))
          set_selector_codes(i, n, false);
        else if (strict_spf && !passes)
          set(i, C::spf_strict_subdomain);
        else if (n.spf_own && spf_refuses(n))
          set(i, C::relay_spf_missing);
        else if (!n.own_pass || verdict.spf_aligned)
          set(i, C::unlisted_own_sender);
      }
      if (strict_dkim) set(i, C::dkim_strict_subdomain);
    }

    if (strict_spf && verdict.flow == Flow::direct) {
      const bool sendgrid = s.service_id == ServiceId::sendgrid ||
                            (s.service.empty() && looks_like_sendgrid(n));
      set(i, sendgrid ? C::sendgrid_strict_spf : C::spf_strict_subdomain);
      verdict.codes.reset(
          static_cast<std::size_t>(sendgrid ? C::spf_strict_subdomain : C::sendgrid_strict_spf));
    }
    if (n.spf_own && n.spf == SpfResult::permerror && verdict.flow != Flow::forwarded &&
        verdict.flow != Flow::mailing_list)
      set(i, C::spf_permerror);
    if (!passes && n.spf_own && n.spf == SpfResult::temperror && !n.has_own_signature() &&
        verdict.codes.none())
      set(i, C::reporter_temperror);
    // Where a name of ours passed, the reporter erred or knows more of the domain tree: the second
    // opinion tells, and nothing is forged.
    const bool authenticated = n.own_pass || (n.spf_pass && n.spf_own);
    // "Forged" is for mail that shows no trace of us, and of which the owner has not said whose it
    // is.
    if (!passes && !authenticated && verdict.codes.none()) {
      if (verdict.flow == Flow::forwarded)
        set(i, C::gateway_modified);
      else if (who_.disowned(row) == nullptr)
        set(i, C::unauthenticated);
    }

    if (!passes && why.trusted &&
        lookup_.evaluation(row.evaluation).disposition.is(Disposition::none) &&
        enforced(published, n))
      set(i, C::receiver_override);
    if (!passes && why.held_back) set(i, C::policy_held_back);
  }

  /// An envelope such as em1234.example.com, which others use too: so not where SPF passes for a
  /// stranger's name beside it.
  static bool looks_like_sendgrid(const IdentityNames& n) {
    const bool hinted = std::any_of(n.hints.begin(), n.hints.end(),
                                    [](const auto* hint) { return hint->value == "em#.*"; });
    return hinted && std::none_of(n.identity->spf.begin(), n.identity->spf.end(),
                                  [&](const SpfAuthResult& r) {
                                    return r.result.is(SpfResult::pass) &&
                                           !at_or_below(folded_domain(r.domain), n.own());
                                  });
  }

  static bool equals_from(const IdentityNames& n) {
    return std::any_of(n.signatures.begin(), n.signatures.end(), [&](const auto& s) {
      return s.own && s.pass && lower(n.signature(s).domain) == lower(n.from());
    });
  }

  /// Does the record ask for more than none for this From domain? Unknown records: yes, since the
  /// reporter gave a reason not to.
  static bool enforced(const PolicyPublished* published, const IdentityNames& n) {
    if (published == nullptr || published->p.absent()) return true;
    const auto& asked = lower(n.from()) == lower(published->domain) || published->sp.absent()
                            ? published->p
                            : published->sp;
    return asked.is(Policy::quarantine) || asked.is(Policy::reject);
  }

  void relay_codes(std::size_t i, const IdentityNames& n, bool strict_dkim) {
    const auto& verdict = j_.rows[i];
    const bool bounce = n.spf_service != nullptr && n.spf_service->service == salesforce_service &&
                        !n.spf_pass;
    if (strict_dkim)
      set(i, C::dkim_strict_subdomain);
    else if (bounce && verdict.dkim_aligned)
      set(i, C::relay_bounce_managed);
    else if (bounce && !verdict.passes())
      set(i, C::relay_unsigned);
    else if (n.spf_own && spf_refuses(n))
      set(i, C::relay_spf_missing);
    else if (verdict.spf_aligned && !verdict.dkim_aligned && !n.has_own_signature())
      set(i, C::spf_only);
    else if (!verdict.dkim_aligned && n.has_own_signature() && !n.own_pass)
      set_selector_codes(i, n, false);
  }

  static bool spf_refuses(const IdentityNames& n) {
    return n.spf == SpfResult::fail || n.spf == SpfResult::softfail ||
           n.spf == SpfResult::neutral || n.spf == SpfResult::none;
  }

  void forwarded_codes(std::size_t i, const IdentityNames& n, bool strict_dkim) {
    const auto& verdict = j_.rows[i];
    const auto& s = sender(i);
    const bool gateway = s.service_class == ServiceClass::gateway ||
                         s.service_class == ServiceClass::forwarder ||
                         s.via_class == ServiceClass::gateway ||
                         s.via_class == ServiceClass::forwarder;
    if (strict_dkim) set(i, C::dkim_strict_subdomain);
    if (verdict.dkim_aligned) {
      set(i, n.spf_pass ? C::forwarded_srs : C::forwarded);
    } else if (!verdict.passes() && !strict_dkim) {
      if (n.own_failed && gateway)
        set(i, C::gateway_modified);
      else if (signed_for_sibling(n) && n.stack)
        set(i, C::mce_no_sap);
      else if (!n.has_own_signature() && n.dkim_service != nullptr &&
               n.dkim_service->service == salesforce_service)
        set(i, n.stack && who_.knows_stacks_of(n.own()) && !who_.is_own_stack(n.own(), *n.stack)
                   ? C::mce_other_tenant
                   : C::mce_no_sap);
    }
  }

  void salesforce_codes(std::size_t i, const IdentityNames& n, bool strict_dkim) {
    const auto& verdict = j_.rows[i];
    const auto& route = sender(i).route;
    const bool foreign = verdict.flow == Flow::foreign;
    if (route == salesforce_route::core) {
      core_codes(i, n, strict_dkim, foreign);
    } else if (route == salesforce_route::marketing_cloud) {
      if (foreign) {
        if (!verdict.passes()) set(i, C::mce_other_tenant);
        return;
      }
      if (strict_dkim)
        set(i, C::mce_strict_subdomain);
      else if (!verdict.dkim_aligned && n.has_own_signature() && !n.own_pass)
        set_selector_codes(i, n, false);
      else if (!verdict.passes() && !n.own_pass)
        set(i, C::mce_no_sap);
      else if (!verdict.dkim_aligned && verdict.spf_aligned && !n.own_pass)
        set(i, C::spf_only);
      if (n.spf_own && !n.spf_pass && spf_refuses(n)) set(i, C::mce_bounce_spf_broken);
      if (verdict.dkim_aligned && n.spf_pass && !n.spf_own && n.spf_service == nullptr)
        set(i, C::mce_shared_bounce);
    } else if (route == salesforce_route::account_engagement) {
      if (strict_dkim)
        set(i, C::dkim_strict_subdomain);
      else if (!verdict.dkim_aligned && n.has_own_signature() && !n.own_pass)
        set_selector_codes(i, n, true);
      else if (!verdict.passes() && !n.own_pass)
        set(i, C::ae_no_dkim);
    } else if (route == salesforce_route::marketing_cloud_next) {
      if ((n.has_own_signature() && !n.own_pass) || (n.spf_own && !n.spf_pass))
        set(i, C::mcn_record_changed);
    } else {
      if (strict_dkim)
        set(i, C::dkim_strict_subdomain);
      else if (!verdict.dkim_aligned && n.has_own_signature() && !n.own_pass)
        set_selector_codes(i, n, false);
      else if (verdict.spf_aligned && !verdict.dkim_aligned && !n.own_pass)
        set(i, C::spf_only);
    }
  }

  void core_codes(std::size_t i, const IdentityNames& n, bool strict_dkim, bool foreign) {
    const auto& verdict = j_.rows[i];
    if (foreign) {
      if (!verdict.passes()) set(i, C::core_other_tenant);
      return;
    }
    if (verdict.dkim_aligned) return;
    if (strict_dkim) {
      set(i, C::dkim_strict_subdomain);
      return;
    }
    if (n.own_pass)
      return;  // passes by its raw results: a disagreement with the reporter, not a fault of the
               // sender
    if (n.has_own_signature()) {
      set_selector_codes(i, n, false);
    } else if (signed_for_sibling(n)) {
      set(i, C::core_dkim_other_domain);
      return;
    } else if (n.spf_own) {
      if (verdict.spf_aligned) set(i, C::spf_only);
    } else if (!verdict.passes()) {
      set(i, unsigned_core_code(i, n));
    }
    if (n.spf_own && spf_refuses(n)) set(i, C::core_spf_include_missing);
  }

  /// An unsigned mail of Core whose org is not another's.
  C unsigned_core_code(std::size_t i, const IdentityNames& n) const {
    const auto org = j_.rows[i].org;
    if (org >= 0) {
      const auto& id = j_.orgs[static_cast<std::size_t>(org)].org.org_id;
      const auto claim = claimed_.find(id);
      const bool proven_here = who_.proven_orgs().contains(id);
      if (claim != claimed_.end() && claim->second && !proven_here && some_org_proven(n))
        return C::core_second_org;
    }
    for (const auto& entry : who_.owner().entries)
      if (entry.kind == OwnerEntry::Kind::verified && entry.value == lower(n.from()) &&
          rows_[i].last_day > entry.since + 2)
        return C::core_verified_unsigned;
    return C::core_no_dkim;
  }

  /// A service that is not Salesforce, at its own address.
  void service_codes(std::size_t i, const IdentityNames& n, bool strict_dkim) {
    const auto& verdict = j_.rows[i];
    const auto& s = sender(i);
    if (strict_dkim) set(i, C::dkim_strict_subdomain);
    if (verdict.dkim_aligned || n.own_pass) return;
    const bool mailbox = s.service_class == ServiceClass::mailbox;
    const bool authenticated = s.evidence >= Evidence::learned && n.dkim_service != nullptr &&
                               n.dkim_service->service == s.service;
    if (verdict.flow == Flow::direct && n.has_own_signature()) {
      set_selector_codes(i, n, false);
    } else if (mailbox && verdict.flow == Flow::direct) {
      const bool google = s.service_id == ServiceId::google_workspace;
      const bool default_key =
          has_signature_below(n, google ? ".gappssmtp.com" : ".onmicrosoft.com") &&
          tenant_of(n) >= Tenant::look_alike;
      if (google && n.spf_pass && who_.is_sibling(n.spf_domain(), n.own()))
        set(i, C::google_alias_envelope);
      if (default_key && google) set(i, C::google_default_dkim);
      if (default_key && s.service_id == ServiceId::microsoft_365) set(i, C::m365_default_dkim);
    } else if ((s.service_class == ServiceClass::esp ||
                s.service_class == ServiceClass::application) &&
               !verdict.passes()) {
      const bool vendor_spf =
          n.spf_pass && n.spf_service != nullptr &&
          (n.spf_service->service == s.service || s.evidence == Evidence::authenticated);
      // Its address, and an envelope that passes for a name neither ours nor its own: some
      // customer's account.
      const bool customer_spf = s.evidence >= Evidence::learned && n.spf_pass && !n.spf_own;
      if (vendor_spf || authenticated || customer_spf || authenticated_for_sibling(n))
        set(i, s.service_id == ServiceId::amazon_ses ? C::ses_default_identity
               : s.service_id == ServiceId::sendgrid ? C::sendgrid_default_identity
                                                     : C::esp_default_identity);
    } else if (s.service_class == ServiceClass::own && !verdict.passes()) {
      if (n.spf_own && spf_refuses(n))
        set(i, C::relay_spf_missing);
      else if (n.spf_pass && !n.spf_own)
        set(i, C::esp_default_identity);
    }
    if (verdict.spf_aligned && verdict.codes.none()) set(i, C::spf_only);
  }

  static bool has_signature_below(const IdentityNames& n, std::string_view zone) {
    return std::any_of(n.signatures.begin(), n.signatures.end(), [&](const auto& s) {
      return s.pass && n.signature(s).domain.ends_with(zone);
    });
  }

  // ---- routes

  void count_routes() {
    std::vector<std::map<std::uint32_t, std::uint64_t>> orgs(j_.routes.size());
    FlatIndex addresses;  // the first row of each address of a route
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
      const auto& row = rows_[i];
      const auto& verdict = j_.rows[i];
      auto& line = j_.routes[verdict.route_line];
      if (line.totals.messages == 0 && line.sources == 0) {
        line.first_day = row.first_day;
        line.last_day = row.last_day;
      }
      const auto hash = HashAddress()(row.source_ip) ^ verdict.route_line * 0x9E3779B97F4A7C15u;
      line.sources += addresses
                          .find_or_add(hash, i,
                                       [&](std::uint32_t at) {
                                         return rows_[at].source_ip == row.source_ip &&
                                                j_.rows[at].route_line == verdict.route_line;
                                       })
                          .second;
      line.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
      line.totals.add(lookup_.evaluation(row.evaluation), row.messages);
      if (verdict.org >= 0)
        orgs[verdict.route_line][static_cast<std::uint32_t>(verdict.org)] += row.messages;
      line.first_day = std::min(line.first_day, row.first_day);
      line.last_day = std::max(line.last_day, row.last_day);
    }
    for (std::size_t k = 0; k < j_.routes.size(); ++k) j_.routes[k].orgs = org_shares(orgs[k]);
  }

  // ---- findings

  void make_findings() {
    std::map<std::pair<std::uint32_t, C>, Tally> tallies;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& verdict = j_.rows[i];
      each_code(verdict.codes,
                [&](C code) { tally(tallies[{verdict.route_line, code}], i, code); });
    }
    for (const auto& [key, tally] : tallies) {
      j_.routes[key.first].findings.push_back(static_cast<std::uint32_t>(j_.findings.size()));
      j_.findings.push_back(finding(key.first, key.second, tally));
    }
  }

  void tally(Tally& t, std::size_t i, C code) {
    const auto& row = rows_[i];
    const auto& n = *names_[i];
    if (t.messages == 0) t.first_day = row.first_day, t.last_day = row.last_day;
    t.messages += row.messages;
    if (!j_.rows[i].passes()) t.failing += row.messages;
    t.first_day = std::min(t.first_day, row.first_day);
    t.last_day = std::max(t.last_day, row.last_day);
    if (t.days.size() < 400) t.days.insert({row.first_day, row.last_day});
    t.reporters.add(row.reporters);
    if (row.messages > t.evidence_messages) {
      t.evidence_messages = row.messages;
      t.evidence = sender(i).evidence;
      t.own = n.own();
    }
    t.from[n.from()] += row.messages;
    if (code == C::gateway_modified || code == C::mailing_list) {
      const std::string& via = sender(i).via;
      if (!via.empty())
        t.via[via] += row.messages;
      else if (n.spf_pass && !n.spf_own && sender(i).place != Place::home)
        t.via[organizational_domain(n.spf_domain())] += row.messages;
    }
    if (j_.rows[i].org >= 0) t.orgs[static_cast<std::uint32_t>(j_.rows[i].org)] += row.messages;
    if (!n.spf_domain().empty() && !n.org &&
        (n.spf_own || t.spf.size() < 50 || t.spf.contains(n.spf_domain())))
      t.spf[n.spf_domain()] += row.messages;
    for (const auto& signature : n.signatures) {
      const auto& result = n.signature(signature);
      // Of signatures the ones that the code is about: failing own ones, passing own ones, or
      // passing ones of other names.
      const bool about_others = code == C::core_dkim_other_domain || code == C::core_no_dkim ||
                                code == C::google_default_dkim || code == C::m365_default_dkim;
      const bool wanted = about_others ? signature.pass && !signature.own
                                       : signature.own && (n.own_pass ? signature.pass : true);
      if (!wanted) continue;
      if (signature.own && !signature.pass && selector_code_differs(i, n, signature, code))
        continue;
      t.signing[result.domain] += row.messages;
      if (!result.selector.empty())
        t.selectors[result.selector + "._domainkey." + result.domain] += row.messages;
    }
  }

  bool selector_code_differs(std::size_t i, const IdentityNames& n,
                             const IdentityNames::Signature& signature, C code) {
    if (code != C::dkim_key_missing && code != C::dkim_alternate_selector &&
        code != C::dkim_fails_at_one_reporter && code != C::dkim_fails_in_part)
      return false;
    return selector_code(i, n, signature) != code;
  }

  Finding finding(std::uint32_t line, C code, const Tally& t) {
    const auto& traits = traits_of(code);
    const auto& route = j_.routes[line];
    Finding f;
    f.code = code;
    f.route_line = line;
    f.severity = traits.severity;
    f.confidence = traits.confidence;
    f.messages = t.messages;
    f.failing = t.failing;
    if (f.severity == Severity::fault && f.failing == 0)
      f.severity = Severity::advice;  // the other mechanism saves it
    f.share = volume_[line] == 0
                  ? 0
                  : static_cast<double>(t.messages) / static_cast<double>(volume_[line]);
    f.first_day = t.first_day;
    f.last_day = t.last_day;
    f.days = static_cast<unsigned>(t.days.size());
    f.reporters = t.reporters;
    f.header_from = by_weight(t.from);
    f.selectors = by_weight(t.selectors);
    if (code == C::core_no_dkim || code == C::core_second_org || code == C::core_other_tenant ||
        code == C::core_verified_unsigned || code == C::core_dkim_other_domain)
      for (const auto org : by_weight(t.orgs)) f.org_ids.push_back(j_.orgs[org].org.org_id);
    // Weak evidence of the sender, or one reporter's word alone, weaken what follows from it.
    if (t.evidence <= Evidence::network && f.confidence == Confidence::high)
      f.confidence = Confidence::medium;
    if (t.evidence == Evidence::claimed) f.confidence = Confidence::low;
    if (t.reporters.size() == 1 && code != C::dkim_fails_at_one_reporter &&
        f.confidence != Confidence::low)
      f.confidence = f.confidence == Confidence::high ? Confidence::medium : Confidence::low;
    if (code == C::reporter_temperror && f.share >= noise_share) f.severity = Severity::advice;
    const bool no_mail = code == C::unauthenticated &&
                         std::all_of(f.header_from.begin(), f.header_from.end(),
                                     [&](const auto& from) { return sends_no_mail(from); });
    if (no_mail) f.confidence = Confidence::high;

    FindingNames& names = f.names;
    names.header_from = f.header_from.empty() ? std::string() : f.header_from.front();
    names.own_domain = t.own;
    names.policy_domain = route.domain;
    names.service = route.service;
    if (!f.selectors.empty()) {
      const auto mark = f.selectors.front().find("._domainkey.");
      names.selector = f.selectors.front().substr(0, mark);
      names.signing_domain = f.selectors.front().substr(mark + 12);
    } else if (!t.signing.empty()) {
      names.signing_domain = by_weight(t.signing).front();
    }
    if (!t.spf.empty()) names.spf_domain = by_weight(t.spf).front();
    if (!t.reporters.empty() && lookup_.reporter)
      names.reporter = lookup_.reporter(t.reporters.front());
    names.since = t.first_day;
    name_orgs(names, t);
    name_gateway(names, t);
    name_new_selectors(names);
    names.sends_no_mail = no_mail;
    return f;
  }

  bool sends_no_mail(const std::string& from) const {
    const auto& entries = who_.owner().entries;
    return std::any_of(entries.begin(), entries.end(), [&](const auto& e) {
      return e.kind == OwnerEntry::Kind::no_mail && e.value == lower(from);
    });
  }

  /// "sf1" and "sf2", or the next pair that no key of the domain has.
  void name_new_selectors(FindingNames& names) const {
    const auto in_use = [&](const std::string& selector) {
      return who_.direct_selector(names.header_from, selector) != nullptr ||
             std::any_of(selectors_.begin(), selectors_.end(), [&](const auto& known) {
               return known.first.domain == lower(names.header_from) &&
                      known.first.selector == selector;
             });
    };
    for (int number = 1;; number += 2) {
      names.new_selector = "sf" + std::to_string(number);
      names.new_alternate = "sf" + std::to_string(number + 1);
      if (!in_use(names.new_selector) && !in_use(names.new_alternate)) return;
    }
  }

  void name_orgs(FindingNames& names, const Tally& t) const {
    const auto positions = by_weight(t.orgs);
    for (const auto position : positions | std::views::take(3)) {
      const auto& org = j_.orgs[position];
      names.orgs.push_back({org.org.org_id, org.org.instance, t.orgs.at(position),
                            org.ownership == Ownership::unproven});
    }
    names.more_orgs = positions.size() - names.orgs.size();
  }

  /// Who changed mail on its way: a service, or whoever passes SPF there.
  static void name_gateway(FindingNames& names, const Tally& t) {
    if (!t.via.empty())
      names.gateway = by_weight(t.via).front();
    else if (!names.service.empty() && names.service != salesforce_service)
      names.gateway = names.service;
  }

  /// `core-vanished` from the first and last days of rows, which are all that is known here;
  /// judge_days() does it better.
  void core_vanished() {
    struct Life {
      std::vector<std::pair<Day, Day>> spans;
      std::uint64_t messages = 0;
    };
    std::map<std::uint32_t, Life> lives;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!is_own_core(j_, j_.rows[i])) continue;
      auto& life = lives[j_.rows[i].route_line];
      life.spans.emplace_back(rows_[i].first_day, rows_[i].last_day);
      life.messages += rows_[i].messages;
    }
    std::map<std::uint32_t, std::map<Day, std::uint64_t>> core;
    for (auto& [line, life] : lives) {
      auto& days = core[line];
      std::sort(life.spans.begin(), life.spans.end());
      Day next = life.spans.front().first;  // a row counts as alive between its first and last day
      for (const auto& [first, last] : life.spans)
        for (next = std::max(next, first); next <= last; ++next) days[next] = 0;
      days.begin()->second = life.messages;
    }
    find_vanished(j_, core, false);
  }

  std::span<const SourceRow> rows_;   // judged: the context, until narrow()
  std::span<const SourceRow> shown_;  // a selection of them; empty: all
  Identifier& who_;
  const RowLookup& lookup_;
  Judgement j_;
  std::vector<const IdentityNames*> names_;            // of each row
  std::map<std::string, bool> claimed_;                // org id → ours
  std::map<std::string, std::int32_t> position_;       // org id → j_.orgs
  std::set<std::string> domains_with_org_;             // organisational domains with a proven org
  std::unordered_map<std::int64_t, Reasons> reasons_;  // by evaluation
  std::vector<std::uint64_t> temperrors_, volume_;     // by route line
  std::map<SelectorKey, SelectorRecord> selectors_;
  std::unordered_map<std::uint64_t, C> selector_codes_;  // by sender_and_key()
  struct KeyPass {
    Day first, last;
    std::uint64_t messages;
    std::string_view service;
  };
  std::unordered_map<std::uint32_t, std::vector<KeyPass>> key_passes_;  // by the key of a
                                                                        // signature, wherever it
                                                                        // passed
};

}  // namespace

OverrideReasons override_reasons(const PolicyEvaluated& evaluation) {
  OverrideReasons found;
  for (const auto& reason : evaluation.reasons) {
    const auto comment = lower(reason.comment);
    found.list |= reason.type.is(OverrideType::mailing_list);
    found.held_back |= reason.type.is(OverrideType::sampled_out) ||
                       reason.type.is(OverrideType::policy_test_mode);
    const bool arc = reason.type.is(OverrideType::local_policy) &&
                     comment.find("arc=pass") != std::string::npos;
    const bool named = reason.type.is(OverrideType::forwarded) ||
                       reason.type.is(OverrideType::trusted_forwarder);
    found.forwarded |= arc || named || comment.find("looks forwarded") != std::string::npos;
    found.trusted |= arc || named;
  }
  return found;
}

std::string_view to_text(Flow flow) noexcept { return flow_words[static_cast<std::size_t>(flow)]; }
std::string_view to_text(Ownership ownership) noexcept {
  return ownership_words[static_cast<std::size_t>(ownership)];
}

std::vector<OrgShare> org_shares(const std::map<std::uint32_t, std::uint64_t>& messages) {
  std::vector<OrgShare> list;
  for (const auto org : by_weight(messages)) list.push_back({org, messages.at(org)});
  return list;
}

Judgement judge(std::span<const SourceRow> rows, Identifier& identifier,
                std::span<const SourceRow> context) {
  return Judge(rows, identifier, context).run();
}
Judgement judge_codes(std::span<const SourceRow> rows, Identifier& identifier,
                      std::span<const SourceRow> context) {
  return Judge(rows, identifier, context).run_codes();
}
Judgement judge_flows(std::span<const SourceRow> rows, Identifier& identifier) {
  return Judge(rows, identifier).run_flows();
}

DaySeries::DaySeries(const Judgement& judgement, std::span<const SourceRow> rows,
                     const RowLookup& lookup)
    : judgement_(judgement),
      lookup_(lookup),
      rows_(rows),
      routes_(judgement.routes.size()),
      last_(judgement.routes.size()) {
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    index_.find_or_add(hash_of_source(rows[i]), i,
                       [&](std::uint32_t at) { return same_source(rows[at], rows[i]); });
}

void DaySeries::add(Day day, const SourceRow& row) {
  const auto found = index_.find(hash_of_source(row),
                                 [&](std::uint32_t at) { return same_source(rows_[at], row); });
  if (found == FlatIndex::none) return;
  const auto& verdict = judgement_.rows[found];
  auto& [last_day, cell] = last_[verdict.route_line];
  if (cell == nullptr || last_day != day) {
    cell = &routes_[verdict.route_line][day];
    last_day = day;
  }
  cell->totals.add(lookup_.evaluation(row.evaluation), row.messages);
  cell->codes |= verdict.codes;
  if (is_own_core(judgement_, verdict)) cell->own_core += row.messages;
}

bool core_fell_silent(const Judgement& judgement, const DaySeries& series) {
  std::map<std::string, Day> last_day;
  for (const auto& line : judgement.routes)
    last_day[line.domain] = std::max(last_day[line.domain], line.last_day);
  for (std::uint32_t i = 0; i < judgement.routes.size(); ++i) {
    const auto& line = judgement.routes[i];
    if (!is_core(line)) continue;
    const auto& days = series.route(i);
    const auto last = std::find_if(days.rbegin(), days.rend(),
                                   [](const auto& day) { return day.second.own_core > 0; });
    if (last != days.rend() && last->first + vanished_days <= last_day[line.domain]) return true;
  }
  return false;
}

void take_vanished(Judgement& judgement, const Judgement& longer) {
  for (const auto& finding : longer.findings) {
    if (finding.code != FindingCode::core_vanished) continue;
    const auto& there = longer.routes[finding.route_line];
    const auto line =
        std::find_if(judgement.routes.begin(), judgement.routes.end(),
                     [&](const auto& r) { return is_core(r) && r.domain == there.domain; });
    if (line == judgement.routes.end()) continue;
    const bool known = std::any_of(line->findings.begin(), line->findings.end(), [&](auto f) {
      return judgement.findings[f].code == FindingCode::core_vanished;
    });
    if (known) continue;
    line->findings.push_back(static_cast<std::uint32_t>(judgement.findings.size()));
    judgement.findings.push_back(finding);
    judgement.findings.back().route_line =
        static_cast<std::uint32_t>(line - judgement.routes.begin());
  }
}

void judge_days(Judgement& judgement, const DaySeries& series) {
  // The coarse findings of core-vanished stand last.
  while (!judgement.findings.empty() &&
         judgement.findings.back().code == FindingCode::core_vanished) {
    judgement.routes[judgement.findings.back().route_line].findings.pop_back();
    judgement.findings.pop_back();
  }
  for (auto& finding : judgement.findings) {
    const auto& days = series.routes_[finding.route_line];
    const auto count = std::count_if(days.begin(), days.end(), [&](const auto& day) {
      return day.second.codes.test(static_cast<std::size_t>(finding.code));
    });
    if (count > 0) finding.days = static_cast<unsigned>(count);
  }
  std::map<std::uint32_t, std::map<Day, std::uint64_t>> core;
  for (std::uint32_t line = 0; line < series.routes_.size(); ++line)
    for (const auto& [day, cell] : series.routes_[line])
      if (cell.own_core > 0) core[line][day] = cell.own_core;
  find_vanished(judgement, core, true);
}

}  // namespace dmarcq
