// SPDX-License-Identifier: MIT
#include "report/analysis/finding/streams.h"

#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/finding/copyable.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/sender/salesforce.h"
#include "report/analysis/words.h"

namespace dmarcq {
namespace {

using C = FindingCode;

constexpr std::array<std::string_view, standing_count> standing_words{
    "own", "possible", "unidentified", "forwarded", "mailing-list", "foreign", "spoofed"};

/// Persistence is looked for over so many days: three months show a monthly run three times.
constexpr Day persistence_days = 90;
/// A day with more broken signatures than this, five times the usual, and a fifth of the mail that
/// passes, is no gateway's work: somebody sends mail with copied signatures.
constexpr std::uint64_t burst_messages = 100, burst_factor = 5, burst_part_of_passing = 5;
constexpr std::size_t most_burst_days = 7;
/// A name with good SPF and DKIM on so many days is told by that name, before it is known whether
/// it stays.
constexpr std::size_t young_days = 3;
constexpr std::string_view young_words =
    "it comes under one name with good SPF and DKIM, which spoofers seldom keep";

/// An address, or the /64 that an IPv6 host is given.
std::string address_label(const IpAddress& address) {
  if (address.is_v4()) return address.to_text();
  const auto network = IpNetwork::parse(address.to_text() + "/64");
  return network ? network->to_text() : address.to_text();
}

/// What decides a row's standing, and the name of its stream.
struct Placed {
  Standing standing = Standing::spoofed;
  InternedString sender = nullptr, service = nullptr, route = nullptr, org_id = nullptr;
  std::string_view why;
  /// What only the days decide.
  enum class Open : std::uint8_t {
    no,
    stranger,  ///< unidentified if it keeps coming, else spoofed
    account,   ///< another's account of a service: unidentified if it keeps coming, else foreign
    broken,    ///< an own signature broken at a stranger's: spoofed in a burst, else forwarded
    identity,  ///< a service's default identity: whose account it is follows from what the service
               ///< authenticates beside it, see decide_identities()
  } open = Open::no;
  bool good_name = false;  ///< SPF and a signature pass for one name that is not ours
  enum class Answer : std::uint8_t {
    none,
    network,
    spf_domain,
    dkim_domain,
    org
  } answer = Answer::none;
  InternedString answer_value = nullptr;
};

/// What makes rows one stream.
struct StreamKey {
  Standing standing;
  std::int64_t domain;
  InternedString sender, from;
  friend bool operator==(const StreamKey&, const StreamKey&) = default;
};
struct HashStreamKey {
  std::size_t operator()(const StreamKey& key) const {
    std::size_t hash = static_cast<std::size_t>(key.standing) +
                       31 * static_cast<std::size_t>(key.domain);
    for (const InternedString word : {key.sender, key.from})
      hash = hash * 0x9E3779B97F4A7C15u ^ std::hash<InternedString>()(word);
    return hash;
  }
};

class Finder {
 public:
  Finder(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
         const StreamQuestion& question)
      : timeline_(timeline),
        question_(question),
        lookup_(with_policies(lookup)),
        who_(lookup_, owner) {}

  Streams run() {
    Timeline::Window all = timeline_.window(question_.first, question_.last);
    out_.first = question_.first;
    out_.last = question_.last;
    out_.window_first = question_.window_first;
    who_.learn(all.rows);  // of the whole organizational domain: what is known does not depend on
                           // the question
    find_governed(all);
    drop_others(all);
    const Judgement judged = judge_flows(all.rows, who_);
    // The window is judged beside what the flows of all days decide. That only looks up what the
    // flows made known: names, selectors, evaluations.
    constexpr std::size_t worth_a_thread = 50'000;
    auto of_window = std::async(
        all.rows.size() > worth_a_thread ? std::launch::async : std::launch::deferred, [&] {
          out_.window = timeline_.window(question_.window_first, question_.last);
          drop_others(out_.window);
          return judge(out_.window.rows, who_);
        });
    place(all, judged);
    decide_open(all);
    decide_broken(all);
    decide_identities(all, judged);
    find_replay(all, judged);
    make_streams(all);
    out_.judgement = of_window.get();
    count();
    note_persistence();
    note_continuity();
    note_codes();
    order();
    return std::move(out_);
  }

 private:
  /// The policies as of the last day, not of today.
  RowLookup with_policies(RowLookup lookup) {
    std::map<std::string, std::vector<ReportSeen>> reports;
    for (const ReportSeen& report : timeline_.reports(question_.first, question_.last)) {
      const bool related = question_.domain.empty() ||
                           at_or_below(report.domain, question_.domain) ||
                           at_or_below(question_.domain, report.domain);
      if (!related) continue;
      alignment_.add(report);
      reports[report.domain].push_back(report);
    }
    for (const auto& [domain, list] : reports)
      if (const auto policy = policy_in_force(list, domain, question_.last))
        policies_[domain] = policy->published;
    lookup.asked_for = [this, domain = lookup.domain](std::int64_t key, Alignment mode, Day first,
                                                      Day last, bool dkim) {
      return alignment_.asked_for(mode, domain(key), first, last, dkim);
    };
    lookup.policy = [this, domain = lookup.domain](std::int64_t key) -> const PolicyPublished* {
      const auto found = policies_.find(domain(key));
      return found == policies_.end() ? nullptr : &found->second;
    };
    return lookup;
  }

