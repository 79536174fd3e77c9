// SPDX-License-Identifier: MIT
#include "parser/message_auth/dkim.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/base/text.h"
#include "ingest/mail/header.h"
#include "ingest/mail/transfer_encoding.h"
#include "parser/dns_record/dkim_key.h"
#include "parser/dns_record/tag_list.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

enum class Canonicalization { simple, relaxed };

constexpr std::size_t longest_header = 256u << 10, longest_signature = 32u << 10,
                      most_signed_fields = 300, start_length = 12;

struct Signature {
  DkimKey::Type type = DkimKey::Type::rsa;
  Canonicalization header = Canonicalization::simple, body = Canonicalization::simple;
  std::string domain, selector, identity_domain;
  std::vector<std::string> fields;
  std::string algorithm;
  std::string start;             ///< of b=
  std::string body_hash, bytes;  ///< bh=, b=, decoded
  std::optional<EpochSeconds> signed_at, expires;
  std::optional<std::size_t> body_length;
};

std::optional<Canonicalization> canonicalization(std::string_view word) {
  if (word == "simple") return Canonicalization::simple;
  if (word == "relaxed") return Canonicalization::relaxed;
  return std::nullopt;
}

std::optional<EpochSeconds> number_in(std::string_view digits) {
  EpochSeconds number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem != std::errc() || end != digits.data() + digits.size() || number < 0)
    return std::nullopt;
  return number;
}

/// Reads a DKIM-Signature (RFC 6376 section 3.5, 6.1.1) into `signature`. What is wrong with it; ""
/// when nothing is.
std::string read_signature(std::string_view value, Signature& signature) {
  const std::optional<TagList> tags = TagList::parse(value);
  if (!tags) return "its tags cannot be read";
  signature.domain = to_a_labels(folded_domain(without_blanks(tags->value("d"))));
  signature.selector = folded_domain(without_blanks(tags->value("s")));
  signature.algorithm = lower(tags->value("a"));
  signature.start = without_blanks(tags->value("b")).substr(0, start_length);
  signature.signed_at = number_in(tags->value("t"));
  signature.expires = number_in(tags->value("x"));
  for (const std::string_view needed : {"v", "a", "b", "bh", "d", "h", "s"})
    if (!tags->has(needed)) return "it has no " + std::string(needed) + "=";
  if (tags->value("v") != "1") return "its version is not 1";
  if (!is_domain_name(signature.domain) || !is_domain_name(signature.selector) ||
      signature.domain.find('.') == std::string::npos)
    return "its d= or s= is no domain name";
  if (signature.algorithm == "ed25519-sha256")
    signature.type = DkimKey::Type::ed25519;
  else if (signature.algorithm == "rsa-sha1")
    return "rsa-sha1 proves nothing (RFC 8301)";
  else if (signature.algorithm != "rsa-sha256")
    return "its algorithm is unknown";
  if (tags->has("c")) {
    const std::string_view both = tags->value("c");
    const std::size_t slash = both.find('/');
    const auto header = canonicalization(both.substr(0, slash));
    const auto body = slash == both.npos ? Canonicalization::simple
                                         : canonicalization(both.substr(slash + 1));
    if (!header || !body) return "its canonicalization is unknown";
    signature.header = *header;
    signature.body = *body;
  }
  for (const std::string_view name : colon_separated(tags->value("h")))
    signature.fields.push_back(lower(name));
  if (signature.fields.size() > most_signed_fields) return "it names too many header fields";
  if (std::ranges::find(signature.fields, "from") == signature.fields.end())
    return "it does not sign From";
  signature.identity_domain = signature.domain;
  if (tags->has("i")) {
    const std::string identity = without_blanks(tags->value("i"));
    const std::size_t at = identity.rfind('@');
    signature.identity_domain =
        at == identity.npos ? ""
                            : to_a_labels(folded_domain(std::string_view(identity).substr(at + 1)));
    if (!at_or_below(signature.identity_domain, signature.domain))
      return "its i= is not of the domain that signs";
  }
  if (tags->has("l")) {
    const std::string_view digits = tags->value("l");
    std::size_t length = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (problem != std::errc() || end != digits.data() + digits.size())
      return "its l= is no number";
    signature.body_length = length;
  }
  signature.body_hash = decode_base64(without_blanks(tags->value("bh")));
  signature.bytes = decode_base64(without_blanks(tags->value("b")));
  if (signature.body_hash.size() != std::tuple_size_v<Digest>) return "its bh= is no SHA-256";
  return "";
}

// ---- canonicalization (RFC 6376 section 3.4)
// ---------------------------------------------------------------------------------

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Without its end, be that CRLF or LF.
std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Calls `take` with each line, without its end.
template <class Take>
void each_line(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    take(without_end(text.substr(at, end + 1 - at)));
    at = end + 1;
  }
}

