// SPDX-License-Identifier: MIT
#include "parser/aggregate/element_name.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

const std::string ours = "urn:ietf:params:xml:ns:dmarc-2.0";

/// The names of a document with this root.
ElementNames names_of(std::string_view name, std::string_view start_tag) {
  ElementNames names;
  REQUIRE(names.root(name, start_tag, 10));
  return names;
}

}  // namespace

TEST_CASE("element name: every name is known as it is spelled, and not otherwise") {
  struct Row {
    const char* name;
    Tag tag;
  };
  const Row rows[] = {{"adkim", Tag::adkim},
                      {"aspf", Tag::aspf},
                      {"auth_results", Tag::auth_results},
                      {"begin", Tag::begin},
                      {"comment", Tag::comment},
                      {"count", Tag::count},
                      {"date_range", Tag::date_range},
                      {"discovery_method", Tag::discovery_method},
                      {"disposition", Tag::disposition},
                      {"dkim", Tag::dkim},
                      {"domain", Tag::domain},
                      {"email", Tag::email},
                      {"end", Tag::end},
                      {"envelope_from", Tag::envelope_from},
                      {"envelope_to", Tag::envelope_to},
                      {"error", Tag::error},
                      {"extra_contact_info", Tag::extra_contact_info},
                      {"fo", Tag::fo},
                      {"generator", Tag::generator},
                      {"header_from", Tag::header_from},
                      {"human_result", Tag::human_result},
                      {"identifiers", Tag::identifiers},
                      {"identities", Tag::identities},
                      {"np", Tag::np},
                      {"org_name", Tag::org_name},
                      {"p", Tag::p},
                      {"pct", Tag::pct},
                      {"policy_evaluated", Tag::policy_evaluated},
                      {"policy_published", Tag::policy_published},
                      {"psd", Tag::psd},
                      {"reason", Tag::reason},
                      {"record", Tag::record},
                      {"report_id", Tag::report_id},
                      {"report_metadata", Tag::report_metadata},
                      {"result", Tag::result},
                      {"row", Tag::row},
                      {"scope", Tag::scope},
                      {"selector", Tag::selector},
                      {"source_ip", Tag::source_ip},
                      {"sp", Tag::sp},
                      {"spf", Tag::spf},
                      {"t", Tag::t},
                      {"testing", Tag::testing},
                      {"type", Tag::type},
                      {"version", Tag::version}};
  CHECK(std::size(rows) == static_cast<std::size_t>(Tag::version));
  for (const Row& row : rows) {
    const std::string name = row.name;
    CAPTURE(name);
    CHECK(tag_of(name) == row.tag);
    CHECK(tag_of(name + "x") == Tag::unknown);
    CHECK(tag_of(name + " ") == Tag::unknown);
    CHECK(tag_of("x:" + name) == Tag::unknown);
    for (std::size_t at = 0; at < name.size(); ++at) {
      std::string other = name;
      other[at] = static_cast<char>(other[at] ^ 0x20);  // a letter in upper case
      CHECK(tag_of(other) == Tag::unknown);
    }
  }
  for (const char* name : {"", "feedback", "q", "rows", "DKIM", "sourceip", "source-ip"})
    CHECK(tag_of(name) == Tag::unknown);
}

