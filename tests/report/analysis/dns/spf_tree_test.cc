// SPDX-License-Identifier: MIT
#include "report/analysis/dns/spf_tree.h"

#include <doctest/doctest.h>

#include "ingest/dns/dns_snapshot.h"

using namespace dmarcq;

namespace {

/// Of example.com, in a zone of that name.
SpfTree tree_of(const std::string& lines) {
  auto zone = DnsSnapshot::parse(
      "$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\n" + lines +
      "\nslow.example.net. CNAME x.example.org.\n;; UNKNOWN slow.example.org. TXT time-out\n");
  REQUIRE(zone);
  return spf_tree("Example.com.", *zone);
}

std::string lines_text(const SpfTree& tree) {
  std::string text;
  for (const SpfTreeLine& line : lines_of(tree)) {
    text += std::string(line.depth, '.') + line.text;
    if (line.lookups) text += " [" + std::to_string(*line.lookups) + "]";
    if (!line.note.empty()) text += " (" + line.note + ")";
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("SPF tree: as it is printed") {
  const SpfTree tree = tree_of(
      "@ TXT \"v=spf1 include:a.example.com a:mail.example.com include:a.example.com mx ~all ptr "
      "redirect=b.example.com\"\n@ MX 10 mail\nmail A 192.0.2.1\n"
      "a TXT \"v=spf1 ip4:192.0.2.0/24 include:gone.example.com include:dangle.example.com a -all\"\n"
      "dangle CNAME nowhere\n");
  CHECK(lines_text(tree) ==
        "example.com [10]\n"
        ".include:a.example.com [4]\n"
        "..ip4:192.0.2.0/24\n"
        "..include:gone.example.com [1] (no SPF record)\n"
        "..include:dangle.example.com [1] (no SPF record: CNAME to nowhere.example.com)\n"
        "..a [1] (a.example.com has no address)\n"
        "..-all\n"
        ".a:mail.example.com [1]\n"
        ".include:a.example.com [4] (as above, counted again)\n"
        ".mx [1]\n"
        ".~all\n"
        ".ptr (ignored after 'all')\n"
        ".redirect=b.example.com (ignored beside 'all')\n");
  CHECK(tree.lookups == 10);
  CHECK(tree.void_lookups == 8);  // no host has an IPv6 address
  CHECK(tree.other_void_lookups == 6);
  CHECK_FALSE(tree.has_unknown);
}

TEST_CASE("SPF tree: the way to a record that is not at the name") {
  CHECK(lines_text(tree_of("@ TXT \"v=spf1 include:a.example.com include:b.example.com -all\"\n"
                           "a CNAME c\nc CNAME d\nd TXT \"v=spf1 -all\"\n"
                           "b CNAME vendor.example.org.\n")) ==
        "example.com [2]\n"
        ".include:a.example.com [1] (CNAME to c.example.com, d.example.com)\n"
        "..-all\n"
        ".include:b.example.com [1] (unknown: not in the snapshot, CNAME to vendor.example.org)\n"
        ".-all\n");
}

TEST_CASE("SPF tree: what a node can be") {
  using State = SpfNode::State;
  struct Row {
    const char *name, *lines;
    State state;  // of the second node
    unsigned lookups, voids;
    bool has_unknown;
  };
  const Row rows[] = {
      {"a record",
       "@ TXT \"v=spf1 include:a.example.com\"\na TXT \"v=spf1 a:b.example.com\"\nb A 192.0.2.1",
       State::record, 2, 1, false},
      {"missing", "@ TXT \"v=spf1 include:a.example.com\"", State::missing, 1, 1, false},
      {"missing, beside other texts", "@ TXT \"v=spf1 include:a.example.com\"\na TXT \"other\"",
       State::missing, 1, 0, false},
      {"several",
       "@ TXT \"v=spf1 include:a.example.com\"\na TXT \"v=spf1 mx\"\na TXT \"v=spf1 ptr\"",
       State::several, 3, 1, false},
      {"unknown", "@ TXT \"v=spf1 include:slow.example.org\"", State::unknown, 1, 0, true},
      {"not in the snapshot", "@ TXT \"v=spf1 redirect=x.example.org\"", State::unknown, 1, 0,
       true},
      {"a loop", "@ TXT \"v=spf1 include:example.com\"", State::loop, 1, 0, false},
      {"a macro", "@ TXT \"v=spf1 include:%{l}.example.com\"", State::macro, 1, 0, true},
      {"near miss: a macro that is the same for all",
       "@ TXT \"v=spf1 include:%{d1}.example.com\"\ncom TXT \"v=spf1 -all\"", State::record, 1, 0,
       false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const SpfTree tree = tree_of(row.lines);
    REQUIRE(tree.nodes.size() >= 2);
    CHECK(tree.nodes[1].state == row.state);
    CHECK(tree.lookups == row.lookups);
    CHECK(tree.void_lookups == row.voids);
    CHECK(tree.has_unknown == row.has_unknown);
  }
  CHECK(tree_of("www TXT \"v=spf1\"").root().state == State::missing);
  CHECK(tree_of("@ TXT \"v=spf1 a\"\n@ TXT \"v=spf1 mx\"").root().records.size() == 2);
  const SpfTree faults = tree_of("@ TXT \"v=spf1 foo mx -all bar\"");
  REQUIRE(faults.root().faults.size() == 2);
  CHECK(lines_text(faults) ==
        "example.com [1]\n.mx [1] (example.com has no MX record)\n.-all\n"
        ".foo (syntax error: unknown mechanism)\n.bar (syntax error: unknown mechanism)\n");
}

TEST_CASE("SPF tree: void look-ups are those of the family that has more") {
  const std::string hosts =
      "four A 192.0.2.1\nsix AAAA 2001:db8::1\nboth A 192.0.2.2\nboth AAAA 2001:db8::2\n"
      "m MX 10 four\nm MX 20 both\nm MX 30 four\nnull MX 0 .\n";
  struct Row {
    const char* terms;
    unsigned voids, other;
    IpFamily family;
  };
  for (const Row& row : {
           Row{"a:both.example.com", 0, 0, IpFamily::v4},
           Row{"a:four.example.com", 1, 0, IpFamily::v6},
           Row{"a:six.example.com", 1, 0, IpFamily::v4},
           Row{"a:four.example.com a:six.example.com", 1, 1, IpFamily::v4},
           Row{"a:gone.example.com a:four.example.com", 2, 1, IpFamily::v6},
           Row{"mx:m.example.com", 2, 0, IpFamily::v6},     // each host is asked for
           Row{"mx:four.example.com", 1, 1, IpFamily::v4},  // no MX record
           Row{"mx:null.example.com", 0, 0, IpFamily::v4},
           Row{"include:gone.example.com a:four.example.com", 2, 1, IpFamily::v6},
           Row{"-all a:four.example.com", 0, 0, IpFamily::v4},
           Row{"a:x.example.org", 0, 0, IpFamily::v4},  // unknown
       }) {
    CAPTURE(row.terms);
    const SpfTree tree = tree_of("@ TXT \"v=spf1 " + std::string(row.terms) + "\"\n" + hosts);
    CHECK(tree.void_lookups == row.voids);
    CHECK(tree.other_void_lookups == row.other);
    CHECK(tree.void_family == row.family);
  }
}

TEST_CASE("SPF tree: more MX records than allowed") {
  std::string lines = "@ TXT \"v=spf1 mx -all\"\n";
  for (int i = 0; i < 11; ++i) lines += "@ MX 10 m" + std::to_string(i) + "\n";
  CHECK(lines_text(tree_of(lines)) ==
        "example.com [1]\n.mx [1] (11 MX records, more than 10)\n.-all\n");
}

TEST_CASE("SPF tree: hostile trees end") {
  // Each includes the next one twice.
  std::string twice = "@ TXT \"v=spf1 include:n0.example.com -all\"\n";
  for (int i = 0; i < 40; ++i) {
    const std::string next = "include:n" + std::to_string(i + 1) + ".example.com ";
    twice += "n" + std::to_string(i) + " TXT \"v=spf1 " + next + next + "-all\"\n";
  }
  const SpfTree doubled = tree_of(twice);
  CHECK(doubled.lookups == SpfTree::most_lookups);
  CHECK(doubled.nodes.size() < 60);
  CHECK(doubled.has_unknown);  // too deep
  // One includes very many.
  std::string wide = "@ TXT ";
  for (int i = 0; i < 2'000; ++i)
    wide += (i == 0 ? "\"v=spf1" : "\"") + std::string(" include:w") + std::to_string(i) +
            ".example.com\" ";
  std::string wide_lines = wide + "\n";
  for (int i = 0; i < 2'000; ++i) wide_lines += "w" + std::to_string(i) + " TXT \"v=spf1 a\"\n";
  const SpfTree many = tree_of(wide_lines);
  CHECK(many.lookups == SpfTree::most_lookups);
  CHECK(lines_of(many).size() < 4'000);
}