/// Appends `text` with each run of blanks as one; none at its end.
void append_with_single_blanks(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blank = std::min(text.find_first_of(" \t", at), text.size());
    out += text.substr(at, blank - at);
    at = std::min(text.find_first_not_of(" \t", blank), text.size());
    if (at < text.size()) out += ' ';
  }
}

/// Appends a field without its final CRLF. `field`: the name and all behind it, as it stands.
void append_field(std::string& out, std::string_view field, Canonicalization how) {
  if (how == Canonicalization::simple) {
    bool first = true;
    each_line(field, [&](std::string_view line) {
      if (!std::exchange(first, false)) out += "\r\n";
      out += line;
    });
    return;
  }
  const std::size_t colon = field.find(':');
  out += lower(trimmed(field.substr(0, colon)));
  out += ':';
  std::string unfolded;
  each_line(field.substr(colon + 1), [&](std::string_view line) { unfolded += line; });
  std::string_view rest = unfolded;
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  append_with_single_blanks(out, rest);
}

/// A field as `append_field` wants it.
std::string_view whole(const Header::Field& field) {
  return {field.name.data(),
          static_cast<std::size_t>(field.raw.data() + field.raw.size() - field.name.data())};
}

struct BodyHash {
  Digest digest;
  std::size_t behind = 0;  ///< bytes that l= leaves out
  bool too_short = false;  ///< there are fewer than l= says
};

BodyHash hash_body(std::string_view body, Canonicalization how, std::optional<std::size_t> length) {
  Sha256 hash;
  std::string buffer;
  std::size_t left = length.value_or(std::string_view::npos), behind = 0, empty_lines = 0;
  bool any = false;
  const auto flush = [&] {
    const std::size_t taken = std::min(left, buffer.size());
    hash.add(std::string_view(buffer).substr(0, taken));
    left -= taken;
    behind += buffer.size() - taken;
    buffer.clear();
  };
  each_line(body, [&](std::string_view line) {
    if (how == Canonicalization::relaxed)
      while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.empty()) {
      ++empty_lines;
      return;
    }
    any = true;
    for (; empty_lines > 0; --empty_lines) {
      buffer += "\r\n";
      if (buffer.size() > (16u << 10)) flush();
    }
    if (how == Canonicalization::relaxed)
      append_with_single_blanks(buffer, line);
    else
      buffer += line;
    buffer += "\r\n";
    if (buffer.size() > (16u << 10)) flush();
  });
  if (!any && how == Canonicalization::simple) buffer += "\r\n";  // an empty body is one empty line
  flush();
  return {hash.finish(), behind, length.has_value() && left > 0};
}

/// The DKIM-Signature field without what stands in its b=.
std::string without_signature(std::string_view field) {
  const std::size_t colon = field.find(':');
  std::string out(field.substr(0, colon + 1));
  for (std::size_t at = colon + 1; at < field.size();) {
    const std::size_t end = std::min(field.find(';', at), field.size());
    const std::string_view tag = field.substr(at, end - at);
    const std::size_t equals = tag.find('=');
    if (equals != tag.npos && trimmed(tag.substr(0, equals)) == "b") {
      out += tag.substr(0, equals + 1);
      // The line end of the field itself belongs to no tag.
      if (end == field.size() && tag.ends_with('\n')) out += "\r\n";
    } else {
      out += tag;
    }
    if (end < field.size()) out += ';';
    at = end + 1;
  }
  return out;
}

/// What the signature is of (RFC 6376 section 3.7, 5.4.2): a name in h= stands for the lowest field
/// of that name that was not taken yet.
/// `subject`: stands in place of the subject's value, where it is given.
std::string signed_header(const Header& header, const Header::Field& own,
                          const Signature& signature,
                          std::optional<std::string_view> subject = {}) {
  std::map<std::string, std::vector<const Header::Field*>> by_name;
  for (const Header::Field& field : header.fields)
    if (&field != &own) by_name[lower(field.name)].push_back(&field);
  std::string out;
  for (const std::string& name : signature.fields) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || found->second.empty()) continue;
    if (subject && name == "subject") {
      const Header::Field& field = *found->second.back();
      const std::size_t value = whole(field).size() - field.raw.size();
      append_field(out, std::string(whole(field).substr(0, value)).append(*subject),
                   signature.header);
    } else {
      append_field(out, whole(*found->second.back()), signature.header);
    }
    found->second.pop_back();
    out += "\r\n";
  }
  append_field(out, without_signature(whole(own)), signature.header);
  return out;
}