  /// Policy domains below the one asked about that its record governs: their mail is answered for
  /// with it.
  void find_governed(const Timeline::Window& all) {
    if (question_.domain.empty()) return;
    const auto reports = timeline_.reports(question_.first, question_.last);
    std::set<std::string> below;
    for (const ReportSeen& report : reports)
      if (report.domain != question_.domain && at_or_below(report.domain, question_.domain))
        below.insert(report.domain);
    for (const std::string& domain : below) {
      const bool also_above = std::ranges::any_of(all.rows, [&](const SourceRow& row) {
        return lookup_.domain(row.domain) == question_.domain &&
               at_or_below(who_.names(row).from(), domain);
      });
      if (is_governed_by(reports, domain, question_.domain, also_above, question_.last))
        governed_.insert(domain);
    }
    for (const SourceRow& row : all.rows)
      if (lookup_.domain(row.domain) == question_.domain) parent_key_ = row.domain;
  }

  /// The policy domain that the row counts for.
  std::int64_t domain_of(const SourceRow& row) const {
    return parent_key_ && !governed_.empty() && governed_.contains(lookup_.domain(row.domain))
               ? *parent_key_
               : row.domain;
  }

  void drop_others(Timeline::Window& window) {
    if (question_.domain.empty()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < window.rows.size(); ++i) {
      const std::string& policy_domain = lookup_.domain(window.rows[i].domain);
      // A subdomain with reports of its own has a record of its own, and is asked about by its own
      // name.
      if (policy_domain != question_.domain &&
          !at_or_below(who_.names(window.rows[i]).from(), question_.domain))
        continue;
      if (policy_domain != question_.domain && at_or_below(policy_domain, question_.domain) &&
          !governed_.contains(policy_domain))
        continue;
      if (kept != i) {
        window.rows[kept] = std::move(window.rows[i]);
        window.key_of_row[kept] = window.key_of_row[i];
      }
      ++kept;
    }
    window.rows.resize(kept);
    window.key_of_row.resize(kept);
  }

  bool selector_known(const IdentityNames& n) const {
    return std::any_of(n.signatures.begin(), n.signatures.end(),
                       [&](const auto& s) { return s.own && who_.direct_selector(s) != nullptr; });
  }

  /// A good own signature with a selector that no direct mail has. Some reporters tell no selector:
  /// that says nothing.
  bool selector_unknown(const IdentityNames& n) const {
    return std::any_of(n.signatures.begin(), n.signatures.end(), [&](const auto& s) {
      return s.own && s.pass && !n.signature(s).selector.empty() &&
             who_.direct_selector(s) == nullptr;
    });
  }

  static std::string service_label(const Sender& s) {
    if (!s.name.empty()) return s.name;
    return s.route.empty() ? s.service : s.service + " " + s.route;
  }

  /// The name under which a stranger's mail is authenticated: SPF's, else that of a signature. Null
  /// when nothing passes.
  InternedString stranger_name(const IdentityNames& n) {
    KnownOfNames& known = known_of(n);
    if (known.stranger != nullptr) return known.stranger == nobody_ ? nullptr : known.stranger;
    known.stranger = nobody_;
    if (n.spf_pass && !n.spf_own && !n.spf_domain().empty()) {
      known.stranger = words_[organizational_domain(n.spf_domain())];
    } else {
      for (const auto& signature : n.signatures)
        if (signature.pass && !signature.own)
          known.stranger = words_[organizational_domain(n.signature(signature).domain)];
    }
    return known.stranger == nobody_ ? nullptr : known.stranger;
  }

  /// Where mail of nobody we know comes from: whose name passes, else the address.
  InternedString stranger_label(const SourceRow& row, const IdentityNames& n) {
    const InternedString name = stranger_name(n);
    return name != nullptr ? name : words_[address_label(row.source_ip)];
  }

  /// SPF and a signature pass for one and the same name of somebody else.
  static bool has_good_name(const IdentityNames& n) {
    if (!n.spf_pass || n.spf_own || n.spf_domain().empty()) return false;
    const std::string name = organizational_domain(n.spf_domain());
    return std::ranges::any_of(n.signatures, [&](const auto& s) {
      return s.pass && !s.own && at_or_below(lower(n.signature(s).domain), name);
    });
  }

  /// Names a stranger's mail, and how the owner would answer for it.
  void name_stranger(Placed& p, const SourceRow& row, const IdentityNames& n) {
    p.sender = stranger_label(row, n);
    p.good_name = has_good_name(n);
    const InternedString name = stranger_name(n);
    p.answer = name == nullptr            ? Placed::Answer::network
               : n.spf_pass && !n.spf_own ? Placed::Answer::spf_domain
                                          : Placed::Answer::dkim_domain;
    p.answer_value = name != nullptr ? name : p.sender;
  }

