// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "report/render/page/html_dom.h"

namespace dmarcq::test {

/// What `add` adds to a <span>, as HTML.
template <class Add>
std::string inside_span(Add add) {
  const HtmlTree tree("span");
  add(tree.root());
  const std::string html = tree.write(false);
  return html.substr(6, html.size() - 13);
}

}  // namespace dmarcq::test
