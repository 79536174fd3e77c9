// SPDX-License-Identifier: MIT
#include "parser/aggregate/plain_record.h"

#include <array>
#include <bit>
#include <cstring>

#include "parser/aggregate/markup.h"

namespace dmarcq {
namespace {

/// memcmp for names: they are short, and a call costs more than they do.
bool same(const char* a, const char* b, std::size_t length) {
  const auto equal = [&]<class Block>(Block x, std::size_t at) {
    Block y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x == y;
  };
  if (length > 16) return std::memcmp(a, b, length) == 0;
  if (length >= 8) return equal(std::uint64_t{}, 0) && equal(std::uint64_t{}, length - 8);
  if (length >= 4) return equal(std::uint32_t{}, 0) && equal(std::uint32_t{}, length - 4);
  for (std::size_t i = 0; i < length; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

constexpr std::uint64_t each(char byte) {
  return 0x0101010101010101u * static_cast<unsigned char>(byte);
}
constexpr bool little_endian = std::endian::native == std::endian::little;

/// The first that is no blank: indentation is a third of a report.
const char* skip_blanks(const char* p, const char* end) {
  if constexpr (little_endian) {
    for (std::uint64_t block; end - p >= 8; p += 8) {
      std::memcpy(&block, p, 8);
      if ((block ^= each(' ')) != 0) return p + std::countr_zero(block) / 8;
    }
  }
  while (p != end && *p == ' ') ++p;
  return p;
}

/// memchr, for what is near.
const char* find_byte(const char* p, const char* end, char byte) {
  if constexpr (little_endian) {
    for (std::uint64_t block; end - p >= 8; p += 8) {
      std::memcpy(&block, p, 8);
      block ^= each(byte);
      if (const std::uint64_t found = (block - each(1)) & ~block & each('\x80'))
        return p + std::countr_zero(found) / 8;
    }
  }
  while (p != end && *p != byte) ++p;
  return p;
}

}  // namespace

// Long because all of it shares the state of one pass over the bytes, which is where parsing spends
// its time.
const Plain* PlainRecords::next(std::string_view text, std::size_t& at) {
  const char* p = text.data() + at;
  const char* const end = text.data() + text.size();
  const auto skip_space = [&] {
    while (p != end && *p != '<' && (*p == '\n' || *p == ' ' || *p == '\r' || *p == '\t'))
      p = skip_blanks(p + 1, end);
  };
  std::size_t count = 0, open = 0;
  std::array<std::uint32_t, most_open> stack;
  std::array<std::uint32_t, most_open> last_child;
  skip_space();
  const char* const begin = p;
  do {
    // At a '<', between elements.
    if (end - p < 4 || *p != '<') return nullptr;
    ++p;
    if (*p == '/') {
      if (open == 0) return nullptr;
      ++p;
      const Plain& element = nodes_[stack[open - 1]];
      const std::size_t length = element.name.size();
      if (static_cast<std::size_t>(end - p) <= length || !same(p, element.name.data(), length) ||
          p[length] != '>')
        return nullptr;
      p += length + 1;
      --open;
    } else {
      if (open + 2 > max_depth_) return nullptr;  // the record itself is at depth 2
      if (count == nodes_.size()) {
        if (count == most_plain_nodes) return nullptr;
        nodes_.emplace_back();
      }
      Plain& node = nodes_[count];
      node.name = {p, static_cast<std::size_t>(find_byte(p, end, '>') - p)};
      if (node.name.size() == static_cast<std::size_t>(end - p)) return nullptr;
      node.tag = tag_of(node.name);
      if (node.tag == Tag::unknown) {  // not necessarily a name at all
        if (node.name.empty() ||
            markup_at(text, static_cast<std::size_t>(p - 1 - text.data())).kind !=
                Markup::Kind::start ||
            node.name.find_first_of(" \t\r\n") != std::string_view::npos)
          return nullptr;
        node.tag = names_.tag(node.name, {});
      }
      p += node.name.size() + 1;
      node.value = {};
      node.has_children = false;
      node.next = 0;
      if (open == 0) {
        if (node.tag != Tag::record) return nullptr;
      } else {
        Plain& parent = nodes_[stack[open - 1]];
        if (parent.has_children)
          nodes_[last_child[open - 1]].next = static_cast<std::uint32_t>(count) -
                                              last_child[open - 1];
        parent.has_children = true;
        last_child[open - 1] = static_cast<std::uint32_t>(count);
      }
      if (p == end) return nullptr;
      if (*p != '<' && *p != '\n' && *p != '\r') {  // text, or indentation on the same line
        node.value = text_until_markup(p, end, node.shape);
        const char* const less = p + node.value.size();
        const std::size_t length_of_name = node.name.size();
        if (static_cast<std::size_t>(end - less) < length_of_name + 3) return nullptr;
        if (less[1] == '/') {
          if (!same(less + 2, node.name.data(), length_of_name) || less[2 + length_of_name] != '>')
            return nullptr;
          p = less + 3 + length_of_name;
          ++count;
          skip_space();
          continue;
        }
      }
      node.value = {};
      stack[open++] = static_cast<std::uint32_t>(count++);
    }
    if (open > 0) skip_space();
  } while (open > 0);
  if (static_cast<std::size_t>(p - begin) > max_size_) return nullptr;
  at = static_cast<std::size_t>(p - text.data());
  return nodes_.data();
}

}  // namespace dmarcq
