// SPDX-License-Identifier: MIT
#include "store/queries.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <thread>
#include <tuple>
#include <unordered_set>

#include "ingest/base/parallel_for.h"
#include "ingest/base/read_ahead.h"
#include "ingest/base/text.h"
#include "store/scope.h"
#include "store/source_table.h"
#include "store/voices.h"

namespace dmarcq {
namespace {

void look_for_implausible(Snapshot& snapshot, std::span<const SourceRow> rows) {
  if (std::ranges::any_of(
          rows, [](const SourceRow& row) { return row.messages >= most_messages_of_row; }))
    snapshot.tell_implausible();
}

/// Of the domains whose reports hold rows of what is asked for: is a row's header_from that?
class HeaderFromFilter {
 public:
  explicit HeaderFromFilter(const Scope& scope) : wanted_(scope.wanted) {
    for (const Scope::Domain& domain : scope.domains)
      if (domain.reach == Reach::by_header_from) domains_.insert(domain.key);
  }
  bool takes(std::int64_t domain, std::int64_t identity, Dictionary& dictionary) const {
    if (!domains_.contains(domain)) return true;
    const std::string& header_from = dictionary.identity(identity).header_from;
    return std::ranges::any_of(
        wanted_, [&](const std::string& name) { return at_or_below(header_from, name); });
  }

 private:
  const std::vector<std::string>& wanted_;
  std::unordered_set<std::int64_t> domains_;
};

/// The sums of the roll-up, of each domain that has reports.
std::vector<DomainFigures> figures_of(Snapshot& snapshot, std::span<const DomainDays> days) {
  std::vector<DomainFigures> sums;
  snapshot.roll_up(days, [&](const DomainFigures& day) {
    if (sums.empty() || sums.back().domain != day.domain) sums.push_back({.domain = day.domain});
    sums.back().add(day);
  });
  return sums;
}

/// What all questions about rows have in common.
struct RowQuestion {
  Snapshot& snapshot;
  const Filter& filter;
  Scope scope;
  Voices voices;
  ById<std::uint32_t> voice_of_report;
  HeaderFromFilter header_from;

  RowQuestion(Snapshot& asked, const Filter& what)
      : snapshot(asked),
        filter(what),
        scope(scope_of(asked, what)),
        voices(voices_of(asked, what)),
        voice_of_report(asked.place(), "report"),
        header_from(scope) {
    snapshot.reporters_of_reports(scope.days(), [&](std::int64_t report, std::int64_t reporter) {
      voice_of_report.place(report) = voices.keys.at(reporter);
    });
  }

  /// Calls back with (row, voice) for every row of a reporter that the filter wants.
  template <class Callback>
  void scan(Snapshot& reader, std::span<const DomainDays> days, Callback&& callback) const {
    reader.rows(days, [&](const StoredRow& row) {
      const std::uint32_t voice = voice_of_report.at(row.report);
      if (voices.takes(voice)) callback(row, voice);
    });
  }

  /// Drops what only the resolved values can tell: rows of a parent domain whose header_from is not
  /// asked for, and other addresses.
  void narrow(std::vector<SourceRow>& rows) const {
    if (scope.any_by_header_from || !filter.networks.empty())
      std::erase_if(rows, [&](const SourceRow& row) {
        return (!filter.networks.empty() &&
                std::ranges::none_of(
                    filter.networks,
                    [&](const IpNetwork& network) { return network.contains(row.source_ip); })) ||
               !header_from.takes(row.domain, row.identity, snapshot.dictionary());
      });
    look_for_implausible(snapshot, rows);
  }

  /// Rows come domain by domain, and so do sources: a table of one domain stays in the processor's
  /// cache.
  std::vector<SourceRow> read_sources(Snapshot& reader, std::span<const DomainDays> days,
                                      std::int64_t expected) const {
    SourceTable table(voices.count(), expected);
    std::vector<SourceRow> list;
    list.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(expected, 0, 1 << 18)));
    std::int64_t current = 0;
    scan(reader, days, [&](const StoredRow& row, std::uint32_t voice) {
      if (row.domain != current) table.take(std::exchange(current, row.domain), list);
      table.add(row.source_ip, row.identity, row.evaluation, row.messages, row.day, voice);
    });
    table.take(current, list);
    return list;
  }
};

