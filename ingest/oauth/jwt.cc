// SPDX-License-Identifier: MIT
#include "ingest/oauth/jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <new>
#include <vector>

#include "ingest/base/json_value.h"

namespace dmarcq {
namespace {

constexpr std::int64_t lifetime = 3'600;
constexpr int fewest_bits = 2'048, most_bits = 16'384;

/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
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
  std::vector<JsonMember> header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) header.push_back({"kid", std::string(key_id)});
  const JsonMember payload[] = {{"iss", claims.issuer},    {"sub", claims.subject},
                                {"scope", claims.scope},   {"aud", claims.audience},
                                {"iat", claims.issued_at}, {"exp", claims.issued_at + lifetime}};
  return base64url(json_object(header)) + '.' + base64url(json_object(payload));
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
                     reinterpret_cast<const unsigned char*>(signing_input.data()),
                     signing_input.size()) == 1;
  ERR_clear_error();
  if (!good) return std::unexpected("its private key cannot sign");
  signature.resize(size);
  return signing_input + '.' + base64url(signature);
}

}  // namespace dmarcq
