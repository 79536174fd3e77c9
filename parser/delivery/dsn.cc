// SPDX-License-Identifier: MIT
#include "parser/delivery/dsn.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "ingest/mail/header.h"
#include "ingest/names.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/dsn_parts.h"
#include "parser/delivery/dsn_text.h"
#include "parser/delivery/refusal.h"
#include "parser/delivery/return_path.h"
#include "parser/mail_date.h"

namespace dmarcq {
namespace {

using Source = DeliverySource;
using State = DeliveryState;

/// What a field of a delivery status says behind its type: "smtp; 550 …", "rfc822;
/// user@example.net" (RFC 3464 section 2.1.2).
std::string_view behind_type(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == value.npos || semicolon > 20 || value.substr(0, semicolon).contains('@'))
    return trimmed(value);
  const std::string_view type = trimmed(value.substr(0, semicolon));
  if (type.find_first_of(" \t:.") != type.npos) return trimmed(value);
  return trimmed(value.substr(semicolon + 1));
}

struct RecipientStatus {
  std::string final_recipient, original_recipient, actual_recipient;
  std::string action, status, status_comment, diagnostic, remote_host, last_attempt;
  bool empty() const { return final_recipient.empty() && original_recipient.empty(); }
};

struct DeliveryStatus {
  std::string reporting_host, arrival_date, envelope_id, queue_id, sender;
  std::vector<RecipientStatus> recipients;
};

/// The blocks of a message/delivery-status (RFC 3464 section 2.1), also where the empty lines
/// between them are missing.
class StatusReader {
 public:
  DeliveryStatus read(std::string_view text) {
    while (!text.empty() && result_.recipients.size() < most_dsn_recipients) {
      text.remove_prefix(std::min(text.find_first_not_of("\r\n \t"), text.size()));
      const std::size_t end = std::min(text.find("\n\n"), text.size());
      if (const auto block = read_header(text.substr(0, end), longest_dsn_text))
        for (const Header::Field& field : block->fields) take(lower(field.name), unfold(field.raw));
      settle_original();
      finish_recipient();
      text.remove_prefix(end);
    }
    return std::move(result_);
  }

 private:
  /// Gives the last Original-Recipient to the block at hand.
  void settle_original() {
    if (original_.empty()) return;
    at_.original_recipient = std::exchange(original_, "");
  }

  void finish_recipient() {
    if (!at_.empty() && result_.recipients.size() < most_dsn_recipients)
      result_.recipients.push_back(std::move(at_));
    at_ = {};
  }

  void take(const std::string& name, const std::string& raw) {
    const std::string_view value = trimmed(raw), behind = behind_type(raw);
    if (name == "final-recipient") {
      if (!at_.final_recipient.empty() || (!at_.action.empty() && !at_.empty())) finish_recipient();
      settle_original();
      at_.final_recipient = behind;
      return;
    }
    // Above Final-Recipient it begins a block (RFC 3464 section 2.3), but some write it further
    // down: whose it is behind a whole block, the next field tells.
    settle_original();
    if (name == "original-recipient") {
      if (!at_.original_recipient.empty()) finish_recipient();
      (at_.final_recipient.empty() || at_.action.empty() ? at_.original_recipient : original_) =
          behind;
      return;
    }
    const auto set = [&](std::string& field, std::string_view text) {
      if (field.empty()) field = text;
    };
    if (name == "x-actual-recipient") return set(at_.actual_recipient, behind);
    if (name == "action") return set(at_.action, value);
    if (name == "status") {
      set(at_.status, smtp_codes(value).enhanced);
      // "5.4.4 (Illegal host/domain name found)"
      if (const std::size_t open = value.find('('); open != value.npos && value.ends_with(')'))
        set(at_.status_comment, value.substr(open + 1, value.size() - open - 2));
      return;
    }
    if (name == "diagnostic-code") {
      // Some write one field for each line of the reply.
      if (!at_.diagnostic.empty()) at_.diagnostic += ' ';
      if (at_.diagnostic.size() < longest_refusal_text) at_.diagnostic += behind;
      return;
    }
    if (name == "remote-mta") return set(at_.remote_host, behind);
    if (name == "last-attempt-date") return set(at_.last_attempt, value);
    if (name == "reporting-mta") return set(result_.reporting_host, behind);
    if (name == "arrival-date") return set(result_.arrival_date, value);
    if (name == "original-envelope-id") return set(result_.envelope_id, value);
    if (name == "x-postfix-queue-id") return set(result_.queue_id, value);
    if (name == "x-postfix-sender") return set(result_.sender, behind);
  }

