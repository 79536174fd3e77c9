// SPDX-License-Identifier: MIT
#include "report/render/answers/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "report/render/answers/counts_json.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/message_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/letter.h"

namespace dmarcq {
namespace {

constexpr unsigned prose_width = 80;
constexpr std::string_view margin = "               ";

void write_field(std::ostream& out, std::string_view title, std::string_view text) {
  if (text.empty()) return;
  write_paragraph(out, fmt::format("{:<15}", title), text, prose_width);
}

std::string_view weight_words(ProofWeight weight) {
  return weight == ProofWeight::proven ? "proven" : "claimed";
}

ProofWeight weight_of(bool proven) { return proven ? ProofWeight::proven : ProofWeight::claimed; }

std::string_view ownership_words(Ownership ownership) {
  switch (ownership) {
    case Ownership::ours: return "yours";
    case Ownership::foreign: return "not yours";
    case Ownership::unproven: break;
  }
  return "not known to be yours";
}

std::string service_words(const MessageRoute& route) {
  if (route.service.empty()) return "unknown: no name or address of a known service";
  if (route.service_id == ServiceId::salesforce) return route_title(route.route);
  return route.service;
}

std::string return_path_words(const ReturnPath& path) {
  switch (path.kind) {
    case ReturnPath::Kind::none: return "not told";
    case ReturnPath::Kind::null: return "<> (a bounce or an automatic reply)";
    case ReturnPath::Kind::plain: return path.address;
    case ReturnPath::Kind::salesforce_core:
      return fmt::format("{} (Salesforce bounce management; From is {})", path.address,
                         path.header_from);
    case ReturnPath::Kind::marketing_cloud: break;
  }
  const ReturnPath::MarketingCloud& ids = *path.marketing_cloud;
  return fmt::format("{} (Marketing Cloud: list {}, subscriber {}, job {}, MID {}, batch {})",
                     path.address, ids.list_id, ids.subscriber_id, ids.job_id, ids.member_id,
                     ids.batch_id);
}

std::string from_words(const MailFacts& mail) {
  if (mail.from.empty()) return "none";
  std::string words;
  for (const HeaderAddress& from : mail.from)
    words += (words.empty() ? "" : ", ") +
             (from.display.empty() ? from.address : from.display + " <" + from.address + ">");
  return words;
}

std::string org_words(const MessageAnswer& answer) {
  const MessageRoute& route = answer.route;
  if (route.org_id.empty()) return "";
  std::string words = route.org_id;
  if (!route.instance.empty()) words += " on " + route.instance;
  words += fmt::format(" ({})", weight_words(weight_of(route.org_proven)));
  if (answer.org && answer.org->org.org_id == route.org_id)
    words += fmt::format("; {}: {}", ownership_words(answer.org->ownership), answer.org->why);
  return words;
}

std::string handover_words(const MailFacts& mail) {
  const ReceivedHop* const hop = mail.entry();
  if (hop == nullptr) {
    const auto address = mail.sending_ip();
    return address ? address->to_text() : "";
  }
  std::string words = hop->ip ? hop->ip->to_text() : "";
  if (!hop->ptr.empty()) words += " (" + hop->ptr + ")";
  words += " to " + (hop->by.empty() ? std::string("the receiver") : hop->by);
  if (!hop->protocol.empty()) words += " with " + hop->protocol;
  if (hop->time) words += ", " + rfc3339(*hop->time);
  return words;
}

void write_head(std::ostream& out, const MessageAnswer& answer) {
  const MailFacts& mail = answer.mail;
  const MessageRoute& route = answer.route;
  write_field(out, "From", from_words(mail));
  write_field(out, "Subject", mail.subject);
  write_field(out, "Return-Path", return_path_words(mail.return_path));
  write_field(out, "Handed over by", handover_words(mail));
  write_field(
      out, "Sent by",
      service_words(route) + (route.service.empty()                 ? ""
                              : route.weight == ProofWeight::proven ? " (proven)"
                                                                    : " (claimed, not proven)"));
  constexpr std::size_t most_shown = 6;
  for (std::size_t i = 0; i < std::min(most_shown, route.proofs.size()); ++i)
    write_paragraph(
        out, std::string(margin) + "- ",
        fmt::format("{}: {}", weight_words(route.proofs[i].weight), sentence_of(route.proofs[i])),
        prose_width);
  if (route.contradicted)
    write_paragraph(out, std::string(margin),
                    "The signs contradict each other: take none of them as proof.", prose_width);
  write_field(out, "Salesforce org", org_words(answer));
  if (!route.feature.empty()) {
    const std::string words = feature_words(route.feature);
    write_field(out, "Feature", words.empty() ? route.feature : route.feature + ": " + words);
  }
  write_field(out, "Relay", route.relay_host);
  if (answer.flow == Flow::forwarded || answer.flow == Flow::mailing_list)
    write_field(out, "Flow", std::string(to_text(answer.flow)));
}

std::string word_or(std::string_view word, std::string_view otherwise) {
  return std::string(word.empty() ? otherwise : word);
}

Tone tone_of(const std::optional<bool>& passes) {
  if (!passes) return Tone::plain;
  return *passes ? Tone::good : Tone::bad;
}

}  // namespace

ResultTable message_table(const MessageAnswer& answer) {
  ResultTable table;
  table.columns = {{.key = "method", .title = ""},
                   {.key = "domain", .title = "domain", .min_width = 16},
                   {.key = "said", .title = "receiver said", .min_width = 13},
                   {.key = "recomputed", .title = "recomputed", .min_width = 10},
                   {.key = "aligned", .title = "aligned", .min_width = 8}};
  const MessageAuthentication& all = answer.authentication;
  const std::string no_word = answer.mail.receiver ? "nothing" : "–";
  table.rows.push_back({"SPF", word_or(all.spf.domain, "–"), Cell(word_or(all.spf.said, no_word)),
                        Cell(all.spf.recomputed ? std::string(to_text(*all.spf.recomputed))
                                                : std::string("not checked"),
                             tone_of(all.spf.passes)),
                        std::string(aligned_words(all.spf.aligned))});
  for (const DkimColumn& column : all.dkim)
    table.rows.push_back({"DKIM " + shortened(column.check.selector, 16),
                          word_or(column.check.domain, "–"), Cell(word_or(column.said, no_word)),
                          Cell(signature_words(column), tone_of(column.passes)),
                          std::string(aligned_words(column.aligned))});
  if (all.dkim.empty()) table.rows.push_back({"DKIM", "–", "–", "no signature", "no"});
  const DmarcColumn& dmarc = all.dmarc;
  table.rows.push_back(
      {"DMARC", word_or(answer.mail.from_domain, "–"), Cell(word_or(dmarc.said, no_word)),
       Cell(dmarc.recomputed ? (*dmarc.recomputed ? "pass" : "fail") : "open",
            tone_of(dmarc.recomputed ? dmarc.recomputed : dmarc.passes)),
       dmarc.policy.policy.empty() ? std::string("–") : "p=" + dmarc.policy.policy});
  return table;
}

namespace {

void write_columns(std::ostream& out, const MessageAnswer& answer, const TableStyle& style) {
  // Names of bounces are long: in a file as well, the table is no wider than the text around it.
  TableStyle narrow = style;
  narrow.width = style.width == 0 ? prose_width : std::min(style.width, prose_width);
  write_left_out(out, write_table(out, message_table(answer), narrow), "--format json");
}

std::string policy_words(const MessageAnswer& answer) {
  const AppliedPolicy& policy = answer.authentication.dmarc.policy;
  if (policy.none_published || policy.several) return "";
  std::string words;
  if (!policy.policy.empty()) {
    const std::string_view from = policy.from == AppliedPolicy::From::dns       ? "DNS"
                                  : policy.from == AppliedPolicy::From::reports ? "the last reports"
                                                                                : "the receiver";
    words = fmt::format("The policy for it is {}{}, says {}.", policy.policy,
                        policy.domain.empty() ? "" : ", published for " + policy.domain, from);
  }
  if (answer.dmarc && answer.dmarc->policies_differ())
    words +=
        fmt::format(" Receivers that follow RFC 7489 come to {}, those that follow RFC 9989 to {}.",
                    word_or(answer.dmarc->by_7489.policy, "no policy"),
                    word_or(answer.dmarc->by_9989.policy, "no policy"));
  return words;
}

void write_list(std::ostream& out, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out << '\n' << title << '\n';
  for (const std::string& line : lines) write_paragraph(out, "  - ", line, prose_width);
}

std::string_view status_words(ChecklistLine::Status status) {
  switch (status) {
    case ChecklistLine::Status::passed: return "passed";
    case ChecklistLine::Status::failed: return "FAILED";
    case ChecklistLine::Status::not_applicable: return "not applicable";
    case ChecklistLine::Status::not_checkable: break;
  }
  return "not checkable";
}

void write_checklist(std::ostream& out, const std::vector<ChecklistLine>& lines) {
  out << '\n';
  write_paragraph(out, "",
                  "RULES FOR SENDERS (Google, Yahoo, Microsoft; bulk: 5,000 mails a day and more)");
  for (const ChecklistLine& line : lines) {
    std::string who;
    if (!line.yahoo) who = " Google only.";
    if (line.yahoo && !line.microsoft) who = " Google and Yahoo.";
    write_paragraph(out, fmt::format("  {:<14} ", status_words(line.status)),
                    fmt::format("{}{}: {}{}", title_of(line.rule), line.bulk_only ? " (bulk)" : "",
                                sentence_of(line), who),
                    prose_width);
  }
}

std::string_view like_words(MessageStream::Like like) {
  switch (like) {
    case MessageStream::Like::address_and_selector: return "same From, address and selector";
    case MessageStream::Like::address: return "same From and address";
    case MessageStream::Like::selector: return "same From and selector";
    case MessageStream::Like::from: break;
  }
  return "same From";
}

std::vector<std::string> stream_lines(const MessageAnswer& answer) {
  std::vector<std::string> lines;
  for (const MessageStream& stream : answer.streams) {
    std::string codes;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, stream.codes.size()); ++i)
      codes += (codes.empty() ? "" : ", ") + std::string(to_text(stream.codes[i]));
    lines.push_back(fmt::format("{}: {}, {} pass; {}; {}{}", like_words(stream.like),
                                counted(stream.totals.messages, "message"),
                                pass_rate(stream.totals.dmarc_pass(), stream.totals.messages),
                                days_text(stream.first_day, stream.last_day),
                                counted(stream.reporters, "reporter"),
                                codes.empty() ? "" : "; " + codes));
  }
  if (lines.empty() && answer.reports_asked)
    lines.push_back(
        fmt::format("none of {} since {}", answer.mail.from_domain, iso_date(answer.since)));
  return lines;
}

