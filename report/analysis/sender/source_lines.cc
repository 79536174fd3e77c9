// SPDX-License-Identifier: MIT
#include "report/analysis/sender/source_lines.h"

#include <algorithm>
#include <map>
#include <set>

namespace dmarcq {

SourceLines source_lines(std::span<const SourceRow> rows, const Judgement& judgement,
                         Identifier& identifier, std::size_t most) {
  const auto& senders = judgement.senders;
  std::map<std::pair<std::string, std::string>, std::uint32_t> services;
  for (const auto& sender : senders) services.try_emplace({sender.service, sender.route});
  std::uint32_t next = 0;
  for (auto& [key, position] : services) position = next++;
  std::vector<std::uint32_t> service_of;
  for (const auto& sender : senders)
    service_of.push_back(services.at({sender.service, sender.route}));

  struct Key {  // all that is compared lies together: rows are far apart
    IpAddress ip;
    std::uint32_t service, row;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<Key> order;
  order.reserve(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    order.push_back({rows[i].source_ip, service_of[judgement.rows[i].sender], i});
  std::sort(order.begin(), order.end());

  struct Run {
    std::size_t begin, end;
    std::uint64_t messages;
  };  // of `order`: one line
  std::vector<Run> runs;
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || order[k - 1].ip != order[k].ip || order[k - 1].service != order[k].service)
      runs.push_back({k, k, 0});
    runs.back().end = k + 1;
    runs.back().messages += rows[order[k].row].messages;
  }
  SourceLines result{.lines = {}, .all = runs.size()};
  const auto listed = runs.begin() + static_cast<std::ptrdiff_t>(std::min(most, runs.size()));
  std::partial_sort(runs.begin(), listed, runs.end(), [](const Run& a, const Run& b) {
    return std::pair(b.messages, a.begin) < std::pair(a.messages, b.begin);
  });
  for (auto run = runs.begin(); run != listed; ++run) {
    auto& line = result.lines.emplace_back();
    const auto& first = rows[order[run->begin].row];
    line.source_ip = first.source_ip;
    line.sender = judgement.rows[order[run->begin].row].sender;
    line.first_day = first.first_day;
    line.last_day = first.last_day;
    std::map<std::uint32_t, std::uint64_t> orgs;
    std::set<std::string> from;
    for (std::size_t k = run->begin; k < run->end; ++k) {
      const auto& row = rows[order[k].row];
      const auto& verdict = judgement.rows[order[k].row];
      if (senders[verdict.sender].evidence > senders[line.sender].evidence)
        line.sender = verdict.sender;
      line.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
      if (!verdict.passes()) line.failing[static_cast<std::size_t>(verdict.flow)] += row.messages;
      line.totals.add(identifier.lookup().evaluation(row.evaluation), row.messages);
      if (verdict.org >= 0) orgs[static_cast<std::uint32_t>(verdict.org)] += row.messages;
      const auto& names = identifier.names(row);
      if (!names.identity->header_from.empty()) from.insert(names.from());
      line.codes |= verdict.codes;
      line.reporters.add(row.reporters);
      line.first_day = std::min(line.first_day, row.first_day);
      line.last_day = std::max(line.last_day, row.last_day);
    }
    line.flow = static_cast<Flow>(std::max_element(line.flows.begin(), line.flows.end()) -
                                  line.flows.begin());
    line.orgs = org_shares(orgs);
    line.header_from.assign(from.begin(), from.end());
  }
  return result;
}

}  // namespace dmarcq
