// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <string_view>

namespace dmarcq {

/// A key that signatures are checked with.
class PublicKey {
 public:
  /// `der`: a SubjectPublicKeyInfo (RFC 5280) or, as some publish it, a bare RSAPublicKey (RFC
  /// 8017). Nothing when it is neither.
  static std::optional<PublicKey> rsa(std::string_view der);
  /// `raw`: 32 bytes (RFC 8032). Nothing when they are not.
  static std::optional<PublicKey> ed25519(std::string_view raw);

  int bits() const;  ///< of an RSA key's modulus
  /// RSA: RSASSA-PKCS1-v1_5 with SHA-256. Ed25519: PureEdDSA over the data's SHA-256, as DKIM has
  /// it (RFC 8463 section 3).
  bool verifies(std::string_view signature, std::string_view data) const;
  /// Was the signature made with the private half of this key, whatever it is of? Nothing for
  /// Ed25519, which does not tell.
  std::optional<bool> made(std::string_view signature) const;

 private:
  explicit PublicKey(void* key);
  std::shared_ptr<void> key_;
  bool of_hash_ = false;
};

}  // namespace dmarcq
