// SPDX-License-Identifier: MIT
#include "parser/dns_record/dkim_key.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

// RFC 8463 section A.2.
const std::string raw = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

}  // namespace

TEST_CASE("DKIM key records") {
  struct Row {
    const char* name;
    std::string record;
    bool usable;
    bool revoked = false;
  };
  const Row rows[] = {
      {"plain", "v=DKIM1; k=ed25519; p=" + raw, true},
      {"without a version", "k=ed25519; p=" + raw, true},
      {"folded", "v=DKIM1 ;\t k = ed25519 ; p=" + raw.substr(0, 10) + " \t" + raw.substr(10) + " ;",
       true},
      {"unknown tags", "v=DKIM1; k=ed25519; x=1; n=a note; p=" + raw, true},
      {"hashes with ours", "v=DKIM1; k=ed25519; h=sha1:sha256; p=" + raw, true},
      {"hashes without", "v=DKIM1; k=ed25519; h=sha1; p=" + raw, false},
      {"for all services", "v=DKIM1; k=ed25519; s=*; p=" + raw, true},
      {"for mail among others", "v=DKIM1; k=ed25519; s=other:email; p=" + raw, true},
      {"for another service", "v=DKIM1; k=ed25519; s=tlsrpt; p=" + raw, false},
      {"version not first", "k=ed25519; v=DKIM1; p=" + raw, false},
      {"another version", "v=DKIM2; k=ed25519; p=" + raw, false},
      {"twice the same tag", "v=DKIM1; k=ed25519; p=" + raw + "; p=" + raw, false},
      {"no p", "v=DKIM1; k=ed25519", false},
      {"revoked", "v=DKIM1; k=ed25519; p=", false, true},
      {"revoked with blanks", "v=DKIM1; p= ;", false, true},
      {"too short", "v=DKIM1; k=ed25519; p=" + raw.substr(0, 20), false},
      {"the wrong type", "v=DKIM1; k=rsa; p=" + raw, false},
      {"a type nobody knows", "v=DKIM1; k=dsa; p=" + raw, false},
      {"not even tags", "hello", false},
      {"nothing", "", false},
      {"SPF", "v=spf1 include:example.com -all", false},
      {"far too long", "v=DKIM1; p=" + std::string(100'000, 'A'), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto key = parse_dkim_key(row.record);
    CHECK(key.has_value() == row.usable);
    if (!key) CHECK(key.error().revoked == row.revoked);
    if (!key) CHECK_FALSE(key.error().reason.empty());
  }
}

TEST_CASE("flags of a DKIM key") {
  const auto flags = [](const std::string& t) {
    return parse_dkim_key("v=DKIM1; k=ed25519; t=" + t + "; p=" + raw).value();
  };
  CHECK_FALSE(flags("").testing);
  CHECK(flags("y").testing);
  CHECK(flags("s : y").testing);
  CHECK(flags("s : y").exact_domain);
  CHECK_FALSE(flags("y").exact_domain);
  CHECK_FALSE(flags("yes").testing);
}
