// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <vector>

#include "report/analysis/sender/catalogue.h"
#include "report/analysis/words.h"

namespace dmarcq {

/// The names of services and routes that identification compares, by place instead of by text:
/// there are up to a million rows, and a few hundred names. Those of the catalogue are interned
/// once, at the start.
class SenderWords {
 public:
  explicit SenderWords(const SenderCatalogue&);
  SenderWords(const SenderWords&) = delete;  // its words point into it
  SenderWords& operator=(const SenderWords&) = delete;

  /// Of a line of the catalogue; null when it is empty.
  InternedString service(const CatalogueLine& line) const { return of(line).service; }
  InternedString route(const CatalogueLine& line) const { return of(line).route; }
  /// Null for "". Only where a name comes from the owner, or is made of several.
  InternedString intern(std::string_view word) { return word.empty() ? nullptr : words_[word]; }

 private:
  struct LineWords {
    InternedString service, route;
  };
  const LineWords& of(const CatalogueLine& line) const {
    return lines_[static_cast<std::size_t>(&line - first_line_)];
  }
  Words words_;
  const CatalogueLine* first_line_;
  std::vector<LineWords> lines_;  ///< parallel to the catalogue's

 public:
  const InternedString salesforce;  ///< the service; its routes:
  const InternedString core, marketing_cloud, account_engagement, email_relay, unspecified;
  const InternedString own_relay;  ///< a relay of the owner's that has no name
};

/// For an order that does not depend on places; "" for null.
inline std::string_view text_of(InternedString word) {
  return word == nullptr ? std::string_view() : std::string_view(*word);
}

}  // namespace dmarcq
