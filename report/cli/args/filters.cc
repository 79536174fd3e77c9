// SPDX-License-Identifier: MIT
#include "report/cli/args/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ingest/base/text.h"
#include "parser/domain_name.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/suggest.h"
#include "report/render/numbers.h"

namespace dmarcq {

std::string asked_domain(std::string_view text) {
  std::string domain = lower(text);
  while (domain.ends_with('.')) domain.pop_back();
  if (domain.starts_with("*.")) domain.erase(0, 2);
  return to_a_labels(std::move(domain));
}

std::uint64_t number_argument(std::string_view place, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size())
    throw UsageError(fmt::format("{}: invalid number '{}' (expected a whole number)", place, text));
  return number;
}

Selection selection_of(const Args& args, Day today) {
  Selection selection;
  for (const std::string& domain : args.values("--domain")) {
    selection.filter.domains.push_back(asked_domain(domain));
    if (selection.filter.domains.back().empty()) throw UsageError("--domain: the domain is empty");
  }
  if (const auto since = args.value("--since"))
    selection.filter.since = day_argument("--since", *since, today);
  if (const auto until = args.value("--until"))
    selection.filter.until = day_argument("--until", *until, today);
  if (selection.filter.since && selection.filter.until &&
      *selection.filter.since > *selection.filter.until)
    throw UsageError(fmt::format("--since {} is after --until {}",
                                 iso_date(*selection.filter.since),
                                 iso_date(*selection.filter.until)));
  selection.filter.reporters = args.values("--reporter");
  if (args.has("--trusted-only")) selection.filter.least_trust = trusted;
  for (const std::string& text : args.values("--ip")) {
    const auto network = IpNetwork::parse(text);
    if (!network)
      throw UsageError(fmt::format("--ip: '{}' is neither an address nor a network", text),
                       "write 192.0.2.7 or 192.0.2.0/24");
    selection.filter.networks.push_back(*network);
  }
  for (const std::string& service : args.values("--service"))
    selection.services.push_back(lower(service));
  for (const std::string& route : args.values("--route")) selection.routes.push_back(lower(route));
  selection.failing = args.has("--failing");
  selection.passing = args.has("--passing");
  selection.salesforce = args.has("--salesforce");
  if (const auto disposition = args.value("--disposition"))
    selection.disposition = from_text<Disposition>(*disposition);
  if (selection.failing && selection.passing)
    throw UsageError("--failing and --passing cannot be combined",
                     "leave both out to see every source");
  if (const auto limit = args.value("--limit"))
    selection.limit = number_argument("--limit", *limit);
  if (const auto sort = args.value("--sort")) {
    selection.descending = sort->starts_with('-');
    selection.sort = selection.descending ? sort->substr(1) : *sort;
  }
  return selection;
}

namespace {

/// A subdomain of a known domain may well have rows of its own; one above a known one has them for
/// sure.
bool is_plausible(const std::string& domain, const std::vector<std::string>& known) {
  return std::ranges::any_of(known, [&](const std::string& one) {
    return at_or_below(domain, one) || at_or_below(one, domain);
  });
}

std::string what_there_is(const std::vector<std::string>& known) {
  if (known.empty())
    return "the database contains no reports yet; dmarcq ingest SOURCE… reads a mailbox into it";
  return known.size() <= 5
             ? fmt::format("the database contains {}", fmt::join(known, ", "))
             : fmt::format("the database contains {} domains: dmarcq summary", known.size());
}

}  // namespace

void require_known(Snapshot& snapshot, const std::string& domain) {
  const std::vector<std::string> known = known_domains(snapshot);
  if (!is_plausible(domain, known))
    throw UsageError(
        fmt::format("there are no reports on {}{}", domain, did_you_mean(domain, known)),
        what_there_is(known));
}

void require_known(const Args& args, Snapshot& snapshot, const Selection& selection) {
  if (!args.has("--exit-code")) return;
  for (const std::string& domain : selection.filter.domains) require_known(snapshot, domain);
}

void end_today(Io& io, Snapshot& snapshot, Selection& selection, Day today) {
  Filter& filter = selection.filter;
  if (filter.until || (filter.since && *filter.since > today)) return;
  const auto days = days_reported(snapshot);
  if (!days || days->second <= today) return;
  std::uint64_t reports = 0;
  Day last = 0;
  each_report_head(snapshot,
                   {.domains = filter.domains, .since = today + 1, .reporters = filter.reporters},
                   [&](const ReportHead& head) {
                     ++reports;
                     last = std::max(last, head.day);
                   });
  filter.until = today;
  if (reports == 0 || io.quiet) return;
  say_error(io,
            fmt::format("{} from the future, up to {}, left out", counted(reports, "report"),
                        iso_date(last)),
            fmt::format("dmarcq reports --since {} lists them", iso_date(today + 1)));
}

void say_nothing_found(Io& io, Snapshot& snapshot, const Selection& selection) {
  const std::vector<std::string> known = known_domains(snapshot);
  if (known.empty()) {
    say_error(io, "the database contains no reports yet",
              "dmarcq ingest SOURCE… reads a mailbox into it");
    return;
  }
  for (const std::string& domain : selection.filter.domains) {
    if (is_plausible(domain, known)) continue;
    say_error(io, fmt::format("no rows for {}{}", domain, did_you_mean(domain, known)),
              what_there_is(known));
    return;
  }
  std::string hint = "leave a filter out";
  if (const auto days = days_reported(snapshot))
    hint = fmt::format("the database contains {} to {}; leave a filter out", iso_date(days->first),
                       iso_date(days->second));
  say_error(io, "nothing matches", hint);
}

}  // namespace dmarcq