TEST_CASE("element name: a prefix is ours unless it is declared for another namespace") {
  struct Row {
    const char *name, *root, *start, *element, *tag;
    Tag expected;
  };
  const Row rows[] = {
      {"no namespace at all", "feedback", "<feedback>", "dkim", "", Tag::dkim},
      {"a prefix nobody declares", "feedback", "<feedback>", "d:dkim", "", Tag::dkim},
      {"the root's prefix", "d:feedback", "<d:feedback xmlns:d=\"urn:d\">", "d:dkim", "",
       Tag::dkim},
      {"without it below a root that has one", "d:feedback", "<d:feedback xmlns:d=\"urn:d\">",
       "dkim", "", Tag::dkim},
      {"another prefix, another namespace", "d:feedback",
       "<d:feedback xmlns:d=\"urn:d\" xmlns:x=\"urn:x\">", "x:dkim", "", Tag::unknown},
      {"another prefix, the root's namespace", "feedback",
       "<feedback xmlns=\"urn:d\" xmlns:x=\"urn:d\">", "x:dkim", "", Tag::dkim},
      {"the same, declared before it", "feedback", "<feedback xmlns:x='urn:d' xmlns='urn:d'>",
       "x:dkim", "", Tag::dkim},
      {"a prefix, where the root has no namespace", "feedback", "<feedback xmlns:x=\"urn:x\">",
       "x:dkim", "", Tag::unknown},
      {"only one of two prefixes is foreign", "feedback",
       "<feedback xmlns=\"urn:d\" xmlns:b=\"urn:x\" xmlns:a=\"urn:d\">", "a:dkim", "", Tag::dkim},
      {"the other of the two", "feedback",
       "<feedback xmlns=\"urn:d\" xmlns:b=\"urn:x\" xmlns:a=\"urn:d\">", "b:dkim", "",
       Tag::unknown},
      {"a prefix that only begins like a foreign one", "feedback",
       "<feedback xmlns=\"urn:d\" xmlns:xy=\"urn:x\">", "x:dkim", "", Tag::dkim},
      {"declared at the element itself", "feedback", "<feedback xmlns=\"urn:d\">", "x:dkim",
       "<x:dkim xmlns:x=\"urn:x\">", Tag::unknown},
      {"the same for the root's namespace", "feedback", "<feedback xmlns=\"urn:d\">", "x:dkim",
       "<x:dkim xmlns:x='urn:d'>", Tag::dkim},
      {"another prefix is declared there", "feedback", "<feedback xmlns=\"urn:d\">", "x:dkim",
       "<x:dkim xmlns:y=\"urn:y\">", Tag::dkim},
      {"the text of an attribute declares nothing", "feedback", "<feedback xmlns=\"urn:d\">",
       "x:dkim", "<x:dkim a='xmlns:x=\"urn:x\"'>", Tag::dkim},
      {"no name of ours", "feedback", "<feedback>", "d:note", "", Tag::unknown},
      {"a prefix and nothing", "feedback", "<feedback>", "d:", "", Tag::unknown},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(names_of(row.root, row.start).tag(row.element, row.tag) == row.expected);
  }
}

TEST_CASE("element name: the namespace is that of the root's own prefix") {
  struct Row {
    const char *root, *start, *expected;
  };
  const Row rows[] = {
      {"feedback", "<feedback>", ""},
      {"feedback", "<feedback xmlns=\"urn:a\">", "urn:a"},
      {"feedback", "<feedback xmlns = 'urn:a'>", "urn:a"},
      {"feedback", "<feedback xmlns:d=\"urn:d\">", ""},
      {"d:feedback", "<d:feedback xmlns=\"urn:a\" xmlns:d=\"urn:d\">", "urn:d"},
      {"d:feedback", "<d:feedback xmlns=\"urn:a\">", ""},
      {"feedback", "<feedback version=\"1\" xmlns=\"a&amp;b\">", "a&amp;b"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.start);
    CHECK(names_of(row.root, row.start).root_namespace() == row.expected);
  }
  const std::string tag = "<feedback xmlns=\"" + ours + "\">";
  const ElementNames names = names_of("feedback", tag);
  CHECK(names.foreign("x", "urn:x"));
  CHECK_FALSE(names.foreign("x", ours));
  CHECK_FALSE(names.foreign("", "urn:x"));
}

TEST_CASE("element name: so many prefixes and no more") {
  const std::string tag =
      "<feedback xmlns='urn:d' a='1' xmlns:a='urn:a' xmlns:b='urn:b' xmlns:c='urn:c'>";
  for (const std::size_t most : {0, 1, 2, 3, 4}) {
    CAPTURE(most);
    CHECK(ElementNames().root("feedback", tag, most) == (most >= 3));
  }
  CHECK(ElementNames().root("feedback", "<feedback xmlns='urn:d'>", 0));  // that is no prefix
}
