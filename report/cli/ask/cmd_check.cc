// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/check.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

/// What the flags say.
struct Asked {
  CheckQuestion question;
  bool all = false;
  Format format = Format::table;  ///< which is the text
  std::optional<PlainMail> mail;  ///< with sender and receivers
};

Asked asked_of(const Args& args, const Settings& settings) {
  Asked asked{.question = {.domains = {}, .today = today()},
              .all = args.has("--all"),
              .format = format_of(args),
              .mail = std::nullopt};
  for (const std::string& domain : args.values("--domain"))
    asked.question.domains.push_back(asked_domain(domain));
  if (args.has("--mail")) {
    if (asked.format != Format::table)
      throw UsageError(
          fmt::format("--mail and --format {} cannot be combined", *args.value("--format")));
    const MailParties parties =
        mail_parties(args, settings, "--mail",
                     "dmarcq check --mail --from dmarcq@example.com --to you@example.com");
    asked.mail.emplace();
    asked.mail->from = parties.from;
    asked.mail->to = parties.to;
  } else if (args.has("--to") || args.has("--from")) {
    throw UsageError("--to and --from go with --mail");
  }
  return asked;
}

void require_reports(Snapshot& snapshot, const std::vector<std::string>& domains) {
  const std::vector<std::string> known = known_domains(snapshot);
  for (const std::string& domain : domains)
    if (std::ranges::find(known, domain) == known.end())
      throw UsageError(fmt::format("--domain: there are no reports on {}{}", domain,
                                   did_you_mean(domain, known)),
                       "dmarcq summary shows the domains with reports");
}

/// No news, no mail: `mail=$(dmarcq check --mail …) || printf '%s\n' "$mail" | sendmail -t`.
void write_mail(Io& io, PlainMail mail, const CheckAnswer& answer, bool all) {
  auto text = check_mail(answer, all);
  if (!text) return;
  mail.subject = std::move(text->subject);
  mail.body = std::move(text->body);
  mail.date = now_seconds(answer.today);
  io.out << plain_mail(mail);
}

void show_answer(Io& io, const CheckAnswer& answer, const Asked& asked) {
  const bool shows = asked.all ? !answer.alerts.empty() : answer.has_news();
  switch (asked.format) {
    case Format::json: write_check_json(io.out, answer, asked.all); break;
    case Format::ndjson:
      write_check_json(io.out, answer, asked.all, JsonWriter::Style::compact);
      break;
    case Format::table:
      write_check_text(io.out, answer, asked.all);
      if (!shows && !io.quiet) write_paragraph(io.err, "", no_news_words(answer), any_width);
      break;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: show_data(io, asked.format, check_table(answer, asked.all)); break;
  }
}

}  // namespace

Exit run_check(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  Asked asked = asked_of(args, settings);
  const DnsChoice dns(args, settings, nullptr);
  asked.question.dns = dns.resolver();
  const std::unique_ptr<Store> store = open_existing(settings);
  const std::unique_ptr<Snapshot> snapshot = snapshot_of(*store, settings);
  require_reports(*snapshot, asked.question.domains);
  const CheckAnswer answer = check_answer(*snapshot, asked.question);
  if (asked.mail)
    write_mail(io, *asked.mail, answer, asked.all);
  else
    show_answer(io, answer, asked);
  dns.warn_of_silence(io);
  io.out.flush();
  remember_told(*store, answer);
  return answer.has_news() ? Exit::found : Exit::done;
}

}  // namespace dmarcq
