// SPDX-License-Identifier: MIT
#include "report/cli/args/mail_arguments.h"

#include <doctest/doctest.h>

#include "report/cli/command.h"

using namespace dmarcq;

TEST_CASE("addresses after a flag: one or several, repeated or with commas") {
  const auto addresses = [](const std::vector<std::string>& texts) {
    std::string all;
    for (const MailAddress& one : addresses_argument("--to", texts))
      all += one.name + "<" + one.address + ">";
    return all;
  };
  CHECK(addresses({"a@b.example"}) == "<a@b.example>");
  CHECK(addresses({"a@b.example", "Jane <c@d.example>"}) == "<a@b.example>Jane<c@d.example>");
  CHECK(addresses({"a@b.example, Jane <c@d.example>"}) == "<a@b.example>Jane<c@d.example>");
  CHECK(addresses({"Doe, Jane <c@d.example>"}) == "Doe, Jane<c@d.example>");
  CHECK(addresses({"\"Doe, Jane\" <c@d.example>, a@b.example"}) ==
        "Doe, Jane<c@d.example><a@b.example>");
  CHECK(addresses({"\"Doe, Jane\" <c@d.example>"}) == "Doe, Jane<c@d.example>");
  for (const char* text :
       {"", "a@b.example,", "a@b.example, c@d.example,", "nobody", "a@b.example\nBcc: c@d.example"})
    CHECK_THROWS_AS(addresses({text}), UsageError);
  CHECK_THROWS_WITH(addresses({"nobody"}), "--to: invalid mail address 'nobody'");
}
