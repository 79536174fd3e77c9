// SPDX-License-Identifier: MIT
#include "report/analysis/source_lines.h"

#include <algorithm>
#include <map>
#include <set>

namespace dmarcq {

std::vector<SourceLine> source_lines(std::span<const SourceRow> rows, const Judgement& judgement, Identifier& identifier) {
  const auto& senders = judgement.senders;
  std::map<std::pair<std::string, std::string>, std::uint32_t> services;
  for (const auto& sender : senders) services.try_emplace({sender.service, sender.route});
  std::uint32_t next = 0;
  for (auto& [key, position] : services) position = next++;
  std::vector<std::uint32_t> service_of;
  for (const auto& sender : senders) service_of.push_back(services.at({sender.service, sender.route}));

  struct Key {  // all that is compared lies together: rows are far apart
    IpAddress ip;
    std::uint32_t service, row;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<Key> order;
  order.reserve(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) order.push_back({rows[i].source_ip, service_of[judgement.rows[i].sender], i});
  std::sort(order.begin(), order.end());

  std::vector<SourceLine> lines;
  std::map<std::uint32_t, std::uint64_t> orgs;
  std::set<std::string> from;
  const auto close = [&] {
    if (lines.empty()) return;
    auto& line = lines.back();
    line.flow = static_cast<Flow>(std::max_element(line.flows.begin(), line.flows.end()) - line.flows.begin());
    line.orgs = org_shares(orgs);
    line.header_from.assign(from.begin(), from.end());
    orgs.clear();
    from.clear();
  };
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto& row = rows[order[k].row];
    const auto& verdict = judgement.rows[order[k].row];
    if (k == 0 || order[k - 1].ip != order[k].ip || order[k - 1].service != order[k].service) {
      close();
      auto& line = lines.emplace_back();
      line.source_ip = row.source_ip;
      line.sender = verdict.sender;
      line.first_day = row.first_day;
      line.last_day = row.last_day;
    }
    auto& line = lines.back();
    if (senders[verdict.sender].evidence > senders[line.sender].evidence) line.sender = verdict.sender;
    line.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
    line.totals.add(identifier.facts().evaluation(row.evaluation), row.messages);
    if (verdict.org >= 0) orgs[static_cast<std::uint32_t>(verdict.org)] += row.messages;
    const auto& names = identifier.names(row);
    if (!names.identity->header_from.empty()) from.insert(names.from());
    line.codes |= verdict.codes;
    line.reporters.add(row.reporters);
    line.first_day = std::min(line.first_day, row.first_day);
    line.last_day = std::max(line.last_day, row.last_day);
  }
  close();
  return lines;
}

}  // namespace dmarcq