  /// Names an account of a service that is not known as ours: a tenant, a stack, a customer's
  /// bounce name, or the default identity.
  void name_account(Placed& p, const SourceRow& row, const IdentityNames& n, const Sender& s) {
    const auto label = [&](std::string_view what, const std::string& name) {
      p.sender = words_[service_label(s) + ", " + std::string(what) + name];
    };
    const auto answer = [&](Placed::Answer kind, const std::string& value) {
      p.answer = kind;
      p.answer_value = words_[lower(value)];
    };
    p.good_name = has_good_name(n);
    for (const auto& signature : n.signatures) {
      const std::string& d = n.signature(signature).domain;
      if (!signature.pass || !(d.ends_with(".onmicrosoft.com") || d.ends_with(".gappssmtp.com")))
        continue;
      label("tenant ", lower(d));
      return answer(Placed::Answer::dkim_domain, d);
    }
    if (n.spf_pass && !n.spf_own && !n.spf_domain().empty()) {
      if (n.stack && n.spf_service != nullptr) {
        label("stack ", std::to_string(*n.stack));
        return answer(Placed::Answer::spf_domain, n.spf_domain());
      }
      // A customer that is authenticated by his own signature beside the service's names.
      if (n.spf_service != nullptr && s.service_class != ServiceClass::mailbox)
        for (const auto& signature : n.signatures)
          if (signature.pass && !signature.own && signature.service == nullptr) {
            const std::string customer = organizational_domain(n.signature(signature).domain);
            label("account ", customer);
            return answer(Placed::Answer::dkim_domain, customer);
          }
      const std::string name = organizational_domain(n.spf_domain());
      if (n.spf_service == nullptr || s.service_class == ServiceClass::mailbox)
        label("account ", name);
      else
        label("default identity ", name);
      return answer(Placed::Answer::spf_domain,
                    n.spf_service != nullptr && s.service_class != ServiceClass::mailbox
                        ? n.spf_service->value
                        : name);
    }
    for (const auto& signature : n.signatures)
      if (signature.pass && !signature.own) {
        label("signed by ", lower(n.signature(signature).domain));
        return answer(Placed::Answer::dkim_domain, n.signature(signature).domain);
      }
    if (p.sender == nullptr)
      p.sender = words_[service_label(s).empty() ? address_label(row.source_ip) : service_label(s)];
    answer(Placed::Answer::network, address_label(row.source_ip));
  }

  InternedString from_of(const IdentityNames& n) {
    InternedString& from = known_of(n).from;
    if (from == nullptr) from = words_[n.from()];
    return from;
  }

  /// What was found out about names once, for the many rows that have them.
  struct KnownOfNames {
    InternedString stranger = nullptr, from = nullptr;
    std::uint32_t told = Streams::none;  ///< the stream that has their selectors
  };
  KnownOfNames& known_of(const IdentityNames& n) {
    if (known_of_names_.size() <= n.number) known_of_names_.resize(n.number + n.number / 2 + 1);
    return known_of_names_[n.number];
  }

  Placed place_row(const SourceRow& row, const RowVerdict& verdict, const Judgement& judged) {
    const IdentityNames& n = who_.names(row);
    const Sender& s = judged.senders[verdict.sender];
    Placed p;
    const SenderWords& words = words_of_sender_[verdict.sender];
    p.service = words.service;
    p.route = words.route;
    p.org_id = nobody_;
    const bool known_place = s.place == Place::home || s.place == Place::relay ||
                             s.evidence == Evidence::owner;
    p.sender = known_place && words.label != nobody_ ? words.label : nullptr;
    const auto is = [&](Standing standing, std::string_view why) {
      if (p.sender == nullptr) p.sender = stranger_label(row, n);
      p.standing = standing;
      p.why = why;
      return p;
    };
    const auto of_no_service = [&] { p.service = p.route = nobody_; };
    const OrgVerdict* org = verdict.org >= 0 ? &judged.orgs[static_cast<std::size_t>(verdict.org)]
                                             : nullptr;
    const auto possible_org = [&] {
      p.org_id = words_[org->org.org_id];
      p.sender = words_[service_label(s) + ", org " + *p.org_id];
      p.answer = Placed::Answer::org;
      p.answer_value = p.org_id;
      return is(
          Standing::possible,
          *words_["Salesforce org " + *p.org_id + " sends it, and nobody said whose that is"]);
    };

    switch (verdict.flow) {
      case Flow::mailing_list:
        if (!known_place || s.service_class != ServiceClass::list)
          p.sender = stranger_label(row, n);
        return is(Standing::mailing_list, "a mailing list passed it on");
      case Flow::forwarded:
        p.sender = !s.via.empty()             ? words_[s.via]
                   : n.spf_pass && !n.spf_own ? stranger_label(row, n)
                                              : forwarders_;
        if (!verdict.passes() && n.has_own_signature() && !n.own_pass &&
            s.place == Place::unknown && !n.spf_pass)
          p.open = Placed::Open::broken;
        return is(Standing::forwarded, "somebody forwarded it");
      case Flow::foreign: {
        if (verdict.passes()) return is(Standing::own, "it passes for an own name");
        const OwnerEntry* const entry = who_.disowned(row);
        if (entry == nullptr && org != nullptr && verdict.ownership != Ownership::foreign)
          return possible_org();
        if (p.sender == nullptr || entry == nullptr) name_account(p, row, n, s);
        if (entry != nullptr || org != nullptr)
          return is(Standing::foreign, "you said that it is not yours");
        p.open = Placed::Open::account;
        return is(Standing::foreign, "another customer of the service sends it");
      }
      case Flow::direct: {
        if (s.place == Place::relay && s.evidence != Evidence::owner)
          return is(Standing::own, "your relay passes it on");
        if (s.evidence == Evidence::owner || s.service_class == ServiceClass::own ||
            s.place == Place::relay)
          return is(Standing::own, "you declared it");
        const bool for_sibling = (n.spf_pass && who_.is_sibling(n.spf_domain(), n.own())) ||
                                 std::ranges::any_of(n.signatures, [&](const auto& signature) {
                                   return signature.pass && !signature.own &&
                                          who_.is_sibling(n.signature(signature).domain, n.own());
                                 });
        if (s.place == Place::unknown || s.place == Place::elsewhere) {
          of_no_service();
          p.sender = words_[address_label(row.source_ip)];
          if (verdict.dkim_aligned || n.own_pass)
            return is(Standing::own, "it is signed with a key of yours");
          if (for_sibling)
            return is(Standing::own, "it is authenticated for another domain of yours");
          if (who_.is_signing_server(row))
            return is(Standing::own, "other mail of this server is signed with a key of yours");
          p.answer = Placed::Answer::network;
          p.answer_value = p.sender;
          return is(Standing::possible,
                    "your SPF record lists the address, and nobody said whose it is");
        }
        if (org != nullptr && verdict.ownership == Ownership::foreign)
          return is(Standing::foreign, "the org is not yours: you said so");
        if (org != nullptr && verdict.ownership == Ownership::unproven && !verdict.passes() &&
            !n.own_pass && !for_sibling)
          return possible_org();
        if (verdict.passes() || n.own_pass || (n.spf_pass && n.spf_own))
          return is(Standing::own, "it is authenticated for an own name");
        if (org != nullptr && verdict.ownership == Ownership::ours)
          return is(Standing::own, "its Salesforce org is yours");
        if (verdict.guessed) {
          name_account(p, row, n, s);
          p.open = Placed::Open::identity;
          return is(
              Standing::possible,
              "the tenant's name looks like yours, which anybody can choose, and no mail of it was authenticated for you");
        }
        // A service signs for a name only where somebody showed it that the name is his. So this
        // holds for a sender broken long ago, too.
        if (n.has_own_signature()) return is(Standing::own, "the service signs it for an own name");
        if (for_sibling)
          return is(Standing::own, "it is authenticated for another domain of yours");
        if (s.service_class == ServiceClass::mailbox)
          return is(Standing::own, "its tenant is yours");
        name_account(p, row, n, s);
        if (n.spf_pass && n.spf_service == nullptr) {
          p.open = Placed::Open::account;
          return is(Standing::foreign, "another customer of the service sends it");
        }
        p.open = Placed::Open::identity;
        return is(
            Standing::possible,
            "it is sent under the default identity of a service that anybody can use, and nothing proves whose account it is");
      }
      case Flow::unknown:
        if (verdict.passes() || n.own_pass) {
          of_no_service();
          // A key that no direct sender is known to use: a forwarder leaves no SPF pass, or one of
          // its own name with a known key.
          if (n.spf_pass && selector_unknown(n))
            return is(Standing::own, "it is signed with a key of yours");
          p.sender = n.spf_pass && !n.spf_own ? stranger_label(row, n) : forwarders_;
          return is(Standing::forwarded, "its signature is good, the way it came is not known");
        }
        if (s.place == Place::home && s.evidence >= Evidence::network) {
          name_account(p, row, n, s);
          return is(Standing::unidentified, "it comes from the service's own network");
        }
        of_no_service();
        name_stranger(p, row, n);
        p.open = Placed::Open::stranger;
        return is(Standing::spoofed,
                  n.has_own_signature()
                      ? "it carries a signature for an own name that does not verify"
                      : "nothing ties it to you");
    }
    return p;
  }

