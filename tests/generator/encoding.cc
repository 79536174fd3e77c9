// SPDX-License-Identifier: MIT
#include "tests/generator/encoding.h"

#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace dmarcq::generator {
namespace {

constexpr int raw_deflate = -MAX_WBITS;
constexpr int gzip_wrapping = MAX_WBITS + 16;

Bytef* zlib_bytes(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

std::string deflate_all(std::string_view bytes, int window_bits, gz_header* header) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: deflateInit2 failed");
  }
  if (header != nullptr) deflateSetHeader(&stream, header);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = zlib_bytes(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = zlib_bytes(packed);
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib: deflate failed");
  return packed;
}

void put16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value & 0xff);
  out += static_cast<char>(value >> 8 & 0xff);
}

void put32(std::string& out, std::uint64_t value) {
  put16(out, static_cast<std::uint32_t>(value & 0xffff));
  put16(out, static_cast<std::uint32_t>(value >> 16 & 0xffff));
}

}  // namespace

std::string base64(std::string_view bytes, std::size_t line) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + bytes.size() / 40 + 8);
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size()
                 ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k]))
                 : 0u;
    };
    const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += alphabet[group >> 18 & 63];
    text += alphabet[group >> 12 & 63];
    text += i + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? alphabet[group & 63] : '=';
    column += 4;
    if (line != 0 && column >= line) {
      text += '\n';
      column = 0;
    }
  }
  if (line != 0 && column != 0) text += '\n';
  return text;
}

std::string gzip(std::string_view bytes, std::string_view name) {
  gz_header header{};
  header.os = 255;  // unknown: zlib would write the system it was built on
  std::string owned_name(name);
  if (!owned_name.empty()) header.name = zlib_bytes(owned_name);
  return deflate_all(bytes, gzip_wrapping, &header);
}

std::string zip(std::string_view member, std::string_view bytes, Seconds modified) {
  constexpr std::uint32_t local_header = 0x04034b50, central_header = 0x02014b50,
                          end_of_directory = 0x06054b50;
  constexpr std::uint32_t version = 10, deflated = 8;
  const std::string packed = deflate_all(bytes, raw_deflate, nullptr);
  const uLong checksum = crc32(0, zlib_bytes(bytes), static_cast<uInt>(bytes.size()));

  const auto describe = [&](std::string& out) {  // the part that local and central header share
    put16(out, version);
    put16(out, 0);  // flags
    put16(out, deflated);
    put32(out, dos_date_time(modified));
    put32(out, checksum);
    put32(out, packed.size());
    put32(out, bytes.size());
    put16(out, static_cast<std::uint32_t>(member.size()));
    put16(out, 0);  // extra field
  };

  std::string out;
  put32(out, local_header);
  describe(out);
  out += member;
  out += packed;

  const std::size_t directory = out.size();
  put32(out, central_header);
  put16(out, version);
  describe(out);
  put16(out, 0);  // comment
  put16(out, 0);  // disk
  put16(out, 0);  // internal attributes
  put32(out, 0);  // external attributes
  put32(out, 0);  // offset of the local header
  out += member;

  const std::size_t directory_size = out.size() - directory;
  put32(out, end_of_directory);
  put32(out, 0);  // disks
  put16(out, 1);  // members on this disk
  put16(out, 1);  // members
  put32(out, directory_size);
  put32(out, directory);
  put16(out, 0);  // comment
  return out;
}

}  // namespace dmarcq::generator
