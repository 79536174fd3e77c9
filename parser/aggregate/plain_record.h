// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/base/limits.h"
#include "parser/aggregate/element_name.h"
#include "parser/aggregate/field_text.h"

namespace dmarcq {

/// A node of a plain record: see PlainRecords.
struct Plain {
  std::string_view name, value;
  Tag tag = Tag::unknown;
  bool has_children = false;
  TextShape shape;         ///< of value
  std::uint32_t next = 0;  ///< distance to the next sibling, 0 without one
};
class PlainNode {
 public:
  PlainNode(const Plain* node) : node_(node) {}
  explicit operator bool() const { return node_ != nullptr; }
  PlainNode first_child() const { return node_->has_children ? node_ + 1 : nullptr; }
  PlainNode next_sibling() const { return node_->next > 0 ? node_ + node_->next : nullptr; }
  bool has_children() const { return node_->has_children; }
  static constexpr bool is_element() { return true; }
  static constexpr bool is_text() { return false; }
  static constexpr bool is_cdata() { return false; }
  static constexpr bool is_doctype() { return false; }
  std::string_view name() const { return node_->name; }
  std::string_view value() const { return node_->value; }
  TextShape shape() const { return node_->shape; }
  Tag tag(const ElementNames&) const { return node_->tag; }
  static constexpr bool needs_measuring = false;  ///< PlainRecords does

 private:
  const Plain* node_;
};

/// Reads a <record> without a tree, when it is as most are: elements without attributes that hold
/// either elements and white space, or text; no comment, no CDATA, no processing instruction. This
/// is the same as what pugixml makes of it (a test compares them for every fixture), in less than
/// half the time; anything else is left to pugixml.
class PlainRecords {
 public:
  PlainRecords(const ElementNames& names, const Limits& limits)
      : names_(names),
        max_depth_(std::min(limits.xml_depth, most_open)),
        max_size_(limits.element_size) {}
  /// The record at `at`, which is moved behind it; null if it is not plain. Valid until the next
  /// call.
  const Plain* next(std::string_view text, std::size_t& at);

 private:
  static constexpr std::size_t most_open = 16, most_plain_nodes = 4096;

  const ElementNames& names_;
  std::size_t max_depth_, max_size_;
  std::vector<Plain> nodes_;
};

}  // namespace dmarcq
