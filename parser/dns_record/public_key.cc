// SPDX-License-Identifier: MIT
#include "parser/dns_record/public_key.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <new>
#include <string>

#include "ingest/base/digest.h"

namespace dmarcq {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

PublicKey::PublicKey(void* key)
    : key_(key, [](void* old) { EVP_PKEY_free(static_cast<EVP_PKEY*>(old)); }) {}

std::optional<PublicKey> PublicKey::rsa(std::string_view der) {
  for (const char* const structure : {"SubjectPublicKeyInfo", "type-specific"}) {
    EVP_PKEY* key = nullptr;
    const std::unique_ptr<OSSL_DECODER_CTX, decltype(&OSSL_DECODER_CTX_free)> decoder(
        OSSL_DECODER_CTX_new_for_pkey(&key, "DER", structure, "RSA", EVP_PKEY_PUBLIC_KEY, nullptr,
                                      nullptr),
        OSSL_DECODER_CTX_free);
    const unsigned char* bytes = bytes_of(der);
    std::size_t left = der.size();
    const bool read = decoder && OSSL_DECODER_from_data(decoder.get(), &bytes, &left) == 1 &&
                      key != nullptr;
    ERR_clear_error();
    if (read) return PublicKey(key);
    EVP_PKEY_free(key);
  }
  return std::nullopt;
}

std::optional<PublicKey> PublicKey::ed25519(std::string_view raw) {
  constexpr std::size_t key_size = 32;
  EVP_PKEY* const key =
      raw.size() == key_size
          ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(raw), raw.size())
          : nullptr;
  ERR_clear_error();
  if (key == nullptr) return std::nullopt;
  PublicKey result(key);
  result.of_hash_ = true;
  return result;
}

int PublicKey::bits() const { return EVP_PKEY_get_bits(static_cast<EVP_PKEY*>(key_.get())); }

bool PublicKey::verifies(std::string_view signature, std::string_view data) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  if (!context) throw std::bad_alloc();
  Digest digest;
  if (of_hash_) {
    digest = sha256(data);
    data = {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }
  const bool good = EVP_DigestVerifyInit(context.get(), nullptr, of_hash_ ? nullptr : EVP_sha256(),
                                         nullptr, static_cast<EVP_PKEY*>(key_.get())) == 1 &&
                    EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                     bytes_of(data), data.size()) == 1;
  ERR_clear_error();
  return good;
}

std::optional<bool> PublicKey::made(std::string_view signature) const {
  if (of_hash_) return std::nullopt;
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(static_cast<EVP_PKEY*>(key_.get()), nullptr), EVP_PKEY_CTX_free);
  if (!context) throw std::bad_alloc();
  // Opening the signature gives the digest that was signed, if the padding (RFC 8017 section 9.2)
  // is in order: a signature by another key opens to noise.
  std::string digest(
      static_cast<std::size_t>(EVP_PKEY_get_size(static_cast<EVP_PKEY*>(key_.get()))), '\0');
  std::size_t size = digest.size();
  const bool opened = EVP_PKEY_verify_recover_init(context.get()) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                      EVP_PKEY_verify_recover(context.get(),
                                              reinterpret_cast<unsigned char*>(digest.data()),
                                              &size, bytes_of(signature), signature.size()) == 1;
  ERR_clear_error();
  return opened;
}

}  // namespace dmarcq
