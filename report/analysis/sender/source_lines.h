// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "report/analysis/finding/diagnose.h"

namespace dmarcq {

/// One line of a list of sources: a (source_ip, service, route). An address shared by tenants has
/// mail of several flows in one line; `flow` is the one with most messages, `flows` has all.
struct SourceLine {
  IpAddress source_ip;
  std::uint32_t sender = 0;  ///< of the strongest evidence in the line
  Flow flow = Flow::unknown;
  std::array<std::uint64_t, flow_count> flows{};
  std::array<std::uint64_t, flow_count> failing{};  ///< of `flows`, what fails DMARC
  Totals totals;
  std::vector<OrgShare> orgs;            ///< most messages first
  std::vector<std::string> header_from;  ///< by name
  std::bitset<64> codes;
  ReporterSet reporters;
  Day first_day = 0, last_day = 0;
};

struct SourceLines {
  std::vector<SourceLine> lines;
  std::size_t all = 0;  ///< how many there would be without an end
};

/// The rows of a Judgement, which judge() or judge_codes() made with the same Identifier, by
/// address, service, route: the `most` lines with most messages, these first; equal ones by
/// address, service, route.
SourceLines source_lines(std::span<const SourceRow>, const Judgement&, Identifier&,
                         std::size_t most);

}  // namespace dmarcq