void write_result(JsonWriter& json, const AuthenticationResult& result) {
  json.object().member("method", result.method).member("result", result.result);
  std::string domain = domain_in(result.property("header", "d"));
  if (domain.empty()) domain = domain_in(result.property("header", "i"));
  if (domain.empty()) domain = domain_in(result.property("header", "from"));
  if (domain.empty()) domain = domain_in(result.property("smtp", "mailfrom"));
  json.member_or_null("domain", domain)
      .member_or_null("selector", result.property("header", "s"))
      .member_or_null("reason", result.reason)
      .member_or_null("comment", result.comment);
  json.key("properties").array();
  for (const auto& property : result.properties)
    json.object()
        .member("name", property.type.empty() ? property.name : property.type + "." + property.name)
        .member("value", property.value)
        .end();
  json.end().end();
}

/// Every Authentication-Results field, and whether it is the receiver's.
void write_results(JsonWriter& json, const MailFacts& mail) {
  json.key("authentication_results").array();
  for (std::size_t i = 0; i < mail.trace.lines.size(); ++i) {
    if (mail.trace.lines[i].field != MailTrace::Field::authentication_results) continue;
    const AuthenticationResults results = parse_authentication_results(mail.trace.lines[i].value);
    const bool trusted = mail.receiver && mail.receiver->well_formed &&
                         std::ranges::find(mail.receiver->lines, i) != mail.receiver->lines.end();
    json.object()
        .member_or_null("authserv_id", results.authserv_id)
        .member("trusted", trusted)
        .member("named", trusted && mail.receiver->named)
        .member("well_formed", results.well_formed);
    json.key("results").array();
    for (const AuthenticationResult& result : results.results) write_result(json, result);
    json.end().end();
  }
  json.end();
}

