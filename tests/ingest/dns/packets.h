// SPDX-License-Identifier: MIT
// DNS packets as name servers write them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dmarcq::test {

inline std::string word(unsigned number) {
  return {static_cast<char>(number >> 8 & 0xff), static_cast<char>(number & 0xff)};
}

/// "\3www\7example\3com\0".
inline std::string wire_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    out += static_cast<char>(end);
    out += name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return out + '\0';
}

inline std::string wire_record(std::string_view name, unsigned type, const std::string& data,
                               unsigned ttl = 300, unsigned of_class = 1) {
  return wire_name(name) + word(type) + word(of_class) + word(ttl >> 16) + word(ttl & 0xffff) +
         word(static_cast<unsigned>(data.size())) + data;
}

inline std::string wire_txt(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())).append(text);
}

struct Packet {
  unsigned id = 0x1234, flags = 0x8180;  ///< an answer, recursion was desired and is available
  std::string question_name = "example.com";
  unsigned question_type = 16;
  std::string answers;
  unsigned answer_count = 0;
  std::string authority;
  unsigned authority_count = 0;

  Packet& add(std::string_view name, unsigned type, const std::string& data, unsigned ttl = 300) {
    answers += wire_record(name, type, data, ttl);
    ++answer_count;
    return *this;
  }
  std::string bytes() const {
    return word(id) + word(flags) + word(1) + word(answer_count) + word(authority_count) + word(0) +
           wire_name(question_name) + word(question_type) + word(1) + answers + authority;
  }
};

}  // namespace dmarcq::test
