// SPDX-License-Identifier: MIT
#include "parser/message_auth/address_list.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

/// "display <address> domain | …"
std::string read_as(std::string_view field) {
  std::string text;
  for (const HeaderAddress& address : addresses_in(field))
    text += (text.empty() ? "" : " | ") + address.display + " <" + address.address + "> " +
            address.domain;
  return text;
}

}  // namespace

TEST_CASE("address lists: names, quotes, comments, groups") {
  struct Row {
    const char *field, *expected;
  };
  for (const Row& row : {
           Row{"a@kestrel.example", " <a@kestrel.example> kestrel.example"},
           Row{"Kestrel Outdoor <a@Kestrel.Example>",
               "Kestrel Outdoor <a@Kestrel.Example> kestrel.example"},
           Row{"\"Outdoor, Kestrel\" <a@kestrel.example>, b@else.example",
               "Outdoor, Kestrel <a@kestrel.example> kestrel.example |  <b@else.example> "
               "else.example"},
           Row{"\"a \\\"b\\\" <x@y.example>\" <a@kestrel.example>",
               "a \"b\" <x@y.example> <a@kestrel.example> kestrel.example"},
           Row{"boss@bank.example <a@kestrel.example>",
               "boss@bank.example <a@kestrel.example> kestrel.example"},
           Row{"a@kestrel.example (boss@bank.example)", " <a@kestrel.example> kestrel.example"},
           Row{"(x (y@z.example)) a@kestrel.example", " <a@kestrel.example> kestrel.example"},
           Row{"Team: a@kestrel.example, B <b@kestrel.example>;",
               " <a@kestrel.example> kestrel.example | B <b@kestrel.example> kestrel.example"},
           Row{"undisclosed-recipients:;", ""},
           Row{"<a@kestrel.example> <b@else.example>",
               " <a@kestrel.example> kestrel.example |  <b@else.example> else.example"},
           Row{"a@kestrel.example b@else.example", " <a@kestrel.example> kestrel.example"},
           Row{"\"x@y.example\"@kestrel.example", "x@y.example <@kestrel.example> kestrel.example"},
           Row{"a@localhost", " <a@localhost> "},
           Row{"a@[192.0.2.1]", " <a@[192.0.2.1]> "},
           Row{"<a@kestrel.example", " <a@kestrel.example> kestrel.example"},
           Row{"Kestrel <>", ""},
           Row{"Kestrel", ""},
           Row{"", ""},
           Row{",,;:", ""},
       }) {
    CAPTURE(row.field);
    CHECK(read_as(row.field) == row.expected);
  }
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "a@b.example,";
  CHECK(addresses_in(many).size() == most_addresses);
}

TEST_CASE("address lists: the domain that DMARC looks at, and that of an address") {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {Row{"a@kestrel.example, b@KESTREL.example", "kestrel.example"},
                         Row{"a@kestrel.example, b@else.example", ""},
                         Row{"a@kestrel.example, b@localhost", ""}, Row{"x", ""}}) {
    CAPTURE(row.text);
    CHECK(from_domain(row.text) == row.expected);
  }
  for (const Row& row :
       {Row{"a@Kestrel.Example.", "kestrel.example"},
        Row{" <a@kestrel.example>", "kestrel.example"}, Row{"kestrel.example", "kestrel.example"},
        Row{"@kestrel.example", "kestrel.example"},
        Row{"b\xc3\xbc"
            "cher.example",
            "xn--bcher-kva.example"},
        Row{"kestrel", ""}, Row{"a@kes trel.example", ""}, Row{"192.0.2.1", ""},
        Row{"a@-x.example", ""}, Row{"", ""}}) {
    CAPTURE(row.text);
    CHECK(domain_in(row.text) == row.expected);
  }
}
