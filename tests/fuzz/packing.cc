// SPDX-License-Identifier: MIT
#include "tests/fuzz/packing.h"

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace dmarcq::fuzz {
namespace {

/// `window_bits` of zlib: 31 gzip, -15 bare deflate.
std::string deflated(std::string_view bytes, int window_bits) {
  z_stream stream{};
  if (::deflateInit2(&stream, 1, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(::deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

}  // namespace

std::string gzip_of(std::string_view bytes) { return deflated(bytes, 31); }

std::string zip_of(const std::vector<Packed>& members) {
  std::string out, directory;
  for (const auto& [name, bytes] : members) {
    const std::string packed = deflated(bytes, -15);
    const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    const std::string common = little(20, 2) + little(0, 2) + little(8, 2) + little(0, 4) + little(crc, 4) + little(packed.size(), 4) + little(bytes.size(), 4) +
                               little(name.size(), 2) + little(0, 2);
    directory.append("PK\1\2").append(little(20, 2)).append(common).append(std::string(10, '\0')).append(little(out.size(), 4)).append(name);
    out.append("PK\3\4").append(common).append(name).append(packed);
  }
  const std::size_t start = out.size();
  return out + directory + "PK\5\6" + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) + little(directory.size(), 4) + little(start, 4) + little(0, 2);
}

std::string tar_of(const std::vector<Packed>& members) {
  std::string out;
  for (const auto& [name, bytes] : members) {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) { header.replace(at, text.size(), text); };
    char number[16];
    put(0, name);
    put(100, "0000644");
    std::snprintf(number, sizeof number, "%011zo", bytes.size());
    put(124, number);
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, std::string_view("ustar\0" "00", 8));
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    std::snprintf(number, sizeof number, "%06o", sum);
    put(148, std::string_view(number, 7));
    out.append(header).append(bytes);
    out.resize((out.size() + 511) / 512 * 512);
  }
  return out.append(1024, '\0');
}

std::string base64_of(std::string_view bytes) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u; };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += letters[group >> 18];
    out += letters[group >> 12 & 63];
    out += i + 1 < bytes.size() ? letters[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? letters[group & 63] : '=';
    if (i % 57 == 54) out += '\n';
  }
  return out;
}

}  // namespace dmarcq::fuzz
