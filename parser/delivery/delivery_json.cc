// SPDX-License-Identifier: MIT
#include "parser/delivery/delivery_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ingest/base/json_value.h"
#include "ingest/base/text.h"
#include "ingest/names.h"
#include "parser/delivery/json_objects.h"
#include "parser/delivery/refusal.h"

namespace dmarcq {
namespace {

using Source = DeliverySource;
using State = DeliveryState;
constexpr std::size_t most_recipients = 1000, most_headers = 200;

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view each) { return same_word(each, word); });
}

/// "smtp; 550 …" without the type.
std::string_view without_type(std::string_view words) {
  if (starts_with_word(words, "smtp;")) words.remove_prefix(5);
  return trimmed(words);
}

/// What one object came to.
enum class Outcome {
  foreign,  ///< no event of a service that is known
  left_out,
  read,
};

class EventReader {
 public:
  explicit EventReader(DeliveryWriter& out) : out_(out) {}

  /// `part` names the object in damages.
  Outcome read(const JsonValue& value, std::string_view part) {
    part_ = part;
    if (value.has("Message") && value.has("TopicArn")) return read_notification(value);
    if (value["Sns"].has("Message")) return read_notification(value["Sns"]);  // AWS Lambda
    if (value["mail"].is_object() && (value.has("notificationType") || value.has("eventType")))
      return read_ses(value);
    if (value["event-data"].is_object()) return read_mailgun(value["event-data"]);
    if (value.has("event") && value.has("recipient") && value.has("timestamp"))
      return read_mailgun(value);
    if (value.has("email") && value.has("event") && value.has("timestamp"))
      return read_sendgrid(value);
    if (value.has("email") && value.has("created") && (value.has("reason") || value.has("status")))
      return read_sendgrid_suppression(value);
    if (value.has("RecordType") ||
        (value.has("Type") && value.has("TypeCode") && value.has("Email")))
      return read_postmark(value);
    return Outcome::foreign;
  }
  Source source() const { return source_; }

 private:
  /// Amazon SNS: the event is a text inside.
  Outcome read_notification(const JsonValue& value) {
    source_ = Source::ses;
    const auto inner = JsonValue::parse(value.text("Message"), deepest_delivery_json);
    if (!inner || !inner->is_object())  // "You have chosen to subscribe to the topic …"
      return Outcome::left_out;
    if ((*inner)["mail"].is_object()) return read_ses(*inner);
    return Outcome::foreign;
  }

  void write(DeliveryEvent event, State state, std::string_view time) {
    const auto seconds = time_from_text(time, DateOrder::day_first);
    if (!seconds)
      return out_.damage(
          part_,
          {Fault::invalid_report, "no date that can be read: '" + one_line(time, 60) + "'", {}});
    event.source = source_;
    event.state = state;
    event.time = *seconds;
    out_.write(std::move(event), part_);
  }

  static std::string header_of(const JsonValue& mail, std::string_view name) {
    for (const JsonValue& header : mail["headers"].elements(most_headers))
      if (same_word(header.text("name"), name)) return header.text("value");
    return {};
  }

