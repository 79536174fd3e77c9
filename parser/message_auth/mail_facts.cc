// SPDX-License-Identifier: MIT
#include "parser/message_auth/mail_facts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/content.h"
#include "ingest/mail/body.h"
#include "ingest/mail/content_type.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/mail/multipart.h"
#include "parser/alignment.h"
#include "parser/mail_date.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_value = 32u << 10, searched_text = 1u << 20;

/// Words by which people find the link. A hint, not a proof: texts are written in all languages.
bool offers_unsubscribe_in(std::string_view text) {
  static constexpr std::array<std::string_view, 14> words = {
      "unsubscrib",  "opt out",  "opt-out",      "preference cent", "abmelden",
      "abbestell",   "désabonn", "desabonn",     "désinscri",       "darse de baja",
      "cancelar su", "disiscri", "uitschrijven", "avregistrera"};
  const std::string folded = lower(text);
  return std::ranges::any_of(words, [&](auto word) { return folded.find(word) != folded.npos; });
}

TransferEncoding encoding_of(const Header& header) {
  const std::string word = lower(trimmed(header.value("content-transfer-encoding")));
  if (word == "base64") return TransferEncoding::base64;
  if (word == "quoted-printable") return TransferEncoding::quoted_printable;
  return TransferEncoding::identity;
}

/// Looks through the text parts, as far as Limits::mime_parts and mime_depth let it.
bool text_offers_unsubscribe(std::string_view mail, const Limits& limits) {
  std::vector<std::pair<std::string_view, std::size_t>> work = {{mail, 0}};
  std::size_t parts = 0;
  while (!work.empty() && ++parts <= limits.mime_parts) {
    const auto [entity, depth] = work.back();
    work.pop_back();
    const std::optional<Header> header = read_header(entity, limits.header_size);
    if (!header) continue;
    const std::string_view body = entity.substr(std::min(header->size, entity.size()));
    const FieldValue type_value = parse_value(header->value("content-type"));
    const std::string type = media_type(type_value);
    if (type.starts_with("multipart/") && depth < limits.mime_depth) {
      if (const auto children =
              split_multipart(body, parameter(type_value, "boundary"), limits.mime_parts))
        for (const std::string_view child : *children) work.emplace_back(child, depth + 1);
    } else if ((type.empty() || type.starts_with("text/")) &&
               offers_unsubscribe_in(decode_body(body, encoding_of(*header), searched_text))) {
      return true;
    }
  }
  return false;
}

/// Is the host one of the receiver's: of its organization, or of a gateway that the owner named?
class ReceiverHosts {
 public:
  ReceiverHosts(const MailTrace& trace, std::span<const std::string> receivers) {
    if (const std::string host = last_receiving_host(trace); !host.empty())
      organizations_.push_back(organizational_domain(host));
    for (const std::string& receiver : receivers)
      organizations_.push_back(organizational_domain(receiver));
  }
  bool has(std::string_view host) const {
    return !host.empty() &&
           std::ranges::find(organizations_, organizational_domain(host)) != organizations_.end();
  }
  bool known() const { return !organizations_.empty(); }

 private:
  std::vector<std::string> organizations_;
};

/// Hops inside of the receiver's organization are passed over from the top: those between its own
/// hosts, and those of an address that no host on the Internet has.
std::optional<std::size_t> handover_of(const std::vector<ReceivedHop>& hops,
                                       const ReceiverHosts& receiver) {
  if (!receiver.known()) return std::nullopt;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const ReceivedHop& hop = hops[i];
    const bool named = hop.by.find('.') != std::string::npos;
    if (named && !receiver.has(hop.by) && hop.ip && !is_internal(*hop.ip)) return std::nullopt;
    if (!hop.ip || is_internal(*hop.ip) || receiver.has(hop.ptr) ||
        (hop.ptr.empty() && receiver.has(hop.helo)))
      continue;
    return i;
  }
  return std::nullopt;
}

std::string without_angles(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('<')) text.remove_prefix(1);
  return std::string(text.substr(0, text.find('>')));
}

