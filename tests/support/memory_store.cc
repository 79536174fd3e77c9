// SPDX-License-Identifier: MIT
#include "tests/support/memory_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "store/voices.h"
#include "tests/support/memory_facts.h"

namespace dmarcq::test {
namespace {

using Document = MemoryDocument;
using Facts = MemoryFacts;
using Place = MemoryPlace;
using State = DocumentState;

Record record_from(const PackedReport& report, const PackedReport::Identity& identity) {
  return {.header_from = identity.header_from,
          .envelope_from = identity.envelope_from,
          .dkim = dkim_set_from(report.auth_sets[identity.dkim].text),
          .spf = spf_set_from(report.auth_sets[identity.spf].text)};
}

/// One moment of the facts. It resolves its keys itself.
class MemorySnapshot final : public Snapshot, public Dictionary {
 public:
  explicit MemorySnapshot(std::shared_ptr<const Facts> facts)
      : Dictionary(static_cast<Snapshot&>(*this)), shared_(std::move(facts)) {}

  std::unique_ptr<Snapshot> fork() override { return std::make_unique<MemorySnapshot>(shared_); }
  const std::string& place() const override { return place_; }
  StoredSettings& settings() override { return settings_; }

  Dictionary& dictionary() override { return *this; }
  const std::string& domain(std::int64_t key) override { return facts_.domains.at(key - 1).name; }
  const Identity& identity(std::int64_t key) override { return facts_.identities.at(key - 1); }
  const PolicyEvaluated& evaluation(std::int64_t key) override {
    return facts_.evaluations.at(key - 1);
  }

  std::vector<StoredDomain> domains() override { return facts_.domains; }
  const std::vector<StoredReporter>& reporters() override { return facts_.reporters; }

  void rows(std::span<const DomainDays> asked, FunctionRef<void(const StoredRow&)> take) override {
    for (const DomainDays& days : asked) {
      std::vector<const Document*> counted = documents_of(days, State::accepted);
      std::ranges::stable_sort(counted, {}, [](const Document* d) { return d->claim.day; });
      for (const Document* d : counted)
        for (const PackedReport::Row& row : d->report->rows)
          if (row.count > 0)
            take({days.domain, d->claim.day, row.source_ip.bytes(), d->identities[row.identity],
                  d->evaluations[row.evaluation], row.count, d->id});
    }
  }
  void reports(const DomainDays& days, Which which,
               FunctionRef<void(std::int64_t, std::int64_t)> take) override {
    const State state = which == Which::counted ? State::accepted : State::distrusted;
    for (const Document* document : documents_of(days, state))
      take(document->id, document->reporter);
  }
  std::optional<ReportInfo> report(std::int64_t id) override {
    const auto found = facts_.documents.find(id);
    if (found == facts_.documents.end()) return std::nullopt;
    const Document& document = found->second;
    const ParsedReport& head = document.report->head;
    ReportInfo info{head.report.metadata};
    info.id = id;
    info.reporter = name_of(voice_of(document.sender, info.org_name), info.org_name);
    info.sender = document.sender;
    info.distrusted = document.state == State::distrusted;
    info.domain = domain(document.claim.domain);
    info.version = head.report.version;
    info.xml_namespace = head.report.xml_namespace;
    info.day = document.claim.day;
    info.policy = head.report.policy_published;
    info.deviations = head.deviations;
    info.well_formed = head.well_formed;
    info.records = document.report->rows.size();
    info.messages = document.report->totals.messages;
    info.unusable_records = head.unusable_records;
    info.unusable_messages = head.unusable_messages;
    info.totals = document.report->totals;
    info.origin = document.place().origin;
    return info;
  }
  void records(std::int64_t report, FunctionRef<void(const Record&)> take) override {
    const auto found = facts_.documents.find(report);
    if (found == facts_.documents.end()) return;
    const PackedReport& packed = *found->second.report;
    for (const PackedReport::Row& row : packed.rows) {
      Record record = record_from(packed, packed.identities[row.identity]);
      record.source_ip = row.source_ip;
      record.count = row.count;
      record.policy_evaluated = evaluation_from(packed.evaluations[row.evaluation]);
      record.envelope_to = packed.texts[row.envelope_to];
      apply_remark(packed.texts[row.remark], record);
      take(record);
    }
  }
  std::vector<StoredAccountName> account_names() override {
    std::set<std::int64_t> heard;  // who has a report that is neither removed nor distrusted
    for (const auto& [id, document] : facts_.documents)
      if (document.state != State::distrusted) heard.insert(document.reporter);
    std::vector<StoredAccountName> list;
    const auto add = [&](const Document& d) {
      for (const auto& [account, name] : d.report->account_names)
        if (heard.contains(d.reporter))
          list.push_back({account, name, d.reporter, d.claim.day, d.claim.day});
    };
    for (const auto& [id, document] : facts_.documents) add(document);
    for (const Document& document : facts_.removed) add(document);
    return list;
  }

