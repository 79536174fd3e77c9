// SPDX-License-Identifier: MIT
#include "tests/support/memory_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "store/voices.h"

namespace dmarcq::test {
namespace {

using State = DocumentState;

/// What the store holds, and what its snapshots are copies of. Ids are positions, from 1.
struct Facts {
  struct Item {
    Origin origin;
    Digest digest{};
    std::uint64_t bytes = 0;
    std::string not_a_report, kept_bytes;
    Outcome outcome = Outcome::not_a_report;
  };
  struct Fault {
    std::int64_t item = 0;
    std::string part, reason, text;
    bool dismissed = false;
    bool cured = false;
  };
  struct Document {
    ProcessedItem::Report found;
    std::int64_t domain = 0, reporter = 0;
    Day day = 0;
    DocumentState state = DocumentState::accepted;
    std::int64_t shared = 0;  ///< CompetingReports::Document::shared
    bool pruned = false, forgotten = false;
    /// Source, number, part, item.
    std::set<std::tuple<std::string, std::uint64_t, std::string, std::int64_t>> places;
    std::vector<std::int64_t> identities, evaluations;  ///< by position in the report
    std::int64_t item() const { return std::get<3>(*places.begin()); }
    const std::string& part() const { return std::get<2>(*places.begin()); }
    bool counts() const { return !forgotten && state == DocumentState::accepted; }
  };
  /// Owns what Identity only refers to.
  struct Results {
    std::string header_from, envelope_from;
    std::vector<DkimAuthResult> dkim;
    std::vector<SpfAuthResult> spf;
  };
  std::vector<Item> items;
  std::vector<Fault> faults;
  std::vector<Document> documents;
  std::vector<std::string> domains;
  std::vector<StoredReporter> reporters;
  std::vector<Results> identities;
  std::vector<PolicyEvaluated> evaluations;
  std::map<std::string, std::int64_t> known_identities, known_evaluations;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::pair<Day, Day>> account_names;
  std::vector<SenderEntry> sender_entries;
  std::vector<Note> notes;
  std::vector<OpenAlert> open_alerts;
  std::map<std::string, std::string> checkpoints;
  std::map<std::string, std::set<std::string>> read_names;
  std::int64_t next_declaration = 1;
};

/// The id of a value in a list, which it is added to when it is not there.
template <class List, class Same>
std::int64_t intern(List& list, typename List::value_type value, Same&& same) {
  const auto found = std::ranges::find_if(list, same);
  if (found != list.end()) return found - list.begin() + 1;
  list.push_back(std::move(value));
  return std::ssize(list);
}
template <class List>
auto& at(List& list, std::int64_t id) {
  return list.at(static_cast<std::size_t>(id - 1));
}

ItemFacts facts_of(const Facts& facts, std::int64_t item) {
  ItemFacts known;
  for (const Facts::Fault& fault : facts.faults)
    known.problem |= fault.item == item && !fault.cured;
  for (const Facts::Document& document : facts.documents) {
    if (document.forgotten) continue;
    for (const auto& place : document.places) known.seen_report |= std::get<3>(place) == item;
    if (document.item() != item) continue;
    known.problem |= document.state == State::conflict;
    known.holds_report |= document.state == State::accepted || document.state == State::distrusted;
  }
  return known;
}

std::vector<std::uint64_t> row_keys(const Facts::Document& document) {
  std::vector<std::uint64_t> keys;
  const PackedReport& packed = document.found.report;
  for (const PackedReport::Row& row : packed.rows) {
    const std::string content =
        fmt::format("{} {} {} {} {} {}", row.source_ip.to_text(), document.identities[row.identity],
                    document.evaluations[row.evaluation], row.count, packed.texts[row.envelope_to],
                    packed.texts[row.remark]);
    keys.push_back(static_cast<std::uint64_t>(hash_prefix(sha256(content))));
  }
  return keys;
}

class MemoryDictionary final : public Dictionary {
 public:
  MemoryDictionary(Snapshot& snapshot, const Facts& facts) : Dictionary(snapshot), facts_(facts) {
    for (const Facts::Results& r : facts.identities)
      identities_.push_back({r.header_from, r.envelope_from, r.dkim, r.spf});
  }
  const std::string& domain(std::int64_t key) override { return at(facts_.domains, key); }
  const Identity& identity(std::int64_t key) override { return at(identities_, key); }
  const PolicyEvaluated& evaluation(std::int64_t key) override {
    return at(facts_.evaluations, key);
  }
  void expect(std::span<const SourceRow>) override {}