/// So many forks of one moment, or fewer.
std::vector<std::unique_ptr<Snapshot>> forks_of(Snapshot& snapshot, std::int64_t number) {
  std::vector<std::unique_ptr<Snapshot>> forks;
  while (std::ssize(forks) < number) {
    std::unique_ptr<Snapshot> fork = snapshot.fork();
    if (!fork) break;
    forks.push_back(std::move(fork));
  }
  return forks;
}

}  // namespace

std::vector<AccountName> account_names(Snapshot& snapshot, Trust least) {
  const Voices voices = voices_of(snapshot, {.least_trust = least});
  // A voice may have several reporters.
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::pair<Day, Day>> days;
  for (StoredAccountName& stored : snapshot.account_names()) {
    const std::uint32_t voice = voices.keys.at(stored.reporter);
    if (!voices.takes(voice)) continue;
    const auto [entry, added] =
        days.try_emplace({std::move(stored.account), std::move(stored.name), voice},
                         stored.first_day, stored.last_day);
    if (!added)
      entry->second = {std::min(entry->second.first, stored.first_day),
                       std::max(entry->second.second, stored.last_day)};
  }
  std::vector<AccountName> names;
  for (const auto& [key, span] : days)
    names.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), span.first, span.second});
  return names;
}

std::vector<SourceRow> sources(Snapshot& snapshot, const Filter& filter,
                               std::int64_t worth_a_thread) {
  const RowQuestion question(snapshot, filter);
  const std::vector<DomainDays> asked = question.scope.days();
  const std::vector<RowsOfDay> days = snapshot.rows_of_days(asked);
  const std::int64_t stored = sum_of(days);
  // Measured on two cores: a million rows, 925,000 sources, in 0.26 s; by one thread in 0.38 s.
  constexpr unsigned most_threads = 8;  // more would only wait for memory, and make more parts to
                                        // join
  const std::int64_t threads =
      std::clamp<std::int64_t>(stored / worth_a_thread, 1,
                               std::clamp(std::thread::hardware_concurrency(), 1u, most_threads));
  const auto forks = forks_of(snapshot, threads - 1);
  std::vector<SourceRow> rows;
  if (forks.empty()) {
    rows = question.read_sources(snapshot, asked, stored);
  } else {
    // Parts of one size: a thread that is done with one takes the next.
    const std::vector<std::vector<DomainDays>> parts = parts_of(days, 4 * threads);
    std::vector<std::vector<SourceRow>> found(parts.size());
    parallel_for(parts.size(), forks.size() + 1, [&](std::size_t part, std::size_t worker) {
      found[part] = question.read_sources(worker == 0 ? snapshot : *forks[worker - 1], parts[part],
                                          stored / std::ssize(parts));
    });
    rows.reserve(
        std::accumulate(found.begin(), found.end(), std::size_t{0},
                        [](std::size_t sum, const auto& part) { return sum + part.size(); }));
    for (auto& part : found) append(rows, std::exchange(part, {}));
  }
  question.narrow(rows);
  return rows;
}

void each_source_day(Snapshot& snapshot, const Filter& filter,
                     FunctionRef<void(Day, const SourceRow&)> callback) {
  const RowQuestion question(snapshot, filter);
  SourceTable table(question.voices.count(), 0);
  std::int64_t current_domain = 0;
  Day current_day = 0;
  std::vector<SourceRow> rows;
  const auto flush = [&] {
    rows.clear();
    table.take(current_domain, rows);
    question.narrow(rows);
    for (const SourceRow& row : rows) callback(current_day, row);
  };
  question.scan(snapshot, question.scope.days(), [&](const StoredRow& row, std::uint32_t voice) {
    if (row.domain != current_domain || row.day != current_day) {
      flush();
      current_domain = row.domain;
      current_day = row.day;
    }
    table.add(row.source_ip, row.identity, row.evaluation, row.messages, row.day, voice);
  });
  flush();
}

