// SPDX-License-Identifier: MIT
#include "ingest/oauth/jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <new>

namespace dmarcq {
namespace {

constexpr std::int64_t lifetime = 3'600;
constexpr int fewest_bits = 2'048, most_bits = 16'384;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

void append_json_member(std::string& out, std::string_view name, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  if (out.back() != '{') out += ',';
  out.append("\"").append(name).append("\":\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ')
      ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else
      out += c;
  }
  out += '"';
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key private_key_in(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  if (!text) throw std::bad_alloc();
  // An encrypted key is not asked a passphrase for, which libcrypto would do on the terminal.
  Key key(PEM_read_bio_PrivateKey(
              text.get(), nullptr, +[](char*, int, int, void*) { return 0; }, nullptr),
          EVP_PKEY_free);
  ERR_clear_error();
  return key;
}

}  // namespace

std::string jwt_signing_input(const JwtClaims& claims, std::string_view key_id) {
  std::string header = "{";
  append_json_member(header, "alg", "RS256");
  append_json_member(header, "typ", "JWT");
  if (!key_id.empty()) append_json_member(header, "kid", key_id);
  header += '}';
  std::string payload = "{";
  append_json_member(payload, "iss", claims.issuer);
  append_json_member(payload, "sub", claims.subject);
  append_json_member(payload, "scope", claims.scope);
  append_json_member(payload, "aud", claims.audience);
  payload += ",\"iat\":" + std::to_string(claims.issued_at) +
             ",\"exp\":" + std::to_string(claims.issued_at + lifetime) + '}';
  return base64url(header) + '.' + base64url(payload);
}

std::expected<std::string, std::string> signed_jwt(const std::string& signing_input,
                                                   std::string_view private_key) {
  const Key key = private_key_in(private_key);
  if (!key) return std::unexpected("its private key is not PEM, or encrypted");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
    return std::unexpected("its private key is not of RSA");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < fewest_bits || bits > most_bits)
    return std::unexpected("its private key has " + std::to_string(bits) +
                           " bits; 2048 to 16384 are accepted");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  if (!context) throw std::bad_alloc();
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  const bool good =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(signing_input), signing_input.size()) == 1;
  ERR_clear_error();
  if (!good) return std::unexpected("its private key cannot sign");
  signature.resize(size);
  return signing_input + '.' + base64url(signature);
}

}  // namespace dmarcq
