// SPDX-License-Identifier: MIT
#include "store/processed_item.h"

namespace dmarcq {

std::string_view to_text(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::stored: return "stored";
    case Outcome::duplicate: return "duplicate";
    case Outcome::not_a_report: return "not_a_report";
    case Outcome::problem: return "problem";
  }
  return "";
}

Outcome ItemFacts::outcome() const {
  if (problem) return Outcome::problem;
  if (holds_report) return Outcome::stored;
  return seen_report ? Outcome::duplicate : Outcome::not_a_report;
}

void Saved::add_stored(const PackedReport& report) {
  ++stored;
  records += report.rows.size();
  messages += report.totals.messages;
  unusable_records += report.head.unusable_records;
  unusable_messages += report.head.unusable_messages;
}

}  // namespace dmarcq
