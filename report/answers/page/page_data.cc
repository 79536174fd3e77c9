// SPDX-License-Identifier: MIT
#include "report/answers/page/page_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "parser/alignment.h"
#include "report/analysis/change.h"
#include "report/analysis/finding/diagnose.h"
#include "report/analysis/sender/source_lines.h"
#include "report/answers/base/dictionary_lookup.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/page/page_verdict.h"
#include "report/answers/base/present.h"
#include "report/answers/base/timeline_reader.h"
#include "store/flat_index.h"
#include "store/settings.h"
#include "store/source_key.h"

namespace dmarcq {
namespace {

constexpr Day default_days = 30;
/// The verdicts have the other processor, and are what takes longest.
constexpr std::int64_t alone = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t most_trends = 9, most_reporters = 14, most_changes = 8,
                      most_disagreements = 10;

/// Rows of a window: each distinct source once, and how it is spread over the days.
struct WindowRows {
  std::vector<SourceRow> rows;
  struct Cell {
    Day day;
    std::uint32_t row;
    std::uint64_t messages;
  };
  std::vector<Cell> cells;  // days ascending within a domain
};

class RowCollector {
 public:
  void add(Day day, const SourceRow& row) {
    const auto [position, added] =
        index_.find_or_add(hash_of_source(row), static_cast<std::uint32_t>(out.rows.size()),
                           [&](std::uint32_t at) { return same_source(out.rows[at], row); });
    if (added) {
      out.rows.push_back(row);
    } else {
      SourceRow& known = out.rows[position];
      known.messages += row.messages;
      known.rows += row.rows;
      known.first_day = std::min(known.first_day, day);
      known.last_day = std::max(known.last_day, day);
      known.reporters.add(row.reporters);
    }
    out.cells.push_back({day, position, row.messages});
  }
  WindowRows out;

 private:
  FlatIndex index_;
};

/// RowLookup over the store's dictionary, with the policies in force.
class StoreLookup {
 public:
  StoreLookup(Dictionary& dictionary, const std::map<std::string, SeenPolicy>& policies)
      : dictionary_(dictionary), policies_(policies) {}
  RowLookup lookup() {
    RowLookup lookup = lookup_of(dictionary_);
    lookup.policy = [this](std::int64_t key) -> const PolicyPublished* {
      const auto found = policies_.find(dictionary_.domain(key));
      return found == policies_.end() ? nullptr : &found->second.published;
    };
    return lookup;
  }

