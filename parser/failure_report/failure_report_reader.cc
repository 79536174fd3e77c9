// SPDX-License-Identifier: MIT
#include "parser/failure_report/failure_report_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/names.h"
#include "parser/aggregate/deviation_log.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/address_mask.h"
#include "parser/delivery/dsn_parts.h"
#include "parser/delivery/dsn_text.h"
#include "parser/delivery/parsed_delivery.h"
#include "parser/failure_report/failure_text.h"
#include "parser/failure_report/feedback_fields.h"
#include "parser/message_auth/address_list.h"
#include "parser/message_auth/authentication_results.h"
#include "parser/message_auth/received.h"

namespace dmarcq {
namespace {

/// Fields of the part message/feedback-report that are read; others are ignored.
enum class Id : std::size_t {
  feedback_type,
  user_agent,
  version,
  auth_failure,
  identity_alignment,
  delivery_result,
  source_ip,
  reported_domain,
  reporting_mta,
  mail_from,
  rcpt_to,
  arrival_date,
  received_date,  ///< RFC 5965's other name for the same
  incidents,
  dkim_domain,
  dkim_selector,
  dkim_identity,
  spf_dns,
  authentication_results,
  message_id,  ///< LinkedIn
  count,
};
constexpr std::size_t id_count = static_cast<std::size_t>(Id::count);
constexpr std::array<std::string_view, id_count> names{"Feedback-Type",
                                                       "User-Agent",
                                                       "Version",
                                                       "Auth-Failure",
                                                       "Identity-Alignment",
                                                       "Delivery-Result",
                                                       "Source-IP",
                                                       "Reported-Domain",
                                                       "Reporting-MTA",
                                                       "Original-Mail-From",
                                                       "Original-Rcpt-To",
                                                       "Arrival-Date",
                                                       "Received-Date",
                                                       "Incidents",
                                                       "DKIM-Domain",
                                                       "DKIM-Selector",
                                                       "DKIM-Identity",
                                                       "SPF-DNS",
                                                       "Authentication-Results",
                                                       "Message-ID"};
constexpr std::string_view name_of(Id id) { return names[static_cast<std::size_t>(id)]; }

/// Reports that were forwarded by forwarded mail are read as well.
constexpr int most_forwards = 3;
constexpr std::size_t most_original_fields = 1'000;

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

std::string text_of(std::string_view value) { return one_line(value, longest_failure_text); }

/// The fields of a feedback part: the first of each name. Empty lines between them are passed over.
class FeedbackFields {
 public:
  FeedbackFields(std::string_view text, DeviationLog& log) {
    while (!text.empty()) {
      const auto block = read_header(text, longest_dsn_text);
      if (!block) return;
      for (const Header::Field& field : block->fields) take(field, log);
      const std::size_t line = std::min(text.find('\n'), text.size() - 1) + 1;
      text.remove_prefix(block->size > 0 ? block->size : line);
    }
  }

  bool has(Id id) const { return values_[static_cast<std::size_t>(id)].has_value(); }
  /// Unfolded; "" without.
  std::string_view operator[](Id id) const {
    const auto& value = values_[static_cast<std::size_t>(id)];
    return value ? std::string_view(*value) : std::string_view();
  }
  bool empty() const {
    return std::ranges::none_of(values_, [](const auto& value) { return value.has_value(); });
  }

 private:
  void take(const Header::Field& field, DeviationLog& log) {
    for (std::size_t i = 0; i < id_count; ++i) {
      if (!same_word(field.name, names[i])) continue;
      if (values_[i])
        log.add(0, names[i], "repeated", "the first");
      else
        values_[i] = unfold(field.raw.substr(0, longest_raw));
      return;
    }
  }

  static constexpr std::size_t longest_raw = 4 * longest_failure_text;
  std::array<std::optional<std::string>, id_count> values_;
};

/// The header at the front of a returned mail, where there is one. Exim breaks the line that
/// announces it.
Header original_header_of(std::string_view returned) {
  for (int skipped = 0; skipped < 10 && !returned.empty(); ++skipped) {
    if (auto header = read_header(returned, longest_dsn_text); header && !header->fields.empty())
      return std::move(*header);
    returned.remove_prefix(std::min(returned.find('\n'), returned.size() - 1) + 1);
  }
  return {};
}

class FailureReader {
 public:
  FailureReader(const DsnParts& parts, const Limits& limits)
      : parts_(parts), limits_(limits), log_(report_.deviations) {}

  std::expected<FailureReport, Error> read() {
    std::string_view text = parts_.text;
    const std::string_view behind = take_returned(text);
    const auto words = read_failure_text(text);
    // Under another label it counts where the words announce it: anyone may attach one as a text.
    const bool has_part = parts_.feedback_report || (!parts_.feedback.empty() && words);
    if (!has_part && !words)
      return std::unexpected(Error{Fault::not_a_report, "no failure report", {}});
    const FeedbackFields fields(has_part ? std::string_view(parts_.feedback) : "", log_);
    if (has_part && !parts_.feedback_report)
      log_.add(0, "message/feedback-report", "another type", "the same");
    read_original(parts_.returned.empty() ? behind : std::string_view(parts_.returned));
    if (!fields.empty()) read_kind(fields);
    if (fields.empty() && !words)
      return std::unexpected(
          Error{Fault::invalid_report, "a feedback part without a field that is known", {}});
    read_feedback(fields);
    read_addresses(fields);
    if (words) read_words(*words, fields.empty());
    read_times(fields, words ? words->arrival : "");
    settle();
    return std::move(report_);
  }