  void place(const Timeline::Window& all, const Judgement& judged) {
    for (const Sender& sender : judged.senders)
      words_of_sender_.push_back(
          {words_[service_label(sender)], words_[sender.service], words_[sender.route]});
    placed_.reserve(all.rows.size());
    for (std::size_t i = 0; i < all.rows.size(); ++i)
      placed_.push_back(place_row(all.rows[i], judged.rows[i], judged));
  }

  void index_rows(const Timeline::Window& all) {
    row_of_key_.assign(timeline_.keys().size(), Streams::none);
    for (std::uint32_t i = 0; i < all.rows.size(); ++i) row_of_key_[all.key_of_row[i]] = i;
  }

  /// Spoofers come and go; what keeps coming is somebody's mail system, and a question.
  void decide_open(const Timeline::Window& all) {
    index_rows(all);
    struct Series {
      std::map<Day, std::uint64_t> days;
      std::map<IpAddress, std::uint64_t> addresses;
      std::uint64_t good_name = 0, messages = 0;
      bool stranger = false;
    };
    std::map<std::pair<std::int64_t, InternedString>, Series> series;  // by policy domain and
                                                                       // sender
    // Anybody gets SPF to pass for a name that he bought. A network whose addresses take turns
    // under several such names, without a good signature, is a wave of forgeries; a mail service
    // keeps one name, a server its address.
    const auto network_of = [](const IpAddress& address) {
      return std::string(address.bytes().substr(0, address.bytes().size() == 4 ? 3 : 6));
    };  // /24, /48
    std::map<std::pair<std::int64_t, std::string>, std::set<InternedString>> names_at;  // by policy
                                                                                        // domain
                                                                                        // and
                                                                                        // network
    const auto keeps_its_addresses = [](const Series& one) {
      constexpr std::size_t few = 2;
      std::vector<std::uint64_t> volumes;
      for (const auto& [address, messages] : one.addresses) volumes.push_back(messages);
      std::ranges::sort(volumes, std::greater{});
      std::uint64_t most = 0;
      for (std::size_t i = 0; i < std::min(few, volumes.size()); ++i) most += volumes[i];
      return 3 * most >= 2 * one.messages;
    };
    const auto takes_turns = [&](std::int64_t domain, const Series& one) {
      std::uint64_t shared = 0;
      for (const auto& [address, messages] : one.addresses) {
        if (names_at[{domain, network_of(address)}].size() > 1) shared += messages;
      }
      return 2 * shared > one.messages;
    };
    const auto is_open = [](const Placed& p) {
      return p.open == Placed::Open::stranger || p.open == Placed::Open::account;
    };
    for (const auto& count : timeline_.counts(
             std::max(question_.first, question_.last - persistence_days + 1), question_.last)) {
      const auto row = row_of_key_[count.key];
      if (row == Streams::none || !is_open(placed_[row])) continue;
      Series& one = series[{domain_of(all.rows[row]), placed_[row].sender}];
      one.days[count.day] += count.messages;
      one.messages += count.messages;
      one.addresses[all.rows[row].source_ip] += count.messages;
      one.stranger = placed_[row].open == Placed::Open::stranger;
      if (one.stranger)
        names_at[{domain_of(all.rows[row]), network_of(all.rows[row].source_ip)}].insert(
            placed_[row].sender);
      if (placed_[row].good_name) one.good_name += count.messages;
    }
    std::map<std::pair<std::int64_t, InternedString>, std::string_view> steady;
    std::set<std::pair<std::int64_t, InternedString>> young;
    for (const auto& [key, one] : series) {
      if (one.days.rbegin()->first < question_.window_first) continue;
      const bool good_name = 2 * one.good_name > one.messages;
      const Persistence persistence = persistence_of(one.days, good_name);
      if (good_name && one.days.size() >= young_days) young.insert(key);
      if (one.stranger && !good_name && !keeps_its_addresses(one) && takes_turns(key.first, one))
        continue;
      if (persistence.steady()) steady.emplace(key, words_for(persistence.rhythm));
    }
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      Placed& p = placed_[i];
      if (!is_open(p)) continue;
      if (const auto found = steady.find({domain_of(all.rows[i]), p.sender});
          found != steady.end()) {
        p.standing = Standing::unidentified;
        p.why = found->second;
      } else if (young.contains({domain_of(all.rows[i]), p.sender})) {
        p.standing = Standing::unidentified;
        p.why = young_words;
      } else if (p.open == Placed::Open::stranger) {
        p.sender = spoofing_;
      }
    }
  }