void read_fields(const Header& header, MailFacts& facts) {
  for (const Header::Field& field : header.fields) {
    if (facts.fields.size() == most_mail_fields) break;
    facts.fields.push_back(
        {lower(field.name), valid_utf8(trimmed(unfold(field.raw.substr(0, longest_value))))});
    const MailField& read = facts.fields.back();
    const auto add = [&](MailTrace::Field kind) {
      facts.trace.lines.push_back({kind, read.value});
    };
    const auto add_addresses = [&](std::vector<HeaderAddress>& list) {
      std::ranges::move(addresses_in(read.value), std::back_inserter(list));
    };
    if (read.name == "received") {
      add(MailTrace::Field::received);
      facts.hops.push_back(parse_received(read.value));
    } else if (read.name == "authentication-results") {
      add(MailTrace::Field::authentication_results);
    } else if (read.name == "dkim-signature") {
      add(MailTrace::Field::dkim_signature);
    } else if (read.name == "from") {
      add_addresses(facts.from);
    } else if (read.name == "to" || read.name == "cc") {
      add_addresses(facts.to);
    } else if (read.name == "reply-to") {
      add_addresses(facts.reply_to);
    } else if (read.name == "sender") {
      add_addresses(facts.sender);
    }
  }
  if (facts.count("from") == 1) facts.trace.from = facts.value("from");
  facts.subject = decode_words(facts.value("subject"));
  facts.trace.subject = facts.subject;
}

/// "client-ip=192.0.2.9" of Received-SPF (RFC 7208 section 9.1), "sender IP is 192.0.2.9".
std::optional<IpAddress> address_behind(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == text.npos) return std::nullopt;
  text = trimmed(text.substr(at + words.size()));
  if (text.starts_with('"')) text.remove_prefix(1);
  return IpAddress::parse(text.substr(0, text.find_first_of(" \t;)\",")));
}

}  // namespace

std::string_view MailFacts::value(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &MailField::name);
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::size_t MailFacts::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(fields, name, &MailField::name));
}

std::optional<IpAddress> MailFacts::sending_ip() const {
  if (const ReceivedHop* hop = entry()) return hop->ip;
  if (!receiver) return std::nullopt;
  for (const AuthenticationResult& result : receiver->results)
    if (result.method == "spf")
      for (const std::string_view words : {"sender IP is ", "client-ip="})
        if (auto address = address_behind(result.comment, words)) return address;
  return address_behind(value("received-spf"), "client-ip=");
}

std::string_view mail_in(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
  if (bytes.starts_with("From ") || bytes.starts_with(">From "))
    bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size() - 1) + 1);
  return bytes;
}

std::expected<MailFacts, Error> read_mail_facts(std::string_view bytes, const Limits& limits,
                                                std::span<const std::string> receivers) {
  if (bytes.size() > limits.mail_size)
    return std::unexpected(Error{
        Fault::limit, "larger than " + std::to_string(limits.mail_size) + " bytes", "mail_size"});
  if (auto closed = closed_format(bytes)) return std::unexpected(std::move(*closed));
  const std::string_view mail = mail_in(bytes);
  const std::optional<Header> header = read_header(mail, limits.header_size);
  if (!header)
    return std::unexpected(Error{
        Fault::limit, "header is larger than " + std::to_string(limits.header_size) + " bytes",
        "header_size"});
  MailFacts facts;
  read_fields(*header, facts);
  if (facts.count("from") == 0 && facts.count("received") == 0 && facts.count("subject") == 0)
    return std::unexpected(Error{Fault::malformed_mail, "not a mail: it has no From field", {}});
  facts.receiver = receiver_results(facts.trace, receivers);
  facts.handover = handover_of(facts.hops, ReceiverHosts(facts.trace, receivers));
  facts.arc = read_arc(*header);
  facts.from_domain = from_domain(facts.trace.from);
  facts.message_id = without_angles(facts.value("message-id"));
  facts.date = parse_mail_date(facts.value("date"));
  for (const ReceivedHop& hop : facts.hops)
    if (!facts.received_at) facts.received_at = hop.time;
  std::string_view sender = facts.value("return-path");
  if (sender.empty() && facts.entry() != nullptr) sender = facts.entry()->envelope_from;
  facts.return_path = parse_return_path(sender);
  const std::size_t line_end = mail.find('\n');
  facts.bare_line_ends = line_end != mail.npos && (line_end == 0 || mail[line_end - 1] != '\r');
  facts.offers_unsubscribe = text_offers_unsubscribe(mail, limits);
  return facts;
}

}  // namespace dmarcq
