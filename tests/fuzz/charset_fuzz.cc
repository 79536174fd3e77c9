// SPDX-License-Identifier: MIT
// Whatever the charset is said to be, text comes out as UTF-8; what is UTF-8 already stays as it
// is.
#include <array>

#include "ingest/mail/charset.h"
#include "ingest/mail/encoded_text.h"
#include "parser/aggregate/xml_text.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const XmlText xml = to_utf8(input);
  require(is_utf8(xml.view(input)), "a document is UTF-8");
  require(xml.view(input).size() <= 3 * input.size(), "a byte becomes three at most");
  for (const Deviation& deviation : xml.deviations)
    require(is_utf8(deviation.found) && is_utf8(deviation.read_as), "notes are UTF-8");
  if (is_ascii(input) && input.find("encoding") == input.npos && input.find('\0') == input.npos)
    require(xml.view(input) == input, "ASCII stays as it is");

  static constexpr std::array<std::string_view, 14> charsets{
      "ucs-4", "internal",    "iso-8859-1", "windows-1252", "utf-16", "utf-16le", "utf-32be",
      "utf-7", "iso-2022-jp", "gb18030",    "shift_jis",    "euc-kr", "hz",       "big5-hkscs"};
  const std::string_view charset = charsets[input.size() % charsets.size()];
  std::string text;
  append_as_utf8(text, input, charset);
  require(is_utf8(text), "converted text is UTF-8");
  require(is_utf8(to_utf8(input.substr(input.size() / 2),
                          input.substr(0, std::min<std::size_t>(input.size(), 12)))),
          "a charset of any name gives UTF-8");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xe4</a>",
          "\xef\xbb\xbf<?xml version='1.0' encoding='utf-16'?><a/>",
          std::string("\xff\xfe<\0a\0/\0>\0", 10),
          std::string("\0\0\0<\0\0\0a", 8),
          "<?xml encoding=\"shift_jis\"?><a>\x82\xa0</a>",
          std::string("<\0?\0x\0m\0l\0", 10),
          "\x1b$B$\"\x1b(B",
          "~{<:Ky~}",
          "+AOQ-"};
}

std::vector<std::string_view> words() {
  return {"<?xml version=\"1.0\" encoding=\"",
          "\"?>",
          "encoding=",
          "utf-16",
          "UTF-32",
          "ucs-4",
          "windows-1252",
          "iso-2022-cn-ext",
          "utf-7",
          "ebcdic-cp-us",
          "\xef\xbb\xbf",
          "\xff\xfe",
          "\xfe\xff",
          std::string_view("\0\0\xfe\xff", 4),
          "\xed\xa0\x80",
          "\xf4\x90\x80\x80",
          "\xc0\x80",
          "\x1b$B",
          "\x1b(B",
          "~{",
          "~}"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
