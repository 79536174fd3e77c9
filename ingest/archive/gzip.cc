// SPDX-License-Identifier: MIT
#include "ingest/archive/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "ingest/base/pieces.h"

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
  /// For another stream.
  z_stream& restarted() {
    ::inflateReset(&stream_);
    return stream_;
  }
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
    at += 2u + static_cast<unsigned char>(packed[at]) +
          256u * static_cast<unsigned char>(packed[at + 1]);
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

Error truncated(std::size_t size) {
  return {Fault::truncated, "gzip stream ends after " + std::to_string(size) + " bytes", {}};
}

uInt chunk(std::size_t size) noexcept {
  return static_cast<uInt>(std::min<std::size_t>(size, UINT_MAX));
}
// zlib's interface is not const-correct; it never writes to its input.
Bytef* input(const char* bytes) noexcept {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));
}

/// What a member costs at least, so that a million empty ones come to an end as well.
constexpr std::size_t cost_of_a_member = 512;

/// How many bytes will come. The last four bytes of an honest file state it; they are only a guess
/// at the room needed, never believed.
std::size_t expected_size(std::string_view packed) {
  if (packed.size() >= 8) {
    const std::size_t stated = little_endian(packed.substr(packed.size() - 4));
    if (stated >= packed.size() / 2 && stated / 1032 <= packed.size()) return stated + 1;
  }
  return packed.size() * 8;
}

struct Stream {
  std::size_t consumed = 0, produced = 0;
  std::uint32_t checksum = 0;
};

/// Inflates one raw deflate stream behind what `out` holds.
std::expected<Stream, Error> inflate_onto(Pieces& out, Inflater& inflater, std::string_view packed,
                                          Budget& budget, std::size_t whole_size,
                                          const Limits& limits) {
  z_stream& stream = inflater.restarted();
  stream.next_in = input(packed.data());
  Stream done;
  const std::size_t before = whole_size - packed.size();
  if (!budget.unpack(cost_of_a_member)) return std::unexpected(budget.exceeded());
  for (;;) {
    int result = Z_OK;
    const std::size_t produced = out.append(1, [&](char* data, std::size_t size) {
      std::size_t at = 0;
      while (at < size && result == Z_OK) {
        stream.avail_in = chunk(packed.size() - done.consumed);
        const uInt offered_in = stream.avail_in;
        stream.next_out = reinterpret_cast<Bytef*>(data + at);
        stream.avail_out = chunk(size - at);
        const uInt offered_out = stream.avail_out;
        result = ::inflate(&stream, Z_NO_FLUSH);
        done.consumed += offered_in - stream.avail_in;
        at += offered_out - stream.avail_out;
        if (result == Z_OK && stream.avail_in == 0 && done.consumed == packed.size() &&
            stream.avail_out != 0)
          result = Z_BUF_ERROR;
      }
      done.checksum = static_cast<std::uint32_t>(
          ::crc32_z(done.checksum, reinterpret_cast<const Bytef*>(data), at));
      return at;
    });
    done.produced += produced;
    if (!budget.unpack(produced)) return std::unexpected(budget.exceeded());
    if (result == Z_STREAM_END) return done;
    if (result == Z_BUF_ERROR) return std::unexpected(truncated(whole_size));
    if (result != Z_OK) {
      std::string text = "gzip data is corrupt";
      if (stream.msg != nullptr) text += std::string(": ") + stream.msg;
      return std::unexpected(Error{Fault::corrupt_archive, std::move(text), {}});
    }
    if (is_bomb(out.size(), before + done.consumed, limits))
      return std::unexpected(ratio_exceeded(limits));
  }
}

}  // namespace

