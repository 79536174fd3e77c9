// SPDX-License-Identifier: MIT
#include "tests/support/packing.h"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace dmarcq::test {

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string deflated(std::string_view bytes, int window_bits) {
  z_stream stream{};
  if (::deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    std::abort();
  std::string packed(::deflateBound(&stream, static_cast<uLong>(bytes.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

std::string zip_of(const std::vector<ZipMember>& members, bool deflate) {
  std::string out, directory;
  for (const auto& [name, bytes] : members) {
    const std::string packed = deflate ? deflated(bytes, -15) : bytes;
    const auto crc =
        ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    const std::string common = little(20, 2) + little(0, 2) + little(deflate ? 8 : 0, 2) +
                               little(0, 4) + little(crc, 4) + little(packed.size(), 4) +
                               little(bytes.size(), 4) + little(name.size(), 2) + little(0, 2);
    directory += "PK\1\2" + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) +
                 little(0, 4) + little(out.size(), 4) + name;
    out += "PK\3\4" + common + name + packed;
  }
  const std::size_t start = out.size();
  return out + directory + "PK\5\6" + little(0, 4) + little(members.size() & 0xffff, 2) +
         little(members.size() & 0xffff, 2) + little(directory.size(), 4) + little(start, 4) +
         little(0, 2);
}

std::string tar_of(const std::vector<ZipMember>& members) {
  std::string out;
  for (const auto& [name, bytes] : members) {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) {
      std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(at));
    };
    char size[13];
    std::snprintf(size, sizeof size, "%011llo", static_cast<unsigned long long>(bytes.size()));
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, size);
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, std::string_view("ustar\0"
                              "00",
                              8));
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char checksum[8];
    std::snprintf(checksum, sizeof checksum, "%06o", sum);
    put(148, std::string_view(checksum, 7));
    out += header + bytes;
    out.resize((out.size() + 511) / 512 * 512);
  }
  return out.append(1024, '\0');
}

std::string base64(std::string_view bytes, std::size_t width) {
  static constexpr char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u;
    };
    const unsigned quantum = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += letters[quantum >> 18];
    text += letters[quantum >> 12 & 63];
    text += i + 1 < bytes.size() ? letters[quantum >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? letters[quantum & 63] : '=';
    if (column += 4; width != 0 && column >= width) {
      text += '\n';
      column = 0;
    }
  }
  if (width != 0 && column != 0) text += '\n';
  return text;
}

}  // namespace dmarcq::test
