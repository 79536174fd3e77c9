// SPDX-License-Identifier: MIT
#include "report/analysis/finding/selector_health.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "ingest/base/text.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

using C = FindingCode;

/// Of a selector's mail, this share may lie outside of the days that count: what one gateway broke
/// long before a key was removed, or a cache that outlived it.
constexpr double stray_share = 0.05;
/// For so many days around a change of DNS, caches and report windows show both states.
constexpr Day change_days = 3;

/// The sender of a row and the key of an own signature, in one number.
std::uint64_t sender_and_key(std::uint32_t sender, const IdentityNames::Signature& signature) {
  return std::uint64_t{sender} << 32 | signature.key;
}

SelectorKey selector_key(const Sender& sender, const DkimAuthResult& result) {
  return {sender.service, lower(result.domain), lower(result.selector)};
}

/// Only Salesforce Core rotates between two selectors.
bool rotates_selectors(const Sender& sender) {
  return sender.service_id == ServiceId::salesforce &&
         (sender.route == salesforce_route::core || sender.route == salesforce_route::email_relay);
}

/// Did another selector of the same domain pass before this one began to fail, or take over when it
/// ended? Then keys were rotated onto a record that is missing, or back from it.
bool rotated_within(const SelectorRecords& records, const SelectorKey& key,
                    const SelectorRecord& record) {
  for (auto other = records.of_selector.lower_bound({key.service, key.domain, ""});
       other != records.of_selector.end() && other->first.service == key.service &&
       other->first.domain == key.domain;
       ++other) {
    const SelectorResult& good = other->second.pass;
    if (other->first == key || good.messages == 0) continue;
    if (good.first < record.fail.first || good.first + change_days > record.fail.last) return true;
  }
  return false;
}

/// Did a selector that these rows do not have pass until this one began to fail?
bool rotated_from(std::span<const Identifier::Selector* const> known, const SelectorKey& key,
                  const SelectorRecord& record) {
  return std::ranges::any_of(known, [&](const Identifier::Selector* other) {
    return other->service_id == ServiceId::salesforce && lower(other->selector) != key.selector &&
           other->last_day < record.fail.first + change_days &&
           other->last_day + change_days > record.fail.first;
  });
}

/// Does only one reporter see failures, while others see passes and it does not mostly see passes
/// itself?
bool fails_at_one_reporter(const SelectorRecord& record) {
  if (record.fail.reporters.size() != 1) return false;
  std::vector<std::uint32_t> others;
  std::ranges::set_difference(record.pass.reporters, record.fail.reporters,
                              std::back_inserter(others));
  if (others.empty()) return false;
  const auto there = record.pass.alone.find(record.fail.reporters.front());
  return there == record.pass.alone.end() || there->second <= record.fail.messages;
}

C code_of_signature(const Sender& sender, const DkimAuthResult& result, std::uint32_t key,
                    const SelectorRecords& records, const Identifier& identifier) {
  const SelectorKey selector = selector_key(sender, result);
  const bool rotates = rotates_selectors(sender);
  const C code = code_of_selector(records, selector, rotates,
                                  rotates ? identifier.direct_selectors(result.domain)
                                          : std::vector<const Identifier::Selector*>());
  const bool about_dns = code == C::dkim_key_missing || code == C::dkim_alternate_selector;
  return about_dns && key_is_published(records, selector, key) ? C::dkim_fails_in_part : code;
}

}  // namespace

void SelectorResult::add(const SourceRow& row) {
  messages += row.messages;
  rows.push_back({row.first_day, row.last_day, row.messages});
  reporters.add(row.reporters);
  if (row.reporters.size() == 1) alone[row.reporters.front()] += row.messages;
}

void SelectorResult::find_bulk() {
  const auto stray = static_cast<std::uint64_t>(stray_share * static_cast<double>(messages));
  const auto skip = [&](auto before, Day Row::* day) -> Day {
    std::ranges::sort(rows, before, day);
    std::uint64_t sum = 0;
    for (const Row& row : rows)
      if ((sum += row.messages) > stray) return row.*day;
    return 0;
  };
  first = skip(std::ranges::less(), &Row::first);
  last = skip(std::ranges::greater(), &Row::last);
}