 private:
  const Facts& facts_;
  std::vector<Identity> identities_;
};

class MemorySnapshot final : public Snapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<const Facts> shared)
      : shared_(std::move(shared)), facts_(*shared_), dictionary_(*this, facts_) {}

  std::unique_ptr<Snapshot> fork() override { return std::make_unique<MemorySnapshot>(shared_); }
  const std::string& place() const override { return place_; }
  const std::string& newer() const override { return newer_; }
  Dictionary& dictionary() override { return dictionary_; }

  std::vector<StoredDomain> domains() override {
    std::vector<StoredDomain> list;
    for (const std::string& name : facts_.domains) list.push_back({std::ssize(list) + 1, name});
    return list;
  }
  const std::vector<StoredReporter>& reporters() override { return facts_.reporters; }

  void roll_up(std::span<const DomainDays> asked,
               FunctionRef<void(const DomainFigures&)> take) override {
    for (const DomainDays& days : asked) {
      std::map<Day, DomainFigures> by_day;
      each_counted(days, [&](std::int64_t, const Facts::Document& document) {
        const PackedReport& packed = document.found.report;
        by_day[document.day].domain = document.domain;
        by_day[document.day].add({.reports = 1,
                                  .records = packed.rows.size(),
                                  .messages = packed.totals.messages,
                                  .first_day = document.day,
                                  .last_day = document.day,
                                  .unusable_records = packed.head.unusable_records,
                                  .unusable_messages = packed.head.unusable_messages,
                                  .totals = packed.totals});
      });
      for (const auto& [day, figures] : by_day) take(figures);
    }
  }
  void rows(std::span<const DomainDays> asked, FunctionRef<void(const StoredRow&)> take) override {
    for (const DomainDays& days : asked)
      each_counted(days, [&](std::int64_t report, const Facts::Document& document) {
        if (document.pruned) return;
        for (const PackedReport::Row& row : document.found.report.rows)
          if (row.count > 0)
            take({document.domain, document.day, row.source_ip.bytes(),
                  document.identities[row.identity], document.evaluations[row.evaluation],
                  row.count, report});
      });
  }
  void heads(const DomainDays& days, const std::string& domain_name,
             FunctionRef<void(ReportHead&, std::int64_t)> take) override {
    each_counted(days, [&](std::int64_t id, const Facts::Document& document) {
      const AggregateReport& report = document.found.report.head.report;
      ReportHead head{.id = id,
                      .domain = domain_name,
                      .day = document.day,
                      .begin = report.metadata.begin,
                      .end = report.metadata.end,
                      .messages = document.found.report.totals.messages,
                      .policy = report.policy_published,
                      .trust = document.found.sender.trust,
                      .from_mail = document.found.sender.mail};
      take(head, document.reporter);
    });
  }
  void figures_of_reports(const DomainDays& days,
                          FunctionRef<void(const ReportFigures&)> take) override {
    each_counted(days, [&](std::int64_t id, const Facts::Document& document) {
      const PackedReport& packed = document.found.report;
      take({id, document.reporter, document.day, packed.head.unusable_records,
            packed.head.unusable_messages, packed.totals});
    });
  }
  void reports(const DomainDays& days, Which which,
               FunctionRef<void(std::int64_t, std::int64_t)> take) override {
    const auto wanted = [&](const Facts::Document& document) {
      return which == Which::counted ? document.counts()
                                     : !document.forgotten && document.state == State::distrusted;
    };
    for (const auto& [id, document] : in_order(days))
      if (wanted(*document)) take(id, document->reporter);
  }
  std::optional<ReportInfo> report(std::int64_t id) override {
    if (id < 1 || id > std::ssize(facts_.documents) || at(facts_.documents, id).forgotten)
      return std::nullopt;
    const Facts::Document& document = at(facts_.documents, id);
    const PackedReport& packed = document.found.report;
    const ReportMetadata& metadata = packed.head.report.metadata;
    ReportInfo info{
        .id = id,
        .reporter = name_of(voice_of(document.found.sender, metadata.org_name), metadata.org_name),
        .sender = document.found.sender,
        .distrusted = document.state == State::distrusted,
        .org_name = metadata.org_name,
        .email = metadata.email,
        .extra_contact_info = metadata.extra_contact_info,
        .report_id = metadata.report_id,
        .domain = at(facts_.domains, document.domain),
        .version = packed.head.report.version,
        .xml_namespace = packed.head.report.xml_namespace,
        .generator = metadata.generator,
        .begin = metadata.begin,
        .end = metadata.end,
        .day = document.day,
        .errors = metadata.errors,
        .policy = packed.head.report.policy_published,
        .deviations = packed.head.deviations,
        .well_formed = packed.head.well_formed,
        .records = packed.rows.size(),
        .messages = packed.totals.messages,
        .unusable_records = packed.head.unusable_records,
        .unusable_messages = packed.head.unusable_messages,
        .totals = packed.totals,
        .origin = at(facts_.items, document.item()).origin};
    info.origin.part = document.part();
    return info;
  }
  void records(std::int64_t report, FunctionRef<void(const Record&)> take) override {
    const Facts::Document& document = at(facts_.documents, report);
    const PackedReport& packed = document.found.report;
    if (document.pruned || document.forgotten) return;
    for (const PackedReport::Row& row : packed.rows) {
      const Facts::Results& results = at(facts_.identities, document.identities[row.identity]);
      Record record;
      record.source_ip = row.source_ip;
      record.count = row.count;
      record.header_from = results.header_from;
      record.envelope_from = results.envelope_from;
      record.envelope_to = packed.texts[row.envelope_to];
      record.dkim = results.dkim;
      record.spf = results.spf;
      record.policy_evaluated = at(facts_.evaluations, document.evaluations[row.evaluation]);
      apply_remark(packed.texts[row.remark], record);
      take(record);
    }
  }
  std::vector<StoredAccountName> account_names() override {
    std::vector<StoredAccountName> names;
    for (const auto& [key, days] : facts_.account_names)
      names.push_back(
          {std::get<0>(key), std::get<1>(key), std::get<2>(key), days.first, days.second});
    return names;
  }

