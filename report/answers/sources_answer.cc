// SPDX-License-Identifier: MIT
#include "report/answers/sources_answer.h"

#include <algorithm>
#include <span>
#include <thread>
#include <tuple>

#include "ingest/base/parallel_for.h"
#include "report/answers/base/judged_window.h"
#include "store/base/flat_index.h"
#include "store/base/source_key.h"

namespace dmarcq {
namespace {

/// A row and the group that it belongs to.
struct Entry {
  GroupKey key;
  std::uint32_t row;
  auto operator<=>(const Entry&) const = default;
};

/// Into parts for threads, in the order of their groups; no group lies in two of them.
void split(std::span<Entry> all, std::vector<std::span<Entry>>& parts) {
  constexpr std::size_t worth_a_thread = 50'000;
  if (all.size() > worth_a_thread) {
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::ranges::nth_element(all, middle);
    const GroupKey first_of_second = middle->key;
    const std::span<Entry> second = std::ranges::partition(
        all, [&](const Entry& entry) { return entry.key < first_of_second; });
    if (second.size() < all.size()) {
      split(all.first(all.size() - second.size()), parts);
      split(second, parts);
      return;
    }
  }
  parts.push_back(all);
}

/// In the order of addresses each group is done with before the next, and one that will not be
/// listed is not looked at closely: there may be hundreds of thousands of groups.
void add_by_address(SourceGrouper& groups, std::span<Entry> part, const GroupPlan& plan,
                    const std::vector<SourceRow>& rows) {
  const std::vector<RowVerdict>& verdicts = plan.judgement->rows;
  std::ranges::sort(part);
  if (!plan.failing && !plan.passing) {  // each group will be a line: none need be moved
    std::size_t lines = 0;
    for (std::size_t i = 0; i < part.size(); ++i) lines += i == 0 || part[i].key != part[i - 1].key;
    groups.lines.reserve(lines);
    groups.addresses.reserve(lines);
  }
  for (std::size_t begin = 0, end = 0; begin < part.size(); begin = end) {
    bool fails = false;
    for (; end < part.size() && part[end].key == part[begin].key; ++end) {
      constexpr std::size_t ahead = 8;  // rows are nowhere near each other in this order
      if (end + ahead < part.size()) {
        __builtin_prefetch(&rows[part[end + ahead].row]);
        __builtin_prefetch(&verdicts[part[end + ahead].row]);
      }
      fails |= !verdicts[part[end].row].passes();
    }
    if (fails ? plan.passing : plan.failing) continue;
    for (std::size_t i = begin; i < end; ++i)
      groups.add(part[i].key, rows[part[i].row], verdicts[part[i].row]);
    groups.close();
  }
}

/// Groups of whole rows.
std::vector<SourceGrouper> group_rows(const GroupPlan& plan, const std::vector<SourceRow>& rows) {
  const std::vector<RowVerdict>& verdicts = plan.judgement->rows;
  std::vector<Entry> order;
  order.reserve(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    if (plan.wants(rows[i], verdicts[i]))
      order.push_back({plan.key_of(rows[i], verdicts[i].sender), i});
  const bool by_address = plan.by == GroupBy::source || plan.by == GroupBy::ip ||
                          plan.by == GroupBy::subnet;
  std::vector<std::span<Entry>> parts;
  split(std::span(order), parts);
  std::vector<SourceGrouper> groupers;
  for (std::size_t i = 0; i < parts.size(); ++i) groupers.emplace_back(plan);
  // Measured on two cores, with the reading and the writing: 925,000 sources in 2.8 s, 3.7 s on
  // one.
  parallel_for(parts.size(), std::thread::hardware_concurrency(),
               [&](std::size_t part, std::size_t) {
                 SourceGrouper& groups = groupers[part];
                 if (by_address)
                   add_by_address(groups, parts[part], plan, rows);
                 else
                   for (const Entry& entry : parts[part])
                     groups.add(entry.key, rows[entry.row], verdicts[entry.row]);
                 groups.finish();
               });
  return groupers;
}

/// By day or reporter: rows tell who reported them and from when to when, but not how much each. So
/// the records are read once more, one by one.
SourceGrouper group_records(const GroupPlan& plan, JudgedWindow& window, Snapshot& snapshot,
                            const Filter& filter) {
  const std::vector<SourceRow>& rows = window.rows();
  FlatIndex index;
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    index.find_or_add(hash_of_source(rows[i]), i,
                      [&](std::uint32_t at) { return same_source(rows[at], rows[i]); });
  std::vector<std::int64_t> number_of_reporter;
  const auto number_of = [&](std::uint32_t reporter) {
    if (number_of_reporter.size() <= reporter) number_of_reporter.resize(reporter + 1, -1);
    std::int64_t& number = number_of_reporter[reporter];
    if (number < 0) number = plan.number_of_text(window.dictionary().reporter(reporter));
    return number;
  };
  SourceGrouper groups(plan);
  each_day_row(snapshot, filter, [&](const DayRow& record) {
    const auto found = index.find(hash_of_source(record),
                                  [&](std::uint32_t at) { return same_source(rows[at], record); });
    if (found == FlatIndex::none) return;  // of another network
    const RowVerdict& verdict = window.judgement().rows[found];
    if (!plan.wants(rows[found], verdict)) return;
    const std::int64_t number = plan.by == GroupBy::day ? record.day : number_of(record.reporter);
    groups.add({{}, number}, rows[found], verdict, {record.messages, record.day, record.day},
               record.reporter);
  });
  groups.finish();
  return groups;
}

/// Lines come in the order of their groups, which settles ties.
void sort_lines(std::vector<SourceGroup>& lines, const Selection& selection, GroupBy by) {
  const auto order = [&](auto key, bool descending) {
    std::vector<SourceGroup*> places;  // a line is large
    for (SourceGroup& line : lines) places.push_back(&line);
    std::ranges::stable_sort(places, [&](const SourceGroup* a, const SourceGroup* b) {
      return descending ? key(*b) < key(*a) : key(*a) < key(*b);
    });
    std::vector<SourceGroup> sorted;
    sorted.reserve(lines.size());
    for (SourceGroup* line : places) sorted.push_back(std::move(*line));
    lines = std::move(sorted);
  };
  const bool down = selection.descending;
  const auto fail = [](const SourceGroup& l) { return l.totals.dmarc_fail(); };
  const auto messages = [](const SourceGroup& l) { return l.totals.messages; };
  if (selection.sort.empty()) {
    if (by == GroupBy::day) return;
    if (selection.failing)
      order(fail, true);
    else
      order(messages, true);
  } else if (selection.sort == "messages")
    order(messages, down);
  else if (selection.sort == "fail")
    order(fail, down);
  else if (selection.sort == "pass")
    order([](const SourceGroup& l) { return l.totals.dmarc_pass(); }, down);
  else if (selection.sort == "ip")
    order([](const SourceGroup& l) { return l.ip; }, down);
  else if (selection.sort == "service")
    order([](const SourceGroup& l) { return std::tie(l.service, l.route); }, down);
  else if (selection.sort == "route")
    order([](const SourceGroup& l) { return std::tie(l.route, l.service); }, down);
  else if (selection.sort == "reporters")
    order([](const SourceGroup& l) { return l.reporters; }, down);
  else if (selection.sort == "first")
    order([](const SourceGroup& l) { return l.first_day; }, down);
  else if (selection.sort == "last")
    order([](const SourceGroup& l) { return l.last_day; }, down);
}

/// Puts the lines of several threads one after the other, and sums them.
SourcesAnswer joined(std::vector<SourceGrouper> parts) {
  SourcesAnswer answer;
  std::vector<IpAddress> addresses;
  for (SourceGrouper& part : parts) {
    addresses.insert(addresses.end(), part.addresses.begin(), part.addresses.end());
    if (answer.lines.empty())
      answer.lines = std::move(part.lines);
    else
      std::ranges::move(part.lines, std::back_inserter(answer.lines));
  }
  GroupTotals& all = answer.all;
  all.groups = answer.lines.size();
  for (const SourceGroup& line : answer.lines) {
    all.totals.add(line.totals);
    all.first_day = std::min(all.first_day.value_or(line.first_day), line.first_day);
    all.last_day = std::max(all.last_day.value_or(line.last_day), line.last_day);
  }
  std::ranges::sort(addresses);
  answer.addresses =
      static_cast<std::uint64_t>(std::ranges::unique(addresses).begin() - addresses.begin());
  return answer;
}

SourcesAnswer grouped(JudgedWindow& window, Snapshot& snapshot, const Selection& selection,
                      GroupBy by) {
  const GroupPlan plan =
      plan_groups(selection, by, window.rows(), window.judgement(), window.identifier());
  if (by != GroupBy::day && by != GroupBy::reporter) return joined(group_rows(plan, window.rows()));
  std::vector<SourceGrouper> one;
  one.push_back(group_records(plan, window, snapshot, selection.filter));
  return joined(std::move(one));
}

}  // namespace

SourcesAnswer sources_answer(Snapshot& snapshot, const SourcesQuestion& question) {
  const Selection& selection = question.selection;
  JudgedWindow window(snapshot, selection.filter, question.today, JudgedWindow::Depth::rows);
  SourcesAnswer answer = grouped(window, snapshot, selection, question.by);
  answer.question = question;
  sort_lines(answer.lines, selection, question.by);
  answer.shown = static_cast<std::size_t>(
      std::min<std::uint64_t>(selection.limit.value_or(answer.lines.size()), answer.lines.size()));
  if (answer.lines.empty() && selection.failing) {
    // Nothing that fails is good news, not a filter gone wrong.
    Selection everything = selection;
    everything.failing = everything.passing = false;
    const SourcesAnswer there = grouped(window, snapshot, everything, question.by);
    if (!there.lines.empty()) answer.without_failure = there.all;
  }
  return answer;
}

}  // namespace dmarcq
