// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "report/analysis/finding/diagnose.h"
#include "report/answers/base/selection.h"

namespace dmarcq {

/// What the lines of `sources` stand for.
enum class GroupBy { source, ip, service, route, subnet, domain, reporter, day };

/// One line: the rows of one group, judged and summed.
struct SourceGroup {
  std::string label;  ///< the group in words: "13.110.6.0/24", "2026-11-20"; for sources the
                      ///< address
  std::optional<IpAddress> ip;  ///< absent when the group has several
  std::uint64_t addresses = 0;
  std::string service, route;  ///< of most messages; "" when unknown
  bool several_services = false, several_routes = false;
  Evidence evidence = Evidence::none;    ///< the strongest
  std::string org_id;                    ///< of most messages; "" when none is told
  Flow flow = Flow::unknown;             ///< of most messages
  std::vector<std::string> findings;     ///< codes, those of most messages first
  std::vector<std::string> header_from;  ///< by name
  std::string why;  ///< why most of its failing mail fails, in words; "" when none does
  std::array<std::uint64_t, flow_count> flows{};  ///< messages by flow
  Totals totals;
  std::uint64_t reporters = 0;
  Day first_day = 0, last_day = 0;
};

/// What rows are grouped by: an address or network, or a number.
struct GroupKey {
  IpAddress address;
  std::int64_t number = 0;  ///< a day, a prefix length, or a place in `who` or `texts` of the plan
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

/// What senders are told apart by.
struct Who {
  std::string service;   ///< or the owner's name for it; "" when unknown
  bool claimed = false;  ///< unproven, where sums are by service
  std::string route;
  std::string service_words() const;  ///< "Salesforce (claimed)"
  friend auto operator<=>(const Who&, const Who&) = default;
};

/// How the rows of one judgement are grouped and which of them are asked for. Read by several
/// threads at a time; it refers to the judgement and the Identifier that it was made from.
struct GroupPlan {
  GroupBy by = GroupBy::source;
  bool failing = false, passing = false;  ///< only groups with failing mail, or without
  bool salesforce = false;                ///< only mail that is Salesforce's (own.h)
  std::vector<std::string> routes = {};   ///< only these; none: all
  const Judgement* judgement = nullptr;
  Identifier* identifier = nullptr;
  std::vector<Who> who = {};                      ///< by name
  std::vector<std::uint32_t> who_of_sender = {};  ///< into `who`
  std::vector<bool> wanted = {};                  ///< by sender
  /// Evaluations with the disposition asked for; nothing where none is.
  std::optional<std::unordered_set<std::int64_t>> disposed_so = {};
  std::vector<std::string> texts = {};  ///< sorted: services, From domains or reporters, as `by`
                                        ///< says

  bool wants(const SourceRow&, const RowVerdict&) const;
  GroupKey key_of(const SourceRow&, std::uint32_t sender) const;  ///< not by day or reporter
  std::string label_of(const GroupKey&) const;
  std::int64_t number_of_text(const std::string&) const;
};
/// The rows are those of the judgement.
GroupPlan plan_groups(const Selection&, GroupBy, const std::vector<SourceRow>& rows,
                      const Judgement&, Identifier&);

/// The messages of a row that a group gets: all of them, or those of one day or reporter.
struct RowPart {
  std::uint64_t messages = 0;
  Day first_day = 0, last_day = 0;
};

/// Sums rows by group. Each thread has one of its own.
class SourceGrouper {
 public:
  explicit SourceGrouper(const GroupPlan&);
  ~SourceGrouper();
  SourceGrouper(SourceGrouper&&) noexcept;

  /// A row that is asked for. Its reporters count for the group.
  void add(const GroupKey&, const SourceRow&, const RowVerdict&);
  /// A part of it, as one reporter saw it.
  void add(const GroupKey&, const SourceRow&, const RowVerdict&, const RowPart&,
           std::uint32_t reporter);
  /// No more rows come for the groups so far: makes lines of them.
  void close();
  /// No more rows come at all: gives back what was remembered to sum them, which is as large as the
  /// lines of hundreds of thousands of sources.
  void finish();

  std::vector<SourceGroup> lines;    ///< of closed groups, by key
  std::vector<IpAddress> addresses;  ///< of these lines; some several times

 private:
  struct Sums;
  const GroupPlan& plan_;
  std::unique_ptr<Sums> sums_;  ///< of the groups that are not closed yet; null once finished
};

}  // namespace dmarcq
