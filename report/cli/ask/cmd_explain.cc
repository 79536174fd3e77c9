// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/geo_choice.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/answers/data/explain_data.h"
#include "report/render/answers/explain.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/failure_phrases.h"

namespace dmarcq {
namespace {

ExplainQuestion question_of(const Args& args) {
  const std::string& subject = args.operands.front();
  ExplainQuestion question{.selection = selection_of(args, today()),
                           .network = IpNetwork::parse(subject),
                           .domain = {},
                           .with_states = format_of(args) == Format::table,
                           .today = today()};
  if (!question.network) question.domain = asked_domain(subject);
  if (!question.network && question.domain.find('.') == std::string::npos)
    throw UsageError(fmt::format("explain: '{}' is neither an address nor a domain", subject),
                     "dmarcq explain 192.0.2.7, or dmarcq explain example.com");
  return question;
}

/// No mail: what the shipped data knows, for people, and why there is none.
void say_no_mail(Io& io, Snapshot& snapshot, const ExplainAnswer& answer, bool is_text) {
  std::vector<std::string> lines;
  if (is_text) {
    lines = catalogue_words(answer.question, answer.known);
    std::ranges::copy(name_words(answer), std::back_inserter(lines));
    if (answer.failure) lines.push_back(example_sentence(*answer.failure));
  }
  for (const std::string& line : lines) write_paragraph(io.out, "", line, any_width);
  Selection selection = answer.question.selection;
  const std::string& domain = answer.question.domain;
  if (!domain.empty() && !closest(domain, known_domains(snapshot)).empty())
    selection.filter.domains = {domain};  // more likely a slip than a sender
  say_nothing_found(io, snapshot, selection);
}

void show_answer(Io& io, const Args& args, const ExplainAnswer& answer,
                 const std::string& subject) {
  const Format format = format_of(args);
  switch (format) {
    case Format::json: write_explain_json(io.out, answer, subject); break;
    case Format::ndjson:
      write_explain_json(io.out, answer, subject, JsonWriter::Style::compact);
      break;
    case Format::table: write_explain_text(io.out, answer, subject, style_of(io)); break;
    case Format::plain:
    case Format::csv:
    case Format::tsv:
    case Format::markdown: show_data(io, format, explain_table(answer)); break;
  }
}

}  // namespace

Exit run_explain(const Args& args, Io& io) {
  ExplainQuestion question = question_of(args);
  const Settings settings = settings_of(args);
  const DnsChoice dns(args, settings, nullptr);
  question.dns = dns.resolver();
  const NetworkBook networks = network_book(io, settings.geo);
  if (!networks.empty()) question.networks = &networks;
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  end_today(io, *snapshot, question.selection, today());
  const ExplainAnswer answer = explain_answer(*snapshot, std::move(question));
  const std::string& subject = args.operands.front();
  const bool is_text = format_of(args) == Format::table;
  if (!is_text || !answer.parts.empty()) show_answer(io, args, answer, subject);
  if (answer.parts.empty()) say_no_mail(io, *snapshot, answer, is_text);
  dns.warn_of_silence(io);
  return Exit::done;
}

}  // namespace dmarcq
