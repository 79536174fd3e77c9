// SPDX-License-Identifier: MIT
// Header fields lie inside the entity, their values are one line, and encoded words come out as
// UTF-8.
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "parser/aggregate/xml_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

bool is_inside(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void properties(std::string_view input) {
  constexpr std::size_t limit = 16u << 10;
  if (const auto header = read_header(input, limit)) {
    require(header->size <= input.size(), "the body starts inside");
    for (const Header::Field& field : header->fields) {
      require(is_inside(field.name, input) && is_inside(field.raw, input), "fields lie inside");
      require(unfold(field.raw).find('\n') == std::string::npos, "a value is one line");
    }
    if (!header->fields.empty()) (void)header->value(header->fields.back().name);
  } else {
    require(input.size() > limit, "only a long header is too long");
  }
  const std::string text = decode_words(input);
  require(is_utf8(text), "decoded words are UTF-8");
  require(is_utf8(valid_utf8(input)) && (!is_utf8(input) || valid_utf8(input) == input),
          "valid UTF-8 stays as it is");
  const std::string one = valid_utf8(input.substr(0, 500));
  require(decode_words("=?utf-8?B?" + test::base64(one.substr(0, 40), 0) + "?=") ==
              valid_utf8(one.substr(0, 40)),
          "an encoded word says what was encoded");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"From: a\nSubject: =?utf-8?B?w6Q=?= =?utf-8?Q?_=C3?=\n =?utf-8?Q?=A4?=\n\nbody",
          "Received: by x\n\tfor y\nname=\"a\"\nTo: b\r\n\r\n",
          "A: =?iso-2022-jp?B?GyRCJCIbKEI=?=\n\n",
          "=?koi8-r?Q?=C1?= =?utf-8*de?b?QQ?=", "A:\n b\n c\nB :d\njunk\n\n"};
}

std::vector<std::string_view> words() {
  return {"=?",           "?=",         "?B?",         "?Q?",      "=?utf-8?B?", "=?utf-8?Q?",
          "=?gb18030?B?", "=?utf-7?B?", "=?utf-16?B?", "=?hz?B?",  "?= =?",      "\n ",
          "\n\t",         ": ",         "=C3",         "Subject:", "\n\n",       "_"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
