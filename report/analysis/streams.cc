// SPDX-License-Identifier: MIT
#include "report/analysis/streams.h"

#include <algorithm>
#include <array>
#include <future>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "ingest/base/text.h"
#include "report/analysis/alignment.h"
#include "report/analysis/salesforce.h"
#include "report/analysis/words.h"

namespace dmarcq {
namespace {

using C = FindingCode;

constexpr std::array<std::string_view, standing_count> standing_words{"own", "possible", "unidentified", "forwarded", "mailing-list", "foreign", "spoofed"};

/// Failing mail without any tie to the owner is somebody's business mail, rather than spoofing, when it is seen on so many days at least …
constexpr std::size_t steady_days = 5;
/// … and over so many days at least keeps office hours: it comes on most working days, and a day of the weekend has less than half the mail.
constexpr Day rhythm_span = 14;
constexpr std::uint64_t rhythm_messages = 20;

/// 1970-01-01 was a Thursday.
bool is_weekend(Day day) { return (day + 4) % 7 == 0 || (day + 4) % 7 == 6; }

/// An address, or the /64 that an IPv6 host is given.
std::string address_label(const IpAddress& address) {
  if (address.is_v4()) return address.to_text();
  const auto network = IpNetwork::parse(address.to_text() + "/64");
  return network ? network->to_text() : address.to_text();
}

/// What decides a row's standing, and the name of its stream.
struct Placed {
  Standing standing = Standing::spoofed;
  Word_ sender = nullptr, service = nullptr, route = nullptr, org_id = nullptr;
  std::string_view why;
  bool undecided = false;  ///< unidentified or spoofed, as its days will show
};

/// What makes rows one stream.
struct StreamKey {
  Standing standing;
  std::int64_t domain;
  Word_ sender, from;
  friend bool operator==(const StreamKey&, const StreamKey&) = default;
};
struct HashStreamKey {
  std::size_t operator()(const StreamKey& key) const {
    std::size_t hash = static_cast<std::size_t>(key.standing) + 31 * static_cast<std::size_t>(key.domain);
    for (const Word_ word : {key.sender, key.from}) hash = hash * 0x9E3779B97F4A7C15u ^ std::hash<Word_>()(word);
    return hash;
  }
};

class Finder {
 public:
  Finder(const Timeline& timeline, const Facts& facts, const Owner& owner, const StreamQuestion& question)
      : timeline_(timeline), question_(question), facts_(with_policies(facts)), who_(facts_, owner) {}

  Streams run() {
    Timeline::Window all = timeline_.window(question_.first, question_.last);
    drop_others(all);
    out_.first = question_.first;
    out_.last = question_.last;
    out_.window_first = question_.window_first;
    who_.learn(all.rows);
    const Judgement judged = judge_flows(all.rows, who_);
    // The window is judged beside what the flows of all days decide. That only looks up what the flows made known: names, selectors, evaluations.
    constexpr std::size_t worth_a_thread = 50'000;
    auto of_window = std::async(all.rows.size() > worth_a_thread ? std::launch::async : std::launch::deferred, [&] {
      out_.window = timeline_.window(question_.window_first, question_.last);
      drop_others(out_.window);
      return judge(out_.window.rows, who_);
    });
    prove_routes(all, judged);
    place(all, judged);
    decide_undecided(all);
    make_streams(all);
    out_.judgement = of_window.get();
    count();
    note_codes();
    order();
    return std::move(out_);
  }

 private:
  /// The policies as of the last day, not of today.
  Facts with_policies(Facts facts) {
    for (const ReportSeen& report : timeline_.reports(question_.first, question_.last)) policies_[report.domain] = report.policy;
    facts.policy = [this, domain = facts.domain](std::int64_t key) -> const PolicyPublished* {
      const auto found = policies_.find(domain(key));
      return found == policies_.end() ? nullptr : &found->second;
    };
    return facts;
  }

  void drop_others(Timeline::Window& window) {
    if (question_.domain.empty()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < window.rows.size(); ++i) {
      const std::string& policy_domain = facts_.domain(window.rows[i].domain);
      // A subdomain with reports of its own has a record of its own, and is asked about by its own name.
      if (policy_domain != question_.domain && !at_or_below(who_.names(window.rows[i]).from(), question_.domain)) continue;
      if (policy_domain != question_.domain && at_or_below(policy_domain, question_.domain)) continue;
      if (kept != i) {
        window.rows[kept] = std::move(window.rows[i]);
        window.key_of_row[kept] = window.key_of_row[i];
      }
      ++kept;
    }
    window.rows.resize(kept);
    window.key_of_row.resize(kept);
  }

  using Route = std::tuple<std::string, std::string, std::string>;  // organisational domain, service, route