void write_aligned(JsonWriter& json, const AlignedModes& modes) {
  json.key("aligned")
      .object()
      .member("relaxed", modes.relaxed)
      .member("strict", modes.strict)
      .end();
}

void write_optional(JsonWriter& json, std::string_view name, const std::optional<bool>& value) {
  json.key(name);
  if (value)
    json.value(*value);
  else
    json.null();
}

void write_authentication(JsonWriter& json, const MessageAnswer& answer) {
  const MessageAuthentication& all = answer.authentication;
  json.key("spf")
      .object()
      .member_or_null("domain", all.spf.domain)
      .member_or_null("receiver_said", all.spf.said);
  json.member_or_null("recomputed",
                      all.spf.recomputed ? to_text(*all.spf.recomputed) : std::string_view());
  json.member_or_null("why", all.spf.why);
  if (answer.spf_check)
    json.member_or_null("term", answer.spf_check->term)
        .member("lookups", answer.spf_check->lookups)
        .member("void_lookups", answer.spf_check->void_lookups);
  write_optional(json, "passes", all.spf.passes);
  write_aligned(json, all.spf.aligned);
  json.end().key("dkim").array();
  for (const DkimColumn& column : all.dkim) {
    const DkimCheck& check = column.check;
    json.object()
        .member_or_null("domain", check.domain)
        .member_or_null("selector", check.selector)
        .member_or_null("algorithm", check.algorithm)
        .member_or_null("receiver_said", column.said)
        .member("recomputed", signature_words(column))
        .member_or_null("why", check.reason);
    json.member("body_intact", check.result != SignatureResult::body_changed &&
                                   check.result != SignatureResult::malformed);
    write_optional(json, "passes", column.passes);
    write_aligned(json, column.aligned);
    json.member("expired", column.expired)
        .member("testing", check.testing)
        .member("unsigned_bytes", check.unsigned_tail)
        .member_or_null("subject_tag", check.subject_tag)
        .member("signed_fields", check.signed_fields);
    json.key("key_bits");
    if (check.key_bits > 0)
      json.value(check.key_bits);
    else
      json.null();
    json.end();
  }
  const DmarcColumn& dmarc = all.dmarc;
  json.end().key("dmarc").object().member_or_null("receiver_said", dmarc.said);
  json.member_or_null("receiver_said_policy", dmarc.said_policy);
  write_optional(json, "recomputed", dmarc.recomputed);
  write_optional(json, "passes", dmarc.passes);
  json.member_or_null("policy", dmarc.policy.policy)
      .member_or_null("policy_domain", dmarc.policy.domain)
      .member("no_record", dmarc.policy.none_published)
      .member("several_records", dmarc.policy.several);
  if (answer.dmarc)
    json.member_or_null("policy_rfc7489", answer.dmarc->by_7489.policy)
        .member_or_null("policy_rfc9989", answer.dmarc->by_9989.policy);
  json.member("summary", dmarc_sentence(answer)).end();
}