Gunzipped gunzip(std::string_view packed, Budget& budget, const Limits& limits) {
  Gunzipped result;
  Inflater inflater(-MAX_WBITS);
  if (!inflater.ready()) throw std::bad_alloc();
  // The head has its room before the pieces do: behind them it would keep their memory from being
  // given back.
  constexpr std::size_t longest_head = 4096;
  result.bytes.reserve(longest_head);
  Pieces pieces(expected_size(packed));
  const auto complete = [&] { result.bytes = std::move(pieces).join(); };
  const auto damaged = [&](Error error) {
    result.fault = std::move(error);
    result.bytes.assign(pieces.head().substr(0, longest_head));
  };
  std::string_view rest = packed;
  for (bool first = true;; first = false) {
    const auto header = read_header(rest);
    if (!header) {
      if (first)
        result.fault = truncated(packed.size());
      else
        result.deviations.push_back("gzip: " + std::to_string(rest.size()) +
                                    " bytes too many at the end");
      complete();
      return result;
    }
    if (rest[2] != 8) {
      if (first)
        result.fault = Error{Fault::corrupt_archive,
                             "gzip: unknown compression method " +
                                 std::to_string(static_cast<unsigned char>(rest[2])),
                             {}};
      else
        result.deviations.push_back("gzip: " + std::to_string(rest.size()) +
                                    " bytes too many at the end");
      complete();
      return result;
    }
    if (first) result.name = header->name;
    const auto member =
        inflate_onto(pieces, inflater, rest.substr(header->size), budget, packed.size(), limits);
    if (!member) {
      damaged(member.error());
      return result;
    }
    rest.remove_prefix(header->size + member->consumed);

    // The trailer: checksum and size. Deflate marks its own end, so the data are complete here.
    // Where the trailer is cut short, what is there of it must fit (damaged data may run on into
    // it); then it is a deviation. A size field that is wrong beside a right checksum: a deviation.
    // A wrong checksum: the data or the checksum were changed, which of the two cannot be known, so
    // nothing is believed.
    const std::string trailer = little_endian_of(member->checksum) +
                                little_endian_of(static_cast<std::uint32_t>(member->produced));
    const std::size_t compared = rest.size() < 8 ? rest.size() : 4;
    if (rest.substr(0, compared) != std::string_view(trailer).substr(0, compared)) {
      damaged({Fault::corrupt_archive, "gzip data does not match its checksum", {}});
      return result;
    }
    if (rest.size() < 8) {
      result.deviations.push_back(
          rest.empty() ? "gzip trailer: missing"
                       : "gzip trailer: " + std::to_string(8 - rest.size()) + " bytes missing");
      complete();
      return result;
    }
    if (rest.substr(4, 4) != std::string_view(trailer).substr(4) && result.deviations.empty())
      result.deviations.push_back("gzip trailer: wrong size field");
    rest.remove_prefix(8);
    if (rest.starts_with(magic) && rest.size() > 2 && rest[2] == 8) continue;  // a further member
    // Mimecast appends two bytes; tar and tape tools pad with zeros, which is customary.
    if (rest.find_first_not_of('\0') != rest.npos)
      result.deviations.push_back("gzip trailer: " + std::to_string(rest.size()) +
                                  (rest.size() == 1 ? " byte" : " bytes") + " too many");
    complete();
    return result;
  }
}

namespace {

class GunzipSource final : public ByteSource {
 public:
  GunzipSource(std::unique_ptr<ByteSource> packed, const Limits& limits)
      : packed_(std::move(packed)), limits_(limits), inflater_(MAX_WBITS + 16) {}

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
        if (stream.next_in[0] != 0x1f)
          return ended_ = true, std::size_t{0};  // padding or junk behind complete data
        ::inflateReset(&stream);
        between_members_ = false;
      }
      const int result = ::inflate(&stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END)
        between_members_ = true;
      else if (result != Z_OK && result != Z_BUF_ERROR)
        return fail({Fault::corrupt_archive,
                     std::string("gzip data is corrupt") +
                         (stream.msg != nullptr ? std::string(": ") + stream.msg : ""),
                     {}});
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

std::unique_ptr<ByteSource> gunzip_source(std::unique_ptr<ByteSource> packed,
                                          const Limits& limits) {
  return std::make_unique<GunzipSource>(std::move(packed), limits);
}

GzipWriter::GzipWriter(const std::filesystem::path& path) : file_(gzopen(path.c_str(), "wb6")) {}

GzipWriter::~GzipWriter() {
  if (file_ != nullptr) gzclose(static_cast<gzFile>(file_));
}

bool GzipWriter::write(std::string_view bytes) {
  return file_ != nullptr &&
         gzfwrite(bytes.data(), 1, bytes.size(), static_cast<gzFile>(file_)) == bytes.size();
}

bool GzipWriter::finish() {
  return file_ != nullptr && gzclose(static_cast<gzFile>(std::exchange(file_, nullptr))) == Z_OK;
}

std::optional<std::size_t> lines_of_gzip(const std::filesystem::path& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return std::nullopt;
  std::vector<char> buffer(1u << 16);
  std::size_t lines = 0;
  int read = 0;
  while ((read = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
    lines += static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + read, '\n'));
  // What ends too early is told at the end.
  const bool whole = gzclose(file) == Z_OK && read == 0;
  return whole ? std::optional(lines) : std::nullopt;
}

}  // namespace dmarcq
