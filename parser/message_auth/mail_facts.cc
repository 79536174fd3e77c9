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
               offers_unsubscribe_in(
                   decode_body(body, declared_encoding(*header), searched_text))) {
      return true;
    }
  }
  return false;
}

/// Hops inside of the receiver's organization are passed over from the top. Nothing where a hop of
/// somebody else's host does not tell its address, or another one than SPF was checked for: what is
/// below came with the mail.
std::optional<std::size_t> handover_of(const std::vector<ReceivedHop>& hops,
                                       const ReceiverHosts& receiver,
                                       const std::optional<IpAddress>& spf_checked_for) {
  if (!receiver.known()) return std::nullopt;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const ReceivedHop& hop = hops[i];
    const bool named = hop.by.find('.') != std::string::npos;
    const bool seen = hop.ip && !hop.ip_is_claimed, seen_outside = seen && !is_internal(*hop.ip);
    if (named && !receiver.has(hop.by) && (seen_outside || (hop.ip && !seen))) return std::nullopt;
    if (spf_checked_for && seen && hop.ip == spf_checked_for) return i;
    if (is_inside(hop, receiver)) continue;
    // A name in HELO is the sending host's own word: below, SPF's address has to come.
    if (spf_checked_for && hop.ptr.empty() && receiver.has(hop.helo)) continue;
    return seen_outside && !spf_checked_for && !(hop.ptr.empty() && receiver.has(hop.helo))
               ? std::optional(i)
               : std::nullopt;
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
    facts.fields.push_back({lower(field.name),
                            valid_utf8(trimmed(unfold(field.raw.substr(0, longest_value)))),
                            std::string(field.name)});
    const MailField& read = facts.fields.back();
    const auto add = [&](MailTrace::Field kind) {
      facts.trace.lines.push_back({kind, read.value});
    };
    const auto add_addresses = [&](std::vector<HeaderAddress>& list) {
      for (HeaderAddress& address : addresses_in(read.value)) {
        address.display = decode_words(address.display);
        list.push_back(std::move(address));
      }
    };
    if (read.name == "received") {
      add(MailTrace::Field::received);
      facts.hops.push_back(parse_received(read.value));
    } else if (read.name == "authentication-results") {
      add(MailTrace::Field::authentication_results);
    } else if (read.name == "arc-authentication-results") {
      add(MailTrace::Field::arc_authentication_results);
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

std::optional<IpAddress> public_address(std::string_view text) {
  const auto address = IpAddress::parse(trimmed(text));
  return address && !is_internal(*address) ? address : std::nullopt;
}

/// "client-ip=192.0.2.9" of Received-SPF (RFC 7208 section 9.1), outside of its comments and
/// quotes, where the sender's own words stand.
std::optional<IpAddress> client_ip_in(std::string_view text) {
  constexpr std::string_view word = "client-ip=";
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && (quoted || depth > 0)) {
      ++at;
    } else if (quoted || c == '"') {
      quoted = (c == '"') != quoted;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if (depth == 0 && text.substr(at).starts_with(word) &&
               (at == 0 || std::string_view(" \t;)").contains(text[at - 1]))) {
      text.remove_prefix(at + word.size());
      if (text.starts_with('"')) text.remove_prefix(1);
      return public_address(text.substr(0, text.find_first_of(" \t;\"")));
    }
  }
  return std::nullopt;
}

/// The address in the comment behind an SPF result: Microsoft's "sender IP is 192.0.2.9", Gmail's
/// "… designates 192.0.2.9 as permitted sender", "… does not designate 192.0.2.9 as permitted
/// sender". Names that the sender chose stand in front of it.
std::optional<IpAddress> address_in_comment(std::string_view comment) {
  constexpr std::string_view microsoft = "sender IP is ", gmail = " as permitted sender";
  if (comment.starts_with(microsoft)) return public_address(comment.substr(microsoft.size()));
  if (!comment.ends_with(gmail)) return std::nullopt;
  comment.remove_suffix(gmail.size());
  return public_address(comment.substr(comment.rfind(' ') + 1));
}

/// The address that the receiver checked SPF for, as its results tell it: in the comment, or as
/// Amazon's client-ip= or Fastmail's smtp.remote-ip= of iprev.
std::optional<IpAddress> spf_address_in(std::span<const AuthenticationResult> results) {
  for (const AuthenticationResult& result : results) {
    const bool is_spf = result.method == "spf";
    if (!is_spf && result.method != "iprev") continue;
    if (is_spf)
      if (const auto address = address_in_comment(result.comment)) return address;
    for (const auto& property : result.properties)
      if (property.name == "client-ip" || property.name == "remote-ip")
        if (const auto address = public_address(property.value)) return address;
  }
  return std::nullopt;
}

}  // namespace

std::string_view MailFacts::value(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &MailField::name);
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::size_t MailFacts::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(fields, name, &MailField::name));
}

std::span<const AuthenticationResult> MailFacts::believed() const {
  if (!receiver || !receiver->well_formed) return {};
  return receiver->results;
}

std::optional<IpAddress> MailFacts::sending_ip() const {
  if (const ReceivedHop* hop = entry()) return hop->ip;
  if (spf_checked_for) return spf_checked_for;
  if (believed().empty()) return std::nullopt;
  // A Received-SPF below the receiver's results may have come with the mail.
  for (const MailField& field : fields) {
    if (field.name == "authentication-results") break;
    if (field.name == "received-spf") return client_ip_in(field.value);
  }
  return std::nullopt;
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
  facts.unproven = unproven_results(facts.trace, receivers);
  facts.spf_checked_for = spf_address_in(facts.believed());
  facts.handover =
      handover_of(facts.hops, ReceiverHosts(facts.trace, receivers), facts.spf_checked_for);
  facts.arc = read_arc(*header);
  facts.from_domain = from_domain(facts.trace.from);
  facts.message_id = without_angles(facts.value("message-id"));
  facts.date = parse_mail_date(facts.value("date"));
  for (const ReceivedHop& hop : facts.hops)
    if (!facts.received_at) facts.received_at = hop.time;
  std::string_view sender = facts.value("return-path");
  if (sender.empty() && facts.entry() != nullptr) sender = facts.entry()->envelope_from;
  facts.return_path = parse_return_path(sender);
  facts.envelope_sender = without_angles(sender);
  const std::size_t line_end = mail.find('\n');
  facts.bare_line_ends = line_end != mail.npos && (line_end == 0 || mail[line_end - 1] != '\r');
  facts.offers_unsubscribe = text_offers_unsubscribe(mail, limits);
  return facts;
}

}  // namespace dmarcq