  /// Mail under a default identity, and mail that the same service authenticates for the owner. An
  /// account that is authenticated for a From signs all its mail of that From: unsigned mail beside
  /// it is of another account, which may be anybody's. Unsigned mail that ends where signed mail
  /// begins, or the other way round, is of one account that was given its authentication or lost
  /// it. And where the service never authenticated this From but another of the owner's, it is his
  /// account, not yet set up for this one.
  void decide_identities(const Timeline::Window& all, const Judgement& judged) {
    constexpr std::size_t overlap_days = 3;  // caches and report windows show both states
    constexpr Day gap_days = 14;
    using Key =
        std::tuple<std::int64_t, InternedString, InternedString, InternedString>;  // policy
                                                                                   // domain,
                                                                                   // From,
                                                                                   // service,
                                                                                   // route
    struct Days {
      std::set<Day> unsigned_days, signed_days;
    };
    std::map<Key, Days> days;
    std::set<std::tuple<std::string, InternedString, InternedString>> proven;  // organizational
                                                                               // domain, service,
                                                                               // route
    const auto key_of = [&](std::size_t i) {
      return Key{domain_of(all.rows[i]), from_of(who_.names(all.rows[i])), placed_[i].service,
                 placed_[i].route};
    };
    for (std::size_t i = 0; i < placed_.size(); ++i)
      if (placed_[i].open == Placed::Open::identity) days.try_emplace(key_of(i));
    if (days.empty()) return;
    for (std::size_t i = 0; i < placed_.size(); ++i)
      if (placed_[i].standing == Standing::own && judged.rows[i].passes() &&
          judged.senders[judged.rows[i].sender].place == Place::home)
        proven.emplace(who_.names(all.rows[i]).own(), placed_[i].service, placed_[i].route);
    for (const auto& count : timeline_.counts(question_.first, question_.last)) {
      const auto row = row_of_key_[count.key];
      if (row == Streams::none) continue;
      const bool is_open = placed_[row].open == Placed::Open::identity;
      if (!is_open && (placed_[row].standing != Standing::own || !judged.rows[row].passes()))
        continue;
      const auto found = days.find(key_of(row));
      if (found != days.end())
        (is_open ? found->second.unsigned_days : found->second.signed_days).insert(count.day);
    }
    const auto is_one_account = [&](const Days& d) {
      if (d.unsigned_days.empty() || d.signed_days.empty()) return false;
      const auto both = std::ranges::count_if(d.unsigned_days,
                                              [&](Day day) { return d.signed_days.contains(day); });
      const Day gap = std::max(*d.signed_days.begin() - *d.unsigned_days.rbegin(),
                               *d.unsigned_days.begin() - *d.signed_days.rbegin());
      return static_cast<std::size_t>(both) <= overlap_days && gap <= gap_days;
    };
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      Placed& p = placed_[i];
      if (p.open != Placed::Open::identity) continue;
      const Days& of_from = days[key_of(i)];
      const bool other_from = of_from.signed_days.empty() &&
                              proven.contains({who_.names(all.rows[i]).own(), p.service, p.route});
      if (!other_from && !is_one_account(of_from)) continue;
      p.standing = Standing::own;
      p.why = other_from ? "other mail of this route is authenticated for an own name"
                         : "it takes turns with signed mail of the same sender: one account";
      p.sender = words_of_sender_[judged.rows[i].sender].label;
      p.answer = Placed::Answer::none;
    }
  }

