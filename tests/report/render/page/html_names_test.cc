// SPDX-License-Identifier: MIT
#include "report/render/page/html_names.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("from_punycode: labels as RFC 3492 gives them") {
  struct Row {
    const char *label, *text;
  };
  for (const Row& row : {
           Row{"bcher-kva", "bücher"},
           Row{"tda", "ü"},
           Row{"aaaaaaaaaa-jeb", "aaaaaaaaaaü"},
           Row{"wgv71a", "日本"},
           Row{"e1afmkfd", "пример"},
           Row{"e28h", "😀"},
           // Section 7.1: (A), (B), (J), (L), (N), (P), (R).
           Row{"egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"},
           Row{"ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"},
           Row{"PorqunopuedensimplementehablarenEspaol-fmd56a",
               "PorquénopuedensimplementehablarenEspañol"},
           Row{"3B-ww4c5e180e575a65lsy2b", "3年B組金八先生"},
           Row{"Hello-Another-Way--fc4qua05auwb3674vfr0b", "Hello-Another-Way-それぞれの場所"},
           Row{"MajiKoi5-783gue6qz075azm5e", "MajiでKoiする5秒前"},
           Row{"d9juau41awczczp", "そのスピードで"},
       }) {
    CAPTURE(row.label);
    CHECK(from_punycode(row.label) == row.text);
  }
  CHECK(from_punycode("bcher-KVA") == "bücher");
}

TEST_CASE("from_punycode: what is ill-formed, or says what no name may hold, is nothing") {
  struct Row {
    const char* name;
    std::string label;
  };
  const Row rows[] = {
      {"nothing", ""},
      {"a number that does not end", "bcher-kv"},
      {"a number that does not end, at once", "bcher-k"},
      {"a character that is no digit", "bcher-k_a"},
      {"a space among the digits", "bcher-kva "},
      {"a byte that is not ASCII", "b\xC3\xBC-kva"},
      {"a number too large for 32 bits", "a-9999999999"},
      {"many large numbers", "99999999999999999999999999"},
      {"longer than a label", std::string(60, 'a') + "-kva"},
      {"beyond Unicode", "a-h023pz9z"},
      {"a surrogate", "a-rc4g"},
      {"right-to-left override", "gnp-4q0a"},
      {"zero-width space", "ab-g1t"},
      {"soft hyphen", "ab-6da"},
      {"a tag character", "a-i411m"},
      {"a C1 control", "a-ba"},
      {"fillers", "vhka"},
      {"a non-character", "a-h023p"},
      {"an ideographic full stop", "ab-r13a"},
      {"a full-width full stop", "ab-yu3n"},
      {"a half-width full stop", "ab-213n"},
      {"a fraction slash", "ab-c6t"},
      {"a division slash", "ab-6bv"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK_FALSE(from_punycode(row.label).has_value()); }
  }
}

TEST_CASE("domain_text: the form that stands in the DNS comes first, the readable one behind it") {
  struct Row {
    const char* name;
    std::string domain, text;
  };
  const Row rows[] = {
      {"plain", "example.com", "example.com"},
      {"one label", "xn--bcher-kva.example", "xn--bcher-kva.example (bücher.example)"},
      {"several labels", "www.xn--bcher-kva.xn--e1afmkfd",
       "www.xn--bcher-kva.xn--e1afmkfd (www.bücher.пример)"},
      {"capitals in the mark", "XN--bcher-kva.example", "XN--bcher-kva.example (bücher.example)"},
      {"it imitates another name", "xn--pple-43d.example", "xn--pple-43d.example (аpple.example)"},
      {"the mark alone", "xn--.example", "xn--.example"},
      {"the mark is not at the start", "axn--bcher-kva.example", "axn--bcher-kva.example"},
      {"another mark", "xo--bcher-kva.example", "xo--bcher-kva.example"},
      {"half a mark", "xn-bcher-kva.example", "xn-bcher-kva.example"},
      {"ill-formed", "xn--bcher-k.example", "xn--bcher-k.example"},
      {"it hides a right-to-left override", "xn--gnp-4q0a.example", "xn--gnp-4q0a.example"},
      {"one label can be read, the other cannot", "xn--bcher-kva.xn--gnp-4q0a",
       "xn--bcher-kva.xn--gnp-4q0a (bücher.xn--gnp-4q0a)"},
      {"readable as it stands already", "bücher.example", "bücher.example"},
      {"an underscore", "_dmarc.xn--bcher-kva.example",
       "_dmarc.xn--bcher-kva.example (_dmarc.bücher.example)"},
      {"a final dot", "xn--bcher-kva.", "xn--bcher-kva. (bücher.)"},
      {"empty labels", "a..b", "a..b"},
      {"nothing", "", ""},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(domain_text(row.domain) == row.text); }
  }
}

TEST_CASE("punycode: what no label holds is left as it stands") {
  for (const char* label : {"(b)-joa", "a b-joa", "a/-yka", "<b>-joa", "a.b-joa",  // ASCII of no
                                                                                   // name
                            "6g7c",                                                // U+FF0F
                            "paypal-", "-", "a-"}) {  // nothing but ASCII
    CAPTURE(label);
    CHECK_FALSE(from_punycode(label));
  }
  CHECK(domain_text("xn--a/-yka.example") == "xn--a/-yka.example");
  CHECK(domain_text("xn--paypal-.example") == "xn--paypal-.example");
  CHECK(from_punycode("tief--ova") == "tief-ü");  // hyphens belong to names
}