  DeliveryStatus result_;
  RecipientStatus at_;
  std::string original_;  ///< an Original-Recipient of which it is not known yet whose it is
};

/// RFC 3464 section 2.3.3; a missing word is settled by the status.
State state_of(std::string_view action, std::string_view status) {
  const std::string word = lower(action);
  if (word.starts_with("delayed")) return State::delayed;
  if (word.starts_with("delivered") || word.starts_with("relayed") || word.starts_with("expanded"))
    return State::delivered;
  if (word.starts_with("fail")) return State::refused;
  return status.starts_with('4')   ? State::delayed
         : status.starts_with('2') ? State::delivered
                                   : State::refused;
}

/// "61/B8-07121-73D39426" of "by mx4-x.mta.salesforce.com (…) (ecelerity 4.2.38) with ESMTP id …":
/// the log of Salesforce has the same in its second column.
std::string salesforce_id(const Header& returned) {
  for (const Header::Field& field : returned.fields) {
    if (!same_word(field.name, "received")) continue;
    const std::string line = unfold(field.raw.substr(0, longest_refusal_text));
    if (!line.contains(".mta.salesforce.com") || !line.contains("ecelerity")) continue;
    const std::size_t id = line.find(" id ");
    if (id == line.npos) continue;
    const std::string_view rest = std::string_view(line).substr(id + 4);
    return std::string(rest.substr(0, rest.find_first_of(" ;\t")));
  }
  return {};
}

/// The first of these dates that can be read. Mail servers write zones that nobody else knows
/// ("BST"): such a time counts as UTC, where no other date is whole. None is later than `latest`.
std::optional<EpochSeconds> first_time(
    std::initializer_list<std::string_view> dates,
    EpochSeconds latest = std::numeric_limits<EpochSeconds>::max()) {
  for (const std::string_view date : dates)
    if (const auto time = time_from_text(date, DateOrder::day_first); time && *time <= latest)
      return time;
  for (const std::string_view date : dates)
    if (const auto time = parse_mail_date(date); time && *time >= 0 && *time <= latest) return time;
  return std::nullopt;
}

/// Does a text say more than codes?
bool says_something(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }) >=
         4;
}

class DsnReader {
 public:
  DsnReader(DsnParts parts, DeliveryWriter& out) : parts_(std::move(parts)), out_(out) {}

  void read() {
    status_ = StatusReader().read(parts_.status);
    std::string_view words = parts_.text;
    const std::string_view behind = take_returned(words);
    read_returned(parts_.returned.empty() ? behind : std::string_view(parts_.returned));
    if (!status_.recipients.empty())
      read_status(words);
    else
      read_text(words);
  }

 private:
  void read_returned(std::string_view returned) {
    const auto header = read_header(returned.substr(0, longest_dsn_text), longest_dsn_text);
    const auto field = [&](std::string_view name) {
      return header ? header->value(name) : std::string();
    };
    common_.source = Source::dsn;
    common_.header_from = field("from");
    common_.message_id = field("message-id");
    common_.envelope_sender = !status_.sender.empty() ? status_.sender : field("return-path");
    if (delivery_address(common_.envelope_sender).empty())
      common_.envelope_sender = delivery_address(parts_.to);
    if (delivery_address(common_.header_from).empty())
      common_.header_from = parse_return_path(common_.envelope_sender).header_from;
    if (header) common_.queue_id = salesforce_id(*header);
    if (common_.queue_id.empty()) common_.queue_id = status_.queue_id;
    returned_to_ = delivery_address(field("to"));
    returned_date_ = field("date");
    for (const std::string_view name : {"X-SFDC-LK", "X-SFDC-User", "x-job", "Feedback-ID"})
      add_more(common_.more, name, field(name));
    common_.user_id = field("x-sfdc-user");
    add_more(common_.more, "Reporting-MTA", status_.reporting_host);
    add_more(common_.more, "Arrival-Date", status_.arrival_date);
    add_more(common_.more, "Original-Envelope-Id", status_.envelope_id);
  }

  void read_status(std::string_view words) {
    for (std::size_t i = 0; i < status_.recipients.size(); ++i) {
      RecipientStatus& block = status_.recipients[i];
      DeliveryEvent event = common_;
      for (const std::string* address :
           {&block.original_recipient, &block.final_recipient, &block.actual_recipient})
        if (event.recipient.empty()) event.recipient = delivery_address(*address);
      if (event.recipient.empty()) event.recipient = block.final_recipient;
      if (delivery_address(block.final_recipient) != event.recipient)
        add_more(event.more, "Final-Recipient", block.final_recipient);
      complete(block, words, event.recipient, i < most_looked_up);
      event.state = state_of(block.action, block.status);
      event.text = with_codes(block.diagnostic, "", block.status);
      event.remote_host = block.remote_host;
      event.stage = lower(block.action);
      write(std::move(event), block.last_attempt, block.status, i + 1);
    }
  }

