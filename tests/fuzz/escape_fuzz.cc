// SPDX-License-Identifier: MIT
// Whatever a stranger wrote: a terminal obeys none of it, a spreadsheet computes none of it, JSON
// and CSV give it back, HTML and Markdown show it.
#include "report/render/escape.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/render/page/html_dom.h"
#include "report/render/utf8.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

bool is_harmless(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (!c.valid || c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0) ||
        (c.value >= 0x202A && c.value <= 0x202E) || (c.value >= 0x2066 && c.value <= 0x2069))
      return false;
    text.remove_prefix(c.size);
  }
  return true;
}

/// RFC 4180, one field.
std::string csv_value(std::string_view field) {
  if (!field.starts_with('"')) return std::string(field);
  require(field.size() >= 2 && field.ends_with('"'), "a quoted field is closed");
  field = field.substr(1, field.size() - 2);
  std::string value;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '"')
      require(++i < field.size() && field[i] == '"', "a quote inside is doubled");
    value += field[i];
  }
  return value;
}

std::string without(std::string text, std::string_view part) {
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos;) text.erase(at, part.size());
  return text;
}

void properties(std::string_view input) {
  const std::string shown = terminal_text(input);
  require(is_harmless(shown), "nothing for a terminal to obey");
  require(terminal_text(shown) == shown, "clean text stays as it is");
  require(is_harmless(truncated(shown, 20)) && display_width(truncated(shown, 20)) <= 20,
          "cut text is text");

  const std::string field = field_text(input);
  const std::size_t first = field.find_first_not_of(' ');
  require(
      first == field.npos || std::string_view("=+-@").find(field[first]) == std::string_view::npos,
      "nothing for a spreadsheet to compute");
  const std::string csv = csv_text(input);
  require(csv_value(csv) == field, "CSV gives the field back");
  require(csv.starts_with('"') || csv.find_first_of(",;\"\r\n") == csv.npos,
          "what separates is quoted");

  std::string json;
  append_json_string(json, input);
  require(is_harmless(json), "JSON is as harmless as a line");
  const auto value = nlohmann::json::parse(json, nullptr, false);
  require(value.is_string(), "JSON is read back");
  require(terminal_text(value.get<std::string>()) == shown, "and says the same");

  const std::string markdown = markdown_text(input);
  require(is_harmless(markdown) && markdown.find_first_of("<>") == markdown.npos,
          "no HTML in Markdown");
  require(std::ranges::count(markdown, '|') == std::ranges::count(shown, '|') &&
              (markdown.empty() || markdown.front() != '|'),
          "no cell begins");

  const HtmlTree tree("p");
  tree.root().text(input).set("title", input).add("b").text(input);
  const std::string html = tree.write(false);
  require(is_harmless(without(html, "\n")), "HTML is clean");
  require(std::ranges::count(html, '<') == 4, "the tags are ours");
  const std::size_t title = html.find(" title=\"");
  if (title != html.npos)
    require(html.find('"', title + 8) == html.find("\">"), "an attribute ends where it should");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"=1+1",
          "\x1b[31mred\x1b[0m",
          "a\"b,c;d",
          "<script>alert(1)</script>",
          "\xe2\x80\xaegnp.exe",
          "|a`b*_[x](y)~",
          "\xc2\x9b"
          "31m",
          "\xed\xa0\x80\xff",
          "\t=cmd|' /C calc'!A0",
          "\xe2\x80\x8b=1",
          "&amp;&#60;",
          "\xe4\xbd\xa0\xf0\x9f\x98\x80"};
}

std::vector<std::string_view> words() {
  return {"\x1b[",
          "\x9b",
          "\xc2\x9b",
          "=",
          "+",
          "@",
          "\"",
          "'",
          "<",
          ">",
          "&",
          "</b>",
          "|",
          "\\",
          "`",
          "\xe2\x80\xae",
          "\xe2\x81\xa6",
          "\xe2\x80\x8b",
          "\xf3\xa0\x80\x81",
          "\xef\xbb\xbf",
          "\xe2\x80\xa8",
          ";",
          ",",
          "\xef\xbf\xbe"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 4, .bytes_per_byte = 100},
                               dmarcq::fuzz::properties);
}