 private:
  Dictionary& dictionary_;
  const std::map<std::string, SeenPolicy>& policies_;
};

MailGroup group_of_failing(Flow flow) {
  switch (flow) {
    case Flow::direct: return MailGroup::failing;
    case Flow::forwarded:
    case Flow::mailing_list: return MailGroup::forwarded;
    case Flow::foreign:
    case Flow::unknown: break;
  }
  return MailGroup::unknown;
}
MailGroup group_of(const RowVerdict& verdict) {
  return verdict.passes() ? MailGroup::aligned : group_of_failing(verdict.flow);
}

/// Routes as Salesforce calls its products.
std::string route_words(std::string_view route) {
  if (route == salesforce_route::core) return "Core";
  if (route == salesforce_route::marketing_cloud) return "Marketing Cloud";
  if (route == salesforce_route::account_engagement) return "Account Engagement";
  if (route == salesforce_route::marketing_cloud_next) return "Marketing Cloud Next";
  if (route == salesforce_route::email_relay) return "Email Relay";
  if (route == salesforce_route::unspecified) return "(route unknown)";
  return std::string(route);
}
std::string sender_words(std::string_view service, std::string_view route) {
  if (service.empty()) return "Unknown sender";
  return route.empty() ? std::string(service) : fmt::format("{} {}", service, route_words(route));
}
std::string sender_words(const Sender& sender) {
  return sender_words(sender.name.empty() ? sender.service : sender.name, sender.route);
}

/// Days, weeks or four weeks, so that a chart has a number of bars that can be told apart. Counted
/// back from the end: the last one is whole.
VolumeChart empty_chart(const Period& window) {
  const Day days = window.last - window.first + 1;
  const Day size = days <= 45 ? 1 : days <= 7 * 60 ? 7 : 28;
  VolumeChart chart;
  chart.unit = size == 1 ? "day" : size == 7 ? "week" : "28 days";
  for (Day last = window.last; last >= window.first; last -= size)
    chart.periods.push_back({std::max(window.first, last - size + 1), last});
  std::ranges::reverse(chart.periods);
  chart.groups.resize(chart.periods.size());
  return chart;
}
std::size_t period_of(const VolumeChart& chart, Day day) {
  const auto after = std::ranges::upper_bound(chart.periods, day, {}, &Period::first);
  return static_cast<std::size_t>(after - chart.periods.begin()) - 1;
}

/// What a window is compared by.
struct SenderTotals {
  std::uint64_t messages = 0, passed = 0;
};
struct Figures {
  GroupCounts groups{};
  std::map<std::string, SenderTotals> senders;
  std::map<std::pair<std::string, std::string>, std::string> findings;  ///< (domain, sender, code)
                                                                        ///< as text → words
};

Figures figures_of(const std::vector<SourceRow>& rows, const Judgement& judgement) {
  Figures figures;
  std::vector<std::string> names;
  for (const Sender& sender : judgement.senders) names.push_back(sender_words(sender));
  std::vector<SenderTotals> totals(judgement.senders.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RowVerdict& verdict = judgement.rows[i];
    figures.groups[static_cast<std::size_t>(group_of(verdict))] += rows[i].messages;
    // Who passes mail on comes and goes by chance; only senders of ours are news.
    if (verdict.flow != Flow::direct) continue;
    totals[verdict.sender].messages += rows[i].messages;
    if (verdict.passes()) totals[verdict.sender].passed += rows[i].messages;
  }
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (totals[i].messages == 0) continue;
    SenderTotals& sum = figures.senders[names[i]];
    sum.messages += totals[i].messages;
    sum.passed += totals[i].passed;
  }
  for (const Finding& finding : judgement.findings) {
    if (finding.severity == Severity::note) continue;
    const RouteLine& line = judgement.routes[finding.route_line];
    const std::string sender = sender_words(line.service, line.route);
    figures.findings[{line.domain + " " + sender, std::string(to_text(finding.code))}] =
        fmt::format("{}: {}, {}", line.domain, sender, to_text(finding.code));
  }
  return figures;
}

/// Two connections that see one moment: a run that ends between the openings is seen by both or by
/// neither.
std::pair<Store, Store> two_of_one_moment(const std::function<Store()>& open) {
  while (true) {
    Store first = open(), second = open();
    if (same_snapshot(first, second)) return {std::move(first), std::move(second)};
  }
}

class PageBuilder {
 public:
  PageBuilder(Store& store, const PageQuestion& question, Day today)
      : store_(store), question_(question), today_(today), dictionary_(store_) {
    choose_window();
    filter_ = {
        .domains = question_.domains, .since = page_.window.first, .until = page_.window.last};
    summaries_ = domain_summaries(store_, dictionary_, filter_);
    policies_ = policies_in_force(store_, filter_, today_);
    for (const DomainSummary& summary : summaries_) page_.domains.push_back(summary.domain);
    if (page_.domains.empty())
      page_.domains = question_.domains.empty() ? known_domains(store_) : question_.domains;
  }

  const std::vector<DomainSummary>& summaries() const { return summaries_; }
  const std::map<std::string, SeenPolicy>& policies() const { return policies_; }

  /// All but the verdicts.
  StakeholderPage build() {
    read_reports();
    StoreLookup lookup(dictionary_, policies_);
    accounts_ = account_names(store_, Trust::contradictory);
    RowLookup known = lookup.lookup();
    known.accounts = accounts_;
    Identifier identifier(std::move(known), owner_of(store_));
    read_rows(identifier);
    if (rows_.rows.empty()) context_.clear();
    judgement_ = judge(rows_.rows, identifier, context_);
    const RowLookup for_days = lookup.lookup();
    DaySeries series(judgement_, rows_.rows, for_days);
    feed(series);
    judge_days(judgement_, series);
    add_volume();
    add_trends(series);
    add_salesforce();
    add_findings();
    add_sources(identifier);
    add_changes(identifier);
    add_dispositions();
    add_problems();
    return std::move(page_);
  }

  /// After build().
  std::map<std::string, GroupCounts> groups_of_domains() {
    std::map<std::string, GroupCounts> groups;
    for (std::size_t i = 0; i < rows_.rows.size(); ++i)
      groups[dictionary_.domain(rows_.rows[i].domain)]
            [static_cast<std::size_t>(group_of(judgement_.rows[i]))] += rows_.rows[i].messages;
    return groups;
  }