void write_route(JsonWriter& json, const MessageAnswer& answer) {
  const MessageRoute& route = answer.route;
  json.key("route")
      .object()
      .member_or_null("service", route.service)
      .member_or_null("route", route.route)
      .member("weight", weight_words(route.weight))
      .member("contradicted", route.contradicted);
  json.member_or_null("org_id", route.org_id)
      .member("org_proven", route.org_proven)
      .member_or_null("other_org", route.other_org)
      .member_or_null("instance", route.instance)
      .member_or_null("ownership", answer.org ? to_text(answer.org->ownership) : std::string_view())
      .member_or_null("feature", route.feature)
      .member_or_null("relay_host", route.relay_host)
      .member("sandbox", route.sandbox)
      .member("developer_org", route.developer_org);
  json.key("proofs").array();
  for (const RouteProof& proof : route.proofs)
    json.object()
        .member("weight", weight_words(proof.weight))
        .member("service", proof.service)
        .member_or_null("route", proof.route)
        .member("text", sentence_of(proof))
        .end();
  json.end().end();
}

void write_hops(JsonWriter& json, const MailFacts& mail) {
  json.key("received").array();
  for (std::size_t i = 0; i < mail.hops.size(); ++i) {
    const ReceivedHop& hop = mail.hops[i];
    json.object()
        .member_or_null("from", hop.helo)
        .member_or_null("ptr", hop.ptr)
        .member_or_null("ip", hop.ip ? hop.ip->to_text() : "")
        .member_or_null("by", hop.by)
        .member_or_null("with", hop.protocol)
        .member_or_null("id", hop.id)
        .member_or_null("time", hop.time ? rfc3339(*hop.time) : "")
        .member("encrypted", hop.encrypted)
        .member("handover", mail.handover == i)
        .member("trusted", mail.handover && i <= *mail.handover);
    // Negative where the clocks of two servers differ.
    const bool timed = hop.time && i + 1 < mail.hops.size() && mail.hops[i + 1].time;
    json.key("seconds");
    if (timed)
      json.value(*hop.time - *mail.hops[i + 1].time);
    else
      json.null();
    json.end();
  }
  json.end();
}

