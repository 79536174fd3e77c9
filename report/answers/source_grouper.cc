// SPDX-License-Identifier: MIT
#include "report/answers/source_grouper.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/own.h"
#include "report/analysis/words.h"
#include "store/base/source_key.h"

namespace dmarcq {
namespace {

constexpr std::string_view claimed_words = " (claimed)";

IpNetwork subnet_of(const IpAddress& address) {
  // The sizes in which addresses are usually given to one customer's servers.
  const auto network = IpNetwork::parse(address.to_text() + (address.is_v4() ? "/24" : "/64"));
  return network ? *network : IpNetwork{address, address.is_v4() ? 32u : 128u};
}

/// Why rows of this identity are not aligned, in the words of their results alone.
std::string failure_words(const IdentityNames& names, bool envelope_of_sender) {
  std::string words;
  const IdentityNames::Signature* other = nullptr;
  for (const auto& signature : names.signatures)
    if (!signature.own && signature.pass) other = &signature;
  if (names.own_pass)
    words = "signed, but not aligned";
  else if (names.own_failed)
    words = "signature fails";
  else if (names.own_temperror)
    words = "DKIM temperror";
  else if (other != nullptr)
    words = "signed as " + names.signature(*other).domain;
  else if (!names.signatures.empty())
    words = "foreign signature fails";
  else
    words = "not signed";
  if (names.spf_own)
    return words +
           fmt::format(", SPF {}", names.spf ? to_text(*names.spf) : std::string_view("unknown"));
  if (names.spf_domain().empty() || envelope_of_sender) return words;
  // Others' names may be long and random; what matters is whose they are.
  return words + ", envelope " + organizational_domain(names.spf_domain());
}

/// Sums by a small key, and says which key has most; ties go to the smaller key, so that answers do
/// not depend on the order of rows. Sorted, and in place while there is one entry: there are
/// several of these to each source, and nearly all hold one.
template <class Key, class Less = std::less<Key>>
class Votes {
 public:
  using Vote = std::pair<Key, std::uint64_t>;
  void add(Key key, std::uint64_t number) {
    if (size() == 0) {
      one_ = {key, number};
      any_ = true;
    } else if (!many_ && one_.first == key) {
      one_.second += number;
    } else {
      if (!many_) many_ = std::make_unique<std::vector<Vote>>(1, one_);
      const auto place = std::ranges::lower_bound(*many_, key, Less(), &Vote::first);
      if (place != many_->end() && place->first == key)
        place->second += number;
      else
        many_->insert(place, {key, number});
    }
  }
  std::optional<Key> winner() const {
    const auto* const most = std::max_element(
        begin(), end(), [](const Vote& a, const Vote& b) { return a.second < b.second; });
    return most == end() ? std::nullopt : std::optional<Key>(most->first);
  }
  std::size_t size() const { return many_ ? many_->size() : any_; }
  const Vote* begin() const { return many_ ? many_->data() : &one_; }
  const Vote* end() const { return begin() + size(); }

