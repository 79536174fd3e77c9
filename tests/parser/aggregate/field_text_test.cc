// SPDX-License-Identifier: MIT
#include "parser/aggregate/field_text.h"

#include <doctest/doctest.h>

#include "parser/aggregate/xml_text.h"

using namespace dmarcq;

namespace {

std::string tidied(std::string text, std::size_t limit = 1000) {
  TextFlaws flaws;
  tidy(text, limit, flaws);
  return text;
}

std::string decoded(std::string_view raw, std::string* reference = nullptr) {
  TextFlaws flaws;
  std::string out;
  append_decoded(out, raw, flaws);
  if (reference) *reference = flaws.reference;
  return out;
}

}  // namespace

TEST_CASE("field text: references") {
  struct Row {
    std::string_view raw, expected, reference;
  };
  for (const auto& [raw, expected, reference] : {
           Row{"a&lt;b&gt;c&amp;d&quot;e&apos;f", "a<b>c&d\"e'f", ""},
           Row{"&#65;&#x42;&#X43;&#xe9;&#x20AC;&#x1F600;", "ABC\u00e9\u20ac\U0001F600", ""},
           Row{"&amp;lt;", "&lt;", ""},
           Row{"&#0;&#xD800;&#x110000;&#99999999999;", "\uFFFD\uFFFD\uFFFD\uFFFD", ""},
           Row{"a & b", "a & b", "&"},
           Row{"&nbsp;&amp;", "&nbsp;&", "&nbsp;"},
           Row{"&;", "&;", "&;"},
           Row{"&#;", "&#;", "&#;"},
           Row{"&#x;", "&#x;", "&#x;"},
           Row{"&#12a;", "&#12a;", "&#12a;"},
           Row{"&", "&", "&"},
           Row{"& b; c", "& b; c", "&"},
           Row{"&LT;", "&LT;", "&LT;"},
           Row{"&&lt;", "&<", "&"},
           Row{"&averyveryverylongname;", "&averyveryverylongname;", "&"},
       }) {
    CAPTURE(raw);
    std::string found;
    CHECK(decoded(raw, &found) == expected);
    CHECK(found == reference);
  }
}

TEST_CASE("field text: white space and control characters") {
  CHECK(tidied("") == "");
  CHECK(tidied(" \n\t\r ") == "");
  CHECK(tidied("  a  b  ") == "a  b");
  CHECK(tidied("a \n   b\tc\r\nd") == "a b c d");
  CHECK(tidied("a\x01z\x1f\x7f") == "a\uFFFDz\uFFFD\uFFFD");
  CHECK(tidied("a\u0085z\u009f\u00a0") == "a\uFFFDz\uFFFD\u00a0");
}

TEST_CASE("field text: a text is cut at a character") {
  const std::string text = "abc\u00e9\u20ac\U0001F600";  // 3 + 2 + 3 + 4 bytes
  for (std::size_t limit = 0; limit <= text.size(); ++limit) {
    CAPTURE(limit);
    TextFlaws flaws;
    std::string cut = text;
    tidy(cut, limit, flaws);
    CHECK(cut.size() <= limit);
    CHECK(limit - cut.size() < 4);
    CHECK(text.starts_with(cut));
    CHECK(is_utf8(cut));
    CHECK(flaws.cut == (limit < text.size()));
    CHECK(is_utf8(shortened(text, limit)));
  }
  CHECK(shortened("abcdef", 3) == "abc…");
  CHECK(shortened("abc", 3) == "abc");
  CHECK(is_utf8(shortened("\n\n\n\n\n\n\n\n\u20ac\u20ac\u20ac\u20ac", 8)));
}

TEST_CASE("field text: the quick look agrees with the slow one") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t length = 1; length < 20; ++length) {
      for (std::size_t at = 0; at < length; ++at) {
        std::string text(length, 'x');
        text[at] = static_cast<char>(byte);
        CAPTURE(text);
        const TextShape shape = shape_of(text);
        TextFlaws flaws;
        std::string slow;
        if (byte < 0x80) {
          append_decoded(slow, text, flaws);
          tidy(slow, 1000, flaws);
        }
        REQUIRE(shape.plain == (byte < 0x80 && slow == text && byte != '&'));
        if (shape.plain) REQUIRE(shape.has_upper == (byte >= 'A' && byte <= 'Z'));
        if (byte == '<') continue;
        const std::string marked = text + "</a>";
        TextShape until;
        REQUIRE(text_until_markup(marked.data(), marked.data() + marked.size(), until) == text);
        REQUIRE(until.plain == shape.plain);
        if (shape.plain) REQUIRE(until.has_upper == shape.has_upper);
      }
    }
  }
  CHECK_FALSE(shape_of("").plain);
}

TEST_CASE("field text: counts") {
  CHECK(count_from("0") == 0);
  CHECK(count_from("007") == 7);
  CHECK(count_from("1.0") == 1);
  CHECK(count_from("12.000") == 12);
  CHECK(count_from("5.") == 5);
  CHECK(count_from("9007199254740992") == std::uint64_t{1} << 53);
  for (const std::string_view bad :
       {"", "-1", "+1", "1.5", "1e3", "1,000", " 1", "1 ", "9007199254740993",
        "99999999999999999999999", ".5", "x", "0x10"}) {
    CAPTURE(bad);
    CHECK_FALSE(count_from(bad).has_value());
  }
}

TEST_CASE("field text: times") {
  CHECK(epoch_from("1337270400") == 1'337'270'400);
  CHECK(epoch_from("1337270400.0") == 1'337'270'400);
  CHECK(epoch_from("1337270400.987") == 1'337'270'400);
  CHECK(epoch_from("0") == 0);
  for (const std::string_view bad :
       {"", "-1", "2018-06-27", "1337270400.x", "1.2.3", "1e9", "now", "1337270400 UTC"}) {
    CAPTURE(bad);
    CHECK_FALSE(epoch_from(bad).has_value());
  }
}
