// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/failures/judged_failure.h"

namespace dmarcq {

/// What the lines of `failures` stand for.
enum class FailureBy : std::uint8_t { source, route, org, category, day, reporter };
std::string_view to_text(FailureBy) noexcept;  ///< "source", …

/// What reports add up to. Complaints are no failures and are counted apart.
struct FailureSums {
  std::uint64_t reports = 0;    ///< of failures
  std::uint64_t incidents = 0;  ///< mails that failed: a report may stand for several
  std::uint64_t complaints = 0, not_spam = 0;  ///< mails; not_spam: somebody says that it was none
  std::array<std::uint64_t, failure_fate_count> fates{};  ///< incidents
  std::uint64_t dkim_failed = 0, spf_failed = 0;          ///< incidents whose report says so
  std::uint64_t let_through = 0;  ///< incidents delivered although the policy asks for rejection
  void add(const JudgedFailure&);
  std::uint64_t fate(FailureFate of) const { return fates[static_cast<std::size_t>(of)]; }
};

/// One line.
struct FailureGroup : FailureSums {
  std::string label;
  std::uint64_t days = 0;           ///< on so many days, of those that are told
  Day first_day = 0, last_day = 0;  ///< 0: not told
  std::vector<std::string> header_from, reporters, sources;  ///< by name
  std::vector<std::string> categories;                       ///< of Salesforce, by name
  FailureOrigin origin;  ///< of most reports, rows before headers: one may claim any number of
                         ///< mails
  bool several_origins = false;
  bool has_rows = false;  ///< aggregate reports have mail of one of its addresses on its days
  /// Of the aggregate rows of its sources: for each, those of the days of which what is listed
  /// tells of it, of the days before and after, each day once.
  std::uint64_t messages = 0, dmarc_fail = 0;
};

/// By day in order; else by failures, or by complaints where these are listed, then by label.
/// Groups without what is listed are left out.
std::vector<FailureGroup> failure_groups(const std::vector<JudgedFailure>&, FailureBy,
                                         bool complaints);
FailureSums failure_sums(const std::vector<JudgedFailure>&);

/// Behind a name that nothing but an unproven name or the mail's header tells: " (claimed)".
inline constexpr std::string_view claimed_words = " (claimed)";

/// The group that a report counts in: "192.0.2.1", "Salesforce core (claimed)", "not told".
std::string failure_label(const JudgedFailure&, FailureBy);

/// Is it one of those that are listed?
bool is_listed(const JudgedFailure&, bool complaints);

/// At most so many of those that are listed, newest first, and one of each group before a second
/// one: places in the list.
std::vector<std::size_t> failure_examples(const std::vector<JudgedFailure>&, FailureBy,
                                          bool complaints, std::size_t most);

/// Salesforce's words: "Salesforce core", "Salesforce (claimed)"; "unknown".
std::string origin_words(const FailureOrigin&);

}  // namespace dmarcq
