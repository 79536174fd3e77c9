// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dmarcq {

/// The name of an element or an attribute. It can only be written in the source: no text from a
/// report can become one.
class MarkupName {
 public:
  consteval MarkupName(const char* name) : name_(name) {}
  constexpr const char* c_str() const { return name_; }

 private:
  const char* name_;
};

/// A place in an HtmlTree. Cheap to copy; lives as long as the tree. All text and attribute values
/// pass through here as they are and are escaped when the tree is written; control, bidirectional
/// and invisible characters are dropped on the way in.
class Element {
 public:
  /// A new last child.
  Element add(MarkupName name) const;
  Element add(MarkupName name, MarkupName css_class) const {
    return add(name).set("class", css_class.c_str());
  }
  Element add(MarkupName name, MarkupName css_class, std::string_view content) const {
    return add(name, css_class).text(content);
  }
  /// Appends text.
  Element text(std::string_view) const;
  Element set(MarkupName attribute, std::string_view value) const;
  Element set(MarkupName attribute, const char* value) const {
    return set(attribute, std::string_view(value));
  }
  template <std::integral Integer>
  Element set(MarkupName attribute, Integer value) const {
    return set(attribute, std::string_view(std::to_string(value)));
  }
  /// A coordinate of SVG, with at most two decimals.
  Element set(MarkupName attribute, double value) const;

 private:
  friend class HtmlTree;
  explicit Element(void* node) : node_(node) {}
  void* node_;  // of the library that html_dom.cc hides
};

/// A tree of HTML5 with SVG in it, built first and written once, so that nothing can be forgotten
/// to escape or to close.
class HtmlTree {
 public:
  /// The tree begins as one element: "html" for a document.
  explicit HtmlTree(MarkupName root);
  ~HtmlTree();
  HtmlTree(HtmlTree&&) noexcept;

  Element root() const;
  /// Void elements have no end tag, all others have one; SVG too, where HTML allows it.
  /// `with_doctype` puts <!DOCTYPE html> first.
  std::string write(bool with_doctype) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dmarcq
