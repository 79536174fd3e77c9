// SPDX-License-Identifier: MIT
#include "parser/dns_record/dkim_key.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ingest/mail/transfer_encoding.h"
#include "parser/dns_record/tag_list.h"

namespace dmarcq {
namespace {

constexpr int least_bits = 1024, most_bits = 8192;
constexpr std::size_t longest_record = 64u << 10;

std::unexpected<KeyFault> fault(std::string reason) {
  return std::unexpected(KeyFault{false, std::move(reason)});
}

/// Absent, or one of the parts is among the words.
bool allows(const TagList& tags, std::string_view name, std::string_view word,
            std::string_view other_word) {
  return !tags.has(name) ||
         std::ranges::any_of(colon_separated(tags.value(name)), [&](std::string_view part) {
           return part == word || part == other_word;
         });
}

}  // namespace

std::expected<DkimKey, KeyFault> parse_dkim_key(std::string_view record) {
  if (record.size() > longest_record) return fault("the key record is longer than any key");
  const std::optional<TagList> tags = TagList::parse(record);
  if (!tags || !tags->has("p")) return fault("the record is no DKIM key");
  if (tags->has("v") && (tags->first_name() != "v" || tags->value("v") != "DKIM1"))
    return fault("the key record's version is not DKIM1");
  if (!allows(*tags, "h", "sha256", "sha256")) return fault("the key is not for SHA-256");
  if (!allows(*tags, "s", "*", "email")) return fault("the key is not for mail");
  const std::string text = without_blanks(tags->value("p"));
  if (text.empty()) return std::unexpected(KeyFault{true, "the key is revoked"});
  const std::string bytes = decode_base64(text);
  const std::string_view type = tags->has("k") ? tags->value("k") : "rsa";
  if (type != "rsa" && type != "ed25519") return fault("the key's type is unknown");
  const bool is_rsa = type == "rsa";
  std::optional<PublicKey> key = is_rsa ? PublicKey::rsa(bytes) : PublicKey::ed25519(bytes);
  if (!key)
    return fault(is_rsa ? "the RSA key cannot be read" : "the Ed25519 key has not 32 bytes");
  if (is_rsa && key->bits() < least_bits)
    return fault("an RSA key of " + std::to_string(key->bits()) + " bits is too weak (RFC 8301)");
  if (is_rsa && key->bits() > most_bits)
    return fault("an RSA key of " + std::to_string(key->bits()) + " bits is too long");
  DkimKey result{.type = is_rsa ? DkimKey::Type::rsa : DkimKey::Type::ed25519,
                 .key = std::move(*key)};
  for (const std::string_view flag : colon_separated(tags->value("t"))) {
    if (flag == "y") result.testing = true;
    if (flag == "s") result.exact_domain = true;
  }
  return result;
}

}  // namespace dmarcq
