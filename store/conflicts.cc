// SPDX-License-Identifier: MIT
#include "store/conflicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "ingest/base/digest.h"
#include "ingest/base/text.h"
#include "store/document/packed_report.h"
#include "store/document/report_sender.h"

namespace dmarcq {
namespace {

bool comes_before(const CompetingReports::Document& a, const CompetingReports::Document& b) {
  return std::tuple(-a.weight, !a.well_formed, -a.records, -a.messages,
                    std::string_view(a.digest)) <
         std::tuple(-b.weight, !b.well_formed, -b.records, -b.messages, std::string_view(b.digest));
}

/// Calls back with each different key of sorted rows, and how often it comes.
template <class Callback>
void each_key(const std::vector<std::uint64_t>& rows, Callback&& callback) {
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[i]) ++end;
    callback(rows[i], static_cast<std::int64_t>(end - i));
    i = end;
  }
}

}  // namespace

std::int64_t claim_key(std::string_view claimant, std::string_view report_id, EpochSeconds begin,
                       EpochSeconds end) {
  return hash_prefix(sha256(fmt::format("{}\n{}\n{}\n{}", claimant, report_id, begin, end)));
}

Claim claim_of(const PackedReport& packed, std::int64_t domain) {
  const ReportMetadata& metadata = packed.head.report.metadata;
  Claim claim{.domain = domain,
              .day = day_of_window(metadata.begin, metadata.end),
              .begin = metadata.begin,
              .end = metadata.end,
              .report_id = metadata.report_id,
              .org_folded = lower(metadata.org_name)};
  claim.key = claim_key(claimant_of(metadata.org_name, metadata.email), claim.report_id,
                        claim.begin, claim.end);
  return claim;
}

CompetingReports::Document competing_document(const PackedReport& packed,
                                              const ReportSender& sender) {
  CompetingReports::Document document;
  document.weight = weight_of(sender);
  document.party = party_of(sender);
  document.well_formed = packed.head.well_formed;
  document.records = std::ssize(packed.rows);
  document.messages = static_cast<std::int64_t>(packed.totals.messages);
  document.digest.assign(packed.digest.begin(), packed.digest.end());
  return document;
}

CompetingReports::CompetingReports(std::vector<Document> documents) {
  std::ranges::sort(documents, comes_before);  // each is the last then, and nothing is judged twice
  for (Document& document : documents) add(std::move(document));
}

void CompetingReports::set(Document& document, DocumentState state, std::int64_t shared) {
  in_conflict_ -= document.state == DocumentState::conflict;
  in_conflict_ += state == DocumentState::conflict;
  document.state = state;
  document.shared = shared;
}

void CompetingReports::judge(Document& document) {
  std::unordered_map<const Document*, std::int64_t> common;
  each_key(document.rows, [&](std::uint64_t key, std::int64_t times) {
    const auto held = holders_.find(key);
    if (held != holders_.end() && comes_before(*held->second.document, document))
      common[held->second.document] += std::min(times, held->second.times);
  });
  // An empty document beside a fuller one says nothing.
  bool subsumed = document.records == 0 && std::ranges::any_of(documents_, [&](const auto& other) {
                    return other.get() != &document && other->state == DocumentState::accepted &&
                           comes_before(*other, document);
                  });
  std::int64_t shared = 0;
  for (const auto& [other, records] : common) {
    subsumed |= records == document.records;
    shared = std::max(shared, records);
  }
  const bool alone = shared == 0 && !is_of_another_party(document);
  set(document,
      subsumed ? DocumentState::subsumed
      : alone  ? DocumentState::accepted
               : DocumentState::conflict,
      shared);
}

bool CompetingReports::is_of_another_party(const Document& document) const {
  if (!several_parties_ || document.party.empty()) return false;
  // Those accepted are of one party, but for files.
  for (const auto& other : documents_) {
    if (!comes_before(*other, document)) break;
    if (other->state == DocumentState::accepted && !other->party.empty())
      return other->party != document.party;
  }
  return false;
}

void CompetingReports::hold(const Document& document) {
  each_key(document.rows,
           [&](std::uint64_t key, std::int64_t times) { holders_[key] = {&document, times}; });
}

void CompetingReports::release(const Document& document) {
  each_key(document.rows, [&](std::uint64_t key, std::int64_t) { holders_.erase(key); });
}

std::vector<const CompetingReports::Document*> CompetingReports::add(Document document) {
  std::ranges::sort(document.rows);
  auto owned = std::make_unique<Document>(std::move(document));
  Document& added = *owned;
  added.state = DocumentState::accepted;
  added.shared = 0;
  rows_ += added.rows.size();
  if (party_.empty()) party_ = added.party;
  several_parties_ |= !added.party.empty() && added.party != party_;
  // The records of a document that is subsumed are held by the one that holds them all.
  const bool may_share =
      added.records == 0 || in_conflict_ > 0 || several_parties_ ||
      std::ranges::any_of(added.rows, [&](std::uint64_t key) { return holders_.contains(key); });
  const auto place = std::ranges::upper_bound(documents_, added, comes_before,
                                              [](const auto& d) -> const Document& { return *d; });
  const auto next = documents_.insert(place, std::move(owned)) + 1;

  std::vector<const Document*> changed{&added};
  if (!may_share) {
    // No other is judged otherwise; but a less complete one that is empty says nothing beside it.
    hold(added);
    for (auto other = next; other != documents_.end(); ++other) {
      if ((*other)->records != 0 || (*other)->state == DocumentState::subsumed) continue;
      set(**other, DocumentState::subsumed, 0);
      changed.push_back(other->get());
    }
    return changed;
  }
  judge(added);
  if (added.state != DocumentState::accepted) return changed;
  // Those before it do not know of it. Those after it are judged anew, each by the ones accepted
  // before it.
  for (auto other = next; other != documents_.end(); ++other)
    if ((*other)->state == DocumentState::accepted) release(**other);
  hold(added);
  for (auto other = next; other != documents_.end(); ++other) {
    const auto was = std::pair((*other)->state, (*other)->shared);
    judge(**other);
    if ((*other)->state == DocumentState::accepted) hold(**other);
    if (was != std::pair((*other)->state, (*other)->shared)) changed.push_back(other->get());
  }
  return changed;
}

std::string conflict_text(const CompetingReports::Document& document) {
  if (document.shared > 0)
    return fmt::format(
        "shares {} of its {} records with another document of the same reporter, report id, domain and window",
        document.shared, document.records);
  return "claims to be a report of the same reporter, report id, domain and window that somebody else sent";
}

}  // namespace dmarcq