 private:
  Vote one_{};
  bool any_ = false;
  std::unique_ptr<std::vector<Vote>> many_;
};

/// Why mail fails: in the words of its results, and the finding by which that is most likely cured.
struct Reason {
  InternedString words = nullptr;
  std::optional<FindingCode> code;
  std::string text() const {
    return code ? fmt::format("{} ({})", *words, to_text(*code)) : *words;
  }
  friend bool operator==(const Reason&, const Reason&) = default;
};
struct LessReason {
  bool operator()(const Reason& a, const Reason& b) const {
    return a.words != b.words ? *a.words < *b.words : a.code < b.code;
  }
};
struct LessText {
  bool operator()(InternedString a, InternedString b) const { return *a < *b; }
};

using Addresses = std::unordered_set<IpAddress, HashAddress>;

struct Group {
  IpAddress first_ip;
  std::unique_ptr<Addresses> ips;  // only once there is a second one
  Votes<std::uint32_t> who;        // into the plan's
  Votes<std::int32_t> orgs;        // into the judgement's
  Votes<Reason, LessReason> whys;
  Votes<InternedString, LessText> header_from;
  Votes<std::uint8_t> codes;  // of findings
  ReporterSet reporters;
  std::array<std::uint64_t, flow_count> flows{};
  Evidence evidence = Evidence::none;
  Totals totals;
  Day first_day = 0, last_day = 0;
};

/// The code that a failure is most likely cured by.
std::optional<FindingCode> main_code(const RowVerdict& verdict) {
  std::optional<FindingCode> best;
  each_code(verdict.codes, [&](FindingCode code) {
    if (!best || traits_of(code).severity > traits_of(*best).severity) best = code;
  });
  return best;
}

/// Words of codes, those of most messages first.
std::vector<std::string> words_of(const Votes<std::uint8_t>& votes) {
  std::vector<std::pair<std::uint8_t, std::uint64_t>> codes(votes.begin(), votes.end());
  std::ranges::stable_sort(codes, [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> words;
  for (const auto& [code, messages] : codes)
    words.emplace_back(to_text(static_cast<FindingCode>(code)));
  return words;
}

/// The reason of most failing messages, and how many others there are.
std::string why(const Group& group) {
  const auto most = group.whys.winner();
  if (!most) return {};
  return group.whys.size() == 1 ? most->text()
                                : fmt::format("{} +{}", most->text(), group.whys.size() - 1);
}

SourceGroup line_of(const GroupKey& key, const Group& group, const GroupPlan& plan) {
  SourceGroup line;
  line.label = plan.label_of(key);
  line.addresses = group.ips ? group.ips->size() : 1;
  if (line.addresses == 1) line.ip = group.first_ip;
  const Who& who = plan.who[*group.who.winner()];
  line.service = who.service;
  line.route = who.route;
  line.several_routes = group.who.size() > 1;
  line.several_services = std::ranges::any_of(
      group.who, [&](const auto& vote) { return plan.who[vote.first].service != line.service; });
  line.evidence = group.evidence;
  if (const auto org = group.orgs.winner())
    line.org_id = plan.judgement->orgs[static_cast<std::size_t>(*org)].org.org_id;
  for (const auto& [domain, messages] : group.header_from) line.header_from.push_back(*domain);
  line.why = why(group);
  line.findings = words_of(group.codes);
  line.flows = group.flows;
  line.flow = static_cast<Flow>(std::ranges::max_element(group.flows) - group.flows.begin());
  line.totals = group.totals;
  line.reporters = group.reporters.size();
  line.first_day = group.first_day;
  line.last_day = group.last_day;
  return line;
}

bool is_asked_for(const Selection& selection, const Sender& sender) {
  if (selection.services.empty()) return true;
  const std::string one = lower(sender.name), other = lower(sender.service);
  return std::ranges::any_of(selection.services, [&](const std::string& service) {
    if (service == "unknown" && one.empty() && other.empty()) return true;
    return one.find(service) != std::string::npos || other.find(service) != std::string::npos;
  });
}

}  // namespace

std::string Who::service_words() const {
  return claimed && !service.empty() ? service + std::string(claimed_words) : service;
}

GroupPlan plan_groups(const Selection& selection, GroupBy by, const std::vector<SourceRow>& rows,
                      const Judgement& judgement, Identifier& identifier) {
  GroupPlan plan{.by = by,
                 .failing = selection.failing,
                 .passing = selection.passing,
                 .salesforce = selection.salesforce,
                 .routes = selection.routes,
                 .judgement = &judgement,
                 .identifier = &identifier};
  std::map<Who, std::uint32_t> numbers;
  const auto who_of = [&](const Sender& sender) {
    // A name that anyone can write adds nothing to the sums of the service.
    const bool claimed = (by == GroupBy::service || by == GroupBy::route) &&
                         sender.evidence == Evidence::claimed;
    return Who{sender.name.empty() ? sender.service : sender.name, claimed, sender.route};
  };
  for (const Sender& sender : judgement.senders) numbers.try_emplace(who_of(sender));
  std::set<std::string> texts;
  for (auto& [who, number] : numbers) {
    number = static_cast<std::uint32_t>(plan.who.size());
    plan.who.push_back(who);
    if (by == GroupBy::service) texts.insert(who.service_words());
  }
  for (const Sender& sender : judgement.senders) {
    plan.who_of_sender.push_back(numbers.at(who_of(sender)));
    plan.wanted.push_back(is_asked_for(selection, sender));
  }
  if (by == GroupBy::domain)
    for (const SourceRow& row : rows) texts.insert(identifier.names(row).from());
  if (by == GroupBy::reporter)
    for (const SourceRow& row : rows)
      for (const std::uint32_t key : row.reporters) texts.insert(identifier.lookup().reporter(key));
  plan.texts.assign(texts.begin(), texts.end());
  if (selection.disposition) {
    plan.disposed_so.emplace();
    for (const SourceRow& row : rows)
      // As Totals counts them: a disposition that is missing or unknown was none.
      if (identifier.lookup()
              .evaluation(row.evaluation)
              .disposition.known.value_or(Disposition::none) == *selection.disposition)
        plan.disposed_so->insert(row.evaluation);
  }
  return plan;
}

bool GroupPlan::wants(const SourceRow& row, const RowVerdict& verdict) const {
  if (!wanted[verdict.sender]) return false;
  if (disposed_so && !disposed_so->contains(row.evaluation)) return false;
  const Sender& sender = judgement->senders[verdict.sender];
  if (salesforce && !is_salesforce(verdict, sender)) return false;
  return routes.empty() ||
         std::ranges::find(routes, salesforce_route_of(verdict, sender)) != routes.end();
}

std::int64_t GroupPlan::number_of_text(const std::string& text) const {
  return std::ranges::lower_bound(texts, text) - texts.begin();
}

GroupKey GroupPlan::key_of(const SourceRow& row, std::uint32_t sender) const {
  const std::uint32_t place = who_of_sender[sender];
  switch (by) {
    case GroupBy::source: return {row.source_ip, place};
    case GroupBy::ip: return {row.source_ip, 0};
    case GroupBy::service: return {{}, number_of_text(who[place].service_words())};
    case GroupBy::route: return {{}, place};
    case GroupBy::subnet: {
      const IpNetwork network = subnet_of(row.source_ip);
      return {network.address, network.prefix};
    }
    case GroupBy::domain: return {{}, number_of_text(identifier->names(row).from())};
    case GroupBy::reporter:
    case GroupBy::day: break;  // a row is of several
  }
  return {};
}

std::string GroupPlan::label_of(const GroupKey& key) const {
  switch (by) {
    case GroupBy::source:
    case GroupBy::ip: return key.address.to_text();
    case GroupBy::subnet: return subnet_of(key.address).to_text();
    case GroupBy::service: {
      const std::string& service = texts[static_cast<std::size_t>(key.number)];
      return service.empty() ? "unknown" : service;
    }
    case GroupBy::route: {
      const Who& of = who[static_cast<std::size_t>(key.number)];
      if (of.service.empty()) return "unknown";
      return (of.route.empty() ? of.service : of.service + " " + of.route) +
             std::string(of.claimed ? claimed_words : "");
    }
    case GroupBy::domain:
    case GroupBy::reporter: return texts[static_cast<std::size_t>(key.number)];
    case GroupBy::day: return iso_date(static_cast<Day>(key.number));
  }
  return {};
}

/// The open groups, and what there is to say of names: rows are many times as many as names.
struct SourceGrouper::Sums {
  struct WordsOfNames {
    InternedString from = nullptr;
    std::array<InternedString, 2> failure{};  // by whether the envelope is the sender's own; null:
                                              // not asked for yet
  };
  std::map<GroupKey, Group> groups;
  Words words;
  std::vector<WordsOfNames> words_of_names;  // by number

  WordsOfNames& words_of(const IdentityNames& names, const Identifier& identifier) {
    if (words_of_names.size() <= names.number) words_of_names.resize(identifier.name_count());
    WordsOfNames& of = words_of_names[names.number];
    if (of.from == nullptr) of.from = words[names.from()];
    return of;
  }
  Group& add(const GroupPlan&, const GroupKey&, const SourceRow&, const RowVerdict&,
             const RowPart&);
};

Group& SourceGrouper::Sums::add(const GroupPlan& plan, const GroupKey& key, const SourceRow& row,
                                const RowVerdict& verdict, const RowPart& part) {
  const Sender& sender = plan.judgement->senders[verdict.sender];
  const IdentityNames& names = plan.identifier->names(row);
  const auto [entry, added] = groups.try_emplace(key);
  Group& group = entry->second;
  if (added) {
    group.first_ip = row.source_ip;
    group.first_day = part.first_day;
    group.last_day = part.last_day;
  } else if (group.ips || group.first_ip != row.source_ip) {
    if (!group.ips) group.ips = std::make_unique<Addresses>(Addresses{group.first_ip});
    group.ips->insert(row.source_ip);
  }
  group.who.add(plan.who_of_sender[verdict.sender], part.messages);
  group.evidence = std::max(group.evidence, sender.evidence);
  group.flows[static_cast<std::size_t>(verdict.flow)] += part.messages;
  if (verdict.org >= 0) group.orgs.add(verdict.org, part.messages);
  WordsOfNames& of_names = words_of(names, *plan.identifier);
  group.header_from.add(of_names.from, part.messages);
  group.totals.add(plan.identifier->lookup().evaluation(row.evaluation), part.messages);
  group.first_day = std::min(group.first_day, part.first_day);
  group.last_day = std::max(group.last_day, part.last_day);
  each_code(verdict.codes, [&](FindingCode code) {
    group.codes.add(static_cast<std::uint8_t>(code), part.messages);
  });
  if (verdict.passes()) return group;
  // The envelope of the service itself goes without saying.
  const bool of_service = names.spf_service != nullptr &&
                          names.spf_service->service == sender.service;
  InternedString& why = of_names.failure[of_service];
  if (why == nullptr) why = words[failure_words(names, of_service)];
  group.whys.add({why, main_code(verdict)}, part.messages);
  return group;
}

SourceGrouper::SourceGrouper(const GroupPlan& plan)
    : plan_(plan), sums_(std::make_unique<Sums>()) {}
SourceGrouper::~SourceGrouper() = default;
SourceGrouper::SourceGrouper(SourceGrouper&&) noexcept = default;

void SourceGrouper::add(const GroupKey& key, const SourceRow& row, const RowVerdict& verdict) {
  sums_->add(plan_, key, row, verdict, {row.messages, row.first_day, row.last_day})
      .reporters.add(row.reporters);
}

void SourceGrouper::add(const GroupKey& key, const SourceRow& row, const RowVerdict& verdict,
                        const RowPart& part, std::uint32_t reporter) {
  sums_->add(plan_, key, row, verdict, part).reporters.add(reporter);
}

void SourceGrouper::close() {
  for (const auto& [key, group] : sums_->groups) {
    if (plan_.failing && group.totals.dmarc_fail() == 0) continue;
    if (plan_.passing && group.totals.dmarc_fail() != 0) continue;
    lines.push_back(line_of(key, group, plan_));
    if (group.ips)
      addresses.insert(addresses.end(), group.ips->begin(), group.ips->end());
    else
      addresses.push_back(group.first_ip);
  }
  sums_->groups.clear();
}

void SourceGrouper::finish() {
  close();
  sums_.reset();
}

}  // namespace dmarcq
