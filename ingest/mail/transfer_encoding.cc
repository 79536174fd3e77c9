// SPDX-License-Identifier: MIT
// Decoders of our own rather than mimetic's. Measured: mimetic's base64 does 0.45 to 0.6 GB/s and
// loses its place at a '=' amid junk; this one does above 1.5 GB/s, and decoding is most of what a
// mail costs. mimetic's quoted-printable joins lines that end in a blank.
#include "ingest/mail/transfer_encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace dmarcq {
namespace {

constexpr std::uint8_t junk = 0xff, padding = 0xfe;

constexpr std::array<std::uint8_t, 256> alphabet = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(junk);
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < letters.size(); ++i)
    table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
  table['='] = padding;
  return table;
}();

/// One table for each of the four places, so that a quantum is four look-ups and three ORs; the top
/// byte marks what is no digit.
constexpr auto places = [] {
  std::array<std::array<std::uint32_t, 256>, 4> tables{};
  for (std::size_t place = 0; place < 4; ++place)
    for (std::size_t c = 0; c < 256; ++c)
      tables[place][c] = alphabet[c] < 64
                             ? static_cast<std::uint32_t>(alphabet[c]) << (18 - 6 * place)
                             : 0xff000000u;
  return tables;
}();

/// Is the next line that is not empty base64 and nothing else, from `at` on? Up to `known` that was
/// found before: a long line may be asked about at every padding in it.
bool base64_goes_on(const unsigned char* at, const unsigned char* end,
                    const unsigned char*& known) noexcept {
  while (at < end && (*at == '\r' || *at == '\n' || *at == ' ' || *at == '\t')) ++at;
  if (at == end) return false;
  if (at < known) return true;
  while (at < end && *at != '\r' && *at != '\n')
    if (alphabet[*at++] == junk) return false;
  known = at;
  return true;
}

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string decode_base64(std::string_view text, std::size_t enough) {
  std::string result;
  const std::size_t most =
      std::min(text.size() / 4 * 3 + 3, enough < std::string::npos - 3 ? enough + 3 : enough);
  result.resize_and_overwrite(most, [&](char* data, std::size_t room) {
    const auto* in = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = in + text.size();
    const auto* known = in;
    char* out = data;
    const char* const full = data + (room - 3);
    std::uint32_t bits = 0;
    int digits = 0;
    const auto flush = [&] {
      if (digits >= 2) *out++ = static_cast<char>(bits >> (digits == 2 ? 4 : 10));
      if (digits == 3) *out++ = static_cast<char>(bits >> 2);
      bits = 0;
      digits = 0;
    };
    while (in < end && out <= full) {
      if (digits == 0) {
        while (end - in >= 4 && out <= full) {
          const std::uint32_t quantum = places[0][in[0]] | places[1][in[1]] | places[2][in[2]] |
                                        places[3][in[3]];
          if (quantum > 0xffffff) break;
          out[0] = static_cast<char>(quantum >> 16);
          out[1] = static_cast<char>(quantum >> 8);
          out[2] = static_cast<char>(quantum);
          out += 3;
          in += 4;
        }
        if (in == end || out > full) break;
      }
      const std::uint8_t digit = alphabet[*in++];
      if (digit < 64) {
        bits = bits << 6 | digit;
        if (++digits == 4) {
          out[0] = static_cast<char>(bits >> 16);
          out[1] = static_cast<char>(bits >> 8);
          out[2] = static_cast<char>(bits);
          out += 3;
          bits = 0;
          digits = 0;
        }
      } else if (digit == padding) {
        if (digits == 0) continue;
        flush();
        while (in < end && *in == '=') ++in;
        if (!base64_goes_on(in, end, known)) break;
      }
    }
    if (out <= full) flush();
    return static_cast<std::size_t>(out - data);
  });
  if (result.size() > enough) result.resize(enough);
  return result;
}

