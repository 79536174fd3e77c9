// SPDX-License-Identifier: MIT
#include "store/import/copy.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "store/document/delivery_facts.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

/// In the list of names that were read: a copy has as its only one the place that it is of. No
/// mailbox is called so: their paths are absolute.
constexpr std::string_view unfinished = "unfinished copy";

void remember(Store& store, const ReadState& state) {
  store.save({}, {.remember = [&](std::span<const Saved>) { return state; }});
}

/// The document as the other database has it.
ProcessedItem::Report copied_report(Snapshot& from, const StoredContents::Place& place) {
  const auto info = from.report(place.report);
  const auto standing = from.standing(place.report);
  if (!info || !standing)
    throw StoreError(StoreError::Kind::damaged,
                     from.place() + ": damaged: an item refers to a report that is not there");
  Limits unlimited;
  unlimited.distinct_size = SIZE_MAX;
  Packer packer(unlimited);
  from.records(place.report, [&](const Record& record) { packer.add(record); });
  ParsedReport head;
  head.report.version = info->version;
  head.report.xml_namespace = info->xml_namespace;
  head.report.metadata = *info;
  head.report.policy_published = info->policy;
  head.deviations = info->deviations;
  head.well_formed = info->well_formed;
  head.unusable_records = info->unusable_records;
  head.unusable_messages = info->unusable_messages;
  PackedReport packed = packer.finish_stored(std::move(head), standing->digest);
  packed.totals = info->totals;
  return {.part = place.part,
          .report = std::move(packed),
          .sender = info->sender,
          .copied = CopiedDocument{.state = standing->state,
                                   .pruned = standing->pruned,
                                   .records = info->records,
                                   .conflict = standing->conflict}};
}

/// Saves items in batches. No document is twice in one: then no engine need look for it among those
/// that it is about to write.
class BatchCopier {
 public:
  BatchCopier(Snapshot& from, Store& to, const CopyOptions& options)
      : from_(from), to_(to), options_(options) {}

  void add(StoredContents&& contents) {
    ProcessedItem item = std::move(contents.item);
    // Before anything of the item: a copy that is killed between two parts of one would take it for
    // whole.
    if (std::ranges::any_of(contents.reports, [&](const StoredContents::Place& place) {
          return in_batch_.contains(place.report);
        }))
      flush();
    std::vector<StoredContents::Place> repeated;  // an item may hold a document twice
    for (const StoredContents::Place& place : contents.reports) {
      if (!in_batch_.insert(place.report).second) {
        repeated.push_back(place);
        continue;
      }
      item.reports.push_back(copied_report(from_, place));
      weight_ += item.reports.back().report.rows.size() + 16;
      ++done_.reports;
    }
    for (const ProcessedItem::Delivery& log : item.deliveries) weight_ += log.events.size();
    weight_ += item.kept_bytes.size() / 256 + 16;
    ++done_.items;
    if (!repeated.empty()) return save_twice(std::move(item), repeated);
    batch_.push_back(std::move(item));
    if (weight_ >= most_weight) flush();
  }

  void flush() {
    if (batch_.empty()) return;
    to_.save(batch_);
    batch_.clear();
    in_batch_.clear();
    weight_ = 0;
    if (options_.progress) options_.progress(done_);
  }

 private:
  static constexpr std::size_t most_weight = 50'000;

  /// The item with its documents once, and again with those that it holds twice. First as one that
  /// has a fault, so that a copy that is killed in between comes back to it.
  void save_twice(ProcessedItem&& item, const std::vector<StoredContents::Place>& repeated) {
    ProcessedItem again = item;
    again.reports.clear();
    again.deliveries.clear();
    for (const StoredContents::Place& place : repeated)
      again.reports.push_back(copied_report(from_, place));
    item.faults.push_back({"", {Fault::unreadable, "being copied", {}}});
    batch_.push_back(std::move(item));
    flush();
    batch_.push_back(std::move(again));
    flush();
  }

  Snapshot& from_;
  Store& to_;
  const CopyOptions& options_;
  std::vector<ProcessedItem> batch_;
  std::set<std::int64_t> in_batch_;
  std::size_t weight_ = 0;
  CopiedSoFar done_;
};

void copy_settings(Snapshot& from, Store& to) {
  const std::unique_ptr<Snapshot> there = to.snapshot();
  for (const SenderEntry& entry : from.settings().sender_entries())
    to.settings().put_sender_entry(entry);
  std::map<std::tuple<Day, std::string, std::string>, int> missing;
  for (const Note& note : there->settings().notes(""))
    --missing[{note.day, note.domain, note.text}];
  for (const Note& note : from.settings().notes(""))
    if (++missing[{note.day, note.domain, note.text}] > 0) to.settings().add_note(note);
  to.settings().set_open_alerts(from.settings().open_alerts());
}