std::size_t rows_within(Snapshot& snapshot, const Filter& filter) {
  return static_cast<std::size_t>(
      std::max<std::int64_t>(0, sum_of(snapshot.rows_of_days(scope_of(snapshot, filter).days()))));
}

void each_day_row(Snapshot& snapshot, const Filter& filter,
                  FunctionRef<void(const DayRow&)> callback, std::int64_t worth_a_thread) {
  const RowQuestion question(snapshot, filter);
  const auto read = [&](Snapshot& reader, std::span<const DomainDays> days, auto&& each) {
    question.scan(reader, days, [&](const StoredRow& stored, std::uint32_t voice) {
      each(DayRow{.domain = stored.domain,
                  .identity = stored.identity,
                  .evaluation = stored.evaluation,
                  .report = stored.report,
                  .reporter = voice,
                  .source_ip = IpAddress::from_bytes(stored.source_ip).value_or(IpAddress{}),
                  .day = stored.day,
                  .messages = stored.messages});
    });
  };
  const auto take = [&](const DayRow& row) {
    if (row.messages >= most_messages_of_row) snapshot.tell_implausible();
    if (question.header_from.takes(row.domain, row.identity, snapshot.dictionary())) callback(row);
  };
  const std::vector<DomainDays> asked = question.scope.days();
  const std::vector<RowsOfDay> days = snapshot.rows_of_days(asked);
  const std::int64_t rows = sum_of(days);
  const std::unique_ptr<Snapshot> fork = rows > worth_a_thread ? snapshot.fork() : nullptr;
  if (!fork) {
    read(snapshot, asked, take);
    return;
  }
  const auto parts = parts_of(days, std::max<std::int64_t>(1, 8 * rows / worth_a_thread));
  read_ahead(
      parts.size(),
      [&](std::size_t part) {
        std::vector<DayRow> list;
        read(*fork, parts[part], [&](const DayRow& row) { list.push_back(row); });
        return list;
      },
      [&](const std::vector<DayRow>& list) {
        for (const DayRow& row : list) take(row);
      });
}

namespace {

/// A summary in the making, and who reported.
struct Summing {
  DomainSummary summary;
  std::vector<bool> seen;  ///< by voice
  bool has_days = false;

  void widen(Day first, Day last) {
    summary.first_day = has_days ? std::min(summary.first_day, first) : first;
    summary.last_day = has_days ? std::max(summary.last_day, last) : last;
    has_days = true;
  }
};

/// By the rows, which alone tell header_from and source_ip: totals, days, reporters.
std::map<std::int64_t, Summing> sums_of_rows(Snapshot& snapshot, const Filter& filter,
                                             std::size_t voices) {
  std::map<std::int64_t, Summing> sums;
  for (const SourceRow& row : sources(snapshot, filter)) {
    Summing& sum = sums[row.domain];
    sum.seen.resize(voices);
    sum.widen(row.first_day, row.last_day);
    sum.summary.totals.add(snapshot.dictionary().evaluation(row.evaluation), row.messages);
    for (const std::uint32_t key : row.reporters) sum.seen[key] = true;
  }
  return sums;
}

/// By the figures of the reports. With `only_unusable` the totals are known already.
void add_reports(Snapshot& snapshot, const DomainDays& days, const Voices& voices,
                 bool only_unusable, Summing& sum) {
  snapshot.figures_of_reports(days, [&](const ReportFigures& report) {
    const std::uint32_t voice = voices.keys.at(report.reporter);
    if (!voices.takes(voice)) return;
    if (!only_unusable) {
      sum.widen(report.day, report.day);
      sum.summary.totals.add(report.totals);
      sum.seen[voice] = true;
    }
    ++sum.summary.reports;
    sum.summary.unusable_records =
        capped_sum(sum.summary.unusable_records, report.unusable_records);
    sum.summary.unusable_messages =
        capped_sum(sum.summary.unusable_messages, report.unusable_messages);
  });
}

}  // namespace