 private:
  void choose_window() {
    std::optional<Day> last;
    for (const auto& [domain, end] : data_ends(store_, {.domains = question_.domains}, today_))
      last = std::max(last.value_or(0), end);
    page_.last_report_day = last;
    const Day newest = std::clamp(last.value_or(today_ - 1), today_ - 1, today_);
    page_.window.last = question_.until   ? *question_.until
                        : question_.since ? std::max(*question_.since, newest)
                                          : std::min(last.value_or(today_ - 1), today_);
    page_.window.first = question_.since ? *question_.since : page_.window.last - default_days + 1;
    page_.volume = empty_chart(page_.window);
  }

  /// Reporters by day. Reports, not rows: a report without records is still a sign of life.
  void read_reports() {
    const auto days = static_cast<std::size_t>(page_.window.last - page_.window.first + 1);
    page_.any_report.assign(days, false);
    std::map<std::string, ReporterDays> reporters;
    const std::set<std::string> whole(page_.domains.begin(), page_.domains.end());
    each_report(store_, filter_, [&](const ReportInfo& report) {
      ++page_.reports;
      const auto day = static_cast<std::size_t>(report.day - page_.window.first);
      ReporterDays& line = reporters[report.org_name];
      if (line.days.empty()) line.days.assign(days, false);
      ++line.reports;
      line.messages += report.messages;
      line.days[day] = page_.any_report[day] = true;
      page_.data = page_.data ? Period{std::min(page_.data->first, report.day),
                                       std::max(page_.data->last, report.day)}
                              : Period{report.day, report.day};
      Problems& problems = page_.problems;
      problems.unusable_records += report.unusable_records;
      problems.unusable_messages += report.unusable_messages;
      problems.deviating_reports += report.deviations.empty() ? 0 : 1;
      problems.damaged_reports += report.well_formed ? 0 : 1;
      problems.long_windows += report.end - report.begin > 36 * 3600 ? 1 : 0;
    });
    page_.reporters = reporters.size();
    for (auto& [name, line] : reporters) {
      line.name = name.empty() ? "(no name)" : name;
      page_.coverage.push_back(std::move(line));
    }
    std::ranges::stable_sort(page_.coverage, std::ranges::greater{}, &ReporterDays::messages);
    page_.coverage_more =
        page_.coverage.size() > most_reporters ? page_.coverage.size() - most_reporters : 0;
    page_.coverage.resize(std::min(page_.coverage.size(), most_reporters));
  }

  void read_rows(Identifier& identifier) {
    RowCollector collector;
    each_source_day(store_, dictionary_, filter_,
                    [&](Day day, const SourceRow& row) { collector.add(day, row); });
    rows_ = std::move(collector.out);
    const LearnedFrom from = learned_from(filter_);
    if (!from.own_rows) context_ = sources(store_, dictionary_, from.context, alone);
    identifier.learn(from.own_rows ? rows_.rows : context_);
    for (const Filter& other : from.others) {
      std::vector<SourceRow> rows = sources(store_, dictionary_, other, alone);
      identifier.learn(rows);
      if (from.own_rows && other.until == page_.window.first - 1)
        rows_before_ = {*other.since, std::move(rows)};
    }
  }

  void feed(DaySeries& series) {
    for (const WindowRows::Cell& cell : rows_.cells) {
      SourceRow& row = rows_.rows[cell.row];
      // The row as of that day, without copying it.
      const std::uint64_t all = std::exchange(row.messages, cell.messages);
      series.add(cell.day, row);
      row.messages = all;
    }
  }

  void add_volume() {
    std::vector<MailGroup> groups;
    groups.reserve(judgement_.rows.size());
    for (const RowVerdict& verdict : judgement_.rows) groups.push_back(group_of(verdict));
    for (const WindowRows::Cell& cell : rows_.cells)
      page_.volume.groups[period_of(page_.volume, cell.day)]
                         [static_cast<std::size_t>(groups[cell.row])] += cell.messages;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      page_.groups[static_cast<std::size_t>(groups[i])] += rows_.rows[i].messages;
      page_.totals.add(dictionary_.evaluation(rows_.rows[i].evaluation), rows_.rows[i].messages);
    }
  }