  /// A route is ours once some direct mail of it passed for an own domain.
  void prove_routes(const Timeline::Window& all, const Judgement& judged) {
    std::set<std::pair<const std::string*, std::uint32_t>> known;
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      const RowVerdict& verdict = judged.rows[i];
      const Sender& sender = judged.senders[verdict.sender];
      if (verdict.flow != Flow::direct || sender.place != Place::home || !verdict.passes()) continue;
      const std::string& own = who_.names(all.rows[i]).own();
      if (known.emplace(&own, verdict.sender).second) proven_.insert({own, sender.service, sender.route});
    }
  }

  bool selector_known(const IdentityNames& n) const {
    return std::any_of(n.signatures.begin(), n.signatures.end(), [&](const auto& s) { return s.own && who_.direct_selector(s) != nullptr; });
  }

  /// A good own signature with a selector that no direct mail has. Some reporters tell no selector: that says nothing.
  bool selector_unknown(const IdentityNames& n) const {
    return std::any_of(n.signatures.begin(), n.signatures.end(),
                       [&](const auto& s) { return s.own && s.pass && !n.signature(s).selector.empty() && who_.direct_selector(s) == nullptr; });
  }

  static std::string service_label(const Sender& s) {
    if (!s.name.empty()) return s.name;
    return s.route.empty() ? s.service : s.service + " " + s.route;
  }

  /// Where mail of nobody we know comes from: whose name passed SPF, else the address.
  Word_ stranger_label(const SourceRow& row, const IdentityNames& n) {
    if (!n.spf_pass || n.spf_own || n.spf_domain().empty()) return words_[address_label(row.source_ip)];
    Word_& label = known_of(n).stranger;
    if (label == nullptr) label = words_[organizational_domain(n.spf_domain())];
    return label;
  }

  Word_ from_of(const IdentityNames& n) {
    Word_& from = known_of(n).from;
    if (from == nullptr) from = words_[n.from()];
    return from;
  }

  /// What was found out about names once, for the many rows that have them.
  struct KnownOfNames {
    Word_ stranger = nullptr, from = nullptr;
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
    const bool known_place = s.place == Place::home || s.place == Place::relay || s.evidence == Evidence::owner;
    p.sender = known_place && words.label != nobody_ ? words.label : nullptr;
    const auto is = [&](Standing standing, std::string_view why) {
      if (p.sender == nullptr) p.sender = stranger_label(row, n);
      p.standing = standing;
      p.why = why;
      return p;
    };
    const auto of_no_service = [&] { p.service = p.route = nobody_; };
    const OrgVerdict* org = verdict.org >= 0 ? &judged.orgs[static_cast<std::size_t>(verdict.org)] : nullptr;
    const auto possible_org = [&] {
      p.org_id = words_[org->org.org_id];
      p.sender = words_[service_label(s) + ", org " + *p.org_id];
      return is(Standing::possible, *words_["Salesforce org " + *p.org_id + " sends it, and nobody said whose that is"]);
    };

    switch (verdict.flow) {
      case Flow::mailing_list:
        if (!known_place || s.service_class != ServiceClass::list) p.sender = stranger_label(row, n);
        return is(Standing::mailing_list, "a mailing list passed it on");
      case Flow::forwarded:
        p.sender = !s.via.empty() ? words_[s.via] : n.spf_pass && !n.spf_own ? stranger_label(row, n) : forwarders_;
        return is(Standing::forwarded, "somebody forwarded it");
      case Flow::foreign:
        if (verdict.passes()) return is(Standing::own, "it passes for an own name");
        if (org != nullptr && org->ownership == Ownership::unproven) return possible_org();
        return is(Standing::foreign, org != nullptr ? "the org is not yours: you said so" : "another customer of the service sends it");
      case Flow::direct:
        if (s.evidence == Evidence::owner || s.service_class == ServiceClass::own || s.place == Place::relay) return is(Standing::own, "you declared it");
        if (s.place == Place::unknown || s.place == Place::elsewhere) {
          of_no_service();
          p.sender = words_[address_label(row.source_ip)];
          if (verdict.dkim_aligned || n.own_pass) return is(Standing::own, "it is signed with a key of yours");
          return is(Standing::possible, "your SPF record lists the address, and nobody said whose it is");
        }
        if (org != nullptr && org->ownership == Ownership::foreign) return is(Standing::foreign, "the org is not yours: you said so");
        if (org != nullptr && org->ownership == Ownership::unproven && !verdict.passes() && !n.own_pass) return possible_org();
        if (verdict.passes() || n.own_pass || (n.spf_pass && n.spf_own)) return is(Standing::own, "it is authenticated for an own name");
        if (org != nullptr && org->ownership == Ownership::ours) return is(Standing::own, "its Salesforce org is yours");
        // A service signs for a name only where somebody showed it that the name is his. So this holds for a sender broken long ago, too.
        if (n.has_own_signature()) return is(Standing::own, "the service signs it for an own name");
        if (proven_.contains({n.own(), s.service, s.route})) return is(Standing::own, "other mail of this route is authenticated for an own name");
        return is(Standing::possible, "it is sent through a service that anybody can use, and nothing proves whose it is");
      case Flow::unknown:
        if (verdict.passes() || n.own_pass) {
          of_no_service();
          // A key that no direct sender is known to use: a forwarder leaves no SPF pass, or one of its own name with a known key.
          if (n.spf_pass && selector_unknown(n)) return is(Standing::own, "it is signed with a key of yours");
          p.sender = n.spf_pass && !n.spf_own ? stranger_label(row, n) : forwarders_;
          return is(Standing::forwarded, "its signature is good, the way it came is not known");
        }
        if (n.has_own_signature() && selector_known(n)) {
          p.sender = n.spf_pass && !n.spf_own ? stranger_label(row, n) : forwarders_;
          return is(Standing::forwarded, "signed mail of yours, changed on the way");
        }
        if (s.place == Place::home && s.evidence >= Evidence::network) return is(Standing::unidentified, "it comes from the service's own network");
        of_no_service();
        p.sender = stranger_label(row, n);
        if (n.has_own_signature()) return is(Standing::unidentified, "it carries a signature for an own name that does not verify");
        p.undecided = true;
        return is(Standing::spoofed, "nothing ties it to you");
    }
    return p;
  }