std::vector<DomainSummary> domain_summaries(Snapshot& snapshot, const Filter& filter) {
  const Scope scope = scope_of(snapshot, filter);
  const Voices voices = voices_of(snapshot, filter);
  // What only rows can tell needs the rows; else the roll-up answers, or with a reporter filter the
  // figures of the reports.
  const bool rows_needed = scope.any_by_header_from || !filter.networks.empty();
  const bool reports_needed = rows_needed || !voices.all();
  std::map<std::int64_t, Summing> sums;
  if (rows_needed) sums = sums_of_rows(snapshot, filter, voices.count());
  std::map<std::int64_t, DomainFigures> roll_up;
  if (!reports_needed)
    for (const DomainFigures& figures : figures_of(snapshot, scope.days()))
      roll_up.emplace(figures.domain, figures);

  std::vector<DomainSummary> summaries;
  for (const Scope::Domain& domain : scope.domains) {
    Summing sum;
    sum.seen.resize(voices.count());
    if (reports_needed) {
      if (rows_needed) {
        const auto found = sums.find(domain.key);
        if (found == sums.end()) continue;
        sum = std::move(found->second);
      }
      add_reports(snapshot, scope.days_of(domain), voices, rows_needed, sum);
    } else {
      const auto found = roll_up.find(domain.key);
      if (found == roll_up.end()) continue;
      const DomainFigures& figures = found->second;
      sum.summary = {.totals = figures.totals,
                     .reports = figures.reports,
                     .first_day = figures.first_day,
                     .last_day = figures.last_day,
                     .unusable_records = figures.unusable_records,
                     .unusable_messages = figures.unusable_messages};
      snapshot.reporters_of(scope.days_of(domain), [&](std::int64_t reporter) {
        sum.seen[voices.keys.at(reporter)] = true;
        return true;
      });
    }
    if (sum.summary.reports == 0) continue;
    if (sum.summary.totals.messages >= most_messages) snapshot.tell_implausible();
    sum.summary.domain = domain.name;
    sum.summary.reporters = static_cast<std::uint64_t>(std::ranges::count(sum.seen, true));
    summaries.push_back(std::move(sum.summary));
  }
  std::ranges::sort(summaries, {}, &DomainSummary::domain);
  return summaries;
}

void each_report(Snapshot& snapshot, const Filter& filter,
                 FunctionRef<void(const ReportInfo&)> callback, Which which) {
  Scope scope = scope_of(snapshot, filter);
  const Voices voices = voices_of(snapshot, filter);
  std::ranges::sort(scope.domains, {}, &Scope::Domain::name);
  // Domain by domain, so that what is held is one domain's list of ids.
  for (const Scope::Domain& domain : scope.domains) {
    std::vector<std::int64_t> in_order;
    snapshot.reports(scope.days_of(domain), which, [&](std::int64_t report, std::int64_t reporter) {
      if (voices.takes(voices.keys.at(reporter))) in_order.push_back(report);
    });
    for (const std::int64_t id : in_order)
      if (const auto info = snapshot.report(id)) callback(*info);
  }
}

namespace {

/// The heads of one domain's reports within these days.
void each_head(Snapshot& snapshot, const Voices& voices, const Scope::Domain& domain,
               const DomainDays& days, FunctionRef<void(const ReportHead&)> callback) {
  snapshot.heads(days, domain.name, [&](ReportHead& head, std::int64_t reporter) {
    head.reporter = voices.keys.at(reporter);
    if (voices.takes(head.reporter)) callback(head);
  });
}

}  // namespace

void each_report_head(Snapshot& snapshot, const Filter& filter,
                      FunctionRef<void(const ReportHead&)> callback) {
  const Scope scope = scope_of(snapshot, filter);
  const Voices voices = voices_of(snapshot, filter);
  for (const Scope::Domain& domain : scope.domains)
    each_head(snapshot, voices, domain, scope.days_of(domain), callback);
}

