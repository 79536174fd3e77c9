// SPDX-License-Identifier: MIT
#include "parser/aggregate/element_name.h"

#include <algorithm>
#include <utility>

#include "parser/aggregate/markup.h"

namespace dmarcq {

bool ElementNames::root(std::string_view qualified, std::string_view start_tag, std::size_t most) {
  root_prefix_ = prefix_of(qualified);
  std::vector<std::pair<std::string_view, std::string_view>> declared;
  for (Attributes attribute(start_tag); attribute.next();) {
    const bool prefixed = attribute.name.starts_with("xmlns:");
    if (prefixed && declared.size() == most) return false;
    if (prefixed) declared.emplace_back(attribute.name.substr(6), attribute.value);
    if (prefixed ? attribute.name.substr(6) == root_prefix_
                 : attribute.name == "xmlns" && root_prefix_.empty())
      root_namespace_ = attribute.value;
  }
  for (const auto& [prefix, uri] : declared)
    if (foreign(prefix, uri)) foreign_.push_back(prefix);
  std::ranges::sort(foreign_);
  return true;
}

Tag ElementNames::prefixed_tag(std::string_view qualified, std::string_view start_tag) const {
  const std::string_view prefix = prefix_of(qualified);
  if (std::ranges::binary_search(foreign_, prefix)) return Tag::unknown;
  for (Attributes attribute(start_tag); attribute.next();)
    if (attribute.name.starts_with("xmlns:") && attribute.name.substr(6) == prefix &&
        foreign(prefix, attribute.value))
      return Tag::unknown;
  return tag_of(local_name(qualified));
}

}  // namespace dmarcq
