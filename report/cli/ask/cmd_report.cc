// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/answers/page/page_data.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/geo_choice.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/ask/report_site.h"
#include "report/cli/cmd.h"
#include "report/render/digest.h"
#include "report/render/numbers.h"
#include "report/render/page/html_page.h"
#include "store/base/new_file.h"

namespace dmarcq {
namespace {

/// "-" is standard output. A file appears whole or not at all: a mail program must never pick up
/// half a page.
void write_whole(Io& io, const std::string& name, const std::string& bytes) {
  if (name == "-") {
    io.out << bytes;
    return;
  }
  NewFile file(name);
  file.write(bytes);
  file.put_in_place();
}

/// Who the digest goes to. Asked for before any work is done. With --each the clients get it.
DigestEnvelope envelope_of(const Args& args, const Settings& settings, EpochSeconds now) {
  DigestEnvelope envelope{.date = now};
  if (args.has("--each")) {
    if (args.has("--to"))
      throw UsageError("--each --eml writes to each client's mail_to, not to --to");
    const std::string from = args.value("--from").value_or(settings.mail.from);
    if (from.empty()) throw UsageError("--each --eml needs --from, or [mail] in the configuration");
    envelope.from = address_argument("--from", from);
  } else {
    const MailParties parties = mail_parties(
        args, settings, "--eml",
        "dmarcq report --eml - --from dmarc@example.com --to board@example.com | sendmail -t");
    envelope.from = parties.from;
    envelope.to = parties.to;
  }
  if (const auto subject = args.value("--subject")) {
    if (std::ranges::any_of(*subject, [](unsigned char c) { return c < ' ' || c == 0x7F; }))
      throw UsageError("--subject: a subject is one line of text");
    envelope.subject = *subject;
  }
  return envelope;
}

void check_places(const Args& args) {
  const auto page_file = args.value("--output"), mail_file = args.value("--eml");
  const bool each = args.has("--each");
  if (each && (page_file == "-" || mail_file == "-" || (!page_file && !mail_file)))
    throw UsageError("--each needs a folder for the pages, or for the mails",
                     "dmarcq report --each -o site");
  if (!page_file && !mail_file)
    throw UsageError("where should the page go?", "dmarcq report -o report.html");
  if (page_file == "-" && mail_file == "-")
    throw UsageError("page and mail cannot both go to standard output");
  for (const std::string_view flag : {"--from", "--to", "--subject"})
    if (!mail_file && args.has(flag))
      throw UsageError(fmt::format("{} is for the mail that --eml writes", flag));
}

}  // namespace

Exit run_report(const Args& args, Io& io) {
  check_places(args);
  const auto page_file = args.value("--output"), mail_file = args.value("--eml");
  const Day now = today();
  const EpochSeconds seconds = now_seconds(now);
  const Settings settings = settings_of(args);
  const DigestEnvelope envelope = mail_file ? envelope_of(args, settings, seconds)
                                            : DigestEnvelope{};
  const Selection selection = selection_of(args, now);
  PageQuestion question{.domains = selection.filter.domains,
                        .since = selection.filter.since,
                        .until = selection.filter.until,
                        .title = args.value("--title").value_or("")};
  question.limits = settings.readiness;
  if (const auto top = args.value("--top"))
    question.top =
        static_cast<std::size_t>(std::min<std::uint64_t>(number_argument("--top", *top), 1'000));
  const std::string generated = args.has("--timestamp") ? rfc3339(seconds) : std::string();

  const DnsChoice dns(args, settings, nullptr);
  question.dns = dns.resolver();
  const NetworkBook networks = network_book(io, settings.geo);
  if (!networks.empty()) question.networks = &networks;
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  if (args.has("--each")) {
    if (page_file) write_site(io, *snapshot, settings, question, now, generated, *page_file);
    if (mail_file)
      write_client_mails(io, *snapshot, settings, question, now, generated, envelope, *mail_file);
    dns.warn_of_silence(io);
    return Exit::done;
  }
  question.generated = generated;
  const StakeholderPage page = page_data(*snapshot, question, now);
  if (page.reports == 0) say_nothing_found(io, *snapshot, selection);
  const std::string html = html_page(page);
  if (page_file) write_whole(io, *page_file, html);
  if (mail_file) write_whole(io, *mail_file, digest_mail(page, envelope, html));
  dns.warn_of_silence(io);
  return Exit::done;
}

}  // namespace dmarcq