  Outcome read_ses(const JsonValue& value) {
    source_ = Source::ses;
    const JsonValue mail = value["mail"];
    std::string type = value.text("notificationType");
    if (type.empty()) type = value.text("eventType");
    struct Kind {
      std::string_view type, member, recipients;
      State state;
    };
    static constexpr std::array<Kind, 5> kinds{{
        {"Bounce", "bounce", "bouncedRecipients", State::refused},
        {"Complaint", "complaint", "complainedRecipients", State::complained},
        {"Delivery", "delivery", "recipients", State::delivered},
        {"DeliveryDelay", "deliveryDelay", "delayedRecipients", State::delayed},
        {"Reject", "reject", "", State::refused},
    }};
    const auto kind =
        std::ranges::find_if(kinds, [&](const Kind& each) { return same_word(each.type, type); });
    if (kind == kinds.end()) return Outcome::left_out;
    const JsonValue told = value[kind->member];

    DeliveryEvent common;
    common.envelope_sender = mail.text("source");
    common.queue_id = mail.text("messageId");
    common.message_id = header_of(mail, "Message-ID");
    if (common.message_id.empty()) common.message_id = mail["commonHeaders"].text("messageId");
    common.header_from = header_of(mail, "From");
    if (common.header_from.empty())
      for (const JsonValue& from : mail["commonHeaders"]["from"].elements(1))
        common.header_from = from.text();
    // The address of the program that called SES, not of a mail server.
    add_more(common.more, "sourceIp", mail.text("sourceIp"));
    add_more(common.more, "reportingMTA", told.text("reportingMTA"));
    add_more(common.more, "feedbackId", told.text("feedbackId"));
    add_more(common.more, "sourceArn", mail.text("sourceArn"));
    common.remote_host = told.text("remoteMtaIp");
    const std::string sub_type = told.text("bounceSubType");
    common.stage = told.text("bounceType") + (sub_type.empty() ? "" : "/" + sub_type);
    if (common.stage.empty()) common.stage = told.text("delayType");
    if (common.stage.empty()) common.stage = told.text("complaintFeedbackType");
    State state = kind->state;
    if (state == State::refused && is_any_of(sub_type, {"OnAccountSuppressionList", "Suppressed"}))
      state = State::suppressed;
    std::string time = told.text("timestamp");
    if (time.empty()) time = mail.text("timestamp");

    const JsonValue list = kind->recipients.empty() ? mail["destination"] : told[kind->recipients];
    const std::vector<JsonValue> recipients = list.elements(most_recipients);
    if (recipients.empty())
      out_.damage(part_, {Fault::invalid_report, "an event without a recipient", {}});
    for (const JsonValue& recipient : recipients) {
      DeliveryEvent event = common;
      event.recipient = recipient.is_object() ? recipient.text("emailAddress") : recipient.text();
      std::string words = recipient.text("diagnosticCode");
      if (words.empty()) words = told.text("smtpResponse");
      if (words.empty()) words = told.text("reason");
      if (words.empty() && kind->state == State::refused) words = common.stage;
      event.text = with_codes(without_type(words), "", recipient.text("status"));
      event.key = delivery_key({to_text(Source::ses), common.queue_id, event.recipient, type, time,
                                told.text("feedbackId")});
      write(std::move(event), state, time);
    }
    return Outcome::read;
  }

  Outcome read_sendgrid(const JsonValue& value) {
    source_ = Source::sendgrid;
    const std::string type = value.text("event");
    State state;
    if (same_word(type, "bounce"))
      state = State::refused;
    else if (same_word(type, "deferred"))
      state = State::delayed;
    else if (same_word(type, "delivered"))
      state = State::delivered;
    else if (same_word(type, "dropped"))
      state = State::suppressed;
    else if (same_word(type, "spamreport"))
      state = State::complained;
    else if (is_any_of(type, {"unsubscribe", "group_unsubscribe"}))
      state = State::unsubscribed;
    else if (same_word(type, "processed"))
      state = State::received;
    else
      return is_any_of(type, {"open", "click", "group_resubscribe"}) ? Outcome::left_out
                                                                     : Outcome::foreign;
    DeliveryEvent event;
    event.recipient = value.text("email");
    event.message_id = value.text("smtp-id");
    event.queue_id = value.text("sg_message_id");
    event.sending_ip = value.text("ip");
    event.stage = value.text("type");
    if (event.stage.empty()) event.stage = type;
    std::string words = value.text("reason");
    if (words.empty()) words = value.text("response");
    event.text = with_codes(words, "", value.text("status"));
    add_more(event.more, "bounce_classification", value.text("bounce_classification"));
    add_more(event.more, "attempt", value.text("attempt"));
    const std::string time = value.text("timestamp"), id = value.text("sg_event_id");
    event.key = id.empty() ? delivery_key({to_text(Source::sendgrid), event.queue_id,
                                           event.recipient, type, time, value.text("attempt")})
                           : delivery_key({to_text(Source::sendgrid), id});
    write(std::move(event), state, time);
    return Outcome::read;
  }

