// SPDX-License-Identifier: MIT
#include "ingest/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "ingest/encoded_text.h"

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

/// From UCS-4, glibc writes numbers that no character has, in a longer form of UTF-8 than there is.
std::size_t replace_what_is_no_character(std::string& text, std::size_t from) {
  const auto suspicious = [](char c) { return static_cast<unsigned char>(c) >= 0xf4 || c == '\xed'; };
  if (std::none_of(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), suspicious)) return 0;
  const std::string valid = valid_utf8(std::string_view(text).substr(from));
  if (std::string_view(text).substr(from) == valid) return 0;
  text.replace(from, text.npos, valid);
  return 1;
}

}  // namespace

std::optional<std::size_t> append_as_utf8(std::string& out, std::string_view bytes, std::string_view charset, std::size_t unit) {
  if (charset.empty() || charset.size() > longest_name || charset.find_first_of(std::string_view("/\0", 2)) != charset.npos) return {};
  const Handle handle{std::string(charset)};
  if (!handle.usable()) return {};
  const std::size_t start = out.size();
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
      if (flushing) return replaced + replace_what_is_no_character(out, start);
      flushing = true;  // stateful charsets (ISO-2022-JP) may hold something back
    } else if (errno != E2BIG) {
      if (flushing || left == 0) return replaced + replace_what_is_no_character(out, start);
      const std::size_t skipped = std::min(unit, left);  // EILSEQ, or EINVAL: the text ends inside a character
      in += skipped;
      left -= skipped;
      out += replacement;
      ++replaced;
    }
  }
}

}  // namespace dmarcq