  /// Forwarders pass on a share of the mail of each day. More good signatures at strangers than the
  /// owner's own senders made, for some days only and from many addresses, are one signed mail sent
  /// again and again.
  void find_replay(const Timeline::Window& all, const Judgement& judged) {
    constexpr std::uint64_t least_messages = 500;
    constexpr std::size_t least_addresses = 10;
    struct OfDay {
      std::uint64_t strangers = 0, own = 0;
      std::set<IpAddress> addresses;
    };
    std::map<Day, OfDay> days;
    for (const auto& count : timeline_.counts(question_.window_first, question_.last)) {
      const auto row = row_of_key_[count.key];
      if (row == Streams::none || !judged.rows[row].dkim_aligned) continue;
      OfDay& day = days[count.day];
      if (placed_[row].standing == Standing::own) day.own += count.messages;
      if (placed_[row].standing != Standing::forwarded ||
          judged.senders[judged.rows[row].sender].via_class == ServiceClass::mailbox)
        continue;
      day.strangers += count.messages;
      if (day.addresses.size() < least_addresses) day.addresses.insert(all.rows[row].source_ip);
    }
    Streams::Replay replay;
    std::size_t burst_days = 0;
    for (const auto& [day, of] : days) {
      if (of.strangers < least_messages || of.strangers <= of.own ||
          of.addresses.size() < least_addresses)
        continue;
      if (burst_days++ == 0) replay.first = day;
      replay.last = day;
      replay.messages += of.strangers;
    }
    if (burst_days > 0 && burst_days <= most_burst_days) out_.replay = replay;
  }

