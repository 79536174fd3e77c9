// SPDX-License-Identifier: MIT
// Questions that follow from what a snapshot hands out, the same for every engine.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/base/function_ref.h"
#include "store/snapshot.h"

namespace dmarcq {

/// All that the database ever saw from reports of so much trust, by account, name and reporter.
std::vector<AccountName> account_names(Snapshot&, Trust least);

/// All distinct sources of the filter, ordered by domain, source_ip, identity, evaluation, so that
/// output is reproducible. More rows than `worth_a_thread` are read by several threads, each with a
/// fork of the snapshot.
std::vector<SourceRow> sources(Snapshot&, const Filter&, std::int64_t worth_a_thread = 250'000);

/// The same, split by day: calls back once for each (day, source), days ascending within a domain.
void each_source_day(Snapshot&, const Filter&, FunctionRef<void(Day, const SourceRow&)>);

/// How many rows the filter's domains and days have; its reporters and networks may leave fewer.
std::size_t rows_within(Snapshot&, const Filter&);

/// Every row of the filter, by domain and day. `networks` is ignored. More rows than
/// `worth_a_thread` are read ahead by another thread.
void each_day_row(Snapshot&, const Filter&, FunctionRef<void(const DayRow&)>,
                  std::int64_t worth_a_thread = 250'000);

/// Per policy domain, by name. Answered from the roll-up when the filter names whole policy domains
/// and days only.
std::vector<DomainSummary> domain_summaries(Snapshot&, const Filter&);

/// Reports in the filter's window, in a fixed order that does not depend on the order of arrival:
/// domain, begin, end, org_name, report_id, digest. `networks` is ignored.
void each_report(Snapshot&, const Filter&, FunctionRef<void(const ReportInfo&)>,
                 Which = Which::counted);
/// By domain, then day. `networks` is ignored.
void each_report_head(Snapshot&, const Filter&, FunctionRef<void(const ReportHead&)>);

/// The same, of each domain its last `days` days before and including filter.until (or its last day
/// with reports).
void each_recent_head(Snapshot&, const Filter&, Day days, FunctionRef<void(const ReportHead&)>);
/// For each policy domain of the filter: who reported on which day.
void each_reporting_day(Snapshot&, const Filter&,
                        FunctionRef<void(const std::string& domain, Day, std::uint32_t reporter)>);

/// Figures about the database as a whole.
DatabaseInfo database_info(Snapshot&);
/// The first and the last day that reports are of; nothing without reports.
std::optional<std::pair<Day, Day>> days_reported(Snapshot&);

/// Policy domains that have rows, by name.
std::vector<std::string> known_domains(Snapshot&);
/// Those of them on which two reporters reported, or one over two weeks: a single forged report
/// makes no domain known.
std::vector<std::string> vouched_domains(Snapshot&);

}  // namespace dmarcq
