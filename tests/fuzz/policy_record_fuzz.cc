// SPDX-License-Identifier: MIT
// A DMARC record is written as it is read back, means one of the three policies, and every next
// step from it is a record again.
#include "report/analysis/readiness/policy_record.h"

#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/dns/dmarc_repair.h"
#include "report/analysis/readiness/policy_ladder.h"
#include "report/render/phrases/record_phrases.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

bool is_policy(std::string_view text) {
  return text == "none" || text == "quarantine" || text == "reject";
}

/// What is offered to be published is a record that needs no repair.
void repaired(std::string_view input) {
  const std::string text = repair_of(input).record;
  if (text.empty()) return;
  require(is_dmarc_record(text) && PolicyRecord::parse(text).has_value(), "a repair is a record");
  const RecordRepair again = repair_of(text);
  require(again.defects.empty() && again.record == text, "and needs none itself");
}

void properties(std::string_view input) {
  repaired(input);
  const auto record = PolicyRecord::parse(input);
  if (!record) {
    require(!record.error().empty(), "an error is told");
    return;
  }
  const std::string text = record->text();
  const auto again = PolicyRecord::parse(text);
  require(again && again->text() == text, "a record is read back");
  require(is_policy(record->p()) && is_policy(record->sp()) && is_policy(record->np()),
          "a policy is one of three");
  require(again->p() == record->p() && again->sp() == record->sp() && again->np() == record->np() &&
              again->pct() == record->pct() && again->testing() == record->testing(),
          "and means the same");
  for (const RecordRemark& remark : record->remarks(input.size() % 2 == 0))
    require(!clause_of(remark).empty(), "a remark is told");
  for (const std::string_view target : {"quarantine", "reject"}) {
    LadderState state;
    const unsigned bits = input.empty() ? 0 : static_cast<unsigned char>(input.back());
    state.ready = bits & 1;
    state.only_time_missing = bits & 2;
    state.hurts_own_mail = bits & 4;
    state.np_safe = bits & 8;
    state.sends_mail = !(bits & 16);
    state.subdomain = bits & 32;
    if (bits & 64) state.hurt_below = {"a.example.com"};
    const NextStep step = next_step(*record, target, state);
    const auto published = PolicyRecord::parse(step.record);
    require(published && !published->pct(), "the next step is a record without pct");
    require(!phrases_of(step).change.empty(), "a step is told");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "v=DMARC1; p=none; rua=mailto:d@example.com",
      "v=DMARC1;p=reject;sp=none;np=quarantine;pct=50;t=y;adkim=s;aspf=r;fo=1:d:s;ri=86400;rf=afrf",
      "\"v=DMARC1; p=quar\" \"antine\"",
      "v=DMARC1; p=maybe; x=\\;",
      "v=DMARC1 p=none, rua=d@example.com; e@example.com",
      "p=none\\; v=dmarc1\\; rua=malto:d@example.com",
      "_dmarc.example.com. 3600 IN TXT \"v=DMARC1; p=none\"",
      "v=DMARC1"};
}

std::vector<std::string_view> words() {
  return {"v=DMARC1",   ";",      "=",       "p=",   "sp=",        "np=",     "none",
          "quarantine", "reject", "pct=",    "t=y",  "rua=",       "mailto:", "\"",
          "\\",         "psd=y",  "adkim=s", "fo=1", "; p=reject", "!10m",    ","};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.bytes_per_byte = 200}, dmarcq::fuzz::properties);
}
