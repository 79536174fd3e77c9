// SPDX-License-Identifier: MIT
#include "report/render/page/html_dom.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <pugixml.hpp>

#include "report/render/escape.h"

namespace dmarcq {
namespace {

// The tree is the library's, the writing is ours: it writes XML, where <td/> and <br></br> are
// legal, and in HTML they are not.

pugi::xml_node node_of(void* node) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node));
}

bool is_void(std::string_view name) {
  static constexpr std::array<std::string_view, 7> names{"meta", "br",   "hr",   "col",
                                                         "img",  "link", "input"};
  return std::ranges::find(names, name) != names.end();
}
/// Elements after whose end a line break cannot be seen, so that the source is readable.
bool is_block(std::string_view name) {
  static constexpr std::array<std::string_view, 35> names{
      "html",       "head",  "meta",    "title", "style",   "body",    "header", "main", "section",
      "footer",     "nav",   "h1",      "h2",    "h3",      "h4",      "p",      "div",  "figure",
      "figcaption", "table", "caption", "thead", "tbody",   "tfoot",   "tr",     "ul",   "ol",
      "li",         "dl",    "dt",      "dd",    "details", "summary", "svg",    "g"};
  return std::ranges::find(names, name) != names.end();
}

void append_escaped(std::string& to, std::string_view text, bool attribute) {
  for (const char c : text) {
    switch (c) {
      case '&': to += "&amp;"; break;
      case '<': to += "&lt;"; break;
      case '>': to += "&gt;"; break;
      case '"':
        if (attribute)
          to += "&quot;";
        else
          to += c;
        break;
      default: to += c;
    }
  }
}

void append_node(std::string& to, const pugi::xml_node& node) {
  if (node.type() == pugi::node_pcdata) {
    // A style sheet must stand as it is: HTML resolves nothing inside it. It is ours, but nothing
    // in it may end it.
    if (std::string_view(node.parent().name()) == "style") {
      std::ranges::copy_if(std::string_view(node.value()), std::back_inserter(to),
                           [](char c) { return c != '<'; });
      return;
    }
    append_escaped(to, node.value(), false);
    return;
  }
  const std::string_view name = node.name();
  to += '<';
  to += name;
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    to += ' ';
    to += attribute.name();
    to += "=\"";
    append_escaped(to, attribute.value(), true);
    to += '"';
  }
  to += '>';
  if (!is_void(name)) {
    for (const pugi::xml_node& child : node.children()) append_node(to, child);
    to += "</";
    to += name;
    to += '>';
  }
  if (is_block(name)) to += '\n';
}

}  // namespace

Element Element::add(MarkupName name) const {
  return Element(node_of(node_).append_child(name.c_str()).internal_object());
}

Element Element::text(std::string_view content) const {
  std::string clean = terminal_text(content);
  // A number and its percent sign belong on one line.
  for (std::size_t at = 0; (at = clean.find(" %", at)) != std::string::npos; at += 3)
    clean.replace(at, 1, "\u00a0");
  if (!clean.empty()) node_of(node_).append_child(pugi::node_pcdata).set_value(clean.c_str());
  return *this;
}

Element Element::set(MarkupName attribute, std::string_view value) const {
  pugi::xml_node node = node_of(node_);
  pugi::xml_attribute place = node.attribute(attribute.c_str());
  if (!place) place = node.append_attribute(attribute.c_str());
  place.set_value(terminal_text(value).c_str());
  return *this;
}

Element Element::set(MarkupName attribute, double value) const {
  std::string text = fmt::format("{:.2f}", value);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return set(attribute, std::string_view(text == "-0" ? "0" : text));
}

struct HtmlTree::Impl {
  pugi::xml_document document;
};

HtmlTree::HtmlTree(MarkupName root) : impl_(std::make_unique<Impl>()) {
  impl_->document.append_child(root.c_str());
}
HtmlTree::~HtmlTree() = default;
HtmlTree::HtmlTree(HtmlTree&&) noexcept = default;

Element HtmlTree::root() const { return Element(impl_->document.first_child().internal_object()); }

std::string HtmlTree::write(bool with_doctype) const {
  std::string out = with_doctype ? "<!DOCTYPE html>\n" : "";
  append_node(out, impl_->document.first_child());
  return out;
}

}  // namespace dmarcq
