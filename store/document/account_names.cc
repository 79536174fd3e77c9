// SPDX-License-Identifier: MIT
#include "store/document/account_names.h"

#include <algorithm>
#include <set>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

using Pairs = std::set<std::pair<std::string, std::string>>;

/// The last labels of a name, so many as asked for; "" when it has fewer.
std::string last_labels(std::string_view name, int labels) {
  std::size_t begin = name.size();
  for (int i = 0; i < labels; ++i) {
    if (begin == 0) return "";
    const std::size_t dot = name.rfind('.', begin - 1);
    begin = dot == std::string_view::npos ? 0 : dot;
  }
  return lower(name.substr(begin == 0 ? 0 : begin + 1));
}

/// Cheap: most sets name no account at all.
bool may_name_account(std::string_view text) {
  return text.find("bnc.salesforce.com") != std::string_view::npos ||
         text.find("onmicrosoft.com") != std::string_view::npos;
}

void add_pairs(std::string_view spf_set, std::string_view dkim_set, Pairs& pairs) {
  if (!may_name_account(spf_set) && !may_name_account(dkim_set)) return;
  std::set<std::string> passing;
  for (const SpfAuthResult& result : spf_set_from(spf_set))
    if (result.result.is(SpfResult::pass) && !result.scope.is(SpfScope::helo))
      passing.insert(lower(result.domain));
  for (const DkimAuthResult& result : dkim_set_from(dkim_set))
    if (result.result.is(DkimResult::pass)) passing.insert(lower(result.domain));
  // Longer than any name can be (RFC 1035 section 2.3.4): nobody's account, and no key of a table.
  constexpr std::size_t longest_name = 253;
  std::erase_if(passing, [](const std::string& name) { return name.size() > longest_name; });
  for (const std::string& name : passing) {
    const std::string account = account_in(name);
    if (account.empty()) continue;
    for (const std::string& other : passing)
      if (!other.empty() && account_in(other).empty()) pairs.emplace(account, other);
  }
}

}  // namespace

std::string account_in(std::string_view name) {
  const std::string folded = lower(name);
  std::string account;
  if (folded.ends_with(".bnc.salesforce.com"))
    account = last_labels(folded, 5);
  else if (folded.ends_with(".onmicrosoft.com"))
    account = last_labels(folded, 3);
  // A name with an empty label is none.
  return account.starts_with('.') || account.find("..") != account.npos ? "" : account;
}

std::vector<std::pair<std::string, std::string>> account_names_of(const PackedReport& report) {
  Pairs pairs;
  for (const PackedReport::Identity& identity : report.identities) {
    add_pairs(report.auth_sets[identity.spf].text, report.auth_sets[identity.dkim].text, pairs);
    if (pairs.size() > most_account_names) break;
  }
  std::vector<std::pair<std::string, std::string>> list(pairs.begin(), pairs.end());
  list.resize(std::min(list.size(), most_account_names));
  return list;
}

std::vector<std::pair<std::string, std::string>> account_names_in(std::string_view spf_set,
                                                                  std::string_view dkim_set) {
  Pairs pairs;
  add_pairs(spf_set, dkim_set, pairs);
  return {pairs.begin(), pairs.end()};
}

}  // namespace dmarcq
