// SPDX-License-Identifier: MIT
#include "ingest/base/digest.h"

#include <openssl/evp.h>

#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace dmarcq {
namespace {

// Fetching the algorithm costs more than hashing a short string, so each thread does it once.
struct Hasher {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
      EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free};
};

}  // namespace

Digest sha256(std::string_view bytes) {
  thread_local Hasher hasher;
  if (!hasher.algorithm || !hasher.context) throw std::bad_alloc();
  Digest digest;
  unsigned size = 0;
  if (EVP_DigestInit_ex2(hasher.context.get(), hasher.algorithm.get(), nullptr) != 1 ||
      EVP_DigestUpdate(hasher.context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(hasher.context.get(), digest.data(), &size) != 1) {
    throw std::runtime_error("libcrypto cannot compute SHA-256");
  }
  return digest;
}

Sha256::Sha256()
    : context_(EVP_MD_CTX_new(),
               [](void* context) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }) {
  if (!context_) throw std::bad_alloc();
  if (EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_.get()), EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto cannot compute SHA-256");
}

void Sha256::add(std::string_view bytes) {
  if (EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("libcrypto cannot compute SHA-256");
}

Digest Sha256::finish() {
  Digest digest;
  if (EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), digest.data(), nullptr) != 1)
    throw std::runtime_error("libcrypto cannot compute SHA-256");
  return digest;
}

std::string to_hex(const Digest& digest) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::size_t DigestHash::operator()(const Digest& digest) const noexcept {
  std::size_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

}  // namespace dmarcq
