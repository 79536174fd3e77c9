// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/check.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "store/base/new_file.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

/// Mails to write. Without `to`, each client gets its own.
struct AskedMail {
  MailAddress from;
  std::vector<MailAddress> to;
  std::optional<fs::path> folder;  ///< nothing: one mail, on standard output
};

/// What the flags say.
struct Asked {
  CheckQuestion question;
  bool all = false;
  Format format = Format::table;  ///< which is the text
  bool metrics = false;           ///< the format is OpenMetrics
  std::optional<AskedMail> mail;
};

AskedMail asked_mail(const Args& args, const Settings& settings, const Client* client) {
  constexpr const char* hint = "dmarcq check --mail --from dmarcq@example.com --to you@example.com";
  AskedMail mail;
  const std::string from = args.value("--from").value_or(settings.mail.from);
  if (from.empty()) throw UsageError("--mail needs --from, or [mail] in the configuration", hint);
  mail.from = address_argument("--from", from);
  const auto folder = args.value("--output");
  if (folder) mail.folder = *folder;
  if (client != nullptr && !args.has("--to")) {
    if (client->mail_to.empty())
      throw UsageError(fmt::format("client '{}' has no mail_to", client->name),
                       "mail_to = \"you@example.com\" in its [[client]], or --to ADDRESS");
    mail.to = client->mail_to;
  } else {
    const std::vector<std::string> to = args.has("--to") ? args.values("--to") : settings.mail.to;
    if (to.empty() && !folder)
      throw UsageError("--mail needs --to, or [mail] in the configuration", hint);
    if (!to.empty()) mail.to = addresses_argument("--to", to);
  }
  return mail;
}

Asked asked_of(const Args& args, const Settings& settings) {
  Asked asked{.question = {.domains = {}, .today = today()},
              .all = args.has("--all"),
              .format = format_of(args),
              .metrics = args.value("--format") == "openmetrics",
              .mail = std::nullopt};
  for (const std::string& domain : args.values("--domain"))
    asked.question.domains.push_back(asked_domain(domain));
  asked.question.clients = client_domains(settings);
  const Client* client = nullptr;
  if (const auto name = args.value("--client")) {
    if (args.has("--domain")) throw UsageError("--client and --domain cannot be combined");
    client = &asked_client(*name, settings.clients);
    asked.question.client = client->name;
  }
  if (args.has("--mail")) {
    if (asked.format != Format::table || asked.metrics)
      throw UsageError(
          fmt::format("--mail and --format {} cannot be combined", *args.value("--format")));
    asked.mail = asked_mail(args, settings, client);
  } else if (args.has("--to") || args.has("--from") || args.has("--output")) {
    throw UsageError("--to, --from and --output go with --mail");
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

/// Writes the mails, and remembers which alerts were told. What could not be written, and what no
/// mail is for, is news again next time.
class MailRound {
 public:
  MailRound(Io& io, Store& store, const Asked& asked, const CheckAnswer& answer)
      : io_(io), store_(store), asked_(asked), answer_(answer) {
    for (const CheckAnswer::One& one : answer.alerts)
      if (!one.told) untold_.insert(one.alert.key());
  }

  void write(const std::vector<Client>& clients) {
    const AskedMail& mail = *asked_.mail;
    if (mail.folder) {
      std::error_code fault;
      fs::create_directories(*mail.folder, fault);
      if (fault) throw FileError(fmt::format("{}: {}", mail.folder->string(), fault.message()));
    }
    if (!mail.folder || !asked_.question.client.empty()) {
      send(answer_, mail.to, asked_.question.client);
    } else {
      CheckAnswer rest = answer_;
      for (const Client& client : clients) {
        if (client.mail_to.empty()) continue;
        send(answer_.of_client(client.name), client.mail_to, client.name);
        std::erase_if(rest.alerts, [&](const auto& one) { return one.client == client.name; });
      }
      if (!mail.to.empty()) send(rest, mail.to, "");
    }
    // What has cleared is forgotten whether or not there was a mail.
    remember_told(store_, answer_, untold_);
  }

  std::size_t untold() const { return untold_.size(); }

 private:
  /// No news, no mail: `dmarcq check --mail … > news || sendmail -t < news`.
  void send(const CheckAnswer& part, const std::vector<MailAddress>& to,
            const std::string& client) {
    auto text = check_mail(part, asked_.all);
    if (text) {
      PlainMail mail{.from = asked_.mail->from, .to = to};
      mail.subject = std::move(text->subject);
      mail.body = std::move(text->body);
      mail.date = now_seconds(answer_.today);
      if (asked_.mail->folder) {
        NewFile file(new_mail_file(*asked_.mail->folder, answer_.today, client));
        file.write(plain_mail(mail));
        file.put_in_place();
      } else {
        io_.out << plain_mail(mail);
        io_.out.flush();
      }
    }
    for (const CheckAnswer::One& one : part.alerts) untold_.erase(one.alert.key());
    if (text) remember_told(store_, answer_, untold_);
  }

  Io& io_;
  Store& store_;
  const Asked& asked_;
  const CheckAnswer& answer_;
  std::set<std::string> untold_;
};

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
  dns.warn_of_silence(io);
  if (asked.mail) {
    MailRound round(io, *store, asked, answer);
    round.write(settings.clients);
    if (round.untold() > 0)
      say_error(io,
                fmt::format("{} in no mail: of no client with mail_to",
                            counted(round.untold(), "alert is", "alerts are")),
                "--to ADDRESS takes them");
    return answer.has_news() ? Exit::found : Exit::done;
  }
  // Metrics tell nobody: what is news stays so.
  if (asked.metrics) {
    write_check_metrics(io.out, answer, now_seconds(answer.today));
    return Exit::done;
  }
  show_answer(io, answer, asked);
  io.out.flush();
  remember_told(*store, answer);
  return answer.has_news() ? Exit::found : Exit::done;
}

}  // namespace dmarcq
