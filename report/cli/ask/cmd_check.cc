// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "report/analysis/alerts.h"
#include "report/answers/base/timeline_reader.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/render/escape.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

bool concerns(const std::string& domain, const std::vector<std::string>& domains) {
  return domains.empty() || domain.empty() || std::ranges::find(domains, domain) != domains.end();
}

/// The domain in Alert::key().
std::string domain_of_key(const std::string& key) {
  const auto first = key.find('\t');
  if (first == std::string::npos) return {};
  return key.substr(first + 1, key.find('\t', first + 1) - first - 1);
}

void write_text(std::ostream& out, const std::vector<const Alert*>& alerts,
                const std::vector<OpenAlert>& told, Day now) {
  std::string domain = "\n";
  for (const Alert* alert : alerts) {
    if (alert->domain != domain) {
      if (domain != "\n") out << '\n';
      domain = alert->domain;
      out << (domain.empty() ? "all domains" : terminal_text(domain)) << '\n';
    }
    const auto known = std::ranges::find(told, alert->key(), &OpenAlert::key);
    out << "  " << to_text(alert->code) << '\n';
    write_paragraph(out, "    ",
                    alert->text + (known != told.end() && known->told < now
                                       ? fmt::format(" (Told on {}.)", iso_date(known->told))
                                       : ""));
  }
}

}  // namespace

Exit run_check(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  AlertQuestion question;
  question.today = today();
  for (const std::string& domain : args.values("--domain"))
    question.domains.push_back(asked_domain(domain));
  const bool json_wanted = args.value("--format") == "json", mail = args.has("--mail"),
             all = args.has("--all");
  PlainMail message;
  if (mail) {
    if (json_wanted) throw UsageError("--mail and --format json exclude each other");
    for (const std::string_view flag : {"--to", "--from"}) {
      if (!args.has(flag))
        throw UsageError(fmt::format("--mail needs {}", flag),
                         "dmarcq check --mail --from dmarcq@example.com --to you@example.com");
    }
    message.from = address_argument("--from", *args.value("--from"));
    message.to = addresses_argument("--to", args.values("--to"));
  } else if (args.has("--to") || args.has("--from")) {
    throw UsageError("--to and --from go with --mail");
  }

  Store store = open_existing(settings);
  Filter filter;
  filter.domains = question.domains;
  filter.since = question.today - alert_days;
  filter.until = question.today - 1;
  StoredTimeline stored(store, filter);
  const std::vector<std::string> known_names = known_domains(store);
  for (const std::string& domain : question.domains)
    if (std::ranges::find(known_names, domain) == known_names.end())
      throw UsageError(fmt::format("--domain: there are no reports on {}{}", domain,
                                   did_you_mean(domain, known_names)),
                       "dmarcq summary shows the domains with reports");
  const std::vector<OpenAlert> told = open_alerts(store);
  for (const OpenAlert& alert : told) question.told.push_back({alert.key, alert.since});
  for (const Problem& problem : problems(store, false))
    question.problems.push_back({problem.id, problem.reason});
  const std::vector<Alert> alerts =
      find_alerts(stored.timeline(), stored.lookup(), stored.owner(), question);

  std::vector<const Alert*> news, shown;
  std::vector<OpenAlert> open;
  for (const Alert& alert : alerts) {
    const auto known = std::ranges::find(told, alert.key(), &OpenAlert::key);
    if (known == told.end()) news.push_back(&alert);
    if (known == told.end() || all) shown.push_back(&alert);
    open.push_back(known == told.end() ? OpenAlert{alert.key(), alert.since, question.today}
                                       : *known);
  }
  // With --domain only that part of the memory is renewed.
  for (const OpenAlert& alert : told)
    if (!concerns(domain_of_key(alert.key), question.domains)) open.push_back(alert);
  std::ranges::sort(open, {}, &OpenAlert::key);

  if (json_wanted) {
    JsonWriter json(io.out, JsonWriter::Style::pretty);
    json.object()
        .member("schema", "dmarcq.check/1")
        .member("today", iso_date(question.today))
        .key("alerts")
        .array();
    for (const Alert* alert : shown) {
      const bool is_new = std::ranges::find(news, alert) != news.end();
      json.object()
          .member("code", to_text(alert->code))
          .member_or_null("domain", alert->domain)
          .member_or_null("source", alert->source)
          .member("messages", alert->messages);
      json.member("since", iso_date(alert->since))
          .member("new", is_new)
          .member("text", alert->text)
          .end();
    }
    json.end().end().finish();
  } else if (mail) {
    // No news, no mail: `mail=$(dmarcq check --mail …) || printf '%s\n' "$mail" | sendmail -t`.
    if (!shown.empty()) {
      std::ostringstream body;
      write_text(body, shown, told, question.today);
      body
          << "\nEach alert is told once until it clears; dmarcq check --all shows all that are open.\n";
      message.subject = shown.size() == 1
                            ? fmt::format("DMARC: {}{}", to_text(shown.front()->code),
                                          shown.front()->domain.empty()
                                              ? ""
                                              : " at " + terminal_text(shown.front()->domain))
                            : fmt::format("DMARC: {}", counted(shown.size(), "alert"));
      message.body = body.str();
      message.date = now_seconds(question.today);
      io.out << plain_mail(message);
    }
  } else {
    write_text(io.out, shown, told, question.today);
    if (shown.empty() && !io.quiet)
      io.err << (open.empty() ? "nothing to tell\n"
                              : fmt::format("no news; {} open: dmarcq check --all\n",
                                            counted(open.size(), "alert is", "alerts are")));
  }
  io.out.flush();  // told means told: what could not be written is news again next time
  const auto same = std::ranges::equal(open, told, [](const OpenAlert& a, const OpenAlert& b) {
    return a.key == b.key && a.since == b.since && a.told == b.told;
  });
  if (!same) set_open_alerts(store, open);
  return news.empty() ? Exit::done : Exit::found;
}

}  // namespace dmarcq
