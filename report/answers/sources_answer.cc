// SPDX-License-Identifier: MIT
#include "report/answers/sources_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <thread>
#include <unordered_set>

#include "ingest/base/parallel_for.h"
#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/sender/salesforce.h"
#include "report/analysis/words.h"
#include "report/answers/base/judged_window.h"
#include "store/flat_index.h"
#include "store/source_key.h"

namespace dmarcq {
namespace {

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

struct LessText {
  bool operator()(InternedString a, InternedString b) const { return *a < *b; }
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

using Addresses = std::unordered_set<IpAddress, HashAddress>;

/// What rows are grouped by. Texts are numbers in the order of the texts.
struct GroupKey {
  IpAddress address;
  std::int64_t number = 0;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

struct Group {
  IpAddress first_ip;
  std::unique_ptr<Addresses> ips;  // only once there is a second one
  Votes<std::uint32_t> who;        // into the pairs of service and route
  Votes<std::int32_t> orgs;        // into the judgement's
  Votes<Reason, LessReason> whys;
  Votes<InternedString, LessText> header_from;
  Votes<std::uint8_t> codes;       // of findings
  Votes<std::uint32_t> reporters;  // keys
  std::array<std::uint64_t, flow_count> flows{};
  Evidence evidence = Evidence::none;
  Totals totals;
  Day first_day = 0, last_day = 0;
};

/// The code that a failure is most likely cured by.
std::optional<FindingCode> main_code(const RowVerdict& verdict) {
  std::optional<FindingCode> best;
  each_code(verdict.codes, [&](FindingCode code) {
    if (!best || text_of(code).severity > text_of(*best).severity) best = code;
  });
  return best;
}

/// The reason of most failing messages, and how many others there are.
std::string why(const Group& group) {
  const auto most = group.whys.winner();
  if (!most) return {};
  return group.whys.size() == 1 ? most->text()
                                : fmt::format("{} +{}", most->text(), group.whys.size() - 1);
}

std::vector<std::string> findings(const Group& group) {
  std::vector<std::pair<std::uint8_t, std::uint64_t>> codes(group.codes.begin(), group.codes.end());
  std::ranges::stable_sort(codes, [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> words;
  for (const auto& [code, messages] : codes)
    words.emplace_back(to_text(static_cast<FindingCode>(code)));
  return words;
}

constexpr const char* claimed_words = " (claimed)";

/// What senders are told apart by.
struct Who {
  std::string service;   ///< or the owner's name for it; "" when unknown
  bool claimed = false;  ///< unproven, where sums are by service
  std::string route;
  std::string service_words() const {
    return claimed && !service.empty() ? service + claimed_words : service;
  }
  friend auto operator<=>(const Who&, const Who&) = default;
};

class Judge {
 public:
  Judge(Store& store, const Selection& selection, GroupBy by, Day today)
      : store_(store),
        selection_(selection),
        by_(by),
        window_(store, selection.filter, today, JudgedWindow::Depth::rows),
        dictionary_(window_.dictionary()),
        rows_(window_.rows()),
        judgement_(window_.judgement()) {
    number_senders();
  }

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
      if (place == domain.routes.end() || *place != sender.route)
        domain.routes.insert(place, sender.route);
    }
    return domains;
  }

  std::vector<Disagreement> disagreements() {
    std::vector<SourceRow> wanted;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (wanted_[judgement_.rows[i].sender]) wanted.push_back(rows_[i]);
    return alignment_check(wanted, window_.lookup());
  }
  std::string reporter(std::uint32_t key) { return dictionary_.reporter(key); }
  std::uint64_t messages() const {
    std::uint64_t sum = 0;
    for (const SourceRow& row : rows_) sum += row.messages;
    return sum;
  }

  JudgedSources run() {
    std::vector<Lines> lines;
    if (by_ == GroupBy::day) {
      index_rows();
      Grouping groups(*this);
      each_source_day(store_, dictionary_, selection_.filter, [&](Day day, const SourceRow& row) {
        if (const RowVerdict* verdict = verdict_of(row)) groups.add({{}, day}, row, *verdict);
      });
      lines.push_back(groups.lines());
    } else if (by_ == GroupBy::reporter) {
      // Rows tell who reported them but not how much each: one question for each reporter.
      index_rows();
      std::set<std::string> reporters;
      for (const SourceRow& row : rows_)
        for (const std::uint32_t key : row.reporters) reporters.insert(dictionary_.reporter(key));
      texts_.assign(reporters.begin(), reporters.end());
      Grouping groups(*this);
      Filter filter = selection_.filter;
      for (std::size_t i = 0; i < texts_.size(); ++i) {
        filter.reporters = {texts_[i]};
        for (const SourceRow& row : window_.read(filter))
          if (const RowVerdict* verdict = verdict_of(row))
            groups.add({{}, static_cast<std::int64_t>(i)}, row, *verdict);
      }
      lines.push_back(groups.lines());
    } else {
      lines = lines_by_key();
    }
    return result(std::move(lines));
  }

 private:
  /// What becomes of a part of the groups.
  struct Lines {
    std::vector<SourceGroup> list;     ///< by key
    std::vector<IpAddress> addresses;  ///< of these; some several times
  };

  /// Sums rows by group. Each thread has one of its own.
  class Grouping {
   public:
    explicit Grouping(Judge& judge) : judge_(judge) {}

    void add(const GroupKey& key, const SourceRow& row, const RowVerdict& verdict) {
      if (!judge_.wanted_[verdict.sender]) return;
      const Sender& sender = judge_.judgement_.senders[verdict.sender];
      const IdentityNames& names = judge_.window_.identifier().names(row);
      const auto [entry, added] = groups_.try_emplace(key);
      Group& group = entry->second;
      if (added) {
        group.first_ip = row.source_ip;
        group.first_day = row.first_day;
        group.last_day = row.last_day;
      } else if (group.ips || group.first_ip != row.source_ip) {
        if (!group.ips) group.ips = std::make_unique<Addresses>(Addresses{group.first_ip});
        group.ips->insert(row.source_ip);
      }
      group.who.add(judge_.who_of_sender_[verdict.sender], row.messages);
      group.evidence = std::max(group.evidence, sender.evidence);
      group.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
      if (verdict.org >= 0) group.orgs.add(verdict.org, row.messages);
      WordsOfNames& words = words_of(names);
      group.header_from.add(words.from, row.messages);
      for (const std::uint32_t reporter : row.reporters)
        group.reporters.add(reporter, row.messages);
      group.totals.add(judge_.dictionary_.evaluation(row.evaluation), row.messages);
      group.first_day = std::min(group.first_day, row.first_day);
      group.last_day = std::max(group.last_day, row.last_day);
      each_code(verdict.codes, [&](FindingCode code) {
        group.codes.add(static_cast<std::uint8_t>(code), row.messages);
      });
      if (verdict.passes()) return;
      // The envelope of the service itself goes without saying.
      const bool of_service = names.spf_service != nullptr &&
                              names.spf_service->service == sender.service;
      InternedString& why = words.failure[of_service];
      if (why == nullptr) why = words_[failure_words(names, of_service)];
      group.whys.add({why, main_code(verdict)}, row.messages);
    }

    /// No more rows come for the groups so far.
    void close() {
      for (const auto& [key, group] : groups_) {
        if (judge_.selection_.failing && group.totals.dmarc_fail() == 0) continue;
        if (judge_.selection_.passing && group.totals.dmarc_fail() != 0) continue;
        lines_.list.push_back(judge_.line(key, group));
        if (group.ips)
          lines_.addresses.insert(lines_.addresses.end(), group.ips->begin(), group.ips->end());
        else
          lines_.addresses.push_back(group.first_ip);
      }
      groups_.clear();
    }

    Lines lines() {
      close();
      return std::move(lines_);
    }

   private:
    /// What there is to say of names: rows are many times as many.
    struct WordsOfNames {
      InternedString from = nullptr;
      std::array<InternedString, 2> failure{};  ///< by whether the envelope is the sender's own;
                                                ///< null: not asked for yet
    };
    WordsOfNames& words_of(const IdentityNames& names) {
      if (words_of_names_.size() <= names.number)
        words_of_names_.resize(names.number + names.number / 2 + 1);
      WordsOfNames& words = words_of_names_[names.number];
      if (words.from == nullptr) words.from = words_[names.from()];
      return words;
    }

    Judge& judge_;
    std::map<GroupKey, Group> groups_;
    Words words_;
    std::vector<WordsOfNames> words_of_names_;  ///< by number
    Lines lines_;
  };

  /// Where there may be hundreds of thousands of groups, rows come in the order of these, so that
  /// each is done with before the next.
  std::vector<Lines> lines_by_key() {
    struct Entry {
      GroupKey key;
      std::uint32_t row;
      auto operator<=>(const Entry&) const = default;
    };
    std::vector<Entry> order;
    order.reserve(rows_.size());
    if (by_ == GroupBy::domain) number_domains();
    for (std::uint32_t i = 0; i < rows_.size(); ++i)
      if (wanted_[judgement_.rows[i].sender])
        order.push_back({key_of(rows_[i], judgement_.rows[i].sender), i});

    const auto add = [this](Grouping& groups, const Entry& entry) {
      groups.add(entry.key, rows_[entry.row], judgement_.rows[entry.row]);
    };
    const auto lines_in_any_order = [&](std::span<Entry> part) {
      Grouping groups(*this);
      for (const Entry& entry : part) add(groups, entry);
      return groups.lines();
    };
    // In the order of addresses each group is done with before the next, and one that will not be
    // listed is not looked at closely.
    const auto lines_by_address = [&](std::span<Entry> part) {
      std::ranges::sort(part);
      Grouping groups(*this);
      for (std::size_t begin = 0, end = 0; begin < part.size(); begin = end) {
        bool fails = false;
        for (; end < part.size() && part[end].key == part[begin].key; ++end) {
          constexpr std::size_t ahead = 8;  // rows are nowhere near each other in this order
          if (end + ahead < part.size()) {
            __builtin_prefetch(&rows_[part[end + ahead].row]);
            __builtin_prefetch(&judgement_.rows[part[end + ahead].row]);
          }
          fails |= !judgement_.rows[part[end].row].passes();
        }
        if (fails ? selection_.passing : selection_.failing) continue;
        for (std::size_t i = begin; i < end; ++i) add(groups, part[i]);
        groups.close();
      }
      return groups.lines();
    };
    const bool by_address = by_ == GroupBy::source || by_ == GroupBy::ip || by_ == GroupBy::subnet;
    const auto lines_of = [&](std::span<Entry> part) {
      return by_address ? lines_by_address(part) : lines_in_any_order(part);
    };
    std::vector<std::span<Entry>> parts;
    split(std::span(order), parts);
    std::vector<Lines> lines(parts.size());
    parallel_for(parts.size(), std::thread::hardware_concurrency(),
                 [&](std::size_t part, std::size_t) { lines[part] = lines_of(parts[part]); });
    return lines;
  }

  /// Into parts for threads, in the order of their groups; no group lies in two of them.
  template <class Entry>
  static void split(std::span<Entry> all, std::vector<std::span<Entry>>& parts) {
    constexpr std::size_t worth_a_thread = 50'000;
    if (all.size() > worth_a_thread) {
      const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
      std::ranges::nth_element(all, middle);
      const GroupKey first_of_second = middle->key;
      const std::span<Entry> second = std::ranges::partition(
          all, [&](const Entry& entry) { return entry.key < first_of_second; });
      if (second.size() < all.size()) {
        split(all.first(all.size() - second.size()), parts);
        split(second, parts);
        return;
      }
    }
    parts.push_back(all);
  }

  /// The pairs of service and route, by name, and for each sender which one is its, and whether it
  /// is asked for.
  void number_senders() {
    std::map<Who, std::uint32_t> numbers;
    const auto who_of = [&](const Sender& sender) {
      // A name that anyone can write adds nothing to the sums of the service.
      const bool claimed = (by_ == GroupBy::service || by_ == GroupBy::route) &&
                           sender.evidence == Evidence::claimed;
      return Who{sender.name.empty() ? sender.service : sender.name, claimed, sender.route};
    };
    for (const Sender& sender : judgement_.senders) numbers.try_emplace(who_of(sender));
    for (auto& [who, number] : numbers) {
      number = static_cast<std::uint32_t>(who_.size());
      who_.push_back(who);
      if (by_ == GroupBy::service) texts_.push_back(who.service_words());
    }
    std::ranges::sort(texts_);
    texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
    for (const Sender& sender : judgement_.senders) {
      who_of_sender_.push_back(numbers.at(who_of(sender)));
      wanted_.push_back(wants(sender));
    }
  }

  void number_domains() {
    std::set<std::string> domains;
    for (const SourceRow& row : rows_) domains.insert(window_.identifier().names(row).from());
    texts_.assign(domains.begin(), domains.end());
  }

  std::int64_t number_of_text(const std::string& text) const {
    return std::ranges::lower_bound(texts_, text) - texts_.begin();
  }

  bool wants(const Sender& sender) const {
    if (selection_.salesforce && !is_proven_salesforce(sender)) return false;
    if (!selection_.routes.empty() &&
        std::ranges::find(selection_.routes, sender.route) == selection_.routes.end())
      return false;
    if (selection_.services.empty()) return true;
    const std::string one = lower(sender.name), other = lower(sender.service);
    return std::ranges::any_of(selection_.services, [&](const std::string& service) {
      if (service == "unknown" && one.empty() && other.empty()) return true;
      return one.find(service) != std::string::npos || other.find(service) != std::string::npos;
    });
  }

  GroupKey key_of(const SourceRow& row, std::uint32_t sender) {
    const std::uint32_t who = who_of_sender_[sender];
    switch (by_) {
      case GroupBy::source: return {row.source_ip, who};
      case GroupBy::ip: return {row.source_ip, 0};
      case GroupBy::service: return {{}, number_of_text(who_[who].service_words())};
      case GroupBy::route: return {{}, who};
      case GroupBy::subnet: {
        const IpNetwork network = subnet_of(row.source_ip);
        return {network.address, network.prefix};
      }
      case GroupBy::domain: return {{}, number_of_text(window_.identifier().names(row).from())};
      case GroupBy::reporter:
      case GroupBy::day: break;  // rows do not tell
    }
    return {};
  }

  std::string label_of(const GroupKey& key) const {
    switch (by_) {
      case GroupBy::source:
      case GroupBy::ip: return key.address.to_text();
      case GroupBy::subnet: return subnet_of(key.address).to_text();
      case GroupBy::service: {
        const std::string& service = texts_[static_cast<std::size_t>(key.number)];
        return service.empty() ? "unknown" : service;
      }
      case GroupBy::route: {
        const Who& who = who_[static_cast<std::size_t>(key.number)];
        return who.service.empty()
                   ? "unknown"
                   : (who.route.empty() ? who.service : who.service + " " + who.route) +
                         (who.claimed ? claimed_words : "");
      }
      case GroupBy::domain:
      case GroupBy::reporter: return texts_[static_cast<std::size_t>(key.number)];
      case GroupBy::day: return iso_date(static_cast<Day>(key.number));
    }
    return {};
  }

  void index_rows() {
    for (std::uint32_t i = 0; i < rows_.size(); ++i)
      row_index_.find_or_add(hash_of_source(rows_[i]), i,
                             [&](std::uint32_t at) { return same_source(rows_[at], rows_[i]); });
  }
  const RowVerdict* verdict_of(const SourceRow& row) const {
    const auto found = row_index_.find(
        hash_of_source(row), [&](std::uint32_t at) { return same_source(rows_[at], row); });
    return found == FlatIndex::none ? nullptr : &judgement_.rows[found];
  }

  SourceGroup line(const GroupKey& key, const Group& group) const {
    SourceGroup line;
    line.label = label_of(key);
    line.addresses = group.ips ? group.ips->size() : 1;
    if (line.addresses == 1) line.ip = group.first_ip;
    if (by_ == GroupBy::day) line.day = static_cast<Day>(key.number);
    const std::uint32_t who = *group.who.winner();
    line.service = who_[who].service;
    line.route = who_[who].route;
    line.several_routes = group.who.size() > 1;
    line.several_services = std::ranges::any_of(
        group.who, [&](const auto& vote) { return who_[vote.first].service != line.service; });
    line.evidence = group.evidence;
    if (const auto org = group.orgs.winner())
      line.org_id = judgement_.orgs[static_cast<std::size_t>(*org)].org.org_id;
    for (const auto& [domain, messages] : group.header_from) line.header_from.push_back(*domain);
    line.why = why(group);
    line.findings = findings(group);
    line.flows = group.flows;
    line.flow = static_cast<Flow>(std::ranges::max_element(group.flows) - group.flows.begin());
    line.totals = group.totals;
    line.reporters = group.reporters.size();
    line.first_day = group.first_day;
    line.last_day = group.last_day;
    return line;
  }

  static JudgedSources result(std::vector<Lines> parts) {
    JudgedSources out;
    std::vector<IpAddress> addresses;
    for (Lines& part : parts) {
      addresses.insert(addresses.end(), part.addresses.begin(), part.addresses.end());
      for (SourceGroup& line : part.list) {
        out.totals.add(line.totals);
        out.first_day = std::min(out.first_day.value_or(line.first_day), line.first_day);
        out.last_day = std::max(out.last_day.value_or(line.last_day), line.last_day);
      }
      if (out.lines.empty())
        out.lines = std::move(part.list);
      else
        std::ranges::move(part.list, std::back_inserter(out.lines));
    }
    std::ranges::sort(addresses);
    out.addresses =
        static_cast<std::uint64_t>(std::ranges::unique(addresses).begin() - addresses.begin());
    return out;
  }

  Store& store_;
  const Selection& selection_;
  GroupBy by_;
  JudgedWindow window_;
  Dictionary& dictionary_;
  const std::vector<SourceRow>& rows_;
  const Judgement& judgement_;
  std::vector<std::uint32_t> who_of_sender_;  ///< into who_
  std::vector<Who> who_;                      ///< by name
  std::vector<bool> wanted_;                  ///< by sender
  std::vector<std::string> texts_;  ///< what the numbers of keys are where they are no pairs and no
                                    ///< days
  FlatIndex row_index_;
};

}  // namespace

JudgedSources judged_sources(Store& store, const Selection& selection, GroupBy by, Day today) {
  return Judge(store, selection, by, today).run();
}

Disagreements disagreements(Store& store, const Selection& selection, Day today) {
  Judge judge(store, selection, GroupBy::source, today);
  Disagreements out;
  out.messages = judge.messages();
  for (Disagreement& one : judge.disagreements()) {
    std::string reporter = judge.reporter(one.reporter);
    out.list.push_back({std::move(one), std::move(reporter)});
  }
  return out;
}

std::map<std::string, JudgedDomain> judged_domains(Store& store, const Filter& filter, Day today) {
  Selection selection;
  selection.filter = filter;
  return Judge(store, selection, GroupBy::source, today).domains();
}

}  // namespace dmarcq