  void place(const Timeline::Window& all, const Judgement& judged) {
    for (const Sender& sender : judged.senders) words_of_sender_.push_back({words_[service_label(sender)], words_[sender.service], words_[sender.route]});
    placed_.reserve(all.rows.size());
    for (std::size_t i = 0; i < all.rows.size(); ++i) placed_.push_back(place_row(all.rows[i], judged.rows[i], judged));
  }

  /// Spoofing comes in bursts or round the clock; business mail keeps office hours.
  void decide_undecided(const Timeline::Window& all) {
    std::map<Word_, std::map<Day, std::uint64_t>> days;  // by sender
    row_of_key_.assign(timeline_.keys().size(), Streams::none);
    for (std::uint32_t i = 0; i < all.rows.size(); ++i) row_of_key_[all.key_of_row[i]] = i;
    for (const auto& count : timeline_.counts(question_.window_first, question_.last)) {
      const auto row = row_of_key_[count.key];
      if (row != Streams::none && placed_[row].undecided) days[placed_[row].sender][count.day] += count.messages;
    }
    std::set<Word_> steady;
    for (const auto& [sender, series] : days) {
      if (series.size() < steady_days) continue;
      const Day first = series.begin()->first, last = series.rbegin()->first;
      if (last - first + 1 < rhythm_span) continue;
      std::uint64_t work = 0, rest = 0, active = 0;
      for (const auto& [day, messages] : series) {
        (is_weekend(day) ? rest : work) += messages;
        if (!is_weekend(day)) ++active;
      }
      std::uint64_t work_days = 0, rest_days = 0;
      for (Day day = first; day <= last; ++day) ++(is_weekend(day) ? rest_days : work_days);
      if (work + rest < rhythm_messages) continue;
      // rest / rest_days < half of work / work_days. One host of a botnet may look so by chance, but not on most working days.
      if (2 * active >= work_days && 2 * rest * work_days < work * rest_days) steady.insert(sender);
    }
    for (Placed& p : placed_) {
      if (!p.undecided) continue;
      if (steady.contains(p.sender)) {
        p.standing = Standing::unidentified;
        p.why = "it keeps office hours, as business mail does";
      } else {
        p.sender = spoofing_;
      }
    }
  }

  void make_streams(const Timeline::Window& all) {
    std::unordered_map<StreamKey, std::uint32_t, HashStreamKey> streams;
    out_.stream_of_key.assign(timeline_.keys().size(), Streams::none);
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      const Placed& p = placed_[i];
      const bool apart = p.standing == Standing::own || p.standing == Standing::possible;
      const IdentityNames& n = who_.names(all.rows[i]);
      if (std::ranges::any_of(question_.pretence.exclude, [&](const std::string& words) {
            return lower(*p.sender + " (" + n.from() + ")").find(words) != std::string::npos;
          }))
        continue;
      const auto [entry, added] = streams.try_emplace({p.standing, all.rows[i].domain, p.sender, apart ? from_of(n) : nobody_},
                                                      static_cast<std::uint32_t>(out_.list.size()));
      if (added) {
        Stream stream;
        stream.domain = facts_.domain(all.rows[i].domain);
        if (apart) stream.from = n.from();
        stream.sender = *p.sender;
        stream.service = *p.service;
        stream.route = *p.route;
        stream.org_id = *p.org_id;
        stream.standing = p.standing;
        stream.why = p.why;
        out_.list.push_back(std::move(stream));
      }
      out_.stream_of_key[all.key_of_row[i]] = entry->second;
      if (!apart || n.signatures.empty() || std::exchange(known_of(n).told, entry->second) == entry->second) continue;
      for (const auto& signature : n.signatures)
        if (signature.own && !n.signature(signature).selector.empty()) {
          Stream& stream = out_.list[entry->second];
          (signature.pass ? stream.selectors : stream.failing_selectors)
              .insert(lower(n.signature(signature).selector + "._domainkey." + n.signature(signature).domain));
        }
    }
  }