void each_recent_head(Snapshot& snapshot, const Filter& filter, Day days,
                      FunctionRef<void(const ReportHead&)> callback) {
  const Scope scope = scope_of(snapshot, filter);
  const Voices voices = voices_of(snapshot, filter);
  std::map<std::int64_t, Day> newest;
  for (const ReportedSpan& span : snapshot.reported_spans(scope.days()))
    newest.emplace(span.domain, span.last);
  for (const Scope::Domain& domain : scope.domains) {
    const auto found = newest.find(domain.key);
    if (found == newest.end()) continue;
    const Day last = found->second;
    each_head(snapshot, voices, domain, {domain.key, std::max(scope.since, last - days + 1), last},
              callback);
  }
}

void each_reporting_day(Snapshot& snapshot, const Filter& filter,
                        FunctionRef<void(const std::string&, Day, std::uint32_t)> callback) {
  const Scope scope = scope_of(snapshot, filter);
  const Voices voices = voices_of(snapshot, filter);
  for (const Scope::Domain& domain : scope.domains)
    snapshot.reporting_days(scope.days_of(domain), [&](Day day, std::int64_t reporter) {
      const std::uint32_t voice = voices.keys.at(reporter);
      if (voices.takes(voice)) callback(domain.name, day, voice);
    });
}

DatabaseInfo database_info(Snapshot& snapshot) {
  DatabaseInfo info = snapshot.storage_info();
  for (const DomainFigures& figures : figures_of(snapshot, scope_of(snapshot, {}).days())) {
    ++info.domains;
    info.reports = capped_sum(info.reports, figures.reports);
    info.records = capped_sum(info.records, figures.records);
    info.messages = capped_sum(info.messages, figures.messages);
    info.unusable_records = capped_sum(info.unusable_records, figures.unusable_records);
    info.unusable_messages = capped_sum(info.unusable_messages, figures.unusable_messages);
    info.first_day = std::min(info.first_day.value_or(figures.first_day), figures.first_day);
    info.last_day = std::max(info.last_day.value_or(figures.last_day), figures.last_day);
  }
  if (info.messages >= most_messages) snapshot.tell_implausible();
  info.reporters = voices_of(snapshot, {}).count() - 1;
  return info;
}

std::optional<std::pair<Day, Day>> days_reported(Snapshot& snapshot) {
  std::optional<std::pair<Day, Day>> days;
  for (const ReportedSpan& span : snapshot.reported_spans(scope_of(snapshot, {}).days()))
    days = days ? std::pair(std::min(days->first, span.first), std::max(days->second, span.last))
                : std::pair(span.first, span.last);
  return days;
}

namespace {

/// Of the domains that have reports, in the order of names: the domain, and its span.
std::vector<std::pair<Scope::Domain, ReportedSpan>> reported_domains(Snapshot& snapshot) {
  const Scope scope = scope_of(snapshot, {});
  std::vector<std::pair<Scope::Domain, ReportedSpan>> found;
  auto domain = scope.domains.begin();
  for (const ReportedSpan& span : snapshot.reported_spans(scope.days())) {
    while (domain->key != span.domain) ++domain;
    found.emplace_back(*domain, span);
  }
  std::ranges::sort(found, {}, [](const auto& entry) { return entry.first.name; });
  return found;
}

}  // namespace

std::vector<std::string> known_domains(Snapshot& snapshot) {
  std::vector<std::string> names;
  for (auto& [domain, span] : reported_domains(snapshot)) names.push_back(std::move(domain.name));
  return names;
}

std::vector<std::string> vouched_domains(Snapshot& snapshot) {
  constexpr Day long_time = 14;
  const Voices voices = voices_of(snapshot, {});
  std::vector<std::string> names;
  for (const auto& [domain, span] : reported_domains(snapshot)) {
    bool several = false;
    if (span.last - span.first < long_time) {
      std::optional<std::uint32_t> first;
      snapshot.reporters_of({domain.key, 0, last_possible_day}, [&](std::int64_t reporter) {
        const std::uint32_t voice = voices.keys.at(reporter);
        several = first.value_or(voice) != voice;
        first = voice;
        return !several;
      });
      if (!several) continue;
    }
    names.push_back(domain.name);
  }
  return names;
}

}  // namespace dmarcq