  /// By sender over all domains: who reads this asks "how is Salesforce doing", not in which zone.
  void add_trends(const DaySeries& series) {
    std::map<std::string, RouteTrend> trends;
    for (std::size_t i = 0; i < judgement_.routes.size(); ++i) {
      const RouteLine& line = judgement_.routes[i];
      RouteTrend& trend = trends[sender_words(line.service, line.route)];
      trend.cells.resize(page_.volume.periods.size());
      for (const auto& [day, cell] : series.route(static_cast<std::uint32_t>(i)))
        for (RouteTrend::Cell* sum : {&trend.cells[period_of(page_.volume, day)], &trend.total}) {
          sum->dkim += cell.totals.dkim_aligned();
          sum->spf_only += cell.totals.spf_only;
          sum->fail += cell.totals.neither;
        }
    }
    for (auto& [label, trend] : trends) {
      trend.label = label;
      page_.trends.push_back(std::move(trend));
    }
    const auto messages = [](const RouteTrend& t) {
      return t.total.dkim + t.total.spf_only + t.total.fail;
    };
    std::ranges::stable_sort(page_.trends, std::ranges::greater{}, messages);
    page_.trends_more = page_.trends.size() > most_trends ? page_.trends.size() - most_trends : 0;
    page_.trends.resize(std::min(page_.trends.size(), most_trends));
  }

