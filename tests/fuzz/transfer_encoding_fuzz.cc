// SPDX-License-Identifier: MIT
// Decoding makes nothing longer, stops early where it may, and gives back what was encoded.
#include "ingest/mail/transfer_encoding.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

void decodes(std::string (*decode)(std::string_view, std::size_t), std::string_view text,
             std::size_t enough) {
  const std::string whole = decode(text, std::string::npos), part = decode(text, enough);
  require(whole.size() <= text.size(), "decoding makes nothing longer");
  require(whole.starts_with(part), "what comes early is the beginning");
  require(part.size() >= std::min(enough, whole.size()), "enough is enough");
}

std::string uu_of(std::string_view bytes) {
  std::string out = "begin 644 a\n";
  const auto letter = [](unsigned six) { return six == 0 ? '`' : static_cast<char>(' ' + six); };
  for (std::size_t at = 0; at < bytes.size(); at += 45) {
    const std::string_view line = bytes.substr(at, 45);
    out += letter(static_cast<unsigned>(line.size()));
    for (std::size_t i = 0; i < line.size(); i += 3) {
      const auto byte = [&](std::size_t k) {
        return i + k < line.size() ? static_cast<unsigned char>(line[i + k]) : 0u;
      };
      const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
      for (int shift = 18; shift >= 0; shift -= 6) out += letter(group >> shift & 63);
    }
    out += '\n';
  }
  return out + "`\nend\n";
}

void properties(std::string_view input) {
  const std::size_t enough = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  decodes(decode_base64, input, enough);
  decodes(decode_quoted_printable, input, enough);
  std::size_t at = 0;
  while (const auto file = find_uuencoded(input, at)) {
    require(file->end > at && file->end <= input.size(), "each file ends behind the one before");
    require(decode_uu_lines(file->lines, enough).size() >=
                std::min(enough, decode_uu_lines(file->lines).size()),
            "enough is enough");
    require(decode_uu_lines(file->lines).size() <= file->lines.size() * 63,
            "a line holds 63 bytes at most");
    at = file->end;
  }
  require(decode_base64(test::base64(input)) == input, "base64 gives back what was encoded");
  const std::string uu = uu_of(input);
  const auto file = find_uuencoded(uu);
  require(file && decode_uu_lines(file->lines) == input, "uuencode gives back what was encoded");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"aGVsbG8=\nd29ybGQ=\n-- \nfooter", "a=3D=\nb=20\n=C3=A4=zz",
          "begin 644 a.xml\n#0V%T\n`\nend\nbegin 755 b\n#0V%T", std::string("\0\1\2", 3)};
}

std::vector<std::string_view> words() {
  return {"=",       "==",  "=\n", "=3D",  "=\r\n", "begin 644 ",
          "\nend\n", "`\n", "M",   "AAAA", "====",  "-- \n"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
