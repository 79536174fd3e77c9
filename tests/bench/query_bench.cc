// SPDX-License-Identifier: MIT
// How long questions take on a database.
//   query_bench DATABASE DOMAIN
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "report/answers/base/judged_window.h"
#include "report/answers/salesforce_answer.h"
#include "report/answers/sources_answer.h"
#include "store/queries.h"
#include "store/store.h"

using namespace dmarcq;

namespace {

void measure(const char* name, int runs, const std::function<std::size_t()>& body) {
  std::vector<double> times;
  std::size_t lines = 0;
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    lines = body();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
  }
  std::ranges::sort(times);
  fmt::print("  {:44} {:9.1f} ms median, {:9.1f} ms best of {} ({} lines)\n", name,
             times[times.size() / 2], times.front(), runs, lines);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: query_bench DATABASE DOMAIN\n");
    return 2;
  }
  const std::string domain = argv[2];
  const auto open = [&] { return open_snapshot(Location::parse(argv[1])); };  // each question finds
                                                                              // nothing read yet
  const DatabaseInfo info = database_info(*open());
  fmt::print("{} records, {} reports, {} domains, {:.0f} MB, {:.1f} bytes a record\n", info.records,
             info.reports, info.domains, static_cast<double>(info.file_bytes) / 1e6,
             static_cast<double>(info.file_bytes) / static_cast<double>(info.records));
  const Day since = *info.last_day - 29, today = *info.last_day + 1;
  measure("sources, one domain, 30 days", 7,
          [&] { return sources(*open(), {.domains = {domain}, .since = since}).size(); });
  measure("summary, all domains", 7, [&] { return domain_summaries(*open(), {}).size(); });
  measure("judged sources --failing, one domain, 30 days", 7, [&] {
    Selection selection;
    selection.filter = {.domains = {domain}, .since = since};
    selection.failing = true;
    return sources_answer(*open(), {selection, GroupBy::source, today}).lines.size();
  });
  measure("salesforce, one domain, 30 days", 3, [&] {
    const Filter filter{.domains = {domain}, .since = since};
    const std::unique_ptr<Snapshot> snapshot = open();
    JudgedWindow window(*snapshot, filter, today);
    return salesforce_domains(window, filter).size();
  });
  measure("proofs of Salesforce orgs, all days", 3, [&] {
    std::size_t found = 0;
    found += account_names(*open(), Trust::contradictory).size();
    return found;
  });
  measure("judged sources --failing, everything", 3, [&] {
    Selection selection;
    selection.failing = true;
    return sources_answer(*open(), {selection, GroupBy::source, today}).lines.size();
  });
  measure("sources, everything", 3, [&] { return sources(*open(), {}).size(); });
  return 0;
}
