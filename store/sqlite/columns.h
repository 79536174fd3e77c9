// SPDX-License-Identifier: MIT
// Values of ours in the columns of tables. What cannot be is damage.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "store/document/delivery_columns.h"
#include "store/document/head_lines.h"
#include "store/document/policy_columns.h"
#include "store/model.h"
#include "store/processed_item.h"
#include "store/snapshot.h"
#include "store/sqlite/database.h"

namespace dmarcq {

/// A ReportSender in the columns of table `reporter`.
inline constexpr const char* sender_columns =
    "trust,mail,from_domain,signed_by,submitter,verdict,receiver,named_receiver";
ReportSender sender_from(const Statement& row, int column, std::int64_t reporter);

/// Totals in the columns of `report` and `domain_day`.
inline constexpr std::string_view totals_columns =
    "dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject";
Totals totals_from(const Statement& row, int column, std::string_view table, std::int64_t id);

inline std::string_view as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// What is stored about a row of `item` (processed_item.h).
inline constexpr const char* item_facts_columns =
    "EXISTS(SELECT 1 FROM problem WHERE problem.item=item.id), "
    "EXISTS(SELECT 1 FROM report WHERE report.item=item.id AND state IN (0,3)), "
    "EXISTS(SELECT 1 FROM report WHERE report.item=item.id) OR EXISTS(SELECT 1 FROM sighting WHERE sighting.item=item.id)";
ItemFacts item_facts_from(const Statement& row, int column);

/// A row of `delivery`, with the texts that it refers to.
inline constexpr std::string_view delivery_columns =
    "delivery.id, delivery.source, state, time, local_part, domain.value, sender, sender_from.value, delivery.message_id, queue_id, sending_ip, "
    "host.value, stage.value, words, user_id, more, key";
inline constexpr std::string_view delivery_tables =
    "delivery JOIN text AS domain ON domain.id=delivery.domain LEFT JOIN text AS sender_from ON sender_from.id=header_from "
    "LEFT JOIN text AS host ON host.id=remote_host LEFT JOIN text AS stage ON stage.id=delivery.stage";
/// Valid until the statement steps on; `recipient` holds a text of it.
StoredDelivery delivery_from(const Statement& row, std::string& recipient);

/// A number of messages or of records: never below zero, and never more than may be added up.
std::uint64_t count_from(const Statement& row, int column, std::string_view table, std::int64_t id);
/// Far beyond what any calendar shows, and near enough that the difference of two fits.
EpochSeconds time_from(const Statement& row, int column, std::int64_t report);

/// Where the rows of a report lie, of its columns first_row and records; first is 0 when they were
/// pruned.
struct RowRange {
  std::int64_t first, last;
};
RowRange rows_of(const Statement& row, int column, std::int64_t report);

}  // namespace dmarcq
