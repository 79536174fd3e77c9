// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dmarcq {

// Where the markup of a document lies, without building anything. It draws the borders of tags
// exactly as pugixml does for what pugixml accepts, so that cutting a document by these borders
// never changes its meaning; on top it says what a broken document holds, which pugixml does not.

/// One piece of markup, beginning at a '<'.
struct Markup {
  enum class Kind {
    start,
    empty,
    end,  ///< <name …>, <name …/>, </name>
    comment,
    cdata,
    instruction,
    doctype,
    stray,      ///< a '<' that starts none of these: text
    cut_short,  ///< "<name" with the next '<' where its '>' should be
    unfinished  ///< the document ends inside
  };
  Kind kind = Kind::stray;
  std::size_t end = 0;    ///< offset just behind it
  std::string_view name;  ///< of start, empty, end and cut_short: with its prefix
  std::size_t attributes = 0;
};
Markup markup_at(std::string_view text, std::size_t at);

/// "row" of "d:row"; and "d".
std::string_view local_name(std::string_view qualified);
std::string_view prefix_of(std::string_view qualified);
/// The attributes of a start tag, raw, one after another.
class Attributes {
 public:
  explicit Attributes(std::string_view tag) : tag_(tag) {}
  bool next();
  std::string_view name, value;

 private:
  std::string_view tag_;
  std::size_t at_ = 0;
};

/// The extent of one element.
struct Extent {
  enum class Fault { none, mismatch, unfinished, too_deep, doctype };
  Fault fault = Fault::none;
  std::size_t end = 0;           ///< just behind its end tag; with a fault: where that is
  std::size_t nodes = 0;         ///< elements and attributes inside: what a tree of it would cost
  bool repairs = false;          ///< holds Markup::stray or ::cut_short
  std::string_view open, found;  ///< with Fault::mismatch: the element that is open, and the end
                                 ///< tag found
};
/// `at` is its start tag, `depth` the depth of that element (the root's is 1).
Extent element_at(std::string_view text, std::size_t at, std::size_t depth, std::size_t max_depth);

/// A copy in which stray '<' are "&lt;" and tags that are cut short are gone.
std::string repaired(std::string_view text);
/// The first of each, "" if there is none.
struct Flaws {
  std::string_view stray, cut;
};
Flaws first_flaws(std::string_view text);

/// Is there an end tag of that name behind `from`? Comments and the like are not looked at.
bool has_end_tag(std::string_view text, std::size_t from, std::string_view name);

/// 1-based.
std::size_t line_of(std::string_view text, std::size_t offset);

}  // namespace dmarcq
