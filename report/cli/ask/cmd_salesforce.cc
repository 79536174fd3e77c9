// SPDX-License-Identifier: MIT
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/salesforce.h"

namespace dmarcq {

Exit run_salesforce(const Args& args, Io& io) {
  Selection selection = selection_of(args, today());
  for (const std::string& domain : args.operands)
    selection.filter.domains.push_back(asked_domain(domain));
  const Settings settings = settings_of(args);
  const DnsChoice dns(args, settings, nullptr);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  const Filter asked = selection.filter;
  end_today(io, *snapshot, selection, today());
  require_known(args, *snapshot, selection);
  const SalesforceAnswer answer = salesforce_answer(
      *snapshot,
      {.filter = asked.since ? selection.filter : asked, .today = today(), .dns = dns.resolver()});
  dns.warn_of_silence(io);
  if (answer.domains.empty() && answer.without.empty()) say_nothing_found(io, *snapshot, selection);
  if (const Format format = format_of(args); format != Format::table)
    show(io, format, salesforce_listing(answer));
  else
    write_letters(io.out, answer, style_of(io));
  if (format_of(args) == Format::table && answer.fails())
    say_next(
        io,
        "next: dmarcq sources --failing --salesforce lists the addresses; dmarcq readiness DOMAIN tells what stands in the policy's way");
  return args.has("--exit-code") && answer.fails() ? Exit::found : Exit::done;
}

}  // namespace dmarcq