std::string decode_quoted_printable(std::string_view text, std::size_t enough) {
  std::string result;
  // Decoding never makes text longer.
  result.resize_and_overwrite(std::min(text.size(), enough), [&](char* data, std::size_t room) {
    std::size_t filled = 0, at = 0;
    while (at < text.size() && filled < room) {
      if (text[at] != '=') {
        const std::size_t run = std::min(text.find('=', at), text.size()) - at;
        const std::size_t count = std::min(run, room - filled);
        std::memcpy(data + filled, text.data() + at, count);
        filled += count;
        at += run;
        continue;
      }
      if (at + 2 < text.size() && hex(text[at + 1]) >= 0 && hex(text[at + 2]) >= 0) {
        data[filled++] = static_cast<char>(hex(text[at + 1]) << 4 | hex(text[at + 2]));
        at += 3;
        continue;
      }
      // A soft line break, with blanks that a gateway may have added behind it.
      std::size_t line_end = at + 1;
      while (line_end < text.size() && (text[line_end] == ' ' || text[line_end] == '\t'))
        ++line_end;
      if (line_end == text.size()) break;
      if (text[line_end] == '\n') {
        at = line_end + 1;
      } else if (text[line_end] == '\r') {
        at = line_end + (line_end + 1 < text.size() && text[line_end + 1] == '\n' ? 2 : 1);
      } else {
        data[filled++] = '=';
        ++at;
      }
    }
    return filled;
  });
  return result;
}

namespace {

/// The next line, without its end; the text is moved behind it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<UuFile> find_uuencoded(std::string_view text, std::size_t from) {
  constexpr std::string_view begin = "begin ";
  for (std::size_t at = text.find(begin, from); at != text.npos; at = text.find(begin, at + 1)) {
    if (at > 0 && text[at - 1] != '\n') continue;
    std::string_view rest = text.substr(at + begin.size());
    std::string_view line = take_line(rest);
    const std::size_t mode = std::min(line.find_first_not_of("01234567"), line.size());
    if (mode < 3 || mode > 4 || mode + 1 >= line.size() || line[mode] != ' ') continue;
    const std::size_t start = text.size() - rest.size();
    UuFile file{std::string(line.substr(mode + 1)), text.substr(start), text.size()};
    while (!rest.empty()) {
      const std::size_t here = text.size() - rest.size();
      if (take_line(rest) != "end") continue;
      file.lines = text.substr(start, here - start);
      file.end = text.size() - rest.size();
      break;
    }
    return file;
  }
  return std::nullopt;
}

std::string decode_uu_lines(std::string_view lines, std::size_t enough) {
  // Filling up makes 63 bytes of a line that holds one character; a whole file of such lines is no
  // file.
  enough = std::min(enough, 2 * lines.size());
  std::string bytes;
  const auto value = [](char c) { return static_cast<unsigned>(c - ' ') & 63; };
  bytes.reserve(std::min(lines.size() / 4 * 3, enough) + 63);
  while (!lines.empty() && bytes.size() < enough) {
    const std::string_view line = take_line(lines);
    if (line.empty() || std::ranges::any_of(line, [](char c) { return c < ' ' || c > '`'; })) break;
    const std::size_t count = value(line[0]), groups = (count + 2) / 3;
    if (count == 0) break;
    std::array<char, 1 + 21 * 4> filled_up;  // 63 bytes at most
    filled_up.fill(' ');
    std::ranges::copy(line.substr(0, filled_up.size()), filled_up.begin());
    std::array<char, 63> decoded;
    for (std::size_t group = 0; group < groups; ++group) {
      const char* four = filled_up.data() + 1 + group * 4;
      const unsigned bits = value(four[0]) << 18 | value(four[1]) << 12 | value(four[2]) << 6 |
                            value(four[3]);
      for (std::size_t i = 0; i < 3; ++i)
        decoded[group * 3 + i] = static_cast<char>(bits >> (16 - 8 * i));
    }
    bytes.append(decoded.data(), count);
  }
  if (bytes.size() > enough) bytes.resize(enough);
  return bytes;
}

}  // namespace dmarcq