/// The tag in brackets that was put in front of the subject after signing; "" when that is not what
/// happened. Mailing lists and gateways do so.
std::string tag_of_subject(const Header& header, const Header::Field& own,
                           const Signature& signature, const DkimKey& key) {
  const auto is_subject = [](const Header::Field& field) { return lower(field.name) == "subject"; };
  const auto subject = std::ranges::find_if(header.fields, is_subject);
  if (subject == header.fields.end()) return {};
  const std::size_t begin = std::min(subject->raw.find_first_not_of(" \t"), subject->raw.size());
  const std::string_view value = subject->raw.substr(begin);
  for (const std::string_view brackets : {"[]", "()", "{}", "**"}) {
    const std::size_t end = value.find(brackets[1], 1);
    if (value.empty() || value.front() != brackets[0] || end == value.npos) continue;
    const std::size_t rest = std::min(value.find_first_not_of(" \t:", end + 1), value.size());
    const std::string before = " " + std::string(value.substr(rest));
    if (key.key.verifies(signature.bytes, signed_header(header, own, signature, before)))
      return std::string(value.substr(0, end + 1));
  }
  return {};
}

std::pair<SignatureResult, std::string> check_signature(const Header& header,
                                                        const Header::Field& own,
                                                        const Signature& signature,
                                                        const TxtAnswer& answer, DkimCheck& check) {
  using Status = TxtAnswer::Status;
  if (answer.status == Status::unknown)
    return {SignatureResult::key_unknown, "its key is not known"};
  if (answer.status == Status::none || answer.texts.empty())
    return {SignatureResult::key_missing, "DNS has no key there"};
  // RFC 6376 section 3.6.2.2: of several records the result is undefined.
  if (answer.texts.size() > 1)
    return {SignatureResult::key_unusable, "DNS has several records there"};
  const auto key = parse_dkim_key(answer.texts.front());
  if (!key)
    return {key.error().revoked ? SignatureResult::key_missing : SignatureResult::key_unusable,
            key.error().reason};
  check.testing = key->testing;
  if (key->type == DkimKey::Type::rsa) check.key_bits = key->key.bits();
  if (key->type != signature.type)
    return {SignatureResult::key_unusable, "the key is of another type"};
  if (key->exact_domain && signature.identity_domain != signature.domain)
    return {SignatureResult::key_unusable, "the key is not for names below its domain"};
  if (!key->key.verifies(signature.bytes, signed_header(header, own, signature))) {
    check.made_with_key = key->key.made(signature.bytes);
    if (check.made_with_key.value_or(true))
      check.subject_tag = tag_of_subject(header, own, signature, *key);
    const std::string_view reason =
        !check.subject_tag.empty() ? "the subject was changed after it was signed"
        : !check.made_with_key     ? "a signed header field was changed, or the key is another one"
        : *check.made_with_key     ? "a signed header field was changed after it was signed"
                                   : "it was made with another key than the one in DNS";
    return {SignatureResult::header_changed, std::string(reason)};
  }
  return {SignatureResult::pass, ""};
}

}  // namespace

std::vector<DkimCheck> check_dkim(std::string_view mail, Resolver& resolver,
                                  const std::function<bool(std::string_view domain)>& wanted) {
  std::vector<DkimCheck> checks;
  const std::optional<Header> header = read_header(mail, longest_header);
  if (!header) return checks;
  const std::string_view body = mail.substr(std::min(header->size, mail.size()));
  std::map<std::tuple<Canonicalization, std::optional<std::size_t>>, BodyHash> hashes;
  for (const Header::Field& field : header->fields) {
    if (checks.size() == most_checked_signatures) break;
    if (lower(field.name) != "dkim-signature" || field.raw.size() > longest_signature) continue;
    Signature signature;
    DkimCheck check;
    check.reason = read_signature(field.raw, signature);
    if (!wanted(signature.domain)) continue;
    check.domain = signature.domain;
    check.selector = signature.selector;
    check.algorithm = signature.algorithm;
    check.identity = signature.identity_domain;
    check.signature_start = signature.start;
    check.signed_at = signature.signed_at;
    check.expires = signature.expires;
    check.signed_fields = signature.fields;
    if (check.reason.empty()) {
      const auto [found, is_new] = hashes.try_emplace({signature.body, signature.body_length});
      if (is_new) found->second = hash_body(body, signature.body, signature.body_length);
      const BodyHash& hash = found->second;
      check.unsigned_tail = hash.behind;
      if (hash.too_short ||
          !std::ranges::equal(hash.digest, signature.body_hash, {}, {},
                              [](char c) { return static_cast<std::uint8_t>(c); })) {
        check.result = SignatureResult::body_changed;
        check.reason = "the body was changed after it was signed";
      } else {
        std::tie(check.result, check.reason) = check_signature(
            *header, field, signature,
            resolver.txt(key_name({.domain = check.domain, .selector = check.selector})), check);
      }
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

std::string key_name(const DkimCheck& check) {
  return check.selector + "._domainkey." + check.domain;
}

}  // namespace dmarcq
