// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/spf_cost.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

/// The terms of a record that are evaluated, in lower case and without qualifiers; nothing when the
/// text is no SPF record. Terms after `all` never are (RFC 7208 section 5.1), nor is a redirect
/// beside it (section 6.1).
std::optional<std::vector<std::string>> terms_of(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  words >> word;
  if (lower(word) != "v=spf1") return std::nullopt;
  std::vector<std::string> terms;
  while (words >> word) {
    std::string term = lower(word);
    if (std::string_view("+-~?").contains(term.front())) term.erase(0, 1);
    if (term == "all") {
      std::erase_if(terms, [](const std::string& t) { return t.starts_with("redirect="); });
      break;
    }
    terms.push_back(std::move(term));
  }
  return terms;
}

class Counting {
 public:
  explicit Counting(const Zone& zone) : zone_(zone) {}

  /// Of a name's records. An include that is reached twice costs twice; one that leads back to
  /// itself is a permanent error, and counted as far as it was followed.
  unsigned lookups_of(const std::string& name) {
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    if (!path_.insert(name).second) return 0;
    unsigned lookups = 0;
    for (const std::string& text : zone_.txt(name)) {
      const auto terms = terms_of(text);
      if (!terms) continue;
      for (const std::string& term : *terms)
        lookups = std::min(lookups + cost_of(term), SpfCost::most_lookups);
    }
    path_.erase(name);
    return known_[name] = lookups;
  }
  std::vector<std::string> take_unseen() { return std::move(unseen_); }

 private:
  unsigned cost_of(const std::string& term) {
    if (term.starts_with("include:") || term.starts_with("redirect=")) {
      const std::string target = folded_domain(term.substr(term.find_first_of(":=") + 1));
      if (zone_.holds(target) && !zone_.txt(target).empty()) return 1 + lookups_of(target);
      if (std::ranges::find(unseen_, target) == unseen_.end()) unseen_.push_back(target);
      return 1;
    }
    const std::string mechanism = term.substr(0, term.find_first_of(":/"));
    return mechanism == "a" || mechanism == "mx" || mechanism == "ptr" || mechanism == "exists";
  }

  const Zone& zone_;
  std::map<std::string, unsigned> known_;
  std::set<std::string> path_;
  std::vector<std::string> unseen_;
};

}  // namespace

SpfCost spf_cost(const Zone& zone, std::string_view name) {
  const std::string folded = lower(name);
  SpfCost cost;
  cost.records = static_cast<unsigned>(std::ranges::count_if(
      zone.txt(folded), [](const std::string& text) { return terms_of(text).has_value(); }));
  Counting counting(zone);
  cost.lookups = counting.lookups_of(folded);
  cost.unseen = counting.take_unseen();
  return cost;
}

}  // namespace dmarcq