  Outcome read_sendgrid_suppression(const JsonValue& value) {
    source_ = Source::sendgrid;
    DeliveryEvent event;
    event.recipient = value.text("email");
    const std::string status = value.text("status"), time = value.text("created");
    event.text = with_codes(value.text("reason"), status, status);
    event.stage = "suppression list";
    // As of the same list in CSV.
    const auto seconds = time_from_text(time, DateOrder::day_first);
    event.key = delivery_key({to_text(Source::sendgrid), event.recipient,
                              seconds ? rfc3339(order_free_time(*seconds)) : time,
                              event.text.substr(0, longest_delivery_field)});
    write(std::move(event), status.starts_with('4') ? State::delayed : State::refused, time);
    return Outcome::read;
  }

  Outcome read_mailgun(const JsonValue& value) {
    source_ = Source::mailgun;
    const std::string type = value.text("event"), severity = value.text("severity"),
                      reason = value.text("reason");
    State state;
    if (same_word(type, "failed"))
      state = starts_with_word(reason, "suppress") ? State::suppressed
              : same_word(severity, "temporary")   ? State::delayed
                                                   : State::refused;
    else if (same_word(type, "rejected"))
      state = State::refused;
    else if (same_word(type, "complained"))
      state = State::complained;
    else if (same_word(type, "unsubscribed"))
      state = State::unsubscribed;
    else if (same_word(type, "delivered"))
      state = State::delivered;
    else if (same_word(type, "accepted"))
      state = State::received;
    else
      return is_any_of(type, {"opened", "clicked", "stored", "list_member_uploaded"})
                 ? Outcome::left_out
                 : Outcome::foreign;
    const JsonValue status = value["delivery-status"], envelope = value["envelope"],
                    headers = value["message"]["headers"];
    DeliveryEvent event;
    event.recipient = value.text("recipient");
    event.envelope_sender = envelope.text("sender");
    event.header_from = headers.text("from");
    event.message_id = headers.text("message-id");
    event.queue_id = value.text("id");
    event.sending_ip = envelope.text("sending-ip");
    event.remote_host = status.text("mx-host");
    event.stage = severity.empty() ? type : severity + (reason.empty() ? "" : "/" + reason);
    std::string words = status.text("message");
    if (words.empty()) words = status.text("description");
    if (words.empty()) words = value["reject"].text("reason");
    event.text = with_codes(words, status.text("code"), status.text("enhanced-code"));
    const std::string time = value.text("timestamp");
    event.key = delivery_key(
        {to_text(Source::mailgun), event.queue_id, event.message_id, event.recipient, type, time});
    write(std::move(event), state, time);
    return Outcome::read;
  }

