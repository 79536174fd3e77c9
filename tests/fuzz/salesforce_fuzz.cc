// SPDX-License-Identifier: MIT
// Names of Salesforce: an org id has 18 characters whose last three tell the case of the others,
// and case and a final dot of the name say nothing.
#include "report/analysis/sender/salesforce.h"

#include "ingest/base/text.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const auto org = decode_bounce_name(input);
  require(org == decode_bounce_name(lower(input)), "case says nothing");
  if (org) {
    require(is_bounce_name(input), "only bounce names hold an org");
    require(org->org_id.size() == 18 && org->org_id.starts_with("00D"), "an org id");
    require(case_suffix(org->org_id.substr(0, 15)) == org->org_id.substr(15), "its suffix fits");
    require(!org->instance.empty() && is_clean(org->instance), "an instance");
    (void)looks_like_sandbox(org->instance);
  }
  require(case_suffix(input).size() == (input.size() + 4) / 5, "a character for five");
  require(marketing_cloud_stack(input) == marketing_cloud_stack(lower(input)), "case says nothing");
  require(!is_bounce_name(input) || is_bounce_name("a." + std::string(input)),
          "what is below is one too");
  (void)looks_like_sandbox(input);
}

}  // namespace

std::vector<std::string> seeds() {
  return {"x.a0000000hu5a-mac.na63.bnc.salesforce.com",
          "2-8xg3xm.1f.a-hu5amac.na63.bnc.salesforce.com.",
          "bnc.salesforce.com",
          "s10.y.mc.salesforce.com",
          "bounce.s7.exacttarget.com",
          "bounce.s7.mc.pd25.com",
          "cs87",
          "usa254s"};
}

std::vector<std::string_view> words() {
  return {".bnc.salesforce.com", "-",  ".",  "a-hu5amac", "na63", "eaa", "5", "s10",
          ".exacttarget.com",    "cs", "00d"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
