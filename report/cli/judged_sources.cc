// SPDX-License-Identifier: MIT
#include "report/cli/judged_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "ingest/base/text.h"
#include "report/analysis/alignment.h"
#include "report/analysis/salesforce.h"
#include "report/cli/judged_window.h"
#include "store/source_key.h"

namespace dmarcq {
namespace {

IpNetwork subnet_of(const IpAddress& address) {
  // The sizes in which addresses are usually given to one customer's servers.
  const auto network = IpNetwork::parse(address.to_text() + (address.is_v4() ? "/24" : "/64"));
  return network ? *network : IpNetwork{address, address.is_v4() ? 32u : 128u};
}

/// Why rows of this identity are not aligned, in the words of their results alone.
std::string failure_words(const IdentityNames& names, const Sender& sender) {
  std::string words;
  const IdentityNames::Signature* other = nullptr;
  for (const auto& signature : names.signatures)
    if (!signature.own && signature.pass) other = &signature;
  if (names.own_pass) words = "signed, but not aligned";
  else if (names.own_failed) words = "signature fails";
  else if (names.own_temperror) words = "DKIM temperror";
  else if (other != nullptr) words = "signed as " + names.signature(*other).domain;
  else if (!names.signatures.empty()) words = "foreign signature fails";
  else words = "not signed";
  if (names.spf_own) return words + fmt::format(", SPF {}", names.spf ? to_text(*names.spf) : std::string_view("unknown"));
  // The envelope of the service itself goes without saying. Others' names may be long and random; what matters is whose they are.
  const bool of_service = names.spf_service != nullptr && names.spf_service->service == sender.service;
  if (names.spf_domain().empty() || of_service) return words;
  return words + ", envelope " + organizational_domain(names.spf_domain());
}

/// Sums by a small key, and says which key has most; ties go to the smaller key, so that answers do not depend on the order of
/// rows. Sorted, and in place while there is one entry: there are several of these to each source, and nearly all hold one.
template <class Key> class Votes {
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
      const auto place = std::ranges::lower_bound(*many_, key, {}, &Vote::first);
      if (place != many_->end() && place->first == key) place->second += number;
      else many_->insert(place, {key, number});
    }
  }
  std::optional<Key> winner() const {
    const auto* const most = std::max_element(begin(), end(), [](const Vote& a, const Vote& b) { return a.second < b.second; });
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

using Addresses = std::unordered_set<IpAddress, HashAddress>;

/// Texts as small numbers.
class Words {
 public:
  std::uint32_t number(const std::string& word) {
    const auto [entry, added] = numbers_.try_emplace(word, static_cast<std::uint32_t>(words_.size()));
    if (added) words_.push_back(&entry->first);
    return entry->second;
  }
  const std::string& operator[](std::uint32_t number) const { return *words_[number]; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> words_;
};

struct Group {
  std::optional<IpAddress> first_ip;
  std::unique_ptr<Addresses> ips;   // only once there is a second one
  Votes<std::uint32_t> who;         // into the pairs of service and route
  Votes<std::int32_t> orgs;         // into the judgement's
  Votes<std::uint32_t> whys;        // words
  Votes<std::uint32_t> header_from; // words
  Votes<std::uint8_t> codes;        // of findings
  Votes<std::uint32_t> reporters;   // keys
  std::array<std::uint64_t, flow_count> flows{};
  Evidence evidence = Evidence::none;
  Totals totals;
  Day first_day = 0, last_day = 0;
};

struct GroupKey {
  std::string text;  // address bytes, network, domain …
  std::int64_t number = 0;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};
struct HashGroupKey {
  std::size_t operator()(const GroupKey& key) const { return std::hash<std::string>()(key.text) ^ std::hash<std::int64_t>()(key.number) * 0x9E3779B97F4A7C15u; }
};

class Judge {
 public:
  Judge(Store& store, const Selection& selection, GroupBy by)
      : store_(store), selection_(selection), by_(by), window_(store, selection.filter, JudgedWindow::Depth::rows), dictionary_(window_.dictionary()), rows_(window_.rows()), judgement_(window_.judgement()) {}

  std::map<std::string, JudgedDomain> domains() {
    std::map<std::string, JudgedDomain> domains;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const RowVerdict& verdict = judgement_.rows[i];
      JudgedDomain& domain = domains[dictionary_.domain(rows_[i].domain)];
      domain.flows[static_cast<std::size_t>(verdict.flow)] += rows_[i].messages;
      const Sender& sender = judgement_.senders[verdict.sender];
      if (!is_proven_salesforce(sender)) continue;
      domain.salesforce.add(dictionary_.evaluation(rows_[i].evaluation), rows_[i].messages);
      const auto place = std::ranges::lower_bound(domain.routes, sender.route);
      if (place == domain.routes.end() || *place != sender.route) domain.routes.insert(place, sender.route);
    }
    return domains;
  }

  std::vector<Disagreement> disagreements() {
    std::vector<SourceRow> wanted;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (wants(judgement_.rows[i].sender)) wanted.push_back(rows_[i]);
    return second_opinion(wanted, window_.facts());
  }
  std::string reporter(std::uint32_t key) { return dictionary_.reporter(key); }
  std::uint64_t messages() const {
    std::uint64_t sum = 0;
    for (const SourceRow& row : rows_) sum += row.messages;
    return sum;
  }

  JudgedSources run() {
    if (by_ == GroupBy::day) {
      index_rows();
      each_source_day(store_, dictionary_, selection_.filter, [&](Day day, const SourceRow& row) { add(row, verdict_of(row), day, {}); });
    } else if (by_ == GroupBy::reporter) {
      // Rows tell who reported them but not how much each: one question for each reporter.
      index_rows();
      std::set<std::string> reporters;
      for (const SourceRow& row : rows_)
        for (const std::uint32_t key : row.reporters) reporters.insert(dictionary_.reporter(key));
      for (const std::string& reporter : reporters) {
        Filter filter = selection_.filter;
        filter.reporters = {reporter};
        for (const SourceRow& row : window_.read(filter)) add(row, verdict_of(row), 0, reporter);
      }
    } else {
      for (std::size_t i = 0; i < rows_.size(); ++i) add(rows_[i], &judgement_.rows[i], 0, {});
    }
    return result();
  }

 private:
  /// The pair of service and route of a sender, as a small number.
  std::uint32_t who(std::uint32_t sender_position) {
    if (who_of_sender_.empty()) who_of_sender_.resize(judgement_.senders.size(), none);
    if (who_of_sender_[sender_position] != none) return who_of_sender_[sender_position];
    const Sender& sender = judgement_.senders[sender_position];
    const std::pair<std::string, std::string> pair{sender.name.empty() ? sender.service : sender.name, sender.route};
    const auto [entry, added] = who_numbers_.try_emplace(pair, static_cast<std::uint32_t>(pairs_.size()));
    if (added) pairs_.push_back(pair);
    return who_of_sender_[sender_position] = entry->second;
  }

  bool wants(std::uint32_t sender_position) {
    if (wanted_.empty())
      for (const Sender& sender : judgement_.senders) wanted_.push_back(wants(sender));
    return wanted_[sender_position];
  }

  bool wants(const Sender& sender) const {
    if (selection_.salesforce && !is_proven_salesforce(sender)) return false;
    if (!selection_.routes.empty() && std::ranges::find(selection_.routes, sender.route) == selection_.routes.end()) return false;
    if (selection_.services.empty()) return true;
    const std::string one = lower(sender.name), other = lower(sender.service);
    return std::ranges::any_of(selection_.services, [&](const std::string& service) {
      if (service == "unknown" && one.empty() && other.empty()) return true;
      return one.find(service) != std::string::npos || other.find(service) != std::string::npos;
    });
  }

  GroupKey key_of(const SourceRow& row, std::uint32_t who_number, Day day, const std::string& reporter) {
    switch (by_) {
      case GroupBy::source: return {ip_key(row.source_ip), who_number};
      case GroupBy::ip: return {ip_key(row.source_ip), 0};
      case GroupBy::service: return {pairs_[who_number].first, 0};
      case GroupBy::route: return {pairs_[who_number].first, who_number};
      case GroupBy::subnet: {
        const IpNetwork network = subnet_of(row.source_ip);
        return {ip_key(network.address), network.prefix};
      }
      case GroupBy::domain: return {window_.identifier().names(row).from(), 0};
      case GroupBy::reporter: return {reporter, 0};
      case GroupBy::day: return {{}, day};
    }
    return {};
  }

  /// IPv4 before IPv6, then by number.
  static std::string ip_key(const IpAddress& address) {
    std::string key(1, address.is_v4() ? '4' : '6');
    return key.append(address.bytes());
  }

  std::string label_of(const GroupKey& key, const Group& group) const {
    switch (by_) {
      case GroupBy::source:
      case GroupBy::ip: return group.first_ip->to_text();
      case GroupBy::subnet: return subnet_of(*group.first_ip).to_text();
      case GroupBy::service: return key.text.empty() ? "unknown" : key.text;
      case GroupBy::route: {
        const auto& [service, route] = pairs_[static_cast<std::size_t>(key.number)];
        return service.empty() ? "unknown" : route.empty() ? service : service + " " + route;
      }
      case GroupBy::domain:
      case GroupBy::reporter: return key.text;
      case GroupBy::day: return iso_date(static_cast<Day>(key.number));
    }
    return {};
  }

  static GroupKey row_key(const SourceRow& row) {
    std::string key(row.source_ip.bytes());
    for (const std::int64_t number : {row.domain, row.evaluation}) key.append(reinterpret_cast<const char*>(&number), sizeof number);
    return {std::move(key), row.identity};
  }
  void index_rows() {
    for (std::size_t i = 0; i < rows_.size(); ++i) row_index_.emplace(row_key(rows_[i]), i);
  }
  const RowVerdict* verdict_of(const SourceRow& row) const {
    const auto found = row_index_.find(row_key(row));
    return found == row_index_.end() ? nullptr : &judgement_.rows[found->second];
  }

  void add(const SourceRow& row, const RowVerdict* verdict, Day day, const std::string& reporter) {
    if (verdict == nullptr || !wants(verdict->sender)) return;
    const Sender& sender = judgement_.senders[verdict->sender];
    const std::uint32_t number = who(verdict->sender);
    const IdentityNames& names = window_.identifier().names(row);
    GroupKey wanted = key_of(row, number, day, reporter);
    // Rows of one group mostly come one after another.
    if (last_ == nullptr || last_->first != wanted) last_ = &*groups_.try_emplace(std::move(wanted)).first;
    Group& group = last_->second;
    if (!group.first_ip) {
      group.first_ip = row.source_ip;
      group.first_day = row.first_day;
      group.last_day = row.last_day;
    } else if (group.ips || *group.first_ip != row.source_ip) {
      if (!group.ips) group.ips = std::make_unique<Addresses>(Addresses{*group.first_ip});
      group.ips->insert(row.source_ip);
    }
    group.who.add(number, row.messages);
    group.evidence = std::max(group.evidence, sender.evidence);
    group.flows[static_cast<std::size_t>(verdict->flow)] += row.messages;
    if (verdict->org >= 0) group.orgs.add(verdict->org, row.messages);
    group.header_from.add(words_.number(names.from()), row.messages);
    for (const std::uint32_t key : row.reporters) group.reporters.add(key, row.messages);
    group.totals.add(dictionary_.evaluation(row.evaluation), row.messages);
    group.first_day = std::min(group.first_day, row.first_day);
    group.last_day = std::max(group.last_day, row.last_day);
    for (std::size_t code = 0; code < finding_code_count; ++code)
      if (verdict->codes.test(code)) group.codes.add(static_cast<std::uint8_t>(code), row.messages);
    if (!verdict->passes()) group.whys.add(words_.number(failure_words(names, sender) + main_code(*verdict)), row.messages);
  }

  /// " (core-no-dkim)": the code that a failure is most likely fixed by.
  static std::string main_code(const RowVerdict& verdict) {
    std::optional<FindingCode> best;
    for (std::size_t i = 0; i < finding_code_count; ++i) {
      const auto code = static_cast<FindingCode>(i);
      if (verdict.has(code) && (!best || text_of(code).severity > text_of(*best).severity)) best = code;
    }
    return best ? fmt::format(" ({})", to_text(*best)) : std::string();
  }

  /// The reason of most failing messages, and how many others there are.
  std::string why(const Group& group) const {
    const auto most = group.whys.winner();
    if (!most) return {};
    return group.whys.size() == 1 ? words_[*most] : fmt::format("{} +{}", words_[*most], group.whys.size() - 1);
  }

  static std::vector<std::string> findings(const Group& group) {
    std::vector<std::pair<std::uint8_t, std::uint64_t>> codes(group.codes.begin(), group.codes.end());
    std::ranges::stable_sort(codes, [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::string> words;
    for (const auto& [code, messages] : codes) words.emplace_back(to_text(static_cast<FindingCode>(code)));
    return words;
  }

  JudgedSources result() {
    std::vector<std::pair<const GroupKey*, const Group*>> ordered;
    for (const auto& [key, group] : groups_) {
      if (selection_.failing && group.totals.dmarc_fail() == 0) continue;
      if (selection_.passing && group.totals.dmarc_fail() != 0) continue;
      ordered.emplace_back(&key, &group);
    }
    std::ranges::sort(ordered, [](const auto& a, const auto& b) { return *a.first < *b.first; });
    JudgedSources out;
    Addresses addresses;
    for (const auto& [key, group] : ordered) {
      SourceGroup line;
      line.label = label_of(*key, *group);
      line.addresses = group->ips ? group->ips->size() : 1;
      if (line.addresses == 1) line.ip = group->first_ip;
      if (by_ == GroupBy::day) line.day = static_cast<Day>(key->number);
      const auto& [service, route] = pairs_[*group->who.winner()];
      line.service = service;
      line.route = route;
      for (const auto& [number, messages] : group->who) {
        line.several_services |= pairs_[number].first != service;
        line.several_routes |= pairs_[number] != pairs_[*group->who.winner()];
      }
      line.evidence = group->evidence;
      if (const auto org = group->orgs.winner()) line.org_id = judgement_.orgs[static_cast<std::size_t>(*org)].org.org_id;
      for (const auto& [number, messages] : group->header_from) line.header_from.push_back(words_[number]);
      std::ranges::sort(line.header_from);
      line.why = why(*group);
      line.findings = findings(*group);
      line.flows = group->flows;
      line.flow = static_cast<Flow>(std::ranges::max_element(group->flows) - group->flows.begin());
      line.totals = group->totals;
      line.reporters = group->reporters.size();
      line.first_day = group->first_day;
      line.last_day = group->last_day;
      out.totals.add(line.totals);
      out.first_day = std::min(out.first_day.value_or(line.first_day), line.first_day);
      out.last_day = std::max(out.last_day.value_or(line.last_day), line.last_day);
      if (group->ips) addresses.insert(group->ips->begin(), group->ips->end());
      else addresses.insert(*group->first_ip);
      out.lines.push_back(std::move(line));
    }
    out.addresses = addresses.size();
    return out;
  }

  static constexpr std::uint32_t none = UINT32_MAX;
  Store& store_;
  const Selection& selection_;
  GroupBy by_;
  JudgedWindow window_;
  Dictionary& dictionary_;
  const std::vector<SourceRow>& rows_;
  const Judgement& judgement_;
  std::vector<std::uint32_t> who_of_sender_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> who_numbers_;
  std::vector<std::pair<std::string, std::string>> pairs_;
  std::vector<bool> wanted_;
  Words words_;
  std::unordered_map<GroupKey, std::size_t, HashGroupKey> row_index_;
  std::unordered_map<GroupKey, Group, HashGroupKey> groups_;
  std::pair<const GroupKey, Group>* last_ = nullptr;  ///< into groups_
};

}  // namespace

JudgedSources judged_sources(Store& store, const Selection& selection, GroupBy by) { return Judge(store, selection, by).run(); }

Disagreements disagreements(Store& store, const Selection& selection) {
  Judge judge(store, selection, GroupBy::source);
  Disagreements out;
  out.messages = judge.messages();
  for (Disagreement& one : judge.disagreements()) {
    std::string reporter = judge.reporter(one.reporter);
    out.list.push_back({std::move(one), std::move(reporter)});
  }
  return out;
}

std::map<std::string, JudgedDomain> judged_domains(Store& store, const Filter& filter) {
  Selection selection;
  selection.filter = filter;
  return Judge(store, selection, GroupBy::source).domains();
}

}  // namespace dmarcq