  Outcome read_postmark(const JsonValue& value) {
    const std::string record = value.text("RecordType");
    std::string type = value.text("Type");
    if (!is_any_of(record, {"", "Bounce", "SpamComplaint", "Delivery", "SubscriptionChange", "Open",
                            "Click", "Inbound"}))
      return Outcome::foreign;
    source_ = Source::postmark;
    State state = State::refused;
    if (is_any_of(record, {"Open", "Click", "Inbound"}) ||
        is_any_of(type, {"AutoResponder", "AddressChange", "Subscribe", "ChallengeVerification"}))
      return Outcome::left_out;
    if (same_word(record, "Delivery"))
      state = State::delivered;
    else if (same_word(record, "SpamComplaint") || same_word(type, "SpamComplaint"))
      state = State::complained;
    else if (same_word(type, "Unsubscribe") || same_word(record, "SubscriptionChange"))
      state = State::unsubscribed;
    else if (is_any_of(type, {"SoftBounce", "Transient"}))
      state = State::delayed;
    else if (is_any_of(type, {"ManuallyDeactivated", "Inactive"}))
      state = State::suppressed;
    if (type.empty()) type = record;
    const auto first = [&](std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names)
        if (std::string text = value.text(name); !text.empty()) return text;
      return std::string();
    };
    DeliveryEvent event;
    event.recipient = first({"Email", "Recipient"});
    event.header_from = value.text("From");
    event.queue_id = value.text("MessageID");
    event.stage = type;
    event.text = without_type(first({"Details", "Description", "SuppressionReason"}));
    add_more(event.more, "Inactive", value.text("Inactive"));
    add_more(event.more, "Description", value.text("Description"));
    const std::string time = first({"BouncedAt", "DeliveredAt", "ChangedAt"});
    event.key = delivery_key(
        {to_text(Source::postmark), event.queue_id, value.text("ID"), event.recipient, type, time});
    write(std::move(event), state, time);
    return Outcome::read;
  }

  DeliveryWriter& out_;
  std::string_view part_;
  Source source_ = Source::other;
};

/// The value of a piece; nothing, and a damage, where there is none.
std::optional<JsonValue> object_of(const JsonObjects::Piece& piece, std::string_view part,
                                   DeliveryWriter& out) {
  Fault fault = Fault::invalid_report;
  std::string text;
  switch (piece.kind) {
    case JsonObjects::Kind::object:
      if (piece.text.size() > largest_delivery_object)
        text = "the object is larger than 1 MiB";
      else if (auto value = JsonValue::parse(piece.text, deepest_delivery_json))
        return value;
      else
        text = "the object cannot be read as JSON";
      break;
    case JsonObjects::Kind::interrupted:
      text = "the object does not end, or is nested too deep; reading goes on with the next one";
      break;
    case JsonObjects::Kind::cut:
    case JsonObjects::Kind::unclosed_list:
      fault = Fault::truncated;
      text = "the text ends within the object";
      break;
    case JsonObjects::Kind::stray: text = "something between the objects that is none"; break;
  }
  out.damage(part, {fault, std::move(text), {}});
  return std::nullopt;
}

}  // namespace

std::expected<ParsedDelivery, Error> parse_delivery_json(std::string_view text,
                                                         const Limits& limits, DeliverySink sink) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  DeliveryWriter out(Source::other, sink);
  EventReader reader(out);
  JsonObjects pieces(text, deepest_delivery_json);
  std::uint64_t number = 0, known = 0;
  while (const auto piece = pieces.next()) {
    if (piece->kind == JsonObjects::Kind::unclosed_list) {
      out.remark("line " + std::to_string(piece->line),
                 {Fault::truncated, "the text ends within a list: what followed is missing", {}});
      break;
    }
    if (++number > limits.records) {
      out.remark(
          "", {Fault::limit, "more than " + with_thousands(limits.records) + " events", "records"});
      break;
    }
    out.count_row();
    const std::string part = "object " + std::to_string(number) + ", line " +
                             std::to_string(piece->line);
    const std::optional<JsonValue> value = object_of(*piece, part, out);
    const Outcome outcome = value ? reader.read(*value, part) : Outcome::foreign;
    if (outcome != Outcome::foreign) {
      if (known++ == 0) out.result().source = reader.source();
      if (outcome == Outcome::left_out) out.leave_out();
    } else if (value) {
      out.damage(part, {Fault::invalid_report, "no event of a known service", {}});
    }
    // A long document of another kind need not be read to its end.
    if (known == 0 && number >= 100) break;
  }
  if (known == 0)
    return std::unexpected(
        Error{Fault::not_a_report, "JSON, but no events of a delivery service", {}});
  return std::move(out).finish();
}

}  // namespace dmarcq