  std::vector<Problem> problems(bool with_dismissed) override {
    std::vector<Problem> list;
    const auto add = [&](std::int64_t id, std::int64_t item, const std::string& part,
                         const std::string& reason, const std::string& text, bool dismissed) {
      const Facts::Item& of = at(facts_.items, item);
      list.push_back({id, of.origin, reason, text, of.bytes, !of.kept_bytes.empty(), dismissed});
      list.back().origin.part = part;
    };
    for (std::int64_t id = 1; id <= std::ssize(facts_.faults); ++id)
      if (const Facts::Fault& fault = at(facts_.faults, id);
          !fault.cured && (with_dismissed || !fault.dismissed))
        add(id, fault.item, fault.part, fault.reason, fault.text, fault.dismissed);
    for (const Facts::Document& document : facts_.documents)
      if (!document.forgotten && document.state == State::conflict)
        add(-1, document.item(), document.part(), std::string(to_text(Fault::conflict)),
            conflict_text(
                {.records = std::ssize(document.found.report.rows), .shared = document.shared}),
            false);
    std::ranges::sort(list, {}, [](const Problem& p) {
      return std::tuple(p.origin.source, p.origin.index, p.origin.part, p.reason, p.text);
    });
    return list;
  }
  std::optional<std::string> problem_bytes(std::int64_t problem) override {
    return at(facts_.items, at(facts_.faults, problem).item).kept_bytes;
  }
  std::vector<PassedOver> passed_over() override {
    std::vector<PassedOver> list;
    for (const Facts::Item& item : facts_.items)
      if (item.outcome == Outcome::not_a_report)
        list.push_back({item.origin, item.not_a_report, item.bytes});
    return list;
  }
  DatabaseInfo storage_info() override {
    DatabaseInfo info{.identities = facts_.identities.size(), .items = facts_.items.size()};
    for (const Facts::Item& item : facts_.items)
      ++(item.outcome == Outcome::stored         ? info.stored
         : item.outcome == Outcome::duplicate    ? info.duplicate
         : item.outcome == Outcome::not_a_report ? info.not_a_report
                                                 : info.problem);
    return info;
  }
  std::vector<SenderEntry> sender_entries() override {
    std::vector<SenderEntry> list = facts_.sender_entries;
    std::ranges::sort(list, {}, [](const SenderEntry& e) { return std::pair(e.kind, e.value); });
    return list;
  }
  std::vector<Note> notes(const std::string& domain) override {
    std::vector<Note> list;
    for (const Note& note : facts_.notes)
      if (domain.empty() || note.domain.empty() || note.domain == domain) list.push_back(note);
    std::ranges::sort(list, {}, [](const Note& note) { return std::pair(note.day, note.id); });
    return list;
  }
  std::vector<OpenAlert> open_alerts() override { return facts_.open_alerts; }
  std::optional<std::string> checkpoint(const std::string& source) override {
    const auto found = facts_.checkpoints.find(source);
    return found == facts_.checkpoints.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> read_names(const std::string& source) override {
    const auto found = facts_.read_names.find(source);
    if (found == facts_.read_names.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

  void documents(std::vector<std::string>&,
                 FunctionRef<void(const StoredDocument&)> take) override {
    for (std::int64_t id = 1; id <= std::ssize(facts_.documents); ++id) {
      const Facts::Document& document = at(facts_.documents, id);
      const PackedReport& packed = document.found.report;
      if (!document.forgotten)
        take({id, document.domain, document.day, document.state, packed.rows.size(),
              packed.totals.messages, packed.head.unusable_records, packed.head.unusable_messages,
              packed.totals, document.pruned, packed.rows.size(), packed.totals,
              document.state == State::conflict});
    }
  }
  void items(FunctionRef<void(const StoredItem&)> take) override {
    for (std::int64_t id = 1; id <= std::ssize(facts_.items); ++id)
      take({id, at(facts_.items, id).outcome, facts_of(facts_, id)});
  }
  std::vector<std::string> storage_faults() override { return {}; }
  void ask(std::string_view, FunctionRef<void(const std::vector<std::string>&)>,
           FunctionRef<void(const std::vector<SqlValue>&)>) override {
    throw StoreError(StoreError::Kind::usage, "this store speaks no SQL");
  }
  void backup(const std::filesystem::path&) override {
    throw StoreError(StoreError::Kind::usage, "this store has no file");
  }

 private:
  /// All documents of these days, in the order of Snapshot::reports().
  std::vector<std::pair<std::int64_t, const Facts::Document*>> in_order(const DomainDays& days) {
    std::vector<std::pair<std::int64_t, const Facts::Document*>> list;
    for (std::int64_t id = 1; id <= std::ssize(facts_.documents); ++id)
      if (const Facts::Document& document = at(facts_.documents, id);
          document.domain == days.domain && document.day >= days.since &&
          document.day <= days.until)
        list.emplace_back(id, &document);
    std::ranges::sort(list, {}, [](const auto& entry) {
      const PackedReport& packed = entry.second->found.report;
      const ReportMetadata& m = packed.head.report.metadata;
      return std::tuple(m.begin, m.end, lower(m.org_name), m.org_name, m.report_id, packed.digest);
    });
    return list;
  }
  template <class Take>
  void each_counted(const DomainDays& days, Take&& take) {
    auto list = in_order(days);
    std::ranges::stable_sort(list, {}, [](const auto& entry) { return entry.second->day; });
    for (const auto& [id, document] : list)
      if (document->counts()) take(id, *document);
  }

  std::shared_ptr<const Facts> shared_;
  const Facts& facts_;
  MemoryDictionary dictionary_;
  std::string place_ = "memory", newer_;
};

class MemoryStore final : public Store {
 public:
  std::unique_ptr<Snapshot> snapshot() override {
    return std::make_unique<MemorySnapshot>(std::make_shared<const Facts>(facts_));
  }

  void batch(FunctionRef<void()> body) override {
    const Facts before = facts_;
    try {
      body();
    } catch (...) {
      facts_ = before;
      throw;
    }
  }

  Saved save(const ProcessedItem& processed, const Limits&) override {
    const auto known = std::ranges::find(facts_.items, processed.digest, &Facts::Item::digest);
    const std::int64_t item = known - facts_.items.begin() + 1;
    if (known == facts_.items.end())
      facts_.items.push_back({processed.origin, processed.digest, processed.bytes,
                              processed.not_a_report, processed.kept_bytes});
    for (Facts::Fault& fault : facts_.faults) fault.cured |= fault.item == item;
    for (const ItemFault& fault : processed.faults)
      facts_.faults.push_back({item, fault.part, reason_of(fault.error), fault.error.text});
    Saved saved;
    for (const ProcessedItem::Report& found : processed.reports) {
      if (save_document(found, item)) {
        ++saved.stored;
        saved.records += found.report.rows.size();
        saved.messages += found.report.totals.messages;
      } else {
        ++saved.duplicate;
      }
    }
    conclude();
    saved.outcome = at(facts_.items, item).outcome;
    if (saved.outcome == Outcome::stored && saved.stored == 0) saved.outcome = Outcome::duplicate;
    if (saved.outcome == Outcome::not_a_report) saved.not_a_report = processed.not_a_report;
    return saved;
  }

  /// True when it is new and counts.
  bool save_document(const ProcessedItem::Report& found, std::int64_t item) {
    const Origin& origin = at(facts_.items, item).origin;
    const ReportMetadata& metadata = found.report.head.report.metadata;
    const std::string folded = lower(metadata.org_name);
    const std::int64_t reporter =
        intern(facts_.reporters,
               {std::ssize(facts_.reporters) + 1, metadata.org_name, folded, found.sender},
               [&](const StoredReporter& r) {
                 return r.org_name == metadata.org_name && r.sender == found.sender;
               });
    for (Facts::Document& document : facts_.documents) {
      if (document.forgotten || document.found.report.digest != found.report.digest) continue;
      document.places.emplace(origin.source, origin.index, found.part, item);
      if (tells_more(found.sender, document.found.sender)) {
        document.found.sender = found.sender;
        document.reporter = reporter;
        resolve(document);
      }
      return false;
    }
    Facts::Document document{
        .found = found, .reporter = reporter, .day = day_of_window(metadata.begin, metadata.end)};
    const std::string& domain = found.report.head.report.policy_published.domain;
    document.domain =
        intern(facts_.domains, domain, [&](const std::string& name) { return name == domain; });
    document.places.emplace(origin.source, origin.index, found.part, item);
    for (const PackedReport::Identity& wanted : found.report.identities) {
      const auto [entry, added] = facts_.known_identities.try_emplace(
          to_hex(wanted.digest), std::ssize(facts_.identities) + 1);
      if (added)
        facts_.identities.push_back({wanted.header_from, wanted.envelope_from,
                                     dkim_set_from(found.report.auth_sets[wanted.dkim].text),
                                     spf_set_from(found.report.auth_sets[wanted.spf].text)});
      document.identities.push_back(entry->second);
    }
    for (const PackedReport::Evaluation& e : found.report.evaluations) {
      const auto [entry, added] = facts_.known_evaluations.try_emplace(
          fmt::format("{}\n{}\n{}\n{}", e.disposition, e.dkim, e.spf, e.reasons),
          std::ssize(facts_.evaluations) + 1);
      if (added)
        facts_.evaluations.push_back({Reported<Disposition>::from(e.disposition),
                                      Reported<DmarcResult>::from(e.dkim),
                                      Reported<DmarcResult>::from(e.spf), reasons_from(e.reasons)});
      document.evaluations.push_back(entry->second);
    }
    for (const auto& [account, name] : found.report.account_names) {
      const auto [entry, added] =
          facts_.account_names.try_emplace({account, name, reporter}, document.day, document.day);
      entry->second = {std::min(entry->second.first, document.day),
                       std::max(entry->second.second, document.day)};
    }
    facts_.documents.push_back(document);
    resolve(document);
    return facts_.documents.back().state == State::accepted;
  }

  /// Anew and from the beginning, all that claim to be this report.
  void resolve(const Facts::Document& like) {
    const auto claim = [](const Facts::Document& document) {
      const ReportMetadata& m = document.found.report.head.report.metadata;
      return std::tuple(document.domain, claimant_of(m.org_name, m.email), lower(m.org_name),
                        m.report_id, m.begin, m.end);
    };
    std::vector<CompetingReports::Document> rivals;
    for (std::int64_t id = 1; id <= std::ssize(facts_.documents); ++id) {
      const Facts::Document& document = at(facts_.documents, id);
      if (document.forgotten || document.state == State::distrusted ||
          claim(document) != claim(like))
        continue;
      const PackedReport& packed = document.found.report;
      CompetingReports::Document& rival = rivals.emplace_back();
      rival.id = id;
      rival.weight = weight_of(document.found.sender);
      rival.party = party_of(document.found.sender);
      rival.well_formed = packed.head.well_formed;
      rival.records = std::ssize(packed.rows);
      rival.messages = static_cast<std::int64_t>(packed.totals.messages);
      rival.digest = to_hex(packed.digest);
      rival.rows = row_keys(document);
    }
    CompetingReports(std::move(rivals)).each([&](const CompetingReports::Document& rival) {
      at(facts_.documents, rival.id).state = rival.state;
      at(facts_.documents, rival.id).shared = rival.shared;
    });
  }

  void conclude() {
    for (std::int64_t id = 1; id <= std::ssize(facts_.items); ++id)
      at(facts_.items, id).outcome = facts_of(facts_, id).outcome();
  }

  std::optional<Saved> known(const Digest& digest) override {
    const auto found = std::ranges::find(facts_.items, digest, &Facts::Item::digest);
    if (found == facts_.items.end() || found->outcome == Outcome::problem) return std::nullopt;
    Saved saved;
    saved.not_a_report = found->not_a_report;
    saved.outcome = found->outcome == Outcome::not_a_report ? found->outcome : Outcome::duplicate;
    return saved;
  }

  std::vector<Digest> finished_items() override {
    std::vector<Digest> digests;
    for (const Facts::Item& item : facts_.items)
      if (item.outcome != Outcome::problem) digests.push_back(item.digest);
    return digests;
  }

  bool distrust(std::int64_t report, bool on) override {
    if (report < 1 || report > std::ssize(facts_.documents)) return false;
    Facts::Document& document = at(facts_.documents, report);
    if (document.forgotten || (document.state == State::distrusted) == on) return false;
    document.state = on ? State::distrusted : State::conflict;
    resolve(document);
    conclude();
    return true;
  }

  bool remove(std::int64_t report) override {
    if (report < 1 || report > std::ssize(facts_.documents)) return false;
    Facts::Document& document = at(facts_.documents, report);
    if (std::exchange(document.forgotten, true)) return false;
    resolve(document);
    conclude();
    return true;
  }

  bool dismiss_problem(std::int64_t id) override {
    return id >= 1 && id <= std::ssize(facts_.faults) &&
           !std::exchange(at(facts_.faults, id).dismissed, true);
  }

  std::int64_t put_sender_entry(const SenderEntry& entry) override {
    for (SenderEntry& known : facts_.sender_entries)
      if (known.kind == entry.kind && known.value == entry.value) {
        const std::int64_t id = known.id;
        known = entry;
        return known.id = id;
      }
    facts_.sender_entries.push_back(entry);
    return facts_.sender_entries.back().id = facts_.next_declaration++;
  }

  bool remove_sender_entry(std::int64_t id) override {
    return std::erase_if(facts_.sender_entries, [&](const auto& e) { return e.id == id; }) > 0;
  }

  std::int64_t add_note(const Note& note) override {
    facts_.notes.push_back(note);
    return facts_.notes.back().id = facts_.next_declaration++;
  }

  bool remove_note(std::int64_t id) override {
    return std::erase_if(facts_.notes, [&](const Note& note) { return note.id == id; }) > 0;
  }

  void set_open_alerts(const std::vector<OpenAlert>& alerts) override {
    facts_.open_alerts = alerts;
    std::ranges::sort(facts_.open_alerts, {}, &OpenAlert::key);
  }

  void set_checkpoint(const std::string& source, const std::string& state) override {
    facts_.checkpoints[source] = state;
  }
  void add_read_name(const std::string& source, const std::string& name) override {
    facts_.read_names[source].insert(name);
  }
  void remove_read_name(const std::string& source, const std::string& name) override {
    facts_.read_names[source].erase(name);
  }

  Pruned prune(Day before, bool all) override {
    Pruned pruned;
    for (Facts::Document& document : facts_.documents) {
      if (document.day >= before || document.forgotten) continue;
      if (!document.pruned) {
        ++pruned.reports;
        pruned.records += document.found.report.rows.size();
      }
      document.pruned = true;
      document.forgotten = all;
    }
    conclude();
    return pruned;
  }

  const std::filesystem::path& path() const override { return path_; }
  void vacuum() override {}

 private:
  Facts facts_;
  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                fmt::format("dmarcq-memory-{}", ::getpid());
};

}  // namespace

std::unique_ptr<Store> memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace dmarcq::test