 private:
  void note(Id id, std::string_view found, std::string_view read_as) {
    log_.add(0, name_of(id), without_local_parts(text_of(found)), read_as);
  }

  void read_original(std::string_view returned) {
    returned.remove_prefix(std::min(returned.find_first_not_of("\r\n"), returned.size()));
    original_ = original_header_of(returned);
    std::size_t count = 0;
    for (const Header::Field& field : original_.fields) {
      std::string_view raw = field.raw;
      raw = raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
      const std::size_t size = field.name.size() + raw.size() + 2;
      if (size > longest_original_header - report_.original_header.size() ||
          ++count > most_original_fields) {
        log_.add(0, "original header", "too long", "shortened");
        continue;
      }
      report_.original_header.append(field.name).append(":").append(raw) += '\n';
    }
    std::ranges::replace_if(report_.original_header, is_control, ' ');
    const auto field = [&](std::string_view name) { return text_of(original_.value(name)); };
    report_.subject = text_of(decode_words(field("subject")));
    report_.message_id = address_token(field("message-id"));
    report_.list_id = address_token(field("list-id"));
    report_.header_from = from_domain(original_.value("from"));
  }

  void read_kind(const FeedbackFields& fields) {
    report_.feedback_type = text_of(fields[Id::feedback_type]);
    const std::string type = lower(without_comments(report_.feedback_type));
    if (type == "auth-failure")
      report_.kind = FailureKind::auth_failure;
    else if (type == "not-spam")
      report_.kind = FailureKind::not_spam;
    else if (!type.empty())
      report_.kind = FailureKind::complaint;
    else
      read_missing_kind(fields);
  }

  void read_missing_kind(const FeedbackFields& fields) {
    const bool failure = fields.has(Id::auth_failure) || fields.has(Id::identity_alignment) ||
                         fields.has(Id::authentication_results);
    report_.kind = failure ? FailureKind::auth_failure : FailureKind::complaint;
    note(Id::feedback_type, "missing", to_text(report_.kind));
  }

  void read_feedback(const FeedbackFields& fields) {
    const auto text = [&](Id id, std::string& to) { to = text_of(fields[id]); };
    text(Id::user_agent, report_.user_agent);
    text(Id::version, report_.version);
    text(Id::dkim_identity, report_.dkim_identity);
    text(Id::dkim_selector, report_.dkim_selector);
    text(Id::spf_dns, report_.spf_dns);
    text(Id::authentication_results, report_.authentication_results);
    report_.reporting_mta = text_of(behind_address_type(fields[Id::reporting_mta]));
    report_.delivery_result = lower(text_of(without_comments(fields[Id::delivery_result])));
    if (report_.message_id.empty()) report_.message_id = address_token(fields[Id::message_id]);
    report_.dkim_domain = domain_of(fields, Id::dkim_domain);
    report_.reported_domain = domain_of(fields, Id::reported_domain);
    bool all = true;
    report_.auth_failure = words_of_list(fields[Id::auth_failure], most_auth_failures, all);
    if (!all) note(Id::auth_failure, fields[Id::auth_failure], "shortened");
    read_alignment(fields);
    if (const std::string_view ip = fields[Id::source_ip]; !ip.empty()) {
      report_.source_ip = source_ip_from(ip);
      if (!report_.source_ip) note(Id::source_ip, ip, "");
    }
    if (const std::string incidents = without_comments(fields[Id::incidents]); !incidents.empty()) {
      const auto count = count_from(incidents);
      if (count && *count > 0 && *count <= limits_.count)
        report_.incidents = *count;
      else
        note(Id::incidents, incidents, "1");
    }
  }

  std::string domain_of(const FeedbackFields& fields, Id id) {
    const std::string_view value = fields[id];
    if (value.empty()) return {};
    std::string domain = domain_in(without_comments(value));
    if (domain.empty()) note(id, value, "");
    return domain;
  }

  void read_alignment(const FeedbackFields& fields) {
    bool all = true;
    const auto words = words_of_list(fields[Id::identity_alignment], most_auth_failures, all);
    Unaligned& to = report_.unaligned;
    bool none = false;
    for (const std::string& word : words) {
      if (word == "dkim")
        to.dkim = true;
      else if (word == "spf")
        to.spf = true;
      else if (word == "none")
        none = true;
      else
        note(Id::identity_alignment, word, "");
    }
    to.stated = none || to.dkim || to.spf;
    if (none && (to.dkim || to.spf))
      note(Id::identity_alignment, fields[Id::identity_alignment], "without \"none\"");
  }