  void add_salesforce() {
    std::map<std::string, std::uint64_t> of_domain;
    for (const RouteLine& line : judgement_.routes) of_domain[line.domain] += line.totals.messages;
    // What a name alone says is left out, as `sources --salesforce` and `summary` do.
    struct Proven {
      Totals totals;
      std::set<IpAddress> addresses;
    };
    std::map<std::uint32_t, Proven> lines;
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
      const RowVerdict& verdict = judgement_.rows[i];
      if (!is_proven_salesforce(judgement_.senders[verdict.sender])) continue;
      Proven& proven = lines[verdict.route_line];
      proven.totals.add(dictionary_.evaluation(rows_.rows[i].evaluation), rows_.rows[i].messages);
      proven.addresses.insert(rows_.rows[i].source_ip);
    }
    for (const auto& [position, proven] : lines) {
      const RouteLine& line = judgement_.routes[position];
      SalesforceRouteLine& out = page_.salesforce.emplace_back();
      out.domain = line.domain;
      out.route = route_words(line.route);
      out.totals = proven.totals;
      out.of_domain = of_domain[line.domain];
      out.sources = proven.addresses.size();
      for (const OrgShare& share : line.orgs) {
        const OrgVerdict& org = judgement_.orgs[share.org];
        out.orgs.push_back({org.org.org_id, org.org.instance, std::string(to_text(org.ownership)),
                            share.messages});
      }
    }
    std::ranges::stable_sort(page_.salesforce, [](const auto& a, const auto& b) {
      return std::tie(b.totals.messages, a.domain) < std::tie(a.totals.messages, b.domain);
    });
  }

  void add_findings() {
    for (const Finding& finding : judgement_.findings) {
      const RouteLine& line = judgement_.routes[finding.route_line];
      FindingCard& card = page_.findings.emplace_back();
      card.code = to_text(finding.code);
      card.domain = line.domain;
      card.sender = sender_words(line.service, line.route);
      card.salesforce = line.service == salesforce_service || card.code.starts_with("core-") ||
                        card.code.starts_with("mce-") || card.code.starts_with("ae-") ||
                        card.code.starts_with("mcn-") || card.code.starts_with("relay-");
      card.severity = static_cast<FindingCard::Severity>(finding.severity);
      card.messages = finding.messages;
      card.of_sender = line.totals.messages;
      card.first_day = finding.first_day;
      card.last_day = finding.last_day;
      card.days = finding.days;
      card.confidence = to_text(finding.confidence);
      card.cause = finding.cause;
      card.fix = finding.fix;
      card.verify = finding.verify;
      // Not finding.reference, which might hold names that reports brought: links are taken from
      // our own text alone.
      std::string_view references = text_of(finding.code).reference;
      while (!references.empty()) {
        const std::size_t end = std::min(references.find(" ; "), references.size());
        card.references.emplace_back(references.substr(0, end));
        references.remove_prefix(std::min(end + 3, references.size()));
      }
      card.header_from = finding.header_from;
    }
    // Faults first; what strangers send comes after what can be repaired at a sender.
    const auto rank = [](const FindingCard& card) {
      return std::tuple(-static_cast<int>(card.severity),
                        card.code == to_text(FindingCode::unauthenticated));
    };
    std::ranges::stable_sort(page_.findings, [&](const FindingCard& a, const FindingCard& b) {
      return std::tuple(rank(a), b.messages) < std::tuple(rank(b), a.messages);
    });
  }

  void add_sources(Identifier& identifier) {
    const SourceLines sources = source_lines(rows_.rows, judgement_, identifier, question_.top);
    page_.sources_total = sources.all;
    for (const SourceLine& source : sources.lines) {
      const Sender& sender = judgement_.senders[source.sender];
      GroupCounts counts{};
      for (std::size_t flow = 0; flow < flow_count; ++flow) {
        counts[static_cast<std::size_t>(MailGroup::aligned)] += source.flows[flow] -
                                                                source.failing[flow];
        counts[static_cast<std::size_t>(group_of_failing(static_cast<Flow>(flow)))] +=
            source.failing[flow];
      }
      SourceTableLine line;
      line.address = source.source_ip.to_text();
      line.sender = sender_words(sender);
      line.evidence = sender.evidence == Evidence::none ? ""
                                                        : std::string(to_text(sender.evidence));
      line.group = static_cast<MailGroup>(std::ranges::max_element(counts) - counts.begin());
      line.totals = source.totals;
      line.header_from = source.header_from;
      each_code(source.codes, [&](FindingCode code) {
        if (text_of(code).severity != Severity::note) line.findings.emplace_back(to_text(code));
      });
      line.last_day = source.last_day;
      page_.sources.push_back(std::move(line));
    }
  }

  void add_changes(Identifier& identifier) {
    Changes& changes = page_.changes;
    const Day days = page_.window.last - page_.window.first + 1;
    changes.before = Period{page_.window.first - days, page_.window.first - 1};
    for (const Note& note : notes(store_, {})) {
      const bool concerns = note.domain.empty() ||
                            std::ranges::find(page_.domains, note.domain) != page_.domains.end() ||
                            question_.domains.empty();
      if (concerns && note.day >= changes.before->first && note.day <= page_.window.last)
        changes.notes.push_back({note.day, note.domain, note.text});
    }
    const Filter filter{.domains = question_.domains,
                        .since = changes.before->first,
                        .until = changes.before->last};
    for (const DomainSummary& summary : domain_summaries(store_, dictionary_, filter)) {
      changes.reports_before += summary.reports;
      changes.messages_before += summary.totals.messages;
    }
    if (changes.reports_before == 0) return;
    const bool read = rows_before_ && rows_before_->first_day == changes.before->first;
    const std::vector<SourceRow> rows = read ? std::move(rows_before_->rows)
                                             : sources(store_, dictionary_, filter, alone);
    const Figures before = figures_of(rows, judge(rows, identifier)),
                  now = figures_of(rows_.rows, judgement_);
    changes.groups_before = before.groups;
    std::set<std::string> names;
    for (const auto& [name, totals] : before.senders) names.insert(name);
    for (const auto& [name, totals] : now.senders) names.insert(name);
    const auto in = [](const Figures& figures, const std::string& name) {
      const auto found = figures.senders.find(name);
      return found == figures.senders.end() ? SenderTotals{} : found->second;
    };
    for (const std::string& name : names) {
      const SenderTotals a = in(before, name), b = in(now, name);
      const SenderChange change{name, a.messages, a.passed, b.messages, b.passed};
      if (a.messages == 0)
        changes.appeared.push_back(change);
      else if (b.messages == 0)
        changes.gone.push_back(change);
      else {
        const Change told = change_between({a.passed, a.messages}, {b.passed, b.messages});
        if (told == Change::worse) changes.worse.push_back(change);
        if (told == Change::better) changes.better.push_back(change);
      }
    }
    const auto cut = [](std::vector<SenderChange>& list, std::size_t* more, auto key) {
      std::ranges::stable_sort(list, std::ranges::greater{}, key);
      if (more != nullptr && list.size() > most_changes) *more = list.size() - most_changes;
      list.resize(std::min(list.size(), most_changes));
    };
    cut(changes.appeared, &changes.appeared_more, &SenderChange::after);
    cut(changes.gone, &changes.gone_more, &SenderChange::before);
    cut(changes.worse, nullptr, &SenderChange::after);
    cut(changes.better, nullptr, &SenderChange::after);
    for (const auto& [key, words] : before.findings)
      if (!now.findings.contains(key) && changes.findings_gone.size() < 2 * most_changes)
        changes.findings_gone.push_back(words);
    for (const auto& [key, words] : now.findings)
      if (!before.findings.contains(key) && changes.findings_new.size() < 2 * most_changes)
        changes.findings_new.push_back(words);
  }

  void add_dispositions() {
    std::map<std::string, std::uint64_t> reasons;
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
      const PolicyEvaluated& evaluated = dictionary_.evaluation(rows_.rows[i].evaluation);
      page_.dispositions[static_cast<std::size_t>(group_of(judgement_.rows[i]))].add(
          evaluated, rows_.rows[i].messages);
      std::set<std::string> once;
      for (const PolicyOverrideReason& reason : evaluated.reasons)
        once.insert(std::string(reason.type.text()));
      for (const std::string& word : once)
        if (!word.empty()) reasons[word] += rows_.rows[i].messages;
    }
    page_.overrides.assign(reasons.begin(), reasons.end());
    std::ranges::stable_sort(page_.overrides, std::ranges::greater{},
                             &std::pair<std::string, std::uint64_t>::second);
  }

  void add_problems() {
    std::map<std::string, std::uint64_t> reasons;
    for (const Problem& problem : problems(store_, false)) ++reasons[problem.reason];
    page_.problems.by_reason.assign(reasons.begin(), reasons.end());
    std::ranges::stable_sort(page_.problems.by_reason, std::ranges::greater{},
                             &std::pair<std::string, std::uint64_t>::second);
    std::vector<const Disagreement*> order;
    for (const Disagreement& disagreement : judgement_.disagreements)
      order.push_back(&disagreement);
    std::ranges::stable_sort(order, [](const Disagreement* a, const Disagreement* b) {
      return a->messages > b->messages;
    });
    for (const Disagreement* disagreement : order) {
      if (page_.problems.disagreements.size() == most_disagreements) break;
      page_.problems.disagreements.push_back(
          {disagreement->domain, dictionary_.reporter(disagreement->reporter),
           fmt::format(
               "{} reported as {}: {}{}", disagreement->dkim ? "DKIM" : "SPF",
               disagreement->reported == DmarcResult::pass   ? "aligned"
               : disagreement->reported == DmarcResult::fail ? "not aligned"
                                                             : "unknown",
               explanation(disagreement->reason),
               disagreement->example.empty() ? "" : fmt::format(" ({})", disagreement->example)),
           disagreement->messages});
    }
    page_.problems.disagreements_more = order.size() - page_.problems.disagreements.size();
  }

  Store& store_;
  const PageQuestion& question_;
  Day today_;
  Dictionary dictionary_;
  Filter filter_;
  std::vector<DomainSummary> summaries_;
  std::map<std::string, SeenPolicy> policies_;
  WindowRows rows_;
  struct RowsBefore {
    Day first_day;
    std::vector<SourceRow> rows;
  };
  std::vector<AccountName> accounts_;
  std::vector<SourceRow> context_;  ///< what the window's rows are judged in, where the filter
                                    ///< leaves something out
  std::optional<RowsBefore> rows_before_;  ///< all rows from that day to the window's first, where
                                           ///< they were read for learning
  Judgement judgement_;
  StakeholderPage page_;
};

}  // namespace

StakeholderPage page_data(const std::function<Store()>& open, const PageQuestion& question,
                          Day today) {
  auto [store, other] = two_of_one_moment(open);
  // Without an end that was asked for, the clock decides: a policy must not look ready on reports
  // that stopped weeks ago.
  const Day as_of = question.until ? std::min(*question.until + 1, today) : today;
  auto builder = std::make_unique<PageBuilder>(store, question, today);
  // The verdicts look at other days and are half of the work: a thread and a connection of their
  // own.
  const std::vector<DomainSummary> summaries = builder->summaries();
  const std::map<std::string, SeenPolicy> policies = builder->policies();
  auto verdicts = std::async(std::launch::async, [&, &reader = other] {
    return page_verdicts(reader, {summaries, policies, question.limits, as_of});
  });
  StakeholderPage page = builder->build();
  std::map<std::string, GroupCounts> groups = builder->groups_of_domains();
  builder.reset();  // half a million rows are freed while the verdicts are still judged
  page.verdicts = verdicts.get();
  for (DomainVerdict& verdict : page.verdicts) verdict.groups = groups[verdict.domain];
  page.title = question.title;
  page.method = method_lines(page, as_of);
  return page;
}

}  // namespace dmarcq