  std::vector<Problem> problems(bool with_dismissed) override {
    std::vector<Problem> list;
    for (const MemoryProblem& problem : facts_.problems())
      if (with_dismissed || !problem.dismissed) list.push_back(problem);
    std::ranges::sort(list, {}, [](const Problem& p) {
      return std::tuple(p.origin.source, p.origin.index, p.origin.part, p.reason, p.text);
    });
    return list;
  }
  std::optional<std::string> problem_bytes(std::int64_t id) override {
    for (const MemoryProblem& problem : facts_.problems())
      if (problem.id == id && problem.kept) return facts_.items.at(problem.item)->kept_bytes;
    return std::nullopt;
  }
  std::vector<PassedOver> passed_over() override {
    std::vector<PassedOver> list;
    for (const auto& [id, item] : facts_.items)
      if (facts_.facts_of(id).outcome() == Outcome::not_a_report)
        list.push_back({item->origin, item->not_a_report, item->bytes});
    std::ranges::sort(list, {}, &PassedOver::origin);
    return list;
  }

  void documents(std::vector<std::string>&,
                 FunctionRef<void(const StoredDocument&)> take) override {
    for (const auto& [id, document] : facts_.documents) {
      const PackedReport& packed = *document.report;
      take({id, document.claim.domain, document.claim.day, document.state, packed.rows.size(),
            packed.totals.messages, packed.head.unusable_records, packed.head.unusable_messages,
            packed.totals, false, packed.rows.size(), packed.totals,
            document.state == State::conflict});
    }
  }
  void items(FunctionRef<void(const StoredItem&)> take) override {
    for (const auto& [id, item] : facts_.items) {
      const ItemFacts facts = facts_.facts_of(id);
      take({id, facts.outcome(), facts});
    }
  }

 private:
  /// In the order of reports().
  std::vector<const Document*> documents_of(const DomainDays& days, State state) {
    std::vector<const Document*> list;
    for (const auto& [id, document] : facts_.documents)
      if (document.state == state && document.claim.domain == days.domain &&
          document.claim.day >= days.since && document.claim.day <= days.until)
        list.push_back(&document);
    std::ranges::sort(list, {}, [](const Document* d) {
      const ReportMetadata& m = d->report->head.report.metadata;
      return std::tuple(m.begin, m.end, lower(m.org_name), m.org_name, m.report_id,
                        d->report->digest);
    });
    return list;
  }

  std::shared_ptr<const Facts> shared_;
  const Facts& facts_ = *shared_;
  MemorySettings settings_ = facts_.settings;
  std::string place_ = "memory";
};

class MemoryStore final : public Store {
 public:
  std::unique_ptr<Snapshot> snapshot() override {
    return std::make_unique<MemorySnapshot>(std::make_shared<const Facts>(facts_));
  }
  SettingsWriter& settings() override { return facts_.settings; }
  const std::filesystem::path& notes() const override { return path_; }

  std::vector<Saved> save(std::span<const ProcessedItem> items,
                          const SaveOptions& options) override {
    const Facts before = facts_;
    std::vector<Saved> saved;
    try {
      for (const ProcessedItem& item : items)
        saved.push_back(item.already_read
                            ? known(item.digest).value_or(Saved{.outcome = Outcome::problem})
                            : save(item));
      if (options.remember) facts_.settings.write(options.remember(saved));
    } catch (...) {
      facts_ = before;
      throw;
    }
    return saved;
  }
  std::unique_ptr<FinishedItems> finished_items() override {
    return std::make_unique<Finished>(*this);
  }

 private:
  struct Finished final : FinishedItems {
    explicit Finished(MemoryStore& memory) : store(memory) {}
    bool contains(const Digest& digest) override { return store.known(digest).has_value(); }
    MemoryStore& store;
  };

  Saved save(const ProcessedItem& processed) {
    const auto came = std::make_shared<ProcessedItem>(processed);
    std::int64_t item = facts_.item_with(processed.digest);
    if (item != 0)
      came->origin = std::min(came->origin, facts_.items.at(item)->origin);
    else
      item = next_id(facts_.items);
    facts_.items[item] = came;
    Saved saved;
    for (const ProcessedItem::Report& found : came->reports) {
      Place place{came->origin, item};
      place.origin.part = found.part;
      if (find_again(found, place)) {
        ++saved.duplicate;
        continue;
      }
      const Document& document = add({came, &found.report}, found.sender, place);
      if (document.state == State::accepted) saved.add_stored(found.report);
      if (document.state == State::subsumed) ++saved.duplicate;
      if (document.state == State::conflict)
        saved.refused.push_back({found.part, document.conflict()});
    }
    saved.outcome = facts_.facts_of(item).outcome();
    if (saved.outcome == Outcome::stored && saved.stored == 0) saved.outcome = Outcome::duplicate;
    if (saved.outcome == Outcome::not_a_report) saved.not_a_report = processed.not_a_report;
    return saved;
  }

  std::optional<Saved> known(const Digest& digest) {
    const std::int64_t item = facts_.item_with(digest);
    if (item == 0 || facts_.has_open_problem(item)) return std::nullopt;
    if (facts_.facts_of(item).outcome() == Outcome::not_a_report)
      return Saved{.not_a_report = facts_.items.at(item)->not_a_report};
    return Saved{.outcome = Outcome::duplicate};
  }

