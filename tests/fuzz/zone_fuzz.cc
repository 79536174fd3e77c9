// SPDX-License-Identifier: MIT
// A zone holds what stands in it, or tells the line that it cannot read; counting SPF comes to an
// end whatever includes what.
#include "ingest/dns/dns_snapshot.h"
#include "ingest/dns/zone.h"
#include "report/analysis/readiness/spf_cost.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "report/analysis/dns/spf_tree.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const auto zone = Zone::parse(input, "Example.COM.");
  if (!zone) {
    require(zone.error().starts_with("line ") || zone.error() == "contains no resource record",
            "an error tells its line");
    return;
  }
  require(!zone->entries().empty(), "a zone has entries");
  const std::size_t some = std::min<std::size_t>(zone->entries().size(), 20);
  for (std::size_t i = 0; i < some; ++i) {
    const Zone::Entry& entry = zone->entries()[i * zone->entries().size() / some];
    require(entry.name == lower(entry.name), "names are in lower case");  // "" is the root
    require(zone->exists(entry.name) && zone->has(entry.name, entry.type),
            "what stands in it exists");
    if (entry.type == "TXT")
      require(std::ranges::count(zone->txt(entry.name), entry.data) > 0, "its texts are found");
    (void)zone->holds(entry.name);
    DnsSnapshot dns(*zone);
    const SpfCost cost = spf_cost(dns, entry.name);
    require(cost.lookups <= SpfTree::most_lookups && cost.records <= zone->entries().size() &&
                (cost.unseen.size() <= cost.lookups || cost.lookups == SpfTree::most_lookups),
            "the cost of SPF has a bound");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "$ORIGIN example.com.\n$TTL 3600\n@ IN SOA ns hostmaster ( 1 2 3\n 4 5 )\n@ TXT \"v=spf1 include:a.example.com \" \"redirect=example.com\"\na IN TXT \"v=spf1 include:example.com mx -all\"\n"
      "_dmarc 300 IN TXT \"v=DMARC1; p=none\"\n",
      "a 1 IN CNAME b ; comment\n  TXT \"x\\\"y\"\nb.example.com. NS ns.example.net.\n",
      ". SOA ns. host. 1 2 3 4 5\n. TXT \"v=spf1 mx -all\"\n$ORIGIN .\n@ NS ns\na.example A 192.0.2.1\n",
      "@ TXT (\"v=DMARC1;\"\n\"p=none\")\n"};
}

std::vector<std::string_view> words() {
  return {"$ORIGIN ", "$INCLUDE ", "@",
          " IN ",     " TXT ",     "\"",
          "\\",       "(",         ")",
          ";",        "\n",        "v=spf1 ",
          "include:", "redirect=", "example.com.",
          " NS ",     " SOA ",     "a TXT \"v=spf1 include:b\"\n",
          "3600",     "_dmarc"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 10, .bytes_per_byte = 200},
                               dmarcq::fuzz::properties);
}
