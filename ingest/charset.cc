// SPDX-License-Identifier: MIT
#include "ingest/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace dmarcq {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";
constexpr std::size_t longest_name = 40;

class Handle {
 public:
  explicit Handle(const std::string& charset) : handle_(::iconv_open("UTF-8", charset.c_str())) {}
  ~Handle() {
    if (usable()) ::iconv_close(handle_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  bool usable() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  iconv_t get() const { return handle_; }

 private:
  iconv_t handle_;
};

}  // namespace

std::optional<std::size_t> append_as_utf8(std::string& out, std::string_view bytes, std::string_view charset, std::size_t unit) {
  if (charset.empty() || charset.size() > longest_name || charset.find_first_of(std::string_view("/\0", 2)) != charset.npos) return {};
  const Handle handle{std::string(charset)};
  if (!handle.usable()) return {};
  std::size_t replaced = 0;
  std::array<char, 16u << 10> block;
  char* in = const_cast<char*>(bytes.data());  // POSIX: iconv does not write to its input
  std::size_t left = bytes.size();
  for (bool flushing = false;;) {
    char* to = block.data();
    std::size_t room = block.size();
    const std::size_t result = ::iconv(handle.get(), flushing ? nullptr : &in, flushing ? nullptr : &left, &to, &room);
    out.append(block.data(), block.size() - room);
    if (result != static_cast<std::size_t>(-1)) {
      if (flushing) return replaced;
      flushing = true;  // stateful charsets (ISO-2022-JP) may hold something back
    } else if (errno != E2BIG) {
      if (flushing || left == 0) return replaced;
      const std::size_t skipped = std::min(unit, left);  // EILSEQ, or EINVAL: the text ends inside a character
      in += skipped;
      left -= skipped;
      out += replacement;
      ++replaced;
    }
  }
}

}  // namespace dmarcq