  /// A diagnostic that says nothing, with what is said elsewhere.
  static void complete(RecipientStatus& block, std::string_view words, std::string_view recipient,
                       bool look_up) {
    if (says_something(block.diagnostic)) return;
    std::string said;
    if (look_up) said = words_about(words, recipient);
    // A comment on the status is the reporting server's own, and often only the status in words.
    if (smtp_codes(said).basic == 0 && says_something(block.status_comment) &&
        !same_word(block.status_comment, "permanent failure"))
      said = block.status_comment;
    if (!said.empty()) block.diagnostic += (block.diagnostic.empty() ? "" : " ") + said;
  }

  void read_text(std::string_view words) {
    std::vector<std::string> others;
    for (const std::string* field :
         {&parts_.from, &parts_.to, &common_.header_from, &common_.envelope_sender})
      if (std::string address = delivery_address(*field); !address.empty())
        others.push_back(std::move(address));
    std::vector<TextRefusal> refusals = failed_recipients(words);
    if (refusals.empty()) refusals = refusals_in_text(words, others, most_dsn_recipients);
    if (refusals.empty() && !returned_to_.empty())
      refusals.push_back({returned_to_, words_about(words, returned_to_)});
    if (refusals.empty())
      return out_.damage("mail", {Fault::invalid_report, "a bounce that names no recipient", {}});
    for (std::size_t i = 0; i < refusals.size(); ++i) {
      DeliveryEvent event = common_;
      event.recipient = std::move(refusals[i].recipient);
      event.text = std::move(refusals[i].words);
      const SmtpCodes codes = smtp_codes(event.text);
      const std::string subject = lower(parts_.subject);
      const bool delay = subject.contains("delay") || subject.contains("warning");
      event.state = delay ? State::delayed : State::refused;
      write(std::move(event), "", codes.enhanced, i + 1);
    }
  }

  /// Those that X-Failed-Recipients names.
  std::vector<TextRefusal> failed_recipients(std::string_view words) const {
    std::vector<TextRefusal> refusals;
    std::string_view rest = parts_.failed_recipients;
    while (!rest.empty() && refusals.size() < most_looked_up) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      if (std::string address = delivery_address(rest.substr(0, end)); !address.empty()) {
        std::string said = words_about(words, address);
        refusals.push_back({std::move(address), std::move(said)});
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return refusals;
  }

  void write(DeliveryEvent&& event, std::string_view last_attempt, std::string_view status,
             std::size_t number) {
    const std::string part = "recipient " + std::to_string(number);
    out_.count_row();
    // No bounce tells of what comes after it. A day is for clocks that are wrong.
    const auto received = first_time({parts_.received});
    const auto time =
        received ? first_time({last_attempt, parts_.date, status_.arrival_date, returned_date_,
                               parts_.received},
                              *received + 86'400)
                 : first_time({last_attempt, parts_.date, status_.arrival_date, returned_date_});
    if (!time) return out_.damage(part, {Fault::invalid_report, "no date that can be read", {}});
    event.time = *time;
    const std::string& id = !event.message_id.empty() ? event.message_id
                            : !event.queue_id.empty() ? event.queue_id
                                                      : parts_.message_id;
    event.key = delivery_key({to_text(Source::dsn), id.empty() ? rfc3339(event.time) : id,
                              event.recipient, to_text(event.state), status});
    out_.write(std::move(event), part);
  }

  /// For so many recipients the words for people are looked through.
  static constexpr std::size_t most_looked_up = 20;
  DsnParts parts_;
  DeliveryWriter& out_;
  DeliveryStatus status_;
  DeliveryEvent common_;  ///< what all recipients have in common
  std::string returned_to_, returned_date_;
};

}  // namespace

std::expected<ParsedDelivery, Error> parse_dsn(std::string_view mail, const Limits& limits,
                                               DeliverySink sink) {
  if (mail.size() > limits.mail_size)
    return std::unexpected(
        Error{Fault::limit, "mail is larger than " + std::to_string(limits.mail_size) + " bytes",
              "mail_size"});
  auto parts = read_dsn_parts(mail, limits);
  if (!parts) return std::unexpected(std::move(parts.error()));
  if (parts->feedback_report)
    return std::unexpected(Error{Fault::not_a_report, "a feedback report", {}});
  DeliveryWriter out(Source::dsn, sink);
  DsnReader(std::move(*parts), out).read();
  return std::move(out).finish();
}

}  // namespace dmarcq