  bool pretended(const RowVerdict& verdict) const {
    return std::ranges::any_of(question_.pretence.fixed, [&](FindingCode code) { return verdict.has(code); });
  }

  void count() {
    std::vector<const RowVerdict*> verdict_of_key(timeline_.keys().size(), nullptr);
    for (std::size_t i = 0; i < out_.window.rows.size(); ++i) verdict_of_key[out_.window.key_of_row[i]] = &out_.judgement.rows[i];
    for (const auto& count : timeline_.counts(question_.first, question_.last)) {
      const auto position = out_.stream_of_key[count.key];
      if (position == Streams::none) continue;
      const PolicyEvaluated& evaluation = facts_.evaluation(timeline_.keys()[count.key].evaluation);
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
      const bool dkim = evaluation.dkim.is(DmarcResult::pass), spf = evaluation.spf.is(DmarcResult::pass);
      if (dkim) (spf ? place->both : place->dkim_only) += count.messages;
      else if (verdict != nullptr && pretended(*verdict)) (spf ? place->both : place->dkim_only) += count.messages;
      else if (spf) place->spf_only += count.messages;
      else (temporary_error ? place->temporary : place->fail) += count.messages;
      if (evaluation.disposition.is(Disposition::quarantine)) place->quarantined += count.messages;
      if (evaluation.disposition.is(Disposition::reject)) place->rejected += count.messages;
    }
    for (Stream& stream : out_.list)
      std::ranges::sort(stream.counts,
                        [](const auto& a, const auto& b) { return std::tie(a.day, a.reporter) < std::tie(b.day, b.reporter); });
  }

  /// Noise, by the judgement of the window; days before it are told by their raw results.
  bool row_is_temporary(const SourceRow& key, const RowVerdict* verdict) {
    if (verdict != nullptr) return !verdict->passes() && verdict->has(C::reporter_temperror);
    const IdentityNames& n = who_.names(key);
    return !n.own_pass && !n.own_failed && (n.own_temperror || (n.spf_own && n.spf == SpfResult::temperror));
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
      each_code(verdict.codes, [&](C code) { stream.failing_codes[code] += out_.window.rows[i].messages; });
    }
  }

  void order() {
    std::vector<std::uint32_t> order(out_.list.size()), position(out_.list.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      const Stream &x = out_.list[a], &y = out_.list[b];
      return std::tie(x.standing, x.domain, x.sender, x.from) < std::tie(y.standing, y.domain, y.sender, y.from);
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
  std::map<std::string, PolicyPublished> policies_;
  Facts facts_;
  Identifier who_;
  Streams out_;
  std::set<Route> proven_;
  std::vector<Placed> placed_;
  Words words_;
  Word_ nobody_ = words_[""], forwarders_ = words_["forwarders"], spoofing_ = words_["mail that looks like spoofing"];
  struct SenderWords { Word_ label, service, route; };
  std::vector<SenderWords> words_of_sender_;  ///< by position in the judgement
  std::vector<KnownOfNames> known_of_names_;  ///< by number
  std::vector<std::uint32_t> row_of_key_;
};

}  // namespace

std::string_view to_text(Standing standing) noexcept { return standing_words[static_cast<std::size_t>(standing)]; }

void StreamCount::add(const StreamCount& other) {
  both += other.both;
  dkim_only += other.dkim_only;
  spf_only += other.spf_only;
  fail += other.fail;
  temporary += other.temporary;
  quarantined += other.quarantined;
  rejected += other.rejected;
}

std::string Stream::label() const { return from.empty() || from == domain ? sender : sender + " (" + from + ")"; }

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

Streams find_streams(const Timeline& timeline, const Facts& facts, const Owner& owner, const StreamQuestion& question) {
  return Finder(timeline, facts, owner, question).run();
}

bool sender_matches(const Stream& stream, const std::string& words) { return lower(stream.label()).find(lower(words)) != std::string::npos; }

}  // namespace dmarcq
