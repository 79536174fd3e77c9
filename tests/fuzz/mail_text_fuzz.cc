// SPDX-License-Identifier: MIT
// Mail that dmarcq writes: no text ends a header or a line, lines are as long as mail allows, and
// what was written is read back.
#include "report/render/mail_message.h"

#include <algorithm>

#include "ingest/mail/encoded_text.h"
#include "ingest/mail/transfer_encoding.h"
#include "parser/aggregate/xml_text.h"
#include "report/render/escape.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

/// Lines of a header behind their first: each begins with a blank, none is empty.
void stays_in_its_header(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; ++at)
    require(at + 1 < text.size() && text[at + 1] == ' ', "a header goes on with a blank");
  require(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }),
          "a header is plain ASCII");
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  return longest;
}

std::string without_breaks(std::string text) {
  std::erase(text, '\n');
  return text;
}

void properties(std::string_view input) {
  const std::string header = header_text(input, 9), shown = terminal_text(input);
  stays_in_its_header(header);
  require(decode_words(without_breaks(header)) == shown, "a header says what was written");
  if (header.starts_with("=?")) require(longest_line(header) <= 76, "encoded words fit into lines");

  if (const auto address = mail_address_from_text(input)) {
    require(address->address.find('@') != address->address.npos &&
                address->address.find_first_of(" ,;:<>\"\\()[]") == address->address.npos,
            "an address is one");
    stays_in_its_header(mail_address_text(*address, 4));
  }

  const std::string printable = quoted_printable(input);
  require(longest_line(printable) <= 76, "lines are short");
  require(
      std::ranges::all_of(printable, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }),
      "text is plain ASCII");
  require(printable.find("\n.") == printable.npos && printable.find("\nFrom ") == printable.npos &&
              !printable.starts_with("From "),
          "no line is fragile");
  require(decode_quoted_printable(printable) == input, "quoted-printable is read back");
  const std::string lines = base64_lines(input);
  require(longest_line(lines) <= 76 && decode_base64(lines) == input, "base64 is read back");

  std::int64_t time = 0;
  input.copy(reinterpret_cast<char*>(&time), 6);
  require(is_ascii(mail_date(time % 253'402'300'800)), "a date is a text");
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "Weekly DMARC report of a very long list of domains example.com example.net example.org, and others that nobody can remember",
      "B\xc3\xbc"
      "cher <dmarc@example.com>",
      "a@b.example",
      "x\nBcc: y@z.example",
      "=?utf-8?Q?a?=",
      "trailing blank \n.\nFrom here =",
      std::string(200, 'a'),
      "\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0\xe4\xbd\xa0"};
}

std::vector<std::string_view> words() {
  return {"\n",    "\r\n", "\n\n", "=?",  "?=",   "@",        "<",    ">",   "\"",   ",",
          "From ", "\n.",  "=",    " \n", "\t\n", "\xc3\xbc", "\x1b", "   ", "Bcc: "};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