void copy_account_names(Snapshot& from, Store& to) {
  std::map<std::int64_t, const StoredReporter*> reporters;
  for (const StoredReporter& reporter : from.reporters()) reporters[reporter.key] = &reporter;
  std::vector<LearnedAccountName> names;
  for (StoredAccountName& known : from.account_names()) {
    const StoredReporter& reporter = *reporters.at(known.reporter);
    LearnedAccountName& name = names.emplace_back();
    name.account = std::move(known.account);
    name.name = std::move(known.name);
    name.reporter.org_name = reporter.org_name;
    name.reporter.email = reporter.email;
    name.reporter.extra_contact_info = reporter.extra_contact_info;
    name.sender = reporter.sender;
    name.first_day = known.first_day;
    name.last_day = known.last_day;
  }
  to.set_account_names(names);
}

using ProblemKey = std::tuple<std::string, std::uint64_t, std::string, std::string, std::string>;

ProblemKey key_of(const Problem& problem) {
  return {problem.origin.source, problem.origin.index, problem.origin.part, problem.reason,
          problem.text};
}

void dismiss_the_same(Snapshot& from, Store& to) {
  std::map<ProblemKey, int> dismissed;
  for (const Problem& problem : from.problems(true))
    if (problem.dismissed) ++dismissed[key_of(problem)];
  if (dismissed.empty()) return;
  const std::vector<Problem> there = to.snapshot()->problems(true);
  for (const Problem& problem : there)
    if (problem.dismissed) --dismissed[key_of(problem)];
  for (const Problem& problem : there) {
    const auto same = dismissed.find(key_of(problem));
    if (problem.dismissed || same == dismissed.end() || same->second <= 0) continue;
    to.dismiss_problem(problem.id);
    --same->second;
  }
}

void begin_copy(Snapshot& from, Store& to) {
  if (unfinished_copy_of(from))
    throw StoreError(StoreError::Kind::usage, from.place() + ": is an unfinished copy itself",
                     "finish it first: dmarcq db copy --to it");
  const std::unique_ptr<Snapshot> there = to.snapshot();
  const auto of = unfinished_copy_of(*there);
  if (of == from.place()) return;
  if (of)
    throw StoreError(StoreError::Kind::usage,
                     there->place() + ": is an unfinished copy of another database, " + *of,
                     "copy that one again, or into another place");
  const DatabaseInfo info = database_info(*there);
  if (info.items + info.reports > 0 || !there->settings().sender_entries().empty() ||
      !there->settings().notes("").empty())
    throw StoreError(StoreError::Kind::usage, there->place() + ": holds data of its own",
                     "dmarcq db copy fills a database that is empty or not there yet");
  remember(to,
           {.checkpoints = {}, .read = {{std::string(unfinished), from.place()}}, .settled = {}});
}

}  // namespace

std::optional<std::string> unfinished_copy_of(Snapshot& snapshot) {
  const std::vector<std::string> names = snapshot.settings().read_names(std::string(unfinished));
  return names.empty() ? std::nullopt : std::optional(names.front());
}

bool copy_database(Snapshot& from, Store& to, const CopyOptions& options) {
  begin_copy(from, to);
  const std::unique_ptr<FinishedItems> finished = to.finished_items();
  BatchCopier copier(from, to, options);
  const auto stopped = [&] { return options.stop != nullptr && *options.stop; };
  from.contents([&](const Digest& digest) { return !stopped() && !finished->contains(digest); },
                [&](StoredContents&& contents) { copier.add(std::move(contents)); });
  copier.flush();
  if (stopped()) return false;
  copy_settings(from, to);
  copy_account_names(from, to);
  dismiss_the_same(from, to);
  ReadState state = from.settings().read_state();
  // An earlier try may have brought addresses that were forgotten since: the next run looks at all.
  if (auto& checkpoints = state.checkpoints; checkpoints.contains(std::string(addresses_forgotten)))
    checkpoints[std::string(addresses_forgotten)] = "0";
  remember(to, state);
  return true;
}

void finish_copy(Snapshot& from, Store& to) {
  remember(to,
           {.checkpoints = {}, .read = {}, .settled = {{std::string(unfinished), from.place()}}});
}

Digest stored_digest(std::string_view bytes, const std::string& place) {
  Digest digest{};
  if (bytes.size() != digest.size())
    throw StoreError(StoreError::Kind::damaged, place + ": damaged: a digest of another length");
  std::ranges::copy(bytes, reinterpret_cast<char*>(digest.data()));
  return digest;
}

Error stored_error(std::string_view reason, std::string text) {
  Error error{.fault = Fault::unreadable, .text = std::move(text), .limit = {}};
  const std::string_view word = reason.substr(0, reason.find(':'));
  for (int i = 0; i <= static_cast<int>(Fault::not_a_report); ++i)
    if (to_text(static_cast<Fault>(i)) == word) error.fault = static_cast<Fault>(i);
  if (reason.size() > word.size()) error.limit = reason.substr(word.size() + 1);
  return error;
}

}  // namespace dmarcq