  /// Gateways break a small, even share of what passes through them. Thousands of broken signatures
  /// within days, from places that never delivered a good one, were copied from real mail.
  void decide_broken(const Timeline::Window& all) {
    struct OfDay {
      std::uint64_t broken = 0, passing = 0;
    };
    std::map<std::int64_t, std::map<Day, OfDay>> domains;  // by policy domain
    for (const auto& count : timeline_.counts(question_.window_first, question_.last)) {
      const auto row = row_of_key_[count.key];
      if (row == Streams::none) continue;
      OfDay& day = domains[domain_of(all.rows[row])][count.day];
      if (placed_[row].open == Placed::Open::broken)
        day.broken += count.messages;
      else if (placed_[row].standing == Standing::own)
        day.passing += count.messages;
    }
    std::set<std::pair<std::int64_t, Day>> bursts;
    for (const auto& [domain, days] : domains) {
      std::vector<std::uint64_t> usual;
      for (Day day = question_.window_first; day <= question_.last; ++day) {
        const auto found = days.find(day);
        usual.push_back(found == days.end() ? 0 : found->second.broken);
      }
      std::ranges::sort(usual);
      const std::uint64_t median = usual.empty() ? 0 : usual[usual.size() / 2];
      std::vector<Day> found;
      for (const auto& [day, of_day] : days)
        if (of_day.broken > burst_messages && of_day.broken > burst_factor * median &&
            burst_part_of_passing * of_day.broken > of_day.passing)
          found.push_back(day);
      if (found.size() <= most_burst_days)
        for (const Day day : found) bursts.emplace(domain, day);
    }
    if (bursts.empty()) return;
    std::vector<bool> beside(all.rows.size(), false);  // has mail on other days
    for (const auto& count : timeline_.counts(question_.first, question_.last)) {
      const auto row = row_of_key_[count.key];
      if (row != Streams::none && !bursts.contains({domain_of(all.rows[row]), count.day}))
        beside[row] = true;
    }
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      if (placed_[i].open != Placed::Open::broken || beside[i]) continue;
      placed_[i].standing = Standing::spoofed;
      placed_[i].sender = spoofing_;
      placed_[i].why = "a burst of signatures that do not verify: copied from real mail";
    }
  }

  void make_streams(const Timeline::Window& all) {
    std::unordered_map<StreamKey, std::uint32_t, HashStreamKey> streams;
    out_.stream_of_key.assign(timeline_.keys().size(), Streams::none);
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      const Placed& p = placed_[i];
      const bool apart = p.standing == Standing::own || p.standing == Standing::possible;
      const IdentityNames& n = who_.names(all.rows[i]);
      if (std::ranges::any_of(question_.scenario.exclude, [&](const std::string& words) {
            return lower(*p.sender + " (" + n.from() + ")").find(words) != std::string::npos;
          }))
        continue;
      const auto [entry, added] = streams.try_emplace(
          {p.standing, domain_of(all.rows[i]), p.sender, apart ? from_of(n) : nobody_},
          static_cast<std::uint32_t>(out_.list.size()));
      if (added) {
        Stream stream;
        stream.domain = lookup_.domain(domain_of(all.rows[i]));
        if (apart) stream.from = n.from();
        stream.sender = *p.sender;
        stream.service = *p.service;
        stream.route = *p.route;
        stream.org_id = *p.org_id;
        stream.standing = p.standing;
        stream.why = p.why;
        stream.young = p.why == young_words;
        constexpr std::array<std::string_view, 5> kinds{"", "network", "spf-domain", "dkim-domain",
                                                        "org"};
        const std::string_view kind = kinds[static_cast<std::size_t>(p.answer)];
        if (p.answer_value != nullptr && is_sender_value(kind, *p.answer_value)) {
          stream.answer_kind = kind;
          stream.answer_value = *p.answer_value;
        }
        out_.list.push_back(std::move(stream));
      }
      out_.stream_of_key[all.key_of_row[i]] = entry->second;
      if (!apart || n.signatures.empty() ||
          std::exchange(known_of(n).told, entry->second) == entry->second)
        continue;
      for (const auto& signature : n.signatures)
        if (signature.own && is_selector(n.signature(signature).selector)) {
          Stream& stream = out_.list[entry->second];
          (signature.pass ? stream.selectors : stream.failing_selectors)
              .insert(lower(n.signature(signature).selector + "._domainkey." +
                            n.signature(signature).domain));
        }
    }
  }

  bool pretended(const RowVerdict& verdict) const {
    return std::ranges::any_of(question_.scenario.fixed,
                               [&](FindingCode code) { return verdict.has(code); });
  }

  void count() {
    std::vector<const RowVerdict*> verdict_of_key(timeline_.keys().size(), nullptr);
    for (std::size_t i = 0; i < out_.window.rows.size(); ++i)
      verdict_of_key[out_.window.key_of_row[i]] = &out_.judgement.rows[i];
    for (const auto& count : timeline_.counts(question_.first, question_.last)) {
      const auto position = out_.stream_of_key[count.key];
      if (position == Streams::none) continue;
      const PolicyEvaluated& evaluation =
          lookup_.evaluation(timeline_.keys()[count.key].evaluation);
      const RowVerdict* verdict = verdict_of_key[count.key];
      const bool temporary_error = row_is_temporary(timeline_.keys()[count.key], verdict);
      auto& counts = out_.list[position].counts;
      auto place = counts.end();
      while (place != counts.begin() && std::prev(place)->day == count.day) {
        --place;
        if (place->reporter == count.reporter) break;
      }
      if (place == counts.end() || place->day != count.day || place->reporter != count.reporter) {
        counts.push_back({.day = count.day, .reporter = count.reporter});
        place = std::prev(counts.end());
      }
      const bool spf = evaluation.spf_aligned();
      const bool dkim = evaluation.dkim_aligned() || (!spf && was_strict(count));
      if (dkim)
        (spf ? place->both : place->dkim_only) += count.messages;
      else if (verdict != nullptr && pretended(*verdict))
        (spf ? place->both : place->dkim_only) += count.messages;
      else if (spf)
        place->spf_only += count.messages;
      else
        (temporary_error ? place->temporary : place->fail) += count.messages;
      if (!dkim && !spf && !temporary_error && !evaluation.reasons.empty()) {
        const OverrideReasons reasons = override_reasons(evaluation);
        if (reasons.trusted || reasons.list) place->rescued += count.messages;
      }
      if (evaluation.disposition.is(Disposition::quarantine)) place->quarantined += count.messages;
      if (evaluation.disposition.is(Disposition::reject)) place->rejected += count.messages;
    }
    for (Stream& stream : out_.list)
      std::ranges::sort(stream.counts, [](const auto& a, const auto& b) {
        return std::tie(a.day, a.reporter) < std::tie(b.day, b.reporter);
      });
  }

  /// Failed only because the record of its day asked for strict alignment of DKIM, which it no
  /// longer does: what is judged is the policy now.
  bool was_strict(const Timeline::Count& count) {
    const SourceRow& key = timeline_.keys()[count.key];
    const auto policy = policies_.find(lookup_.domain(key.domain));
    if (policy == policies_.end() || policy->second.adkim.is(Alignment::strict) ||
        !who_.names(key).own_pass)
      return false;
    return alignment_.asked_for(Alignment::strict, policy->first, count.day, count.day, true);
  }

  /// Noise, by the judgement of the window; days before it are told by their raw results.
  bool row_is_temporary(const SourceRow& key, const RowVerdict* verdict) {
    if (verdict != nullptr) return !verdict->passes() && verdict->has(C::reporter_temperror);
    const IdentityNames& n = who_.names(key);
    return !n.own_pass && !n.own_failed &&
           (n.own_temperror || (n.spf_own && n.spf == SpfResult::temperror));
  }

  void note_persistence() {
    for (Stream& stream : out_.list) {
      if (stream.standing != Standing::possible && stream.standing != Standing::unidentified)
        continue;
      std::map<Day, std::uint64_t> days;
      for (const StreamCount& count : stream.counts)
        if (count.day > question_.last - persistence_days && count.fail > 0)
          days[count.day] += count.fail;
      if (days.empty() || days.rbegin()->first < question_.window_first) continue;
      stream.persistence = persistence_of(days, false);
      // Decided above with names that this does not see.
      if (!stream.persistence.steady() && stream.standing == Standing::unidentified)
        for (const Rhythm rhythm : {Rhythm::named, Rhythm::periodic, Rhythm::weekdays,
                                    Rhythm::daily, Rhythm::working_days})
          if (stream.why == words_for(rhythm)) stream.persistence.rhythm = rhythm;
    }
  }

  /// The same key by another path: a relay between Salesforce and the world, or a server of the
  /// owner's. Other services that share a selector (Marketing Cloud and Account Engagement both use
  /// 200608) are different senders.
  void note_continuity() {
    const auto passes_on = [](const Stream& s) {
      return s.service.empty() || s.route == salesforce_route::email_relay;
    };
    std::map<std::tuple<std::string, std::string, std::string>, std::set<Stream*>>
        by_key;  // policy
                 // domain,
                 // From,
                 // key
    for (Stream& stream : out_.list) {
      if (stream.standing != Standing::own || stream.counts.empty()) continue;
      for (const auto* keys : {&stream.selectors, &stream.failing_selectors})
        for (const std::string& key : *keys)
          by_key[{stream.domain, stream.from, key}].insert(&stream);
    }
    for (const auto& [key, streams] : by_key) {
      Stream* const first = *std::ranges::min_element(
          streams, {}, [](const Stream* s) { return s->counts.front().day; });
      Stream* const last = *std::ranges::max_element(
          streams, {}, [](const Stream* s) { return s->counts.back().day; });
      const bool passed_on =
          std::ranges::any_of(streams, [&](const Stream* s) { return passes_on(*s); });
      for (Stream* const stream : streams) {
        if (passes_on(*stream) || (passed_on && passes_on(*first)))
          stream->continues |= first->counts.front().day < stream->counts.front().day;
        if (passes_on(*stream) || (passed_on && passes_on(*last)))
          stream->continued |= last->counts.back().day > stream->counts.back().day;
      }
    }
  }

  void note_codes() {
    out_.stream_of_row.assign(out_.window.rows.size(), Streams::none);
    for (std::size_t i = 0; i < out_.window.rows.size(); ++i) {
      const auto position = out_.stream_of_key[out_.window.key_of_row[i]];
      out_.stream_of_row[i] = position;
      if (position == Streams::none) continue;
      const RowVerdict& verdict = out_.judgement.rows[i];
      Stream& stream = out_.list[position];
      stream.route_lines.insert(verdict.route_line);
      if (verdict.dkim_aligned) continue;
      each_code(verdict.codes,
                [&](C code) { stream.failing_codes[code] += out_.window.rows[i].messages; });
    }
  }

  void order() {
    std::vector<std::uint32_t> order(out_.list.size()), position(out_.list.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      const Stream &x = out_.list[a], &y = out_.list[b];
      return std::tie(x.standing, x.domain, x.sender, x.from) <
             std::tie(y.standing, y.domain, y.sender, y.from);
    });
    std::vector<Stream> sorted;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      position[order[i]] = i;
      sorted.push_back(std::move(out_.list[order[i]]));
    }
    out_.list = std::move(sorted);
    for (auto* positions : {&out_.stream_of_key, &out_.stream_of_row})
      for (auto& p : *positions)
        if (p != Streams::none) p = position[p];
  }

  const Timeline& timeline_;
  const StreamQuestion& question_;
  std::set<std::string> governed_;          ///< policy domains
  std::optional<std::int64_t> parent_key_;  ///< of the domain asked about
  std::map<std::string, PolicyPublished> policies_;
  AlignmentHistory alignment_;
  RowLookup lookup_;
  Identifier who_;
  Streams out_;
  std::vector<Placed> placed_;
  Words words_;
  InternedString nobody_ = words_[""], forwarders_ = words_["forwarders"],
                 spoofing_ = words_["mail that looks like spoofing"];
  struct SenderWords {
    InternedString label, service, route;
  };
  std::vector<SenderWords> words_of_sender_;  ///< by position in the judgement
  std::vector<KnownOfNames> known_of_names_;  ///< by number
  std::vector<std::uint32_t> row_of_key_;
};

}  // namespace

