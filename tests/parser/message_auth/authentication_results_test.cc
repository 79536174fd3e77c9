// SPDX-License-Identifier: MIT
// Authentication-Results in the shapes that receivers write (RFC 8601), and as attackers would like
// them to be read.
#include <doctest/doctest.h>

#include <string>

#include "parser/message_auth/authentication_results.h"

using namespace dmarcq;

namespace {

/// "id: method=result {comment} type.name=value …; …"
std::string read_as(std::string_view value) {
  const AuthenticationResults read = parse_authentication_results(value);
  std::string text = read.authserv_id + ":";
  for (const AuthenticationResult& result : read.results) {
    text += (&result == &read.results.front() ? " " : "; ") + result.method + "=" + result.result;
    if (!result.comment.empty()) text += " {" + result.comment + "}";
    if (!result.reason.empty()) text += " reason=" + result.reason;
    for (const auto& [type, name, content] : result.properties)
      text += " " + type + (type.empty() ? "" : ".") + name + "=" + content;
  }
  return text + (read.well_formed ? "" : " [not closed]");
}

}  // namespace

TEST_CASE("authentication results: every receiver's way of writing them") {
  struct Row {
    const char *name, *value, *expected;
  };
  for (
      const Row& row : {
          Row{"one signature each",
              "mx.example.net; dkim=pass header.i=@kestrel.example header.s=sf1 header.b=AbCd; spf=pass (example.net: domain of a@kestrel.example designates 192.0.2.9 as permitted "
              "sender) smtp.mailfrom=a@kestrel.example; dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=kestrel.example",
              "mx.example.net: dkim=pass header.i=@kestrel.example header.s=sf1 header.b=AbCd; spf=pass {example.net: domain of a@kestrel.example designates 192.0.2.9 as permitted "
              "sender} smtp.mailfrom=a@kestrel.example; dmarc=pass {p=REJECT sp=NONE dis=NONE} header.from=kestrel.example"},
          Row{"no id",
              "spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=kestrel.example; dkim=pass (signature was verified) header.d=kestrel.example;dmarc=pass action=none header.from=kestrel.example;compauth=pass reason=100",
              ": spf=pass {sender IP is 192.0.2.9} smtp.mailfrom=kestrel.example; dkim=pass {signature was verified} header.d=kestrel.example; dmarc=pass action=none "
              "header.from=kestrel.example; compauth=pass reason=100"},
          Row{"a recipient's domain in between",
              "spf=softfail (x) smtp.mailfrom=kestrel.example; tenant.example; dkim=fail (y) header.d=kestrel.example",
              ": spf=softfail {x} smtp.mailfrom=kestrel.example; dkim=fail {y} header.d=kestrel.example"},
          Row{"no blank before the comment, and a last semicolon",
              "hub.example.net; dmarc=pass(p=REJECT,sp=NONE) header.from=kestrel.example;",
              "hub.example.net: dmarc=pass {p=REJECT,sp=NONE} header.from=kestrel.example"},
          Row{"a property without a type",
              "ses.example; spf=pass (spfCheck: x) client-ip=192.0.2.9; envelope-from=a@kestrel.example; helo=mx.kestrel.example;",
              "ses.example: spf=pass {spfCheck: x} client-ip=192.0.2.9; envelope-from=a@kestrel.example; helo=mx.kestrel.example"},
          Row{"versions", "mx.example.net 1; dkim/1=pass header.d=kestrel.example",
              "mx.example.net: dkim=pass header.d=kestrel.example"},
          Row{"a version of nothing", "mx.example.net; /1=pass; dkim=pass",
              "mx.example.net: dkim=pass"},
          Row{"nothing was checked", "mx.example.net; none", "mx.example.net:"},
          Row{"an id alone", "mx.example.net", "mx.example.net:"},
          Row{"comments anywhere",
              "(a) mx.example.net (b); (c) dkim (d) = (e) fail (f (g) h) header.d (i) = kestrel.example (j)",
              "mx.example.net: dkim=fail {f (g) h} header.d=kestrel.example"},
          Row{"a reason",
              "mx.example.net; dkim=permerror reason=\"no key for signature\" header.d=kestrel.example",
              "mx.example.net: dkim=permerror reason=no key for signature header.d=kestrel.example"},
          Row{"quoted values",
              "mx.example.net; dkim=pass header.b=\"GUmo/I=\" header.d=\"kestrel.example\"",
              "mx.example.net: dkim=pass header.b=GUmo/I= header.d=kestrel.example"},
          Row{"equals signs in a value",
              "mx.example.net; dkim=pass header.b=Zm9vYg== header.d=kestrel.example",
              "mx.example.net: dkim=pass header.b=Zm9vYg== header.d=kestrel.example"},
          Row{"capitals", "MX.Example.NET; DKIM=Pass Header.D=Kestrel.Example",
              "mx.example.net: dkim=pass header.d=Kestrel.Example"},
          Row{"empty", "", ":"},
          Row{"a result in a quoted address",
              "mx.example.net; spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=kestrel.example\"@else.example",
              "mx.example.net: spf=fail smtp.mailfrom=x; dmarc=pass header.from=kestrel.example@else.example"},
          Row{"a result in a comment",
              "mx.example.net; spf=fail (domain of x;dmarc=pass does not) smtp.mailfrom=else.example",
              "mx.example.net: spf=fail {domain of x;dmarc=pass does not} smtp.mailfrom=else.example"},
          Row{"a comment that somebody's address opens",
              "mx.example.net; spf=fail (domain of x(@else.example does not) smtp.mailfrom=else.example; dmarc=fail",
              "mx.example.net: spf=fail {domain of x(@else.example does not) smtp.mailfrom=else.example; dmarc=fail} [not closed]"},
          Row{"a quote that is not closed",
              "mx.example.net; spf=fail smtp.mailfrom=\"x@else.example; dmarc=fail",
              "mx.example.net: spf=fail smtp.mailfrom=x@else.example; dmarc=fail [not closed]"},
      }) {
    CAPTURE(row.name);
    CHECK(read_as(row.value) == row.expected);
  }
}

TEST_CASE("authentication results: a property is found by type and name") {
  const AuthenticationResults read = parse_authentication_results(
      "mx.example.net; dkim=pass header.d=one.example header.i=@two.example header.d=three.example");
  REQUIRE(read.results.size() == 1);
  CHECK(read.results[0].property("header", "d") == "one.example");
  CHECK(read.results[0].property("header", "i") == "@two.example");
  CHECK(read.results[0].property("smtp", "d") == "");
}

TEST_CASE("authentication results: no more than receivers write") {
  std::string value = "mx.example.net";
  for (int i = 0; i < 1000; ++i) value += "; dkim=pass header.d=kestrel.example";
  CHECK(parse_authentication_results(value).results.size() == most_authentication_results);
  value = "mx.example.net; dkim=pass";
  for (int i = 0; i < 1000; ++i) value += " header.d=kestrel.example";
  CHECK(parse_authentication_results(value).results.at(0).properties.size() ==
        most_authentication_properties);
}
