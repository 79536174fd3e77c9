// SPDX-License-Identifier: MIT
#include "ingest/mail/charset.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>

#include "ingest/base/pieces.h"
#include "ingest/mail/encoded_text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_sequence = 16;  ///< iconv writes no more for one character
constexpr std::string_view replacement = "\xef\xbf\xbd";
constexpr std::size_t longest_name = 40;

/// iconv_open() passes over other characters, so that what is no name would become one.
bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':' || c == '+';
  });
}

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
  const auto suspicious = [](char c) {
    return static_cast<unsigned char>(c) >= 0xf4 || c == '\xed';
  };
  if (std::none_of(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), suspicious))
    return 0;
  const std::string valid = valid_utf8(std::string_view(text).substr(from));
  if (std::string_view(text).substr(from) == valid) return 0;
  text.replace(from, text.npos, valid);
  return 1;
}

}  // namespace

std::optional<std::size_t> append_as_utf8(std::string& out, std::string_view bytes,
                                          std::string_view charset, std::size_t unit) {
  if (!is_name(charset)) return {};
  const Handle handle{std::string(charset)};
  if (!handle.usable()) return {};
  const std::size_t start_of_text = out.size();
  std::size_t replaced = 0;
  Pieces converted(bytes.size());
  char* in = const_cast<char*>(bytes.data());  // POSIX: iconv does not write to its input
  std::size_t left = bytes.size();
  for (bool flushing = false;;) {
    bool more = true;
    converted.append(longest_sequence, [&](char* const start, std::size_t size) {
      char* to = start;
      for (std::size_t room = size; more && room >= longest_sequence;) {
        const std::size_t result =
            ::iconv(handle.get(), flushing ? nullptr : &in, flushing ? nullptr : &left, &to, &room);
        if (result != static_cast<std::size_t>(-1)) {
          more = !flushing;
          flushing = true;  // stateful charsets (ISO-2022-JP) may hold something back
        } else if (errno == E2BIG) {
          break;
        } else if (flushing || left == 0) {
          more = false;
        } else if (room >= replacement.size()) {
          const std::size_t skipped = std::min(unit, left);  // EILSEQ, or EINVAL: the text ends
                                                             // inside a character
          in += skipped;
          left -= skipped;
          to = std::ranges::copy(replacement, to).out;
          room -= replacement.size();
          ++replaced;
        }
      }
      return static_cast<std::size_t>(to - start);
    });
    if (!more) break;
  }
  if (out.empty())
    out = std::move(converted).join();
  else
    out += std::move(converted).join();
  return replaced + replace_what_is_no_character(out, start_of_text);
}

std::string_view utf16_charset(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xff\xfe\0\0"sv)) return "";  // UTF-32
  return bytes.starts_with("\xff\xfe")   ? "UTF-16LE"
         : bytes.starts_with("\xfe\xff") ? "UTF-16BE"
                                         : "";
}

std::optional<std::string> utf8_of_utf16(std::string_view bytes) {
  const std::string_view charset = utf16_charset(bytes);
  if (charset.empty()) return {};
  std::string text;
  append_as_utf8(text, bytes.substr(utf16_mark_size), charset, 2);
  return text;
}

}  // namespace dmarcq
