// SPDX-License-Identifier: MIT
#include "report/render/answers/portfolio.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/render/numbers.h"
#include "report/render/phrases/verdict_phrases.h"

namespace dmarcq {
namespace {

Tone tone_of(DomainVerdict::State state) {
  switch (state) {
    case DomainVerdict::State::ready:
    case DomainVerdict::State::at_goal: return Tone::good;
    case DomainVerdict::State::not_ready:
    case DomainVerdict::State::no_reports: return Tone::bad;
    case DomainVerdict::State::too_little_data: break;
  }
  return Tone::plain;
}

/// "ready for reject"
std::string verdict_words(const DomainVerdict& verdict) {
  const bool names_target = verdict.state == DomainVerdict::State::ready ||
                            verdict.state == DomainVerdict::State::not_ready;
  return names_target ? fmt::format("{} for {}", words_of(verdict.state), verdict.target)
                      : std::string(words_of(verdict.state));
}

ResultTable table_of(const std::vector<DomainVerdict>& verdicts) {
  using enum Column::Shown;
  ResultTable table;
  table.columns = {{.key = "domain", .title = "domain"},
                   {.key = "policy", .title = "policy", .drop_order = 2, .min_width = 12},
                   {.key = "verdict", .title = "verdict"},
                   {.key = "target", .title = "target", .shown = data_only},
                   {.key = "blocked_by", .title = "blocks most", .min_width = 24, .wraps = true},
                   {.key = "messages", .title = "messages", .right = true, .drop_order = 1},
                   {.key = "own_messages", .title = "own", .shown = data_only, .right = true},
                   {.key = "own_fail", .title = "own fail", .right = true, .drop_order = 3},
                   {.key = "next", .title = "next record", .shown = table_only, .drop_order = 4},
                   {.key = "next_name", .title = "name", .shown = data_only},
                   {.key = "next_record", .title = "next record", .shown = data_only}};
  for (const DomainVerdict& verdict : verdicts) {
    const Tone tone = tone_of(verdict.state);
    const std::string next = asked_by(verdict.next_record);
    const bool elsewhere = !next.empty() && verdict.record_name != verdict.domain;
    table.rows.push_back(
        {Cell(verdict.domain), Cell(verdict.policy ? verdict.policy->text() : "–"),
         Cell(verdict_words(verdict), tone), Cell(verdict.target), Cell(blocked_by(verdict)),
         Cell(verdict.messages), Cell(verdict.own.messages()),
         Cell(verdict.own.fail, verdict.own.fail > 0 ? Tone::bad : Tone::good),
         Cell(elsewhere ? fmt::format("{} at {}", next, verdict.record_name) : next),
         Cell(verdict.next_record.empty() ? "" : "_dmarc." + verdict.record_name),
         Cell(verdict.next_record)});
  }
  return table;
}

std::string counts_of(const std::vector<DomainVerdict>& verdicts) {
  using State = DomainVerdict::State;
  std::string words;
  for (const State state : {State::not_ready, State::no_reports, State::ready,
                            State::too_little_data, State::at_goal}) {
    const auto number =
        static_cast<std::uint64_t>(std::ranges::count(verdicts, state, &DomainVerdict::state));
    if (number > 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", with_thousands(number),
                           words_of(state));
  }
  return words;
}

}  // namespace

Listing portfolio_listing(const std::vector<DomainVerdict>& verdicts, std::size_t left_out) {
  Listing listing{.schema = {}, .name = {}, .size = verdicts.size()};
  listing.table = [&verdicts] { return table_of(verdicts); };
  if (verdicts.empty()) return listing;
  listing.above = fmt::format("{}: {}", counted(verdicts.size(), "domain"), counts_of(verdicts));
  listing.below.emplace_back();
  listing.below.push_back(
      "Most urgent first. dmarcq readiness DOMAIN shows the blockers and how to fix them; --format csv has the whole records.");
  if (left_out > 0)
    listing.below.push_back(
        fmt::format("{} known from single reports only, not judged: dmarcq summary lists them",
                    counted(left_out, "domain")));
  return listing;
}

}  // namespace dmarcq
