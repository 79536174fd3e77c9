// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ingest/base/text.h"
#include "ingest/dns/mta_sts_fetch.h"
#include "report/answers/tls/tls_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/signals.h"
#include "report/render/answers/tls/tls.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

TlsBy by_argument(const Args& args) {
  const std::string word = args.value("--by").value_or("domain");
  for (const TlsBy by : {TlsBy::result, TlsBy::mx, TlsBy::reporter, TlsBy::day})
    if (word == to_text(by)) return by;
  return TlsBy::domain;
}

TlsQuestion question_of(const Args& args) {
  const Selection selection = selection_of(args, today());
  TlsQuestion question{.domains = {},
                       .since = selection.filter.since,
                       .until = selection.filter.until,
                       .reporters = selection.filter.reporters,
                       .today = today(),
                       .by = by_argument(args),
                       .sts_policy = {}};
  for (const std::string& domain : args.operands) question.domains.push_back(asked_domain(domain));
  return question;
}

void say_what_is_missing(Io& io, const TlsAnswer& answer, const TlsQuestion& question) {
  if (io.quiet) return;
  if (answer.from_future > 0)
    say_error(io,
              fmt::format("{} from the future left out", counted(answer.from_future, "TLS report")),
              "--until DAY includes those up to DAY");
  if (answer.reports > 0) return;
  const bool filtered = !question.domains.empty() || !question.reporters.empty() ||
                        question.since || question.until;
  write_paragraph(
      io.err, "",
      filtered
          ? "no TLS report matches; leave a filter out"
          : "no TLS reports in the database; they come once a domain has a record _smtp._tls with an address (RFC 8460) whose mail dmarcq ingest reads",
      any_width);
}

}  // namespace

Exit run_tls(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  TlsQuestion question = question_of(args);
  const StopOnSignal stop;
  const DnsChoice dns(args, settings, &stop.flag());
  question.dns = dns.resolver();
  if (args.has("--fetch-policy")) {
    if (args.has("--snapshot"))
      throw UsageError(
          "--fetch-policy asks the web server of today, --snapshot says what DNS said");
    if (question.dns == nullptr) throw UsageError("--fetch-policy goes with --dns");
    question.sts_policy.fetch = [&stop](const std::string& domain) {
      return fetch_mta_sts_policy(domain, {.stop = &stop.flag()});
    };
  }
  const Format format = format_of(args);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  const TlsAnswer answer = tls_answer(*snapshot, question);
  dns.warn_of_silence(io);
  say_what_is_missing(io, answer, question);
  if (format == Format::table)
    write_tls_text(io.out, answer, question.by, style_of(io));
  else
    show(io, format, tls_listing(answer, question.by));
  return args.has("--exit-code") && answer.has_failures() ? Exit::found : Exit::done;
}

}  // namespace dmarcq