 public:
  bool distrust(std::int64_t report, bool on) override {
    const auto found = facts_.documents.find(report);
    if (found == facts_.documents.end() || (found->second.state == State::distrusted) == on)
      return false;
    found->second.state = on ? State::distrusted : State::accepted;
    resolve(found->second.claim);
    return true;
  }
  bool remove(std::int64_t report) override {
    auto found = facts_.documents.extract(report);
    if (found.empty()) return false;
    facts_.removed.push_back(found.mapped());
    resolve(found.mapped().claim);
    std::erase_if(facts_.items, [&](const auto& item) {
      return !item.second->reports.empty() &&
             facts_.facts_of(item.first).outcome() == Outcome::not_a_report;
    });
    return true;
  }
  bool dismiss_problem(std::int64_t id) override {
    const auto is_it = [id](const Problem& problem) { return problem.id == id; };
    return std::ranges::any_of(facts_.problems(), is_it) && facts_.dismissed.insert(id).second;
  }

 private:
  template <class Value>
  static std::int64_t next_id(const std::map<std::int64_t, Value>& map) {
    return map.empty() ? 1 : map.rbegin()->first + 1;
  }

  /// Is the document known already? Then it has one place more, and maybe a sender.
  bool find_again(const ProcessedItem::Report& found, const Place& place) {
    for (auto& [id, document] : facts_.documents) {
      if (document.report->digest != found.report.digest) continue;
      document.places.insert(place);
      if (tells_more(found.sender, document.sender)) {
        document.sender = found.sender;
        document.reporter = key_of_reporter(document);
        resolve(document.claim);
      }
      return true;
    }
    return false;
  }

  const Document& add(std::shared_ptr<const PackedReport> report, const ReportSender& sender,
                      const Place& place) {
    const std::int64_t id = next_id(facts_.documents);
    Document& document = facts_.documents[id];
    document = {.id = id, .report = std::move(report), .sender = sender, .places = {place}};
    const PackedReport& packed = *document.report;
    document.claim = claim_of(packed, key_of_domain(packed.head.report.policy_published.domain));
    document.reporter = key_of_reporter(document);
    for (const PackedReport::Identity& identity : packed.identities) {
      const auto [entry, is_new] =
          facts_.identity_keys.try_emplace(identity.digest, std::ssize(facts_.identities) + 1);
      if (is_new) {
        const Record& record =
            *facts_.results.emplace_back(std::make_shared<Record>(record_from(packed, identity)));
        facts_.identities.push_back(
            {record.header_from, record.envelope_from, record.dkim, record.spf});
      }
      document.identities.push_back(entry->second);
    }
    for (const PackedReport::Evaluation& texts : packed.evaluations) {
      const auto known = std::ranges::find(facts_.evaluations, evaluation_from(texts));
      document.evaluations.push_back(known - facts_.evaluations.begin() + 1);
      if (known == facts_.evaluations.end()) facts_.evaluations.push_back(evaluation_from(texts));
    }
    resolve(document.claim);
    return document;
  }
  std::int64_t key_of_domain(const std::string& name) {
    for (const StoredDomain& known : facts_.domains)
      if (known.name == name) return known.key;
    return facts_.domains.emplace_back(std::ssize(facts_.domains) + 1, name).key;
  }
  std::int64_t key_of_reporter(const Document& document) {
    const std::string& name = document.report->head.report.metadata.org_name;
    for (const StoredReporter& known : facts_.reporters)
      if (known.org_name == name && known.sender == document.sender) return known.key;
    return facts_.reporters
        .emplace_back(std::ssize(facts_.reporters) + 1, name, lower(name), document.sender,
                      document.report->head.report.metadata.email,
                      document.report->head.report.metadata.extra_contact_info)
        .key;
  }

  /// Judges anew all that claim to be this report.
  void resolve(const Claim& claim) {
    std::vector<CompetingReports::Document> rivals;
    for (const auto& [id, document] : facts_.documents) {
      if (document.state == State::distrusted || document.claim != claim) continue;
      rivals.push_back(competing_document(*document.report, document.sender));
      rivals.back().id = id;
      rivals.back().rows = row_keys(document);
    }
    CompetingReports(std::move(rivals)).each([&](const CompetingReports::Document& rival) {
      facts_.documents.at(rival.id).state = rival.state;
      facts_.documents.at(rival.id).shared = rival.shared;
    });
  }
  static std::vector<std::uint64_t> row_keys(const Document& document) {
    std::vector<std::uint64_t> keys;
    const PackedReport& packed = *document.report;
    for (const PackedReport::Row& row : packed.rows)
      keys.push_back(std::hash<std::string>{}(
          fmt::format("{} {} {} {} {} {}", row.source_ip.to_text(),
                      document.identities[row.identity], document.evaluations[row.evaluation],
                      row.count, packed.texts[row.envelope_to], packed.texts[row.remark])));
    return keys;
  }

  Facts facts_;
  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                fmt::format("dmarcq-memory-{}", ::getpid());
};

}  // namespace

std::unique_ptr<Store> memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace dmarcq::test