bool SelectorRecord::changed() const {
  const bool gone = fail.first + change_days > pass.last && fail.last >= pass.last + 2;
  const bool back = pass.first + change_days > fail.last && pass.first > fail.first &&
                    fail.last >= fail.first + 2;
  return gone || back;
}

SelectorRecords selector_records(EachSignedRow each_row, FunctionRef<bool(const SignedRow&)> counts,
                                 std::span<const Sender> senders) {
  SelectorRecords records;
  std::unordered_map<std::uint64_t, SelectorRecord*> record_of;  // spares making a SelectorKey
  each_row([&](const SignedRow& signed_row) {
    const auto& [row, names, sender, position] = signed_row;
    const bool counted = counts(signed_row);
    for (const auto& signature : names.signatures) {
      if (!signature.own) continue;
      if (signature.pass)
        records.passes_of_key[signature.key].push_back(
            {row.first_day, row.last_day, row.messages, senders[sender].service});
      if (!counted) continue;
      SelectorRecord*& record = record_of[sender_and_key(sender, signature)];
      if (record == nullptr)
        record = &records.of_selector[selector_key(senders[sender], names.signature(signature))];
      (signature.pass ? record->pass : record->fail).add(row);
    }
  });
  for (auto& [key, record] : records.of_selector) {
    record.pass.find_bulk();
    record.fail.find_bulk();
  }
  return records;
}

bool key_is_published(const SelectorRecords& records, const SelectorKey& selector,
                      std::uint32_t key) {
  const auto failing = records.of_selector.find(selector);
  const auto passing = records.passes_of_key.find(key);
  if (failing == records.of_selector.end() || passing == records.passes_of_key.end()) return false;
  const SelectorResult& fail = failing->second.fail;
  // Caches and report windows blur the first and last days of a change of DNS.
  const Day margin = std::min(change_days, (fail.last - fail.first) / 2);
  const auto within = [&](Day day) {
    return day >= fail.first + margin && day <= fail.last - margin;
  };
  std::uint64_t messages = 0;
  for (const KeyPass& pass : passing->second)
    if (pass.service != selector.service &&
        (within(pass.first) || within(pass.last) ||
         (pass.first <= fail.first + margin && pass.last >= fail.last - margin)))
      messages += pass.messages;
  return static_cast<double>(messages) > stray_share * static_cast<double>(fail.messages);
}

C code_of_selector(const SelectorRecords& records, const SelectorKey& key, bool rotates,
                   std::span<const Identifier::Selector* const> known) {
  const auto found = records.of_selector.find(key);
  if (found == records.of_selector.end()) return C::dkim_fails_in_part;
  const SelectorRecord& record = found->second;
  if (record.pass.messages == 0 || record.changed()) {
    // A selector that passed itself at some time is not a record that was never published.
    const bool never_passed = record.pass.messages == 0;
    if (rotates && never_passed &&
        (rotated_within(records, key, record) || rotated_from(known, key, record)))
      return C::dkim_alternate_selector;
    return C::dkim_key_missing;
  }
  return fails_at_one_reporter(record) ? C::dkim_fails_at_one_reporter : C::dkim_fails_in_part;
}

SelectorCodes::SelectorCodes(EachSignedRow each_row, std::span<const Sender> senders,
                             const SelectorRecords& records, const Identifier& identifier) {
  each_row([&](const SignedRow& row) {
    for (const auto& signature : row.names.signatures) {
      if (!signature.own || signature.pass) continue;
      const auto [entry, added] =
          codes_.try_emplace(sender_and_key(row.sender, signature), C::dkim_fails_in_part);
      if (added)
        entry->second = code_of_signature(senders[row.sender], row.names.signature(signature),
                                          signature.key, records, identifier);
    }
  });
}

C SelectorCodes::code(std::uint32_t sender, const IdentityNames::Signature& signature) const {
  const auto found = codes_.find(sender_and_key(sender, signature));
  return found == codes_.end() ? C::dkim_fails_in_part : found->second;
}

}  // namespace dmarcq
