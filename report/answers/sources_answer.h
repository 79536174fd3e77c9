// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
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
  std::optional<Day> day;      ///< GroupBy::day only
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

struct JudgedSources {
  std::vector<SourceGroup> lines;  ///< in a fixed order: by group
  Totals totals;                   ///< of all lines
  std::uint64_t addresses = 0;
  std::optional<Day> first_day, last_day;
};

/// Reads, identifies, groups, and drops what the selection does not want. A source's name is
/// learned from all rows of its organizational domain within 30 days of the window, whatever the
/// other filters: the name must not depend on them.
JudgedSources judged_sources(Store&, const Selection&, GroupBy, Day today);

/// Where the reporters' aligned results and those recomputed from their raw results differ
/// (report/analysis/finding/alignment_check.h).
struct Disagreements {
  struct One {
    Disagreement what;
    std::string reporter;
  };
  std::vector<One> list;       ///< by domain, then most messages first
  std::uint64_t messages = 0;  ///< of all rows compared
};
Disagreements disagreements(Store&, const Selection&, Day today);

/// What judging adds to the figures of one policy domain, for `summary`.
struct JudgedDomain {
  std::array<std::uint64_t, flow_count> flows{};  ///< messages
  Totals salesforce;                              ///< as `sources --salesforce` counts
  std::vector<std::string> routes;                ///< of Salesforce, by name
};
std::map<std::string, JudgedDomain> judged_domains(Store&, const Filter&, Day today);

}  // namespace dmarcq