std::string_view to_text(Standing standing) noexcept {
  return standing_words[static_cast<std::size_t>(standing)];
}

void StreamCount::add(const StreamCount& other) {
  both += other.both;
  dkim_only += other.dkim_only;
  spf_only += other.spf_only;
  fail += other.fail;
  temporary += other.temporary;
  quarantined += other.quarantined;
  rejected += other.rejected;
  rescued += other.rescued;
}

std::string Stream::label() const {
  return from.empty() || from == domain ? sender : sender + " (" + from + ")";
}

StreamCount Stream::total(Day first, Day last, const std::uint32_t* without) const {
  StreamCount sum;
  const auto begin = std::ranges::lower_bound(counts, first, {}, &StreamCount::day);
  for (auto count = begin; count != counts.end() && count->day <= last; ++count)
    if (without == nullptr || count->reporter != *without) sum.add(*count);
  return sum;
}

std::map<Day, StreamCount> Stream::by_day(Day first, Day last) const {
  std::map<Day, StreamCount> days;
  for (const StreamCount& count : counts)
    if (count.day >= first && count.day <= last) days[count.day].add(count);
  return days;
}

std::map<std::uint32_t, StreamCount> Stream::by_reporter(Day first, Day last) const {
  std::map<std::uint32_t, StreamCount> reporters;
  for (const StreamCount& count : counts)
    if (count.day >= first && count.day <= last) reporters[count.reporter].add(count);
  return reporters;
}

Streams find_streams(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                     const StreamQuestion& question) {
  return Finder(timeline, lookup, owner, question).run();
}

const Stream* handed_over_from(const Stream& fresh, const Streams& streams) {
  if (fresh.standing != Standing::possible || fresh.counts.empty()) return nullptr;
  const auto life = [](const Stream& s) {
    return SenderLife{s.counts.front().day, s.counts.back().day,
                      s.total(0, s.counts.back().day).messages()};
  };
  for (const Stream& before : streams.list) {
    const bool alike = before.domain == fresh.domain && before.from == fresh.from &&
                       before.service == fresh.service && before.route == fresh.route;
    if (before.standing == Standing::own && !before.counts.empty() && alike &&
        is_hand_over(life(before), life(fresh), streams.last))
      return &before;
  }
  return nullptr;
}

bool sender_matches(const Stream& stream, const std::string& words) {
  return lower(stream.label()).find(lower(words)) != std::string::npos;
}

}  // namespace dmarcq
