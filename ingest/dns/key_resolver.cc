// SPDX-License-Identifier: MIT
#include "ingest/dns/key_resolver.h"

#include <algorithm>
#include <utility>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_key_file = 64u << 10;
/// Also "-----BEGIN RSA PUBLIC KEY-----", of PKCS #1.
constexpr std::string_view pem_begin = "PUBLIC KEY-----", pem_end = "-----END";

bool is_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return text.size() >= 40 && std::ranges::all_of(text, [](char c) {
           return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '/';
         });
}

/// The record of a key in base64: RSA, or Ed25519 as a SubjectPublicKeyInfo (RFC 8410) or as its 32
/// bytes, which is what a record has (RFC 8463 section 4).
std::string record_of(std::string_view base64) {
  constexpr std::string_view ed25519_info = "MCowBQYDK2VwAyEA";  // 12 bytes in front of the key
  constexpr std::size_t ed25519_size = 44;                       // characters
  if (base64.starts_with(ed25519_info)) base64.remove_prefix(ed25519_info.size());
  const bool is_ed25519 = base64.size() == ed25519_size;
  return std::string("v=DKIM1; k=") + (is_ed25519 ? "ed25519" : "rsa") +
         "; p=" + std::string(base64);
}

std::string without_white_space(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  return out;
}

/// What stands in quotes, run together; the text itself where nothing does.
std::string unquoted(std::string_view text) {
  if (text.find('"') == text.npos) return std::string(trimmed(text));
  std::string out;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"')
      quoted = !quoted;
    else if (quoted && c != '\\')  // "v=DKIM1\; p=…" of some programs
      out += c;
  }
  return out;
}

}  // namespace

std::expected<std::string, std::string> KeyResolver::record_in(std::string_view text) {
  if (text.size() > longest_key_file) return std::unexpected("larger than any key");
  if (const std::size_t begin = text.find(pem_begin); begin != text.npos) {
    const std::string_view body = text.substr(begin + pem_begin.size());
    return record_of(without_white_space(body.substr(0, body.find(pem_end))));
  }
  if (text.find("PRIVATE KEY") != text.npos)
    return std::unexpected("a private key: what is needed is the public one");
  std::string record = unquoted(text);
  const std::string bare = without_white_space(record);
  if (is_base64(bare)) return record_of(bare);
  if (record.find("p=") != record.npos) return record;
  return std::unexpected("no DKIM key: expected a TXT record with p=, or a public key in PEM");
}

DnsAnswer KeyResolver::ask(const DnsQuestion& question) {
  if (question.type == RecordType::txt &&
      folded_domain(question.name).find("._domainkey.") != std::string::npos)
    return {.status = DnsAnswer::Status::found, .data = {record_}};
  if (others_ != nullptr) return others_->ask(question);
  return {.status = DnsAnswer::Status::unknown, .why = "DNS was not asked"};
}

}  // namespace dmarcq