  void read_addresses(const FeedbackFields& fields) {
    report_.envelope_rcpt = address_token(fields[Id::rcpt_to]);
    // LinkedIn writes an empty one for the null sender, others where they do not tell.
    std::string_view sender = trimmed(fields[Id::mail_from]);
    const std::string return_path = text_of(original_.value("return-path"));
    if (sender.empty()) sender = return_path;
    const bool stated = fields.has(Id::mail_from) || !return_path.empty();
    report_.envelope_from = address_token(sender);
    if (!stated)
      report_.envelope_from = text_of(parse_received(original_.value("received")).envelope_from);
    report_.null_sender = stated && report_.envelope_from.empty();
    // An address without "@" is a token, and no domain.
    if (report_.envelope_from.contains('@'))
      report_.envelope_from_domain = domain_in(report_.envelope_from);
  }

  void read_words(const FailureText& words, bool alone) {
    if (!report_.source_ip) {
      report_.source_ip = source_ip_from(words.source_ip);
      if (!alone && report_.source_ip) note(Id::source_ip, "missing", "address in the text");
    }
    if (!alone) return;
    report_.kind = words.about_authentication ? FailureKind::auth_failure : FailureKind::complaint;
    report_.reported_domain = domain_in(words.domain);
    report_.policy_result = text_of(words.policy_result);
    if (words.spf_aligned.empty() && words.dkim_aligned.empty()) return;
    report_.auth_failure = {"dmarc"};
    report_.unaligned = {true, same_word(words.dkim_aligned, "no"),
                         same_word(words.spf_aligned, "no")};
  }

  void read_times(const FeedbackFields& fields, std::string_view in_words) {
    report_.reported_at = receipt_time(parts_.date);
    const bool old_name = !fields.has(Id::arrival_date);
    const Id id = old_name ? Id::received_date : Id::arrival_date;
    if (const std::string_view date = fields[id]; !date.empty()) {
      report_.arrival = receipt_time(date);
      if (!report_.arrival) note(id, date, "");
    }
    if (!report_.arrival) report_.arrival = receipt_time(in_words);
    if (report_.arrival) return;
    const std::string received = original_.value("received");
    if (const std::size_t semicolon = received.rfind(';'); semicolon != received.npos)
      report_.arrival = receipt_time(std::string_view(received).substr(semicolon + 1));
    if (report_.arrival) note(Id::arrival_date, "missing", "date of the original's Received");
  }

  /// What the report tells in another place than it should.
  void settle() {
    report_.reporter = from_domain(parts_.from);
    const auto results = parse_authentication_results(report_.authentication_results);
    for (const AuthenticationResult& result : results.results) {
      if (report_.header_from.empty() && result.method == "dmarc")
        report_.header_from = domain_in(result.property("header", "from"));
      if (report_.envelope_from_domain.empty() && !report_.null_sender && result.method == "spf")
        report_.envelope_from_domain = domain_in(result.property("smtp", "mailfrom"));
    }
    if (!report_.reported_domain.empty() || report_.header_from.empty()) return;
    report_.reported_domain = report_.header_from;
    if (report_.kind == FailureKind::auth_failure)
      note(Id::reported_domain, "missing", "domain in From");
  }

  const DsnParts& parts_;
  const Limits& limits_;
  FailureReport report_;
  DeviationLog log_;
  Header original_;
};

/// May a mail that it holds be one that somebody forwards? In a bounce it is one that came back.
bool may_forward(const DsnParts& parts) {
  const std::string from = lower(parts.from);
  return !parts.returned.empty() && parts.status.empty() && parts.failed_recipients.empty() &&
         !from.contains("mailer-daemon") && !from.contains("postmaster");
}

/// A BOM, and line ends that are CR alone.
std::string_view start_of_mail(std::string_view mail, const Limits& limits, std::string& copy) {
  if (mail.starts_with("\xef\xbb\xbf")) mail.remove_prefix(3);
  const std::string_view head = mail.substr(0, limits.header_size);
  if (!head.contains('\r') || head.contains('\n')) return mail;
  copy = mail;
  std::ranges::replace(copy, '\r', '\n');
  return copy;
}

}  // namespace

std::expected<FailureReport, Error> parse_failure_report(std::string_view mail,
                                                         const Limits& limits) {
  if (mail.size() > limits.mail_size)
    return std::unexpected(
        Error{Fault::limit, "mail is larger than " + std::to_string(limits.mail_size) + " bytes",
              "mail_size"});
  std::string bytes;
  mail = start_of_mail(mail, limits, bytes);
  for (int forwards = 0;; ++forwards) {
    auto parts = read_dsn_parts(mail, limits);
    if (!parts) return std::unexpected(std::move(parts.error()));
    auto report = FailureReader(*parts, limits).read();
    const bool goes_on = !report && report.error().fault == Fault::not_a_report &&
                         forwards < most_forwards && may_forward(*parts);
    if (!goes_on) return report;
    bytes = std::move(parts->returned);
    mail = bytes;
  }
}

}  // namespace dmarcq
