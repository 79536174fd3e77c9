// SPDX-License-Identifier: MIT
#include "report/render/base64.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dmarcq;

TEST_CASE("base64: the test vectors of RFC 4648 section 10, and bytes that are no text") {
  struct Row {
    std::string bytes;
    const char* coded;
  };
  for (const Row& row : {
           Row{"", ""},
           Row{"f", "Zg=="},
           Row{"fo", "Zm8="},
           Row{"foo", "Zm9v"},
           Row{"foob", "Zm9vYg=="},
           Row{"fooba", "Zm9vYmE="},
           Row{"foobar", "Zm9vYmFy"},
           Row{std::string(1, '\0'), "AA=="},
           Row{std::string(3, '\0'), "AAAA"},
           Row{"\xFF", "/w=="},
           Row{"\xFF\xFF\xFF", "////"},
           Row{"\xFB\xEF\xBE", "++++"},
           Row{"\x80\x7F", "gH8="},
           Row{std::string("a\0b", 3), "YQBi"},
           Row{"日本", "5pel5pys"},
       })
    CHECK(base64(row.bytes) == row.coded);
}

TEST_CASE("base64: the 64 digits stand in their order") {
  // 48 bytes whose groups of six bits are 0, 1, … 63.
  std::string bytes;
  for (unsigned group = 0; group < 64; group += 4) {
    const unsigned bits = group << 18 | (group + 1) << 12 | (group + 2) << 6 | (group + 3);
    for (const unsigned shift : {16u, 8u, 0u}) bytes += static_cast<char>(bits >> shift & 0xFF);
  }
  CHECK(base64(bytes) == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

TEST_CASE("base64: one line, four characters for each three bytes begun, padding at the end only") {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string coded = base64(std::string(size, '\xA5'));
    CAPTURE(size);
    CHECK(coded.size() == (size + 2) / 3 * 4);
    CHECK(coded.find('\n') == std::string::npos);
    CHECK(std::ranges::count(coded, '=') == static_cast<std::ptrdiff_t>((3 - size % 3) % 3));
    CHECK((coded.find('=') == std::string::npos ||
           coded.find_first_not_of('=', coded.find('=')) == std::string::npos));
  }
}
