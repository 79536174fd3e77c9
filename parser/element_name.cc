// SPDX-License-Identifier: MIT
#include "parser/element_name.h"

#include "parser/markup.h"

namespace dmarcq {

void ElementNames::root(std::string_view qualified, std::string_view start_tag) {
  root_prefix_ = prefix_of(qualified);
  for (const auto& [attribute, value] : attributes_of(start_tag)) {
    const bool prefixed = attribute.starts_with("xmlns:");
    if (prefixed) declared_.emplace_back(attribute.substr(6), value);
    if (prefixed ? attribute.substr(6) == root_prefix_ : attribute == "xmlns" && root_prefix_.empty()) root_namespace_ = value;
  }
}

Tag ElementNames::prefixed_tag(std::string_view qualified, std::string_view start_tag) const {
  const std::string_view prefix = prefix_of(qualified);
  for (const auto& [attribute, value] : attributes_of(start_tag))
    if (attribute.starts_with("xmlns:") && attribute.substr(6) == prefix && foreign(prefix, value)) return Tag::unknown;
  for (const auto& [declared, value] : declared_)
    if (declared == prefix && foreign(prefix, value)) return Tag::unknown;
  return tag_of(local_name(qualified));
}

}  // namespace dmarcq
