// SPDX-License-Identifier: MIT
#include "ingest/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <cstring>

namespace dmarcq {
namespace {

constexpr std::string_view magic = "\x1f\x8b";

class Inflater {
 public:
  explicit Inflater(int window_bits) { ready_ = ::inflateInit2(&stream_, window_bits) == Z_OK; }
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

std::uint32_t little_endian(std::string_view bytes) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string little_endian_of(std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

struct Header {
  std::size_t size = 0;
  std::string name;
};

/// RFC 1952 section 2.3; nothing when the bytes end inside it.
std::optional<Header> read_header(std::string_view packed) {
  Header header;
  if (packed.size() < 10) return {};
  const auto flags = static_cast<unsigned char>(packed[3]);
  std::size_t at = 10;
  if ((flags & 4) != 0) {  // FEXTRA
    if (packed.size() < at + 2) return {};
    at += 2u + static_cast<unsigned char>(packed[at]) + 256u * static_cast<unsigned char>(packed[at + 1]);
  }
  for (const unsigned flag : {8u, 16u}) {  // FNAME, FCOMMENT
    if ((flags & flag) == 0) continue;
    const auto end = packed.find('\0', at);
    if (at > packed.size() || end == packed.npos) return {};
    if (flag == 8) header.name = packed.substr(at, end - at);
    at = end + 1;
  }
  if ((flags & 2) != 0) at += 2;  // FHCRC
  if (at > packed.size()) return {};
  header.size = at;
  return header;
}

Error truncated(std::size_t size) { return {Fault::truncated, "gzip stream ends after " + std::to_string(size) + " bytes", {}}; }

uInt chunk(std::size_t size) noexcept { return static_cast<uInt>(std::min<std::size_t>(size, UINT_MAX)); }
// zlib's interface is not const-correct; it never writes to its input.
Bytef* input(const char* bytes) noexcept { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes)); }

/// Inflates one raw deflate stream behind what `out` holds; the bytes consumed, or a fault.
std::expected<std::size_t, Error> inflate_onto(std::string& out, std::string_view packed, std::size_t allowed, const Error& over,
                                               std::size_t whole_size, const Limits& limits) {
  Inflater inflater(-MAX_WBITS);
  if (!inflater.ready()) return std::unexpected(Error{Fault::corrupt_archive, "no memory to decompress", {}});
  z_stream& stream = inflater.stream();
  stream.next_in = input(packed.data());
  std::size_t consumed = 0;
  // The last four bytes of an honest file state its size. It is only a guess at the room needed, never believed.
  std::size_t room = std::max<std::size_t>(packed.size() * 8, 4096);
  if (packed.size() >= 8) {
    const std::size_t stated = little_endian(packed.substr(packed.size() - 4));
    if (stated >= packed.size() / 2 && stated / 1032 <= packed.size()) room = stated + 1;
  }
  for (;;) {
    const std::size_t filled = out.size();
    if (filled > allowed) return std::unexpected(over);
    const std::size_t before = whole_size - packed.size();
    if (is_bomb(filled, before + consumed, limits)) return std::unexpected(ratio_exceeded(limits));
    if (filled <= limits.ratio_free_size) room = std::min(room, limits.ratio_free_size + 1 - filled);
    const std::size_t target = std::min(allowed + 1, filled + std::max<std::size_t>(room, 1));
    int result = Z_OK;
    out.resize_and_overwrite(target, [&](char* data, std::size_t size) {
      std::size_t at = filled;
      while (at < size && result == Z_OK) {
        stream.avail_in = chunk(packed.size() - consumed);
        const uInt offered_in = stream.avail_in;
        stream.next_out = reinterpret_cast<Bytef*>(data + at);
        stream.avail_out = chunk(size - at);
        const uInt offered_out = stream.avail_out;
        result = ::inflate(&stream, Z_NO_FLUSH);
        consumed += offered_in - stream.avail_in;
        at += offered_out - stream.avail_out;
        if (result == Z_OK && stream.avail_in == 0 && consumed == packed.size() && stream.avail_out != 0) result = Z_BUF_ERROR;
      }
      return at;
    });
    if (result == Z_STREAM_END) {
      if (out.size() > allowed) return std::unexpected(over);
      return consumed;
    }
    if (result == Z_BUF_ERROR) return std::unexpected(truncated(whole_size));
    if (result != Z_OK) {
      std::string text = "gzip data are damaged";
      if (stream.msg != nullptr) text += std::string(": ") + stream.msg;
      return std::unexpected(Error{Fault::corrupt_archive, std::move(text), {}});
    }
    room = out.size();
  }
}

}  // namespace

Error ratio_exceeded(const Limits& limits) {
  return {Fault::limit, "decompresses to more than " + std::to_string(limits.compression_ratio) + " times its size", "compression_ratio"};
}

Gunzipped gunzip(std::string_view packed, std::size_t allowed, const Error& over, const Limits& limits) {
  Gunzipped result;
  std::string_view rest = packed;
  for (bool first = true;; first = false) {
    const auto header = read_header(rest);
    if (!header) {
      if (first) result.fault = truncated(packed.size());
      else result.deviations.push_back("gzip: " + std::to_string(rest.size()) + " bytes too many at the end");
      return result;
    }
    if (rest[2] != 8) {
      if (first) result.fault = Error{Fault::corrupt_archive, "gzip: unknown compression method " + std::to_string(static_cast<unsigned char>(rest[2])), {}};
      else result.deviations.push_back("gzip: " + std::to_string(rest.size()) + " bytes too many at the end");
      return result;
    }
    if (first) result.name = header->name;
    const std::size_t start = result.bytes.size();
    const auto consumed = inflate_onto(result.bytes, rest.substr(header->size), allowed, over, packed.size(), limits);
    if (!consumed) {
      result.fault = consumed.error();
      return result;
    }
    rest.remove_prefix(header->size + *consumed);

    // The trailer: checksum and size. Deflate marks its own end, so the data are complete here. Where the trailer is cut short,
    // what is there of it must fit (damaged data may run on into it); then it is a deviation. A size field that is wrong beside a
    // right checksum: a deviation. A wrong checksum: the data or the checksum were changed, which of the two cannot be known,
    // so nothing is believed.
    const std::string_view data = std::string_view(result.bytes).substr(start);
    const auto checksum = static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
    const std::string trailer = little_endian_of(checksum) + little_endian_of(static_cast<std::uint32_t>(data.size()));
    const std::size_t compared = rest.size() < 8 ? rest.size() : 4;
    if (rest.substr(0, compared) != std::string_view(trailer).substr(0, compared)) {
      result.fault = Error{Fault::corrupt_archive, "gzip data do not match their checksum", {}};
      return result;
    }
    if (rest.size() < 8) {
      result.deviations.push_back(rest.empty() ? "gzip trailer: missing" : "gzip trailer: " + std::to_string(8 - rest.size()) + " bytes missing");
      return result;
    }
    if (rest.substr(4, 4) != std::string_view(trailer).substr(4)) result.deviations.push_back("gzip trailer: wrong size field");
    rest.remove_prefix(8);
    if (rest.starts_with(magic) && rest.size() > 2 && rest[2] == 8) continue;  // a further member
    // Mimecast appends two bytes; tar and tape tools pad with zeros, which is customary.
    if (rest.find_first_not_of('\0') != rest.npos)
      result.deviations.push_back("gzip trailer: " + std::to_string(rest.size()) + (rest.size() == 1 ? " byte" : " bytes") + " too many");
    return result;
  }
}

namespace {

class GunzipSource final : public ByteSource {
 public:
  GunzipSource(std::unique_ptr<ByteSource> packed, const Limits& limits) : packed_(std::move(packed)), limits_(limits), inflater_(MAX_WBITS + 16) {}

  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    if (ended_ || size == 0) return 0;
    z_stream& stream = inflater_.stream();
    if (!inflater_.ready()) return fail({Fault::corrupt_archive, "no memory to decompress", {}});
    stream.next_out = reinterpret_cast<Bytef*>(to);
    stream.avail_out = chunk(size);
    const uInt offered = stream.avail_out;
    while (stream.avail_out == offered) {
      if (stream.avail_in == 0) {
        const auto count = packed_->read(block_.data(), block_.size());
        if (!count) return fail(count.error());
        if (*count == 0) {
          if (between_members_) return ended_ = true, std::size_t{0};
          return fail(truncated(consumed_));
        }
        consumed_ += *count;
        stream.next_in = reinterpret_cast<Bytef*>(block_.data());
        stream.avail_in = static_cast<uInt>(*count);
      }
      if (between_members_) {
        if (stream.next_in[0] != 0x1f) return ended_ = true, std::size_t{0};  // padding or junk behind complete data
        ::inflateReset(&stream);
        between_members_ = false;
      }
      const int result = ::inflate(&stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END) between_members_ = true;
      else if (result != Z_OK && result != Z_BUF_ERROR)
        return fail({Fault::corrupt_archive, std::string("gzip data are damaged") + (stream.msg != nullptr ? std::string(": ") + stream.msg : ""), {}});
    }
    const std::size_t got = offered - stream.avail_out;
    produced_ += got;
    if (is_bomb(produced_, consumed_, limits_)) return fail(ratio_exceeded(limits_));
    return got;
  }

 private:
  std::unexpected<Error> fail(Error error) {
    ended_ = true;
    return std::unexpected(std::move(error));
  }

  std::unique_ptr<ByteSource> packed_;
  Limits limits_;
  Inflater inflater_;
  std::array<char, 64u << 10> block_;
  std::size_t consumed_ = 0, produced_ = 0;
  bool between_members_ = false, ended_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> gunzip_source(std::unique_ptr<ByteSource> packed, const Limits& limits) {
  return std::make_unique<GunzipSource>(std::move(packed), limits);
}

}  // namespace dmarcq
