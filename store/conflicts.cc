// SPDX-License-Identifier: MIT
#include "store/conflicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "ingest/base/digest.h"

namespace dmarcq {
namespace {

bool comes_before(const RivalDocuments::Document& a, const RivalDocuments::Document& b) {
  return std::tuple(!a.well_formed, -a.records, -a.messages, std::string_view(a.digest)) <
         std::tuple(!b.well_formed, -b.records, -b.messages, std::string_view(b.digest));
}

/// Calls back with each different key of sorted rows, and how often it comes.
template <class Callback> void each_key(const std::vector<std::uint64_t>& rows, Callback&& callback) {
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[i]) ++end;
    callback(rows[i], static_cast<std::int64_t>(end - i));
    i = end;
  }
}

}  // namespace

std::int64_t claim_key(std::string_view org_folded, std::string_view report_id, EpochSeconds begin, EpochSeconds end) {
  const Digest digest = sha256(fmt::format("{}\n{}\n{}\n{}", org_folded, report_id, begin, end));
  std::int64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

RivalDocuments::RivalDocuments(std::vector<Document> documents) {
  std::ranges::sort(documents, comes_before);  // each is the last then, and nothing is judged twice
  for (Document& document : documents) add(std::move(document));
}

void RivalDocuments::judge(Document& document) const {
  std::unordered_map<const Document*, std::int64_t> common;
  each_key(document.rows, [&](std::uint64_t key, std::int64_t times) {
    const auto held = holders_.find(key);
    if (held != holders_.end() && comes_before(*held->second.document, document)) common[held->second.document] += std::min(times, held->second.times);
  });
  // An empty document beside a fuller one says nothing.
  bool contained = document.records == 0 && std::ranges::any_of(documents_, [&](const auto& other) {
    return other.get() != &document && other->state == DocumentState::taken && comes_before(*other, document);
  });
  document.shared = 0;
  for (const auto& [other, records] : common) {
    contained |= records == document.records;
    document.shared = std::max(document.shared, records);
  }
  document.state = contained ? DocumentState::contained : document.shared == 0 ? DocumentState::taken : DocumentState::conflict;
}

void RivalDocuments::hold(const Document& document) {
  each_key(document.rows, [&](std::uint64_t key, std::int64_t times) { holders_[key] = {&document, times}; });
}

void RivalDocuments::release(const Document& document) {
  each_key(document.rows, [&](std::uint64_t key, std::int64_t) { holders_.erase(key); });
}

std::vector<const RivalDocuments::Document*> RivalDocuments::add(Document document) {
  std::ranges::sort(document.rows);
  auto owned = std::make_unique<Document>(std::move(document));
  Document& added = *owned;
  rows_ += added.rows.size();
  bool says_something_known = added.records == 0;
  each_key(added.rows, [&](std::uint64_t key, std::int64_t) { says_something_known |= known_[key]++ > 0; });
  const auto place = std::ranges::upper_bound(documents_, added, comes_before, [](const auto& d) -> const Document& { return *d; });
  const auto next = documents_.insert(place, std::move(owned)) + 1;

  std::vector<const Document*> changed{&added};
  if (!says_something_known) {
    // It shares no record with any other, so no other is judged otherwise; but an empty one says nothing beside it.
    added.state = DocumentState::taken;
    added.shared = 0;
    hold(added);
    for (auto other = next; other != documents_.end(); ++other) {
      if ((*other)->records != 0 || (*other)->state == DocumentState::contained) continue;
      (*other)->state = DocumentState::contained;
      changed.push_back(other->get());
    }
    return changed;
  }
  judge(added);
  if (added.state != DocumentState::taken) return changed;
  // Those before it do not know of it. Those after it are judged anew, each by the ones taken before it.
  for (auto other = next; other != documents_.end(); ++other)
    if ((*other)->state == DocumentState::taken) release(**other);
  hold(added);
  for (auto other = next; other != documents_.end(); ++other) {
    const auto was = std::pair((*other)->state, (*other)->shared);
    judge(**other);
    if ((*other)->state == DocumentState::taken) hold(**other);
    if (was != std::pair((*other)->state, (*other)->shared)) changed.push_back(other->get());
  }
  return changed;
}

}  // namespace dmarcq