void write_return_path(JsonWriter& json, const ReturnPath& path) {
  json.key("return_path").object().member_or_null("address", path.address);
  json.member("null_sender", path.kind == ReturnPath::Kind::null)
      .member_or_null("header_from", path.header_from)
      .member_or_null("forwarder", path.forwarder);
  json.key("marketing_cloud");
  if (path.marketing_cloud) {
    const ReturnPath::MarketingCloud& ids = *path.marketing_cloud;
    json.object()
        .member("list_id", ids.list_id)
        .member("subscriber_id", ids.subscriber_id)
        .member("job_id", ids.job_id)
        .member("mid", ids.member_id)
        .member("batch_id", ids.batch_id)
        .end();
  } else {
    json.null();
  }
  json.end();
}

void write_streams(JsonWriter& json, const MessageAnswer& answer) {
  json.key("reports").array();
  for (const MessageStream& stream : answer.streams) {
    json.object().member("like", to_text(stream.like));
    write_counts(json, stream.totals);
    json.member("sources", stream.sources)
        .member("reporters", stream.reporters)
        .member("first_day", iso_date(stream.first_day))
        .member("last_day", iso_date(stream.last_day));
    json.key("findings").array();
    for (const FindingCode code : stream.codes) json.value(to_text(code));
    json.end().end();
  }
  json.end();
}

}  // namespace

void write_message_text(std::ostream& out, const MessageAnswer& answer, const TableStyle& style) {
  write_head(out, answer);
  out << '\n';
  write_columns(out, answer, style);
  out << '\n';
  std::string summary = dmarc_sentence(answer);
  if (const std::string policy = policy_words(answer); !policy.empty()) summary += " " + policy;
  write_paragraph(out, "", summary, prose_width);
  std::vector<std::string> notes;
  for (const MessageNote& note : answer.notes) notes.push_back(sentence_of(note));
  write_list(out, "NOTES", notes);
  write_checklist(out, answer.checklist);
  write_list(out, "WHAT REPORTS SAY OF SUCH MAIL", stream_lines(answer));
  write_list(out, "NEXT", next_steps(answer));
}

void write_message_json(std::ostream& out, const MessageAnswer& answer, const std::string& file,
                        bool one_line) {
  JsonWriter json(out, one_line ? JsonWriter::Style::compact : JsonWriter::Style::pretty);
  const MailFacts& mail = answer.mail;
  json.object()
      .member("schema", "dmarcq.message/1")
      .member("file", file)
      .member_or_null("message_id", mail.message_id)
      .member_or_null("subject", mail.subject)
      .member_or_null("date", mail.date ? rfc3339(*mail.date) : "")
      .member_or_null("received_at", mail.received_at ? rfc3339(*mail.received_at) : "");
  json.key("from").array();
  for (const HeaderAddress& from : mail.from)
    json.object().member_or_null("name", from.display).member("address", from.address).end();
  json.end().member_or_null("header_from", mail.from_domain);
  write_return_path(json, mail.return_path);
  const auto address = mail.sending_ip();
  json.member_or_null("sending_ip", address ? address->to_text() : "");
  write_route(json, answer);
  write_authentication(json, answer);
  write_results(json, mail);
  write_hops(json, mail);
  json.key("arc")
      .object()
      .member("sets", mail.arc.sets.size())
      .member("in_order", mail.arc.in_order)
      .end();
  json.member("flow", to_text(answer.flow)).key("findings").array();
  for (const Finding& finding : answer.findings) {
    const FindingSentences sentences = sentences_of(finding);
    json.object()
        .member("code", to_text(finding.code))
        .member("severity", to_text(finding.severity))
        .member("cause", sentences.cause)
        .member("fix", sentences.fix)
        .end();
  }
  json.end().key("notes").array();
  for (const MessageNote& note : answer.notes)
    json.object().member("code", to_text(note.kind)).member("text", sentence_of(note)).end();
  json.end().key("sender_rules").array();
  for (const ChecklistLine& line : answer.checklist)
    json.object()
        .member("rule", to_text(line.rule))
        .member("status", to_text(line.status))
        .member("why", sentence_of(line))
        .member("bulk_only", line.bulk_only)
        .member("google", line.google)
        .member("yahoo", line.yahoo)
        .member("microsoft", line.microsoft)
        .end();
  json.end();
  write_streams(json, answer);
  json.member("next", next_steps(answer)).end().finish();
}

}  // namespace dmarcq
