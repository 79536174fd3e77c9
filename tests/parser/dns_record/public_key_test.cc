// SPDX-License-Identifier: MIT
#include "parser/dns_record/public_key.h"

#include <doctest/doctest.h>

#include <string>

#include "ingest/mail/transfer_encoding.h"

using namespace dmarcq;

namespace {

// Made with openssl: a key of 1024 bits, and what "openssl dgst -sign" makes of `data` with it.
const std::string data = "from:a@example.com\r\n";
const std::string bare = decode_base64(
    "MIGJAoGBAMLGErtB+YSObGJg1t8aanPKwd0RutEDRUAM7EYKihkT4CPOR7fLuVz34x5CJch5r9F1QgfqdAApP2G36PoSz/"
    "m8DMAi1TxF3q/nOeqJkbcLdLiNTRg8Z4dr80phqTvJDi2/kh2gZKjhlTLPlQaUUZucRgMc8Of5+BnzmPFXq3e3AgMBAAE=");
const std::string whole = decode_base64(
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCxhK7QfmEjmxiYNbfGmpzysHdEbrRA0VADOxGCooZE+Ajzke3y7lc9+"
    "MeQiXIea/RdUIH6nQAKT9ht+j6Es/5vAzAItU8Rd6v5znqiZG3C3S4jU0YPGeHa/NKYak7yQ4tv5IdoGSo4ZUyz5UGlFGb"
    "nEYDHPDn+fgZ85jxV6t3twIDAQAB");
const std::string sha256_signature = decode_base64(
    "tkDVraDB/YCNpOVcSjqoiJkZPAFWPS3Lb0pl9PrA34CEfGtBjwq2Szx34Y4cs+i34LDFUUpUt0PcGWeuBx3CJGuxk2Rsgz"
    "MPqFtRpIA91jIOsOwPIpCmxuRRgmqsJQR63lJDKJWxIe/Og1LXbAiBFBxaRAQMGZtJbo7pTSU66sQ=");
const std::string sha1_signature = decode_base64(
    "sxqM6glEI8ZaGO2JOtYTGOTQAKABGHpg5rtfIkxPuZo0TmQ7ITraP4tSwQEGeuWrOEUbWlemBneJgZ4MeEeLWBBbjRLUBD"
    "zWmt12CPUytDAAaMDPNcVx+GVBmrPUMrY8dyE/0LIa9XcJijtYyWMEbg8H/1saw7il2x6lx1Nwj4o=");
const std::string pss_signature = decode_base64(
    "gSRZuuS5CCYvdJFbIra9ci8x6lo0wjuLYZFjpdTbVrTPwp3KcU9GV80RaMRd2Z4x8DjQRjRCxtkcKW3Jbe5eah0IRfApsm"
    "omTzlVKiUQqbE1Zq5isY/IHed04KRufp+fh0J2xr/wnRESDgSRZQc9vml3EQSuJ2CcMQhzaw3KtgA=");

// The key of RFC 8463 section A.2, and what openssl signs with it: the SHA-256 of `data` (RFC 8463
// section 3), `data` itself (RFC 8032), and the former with the group's order added to S.
const std::string ed_raw = decode_base64("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
const std::string ed_whole =
    decode_base64("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
const std::string ed_signature = decode_base64(
    "7NAYp1RBNMeaonRorhuXkR1/4oRHBqVu0RwbsOdx2tlFyBlAkwziS3j7BOeKaSb84LbH7/xPno4zQR7awEEmDA==");
const std::string ed_of_data = decode_base64(
    "51m+8HzS8gSPSpCOMgts7PJ8X0t8FISUQPyJ8s4Ay6gJvWlUwYzqs0Eh5G5Htkg1Oz2HO7YfcjWRkEZPsDIyDg==");
const std::string ed_malleable = decode_base64(
    "7NAYp1RBNMeaonRorhuXkR1/4oRHBqVu0RwbsOdx2tkynA+drW/0o06Y/IlpYwUR4bbH7/xPno4zQR7awEEmHA==");
const std::string elliptic = decode_base64(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELh2KuUWqsfERyawuCxWmNxCueB98IEwRdvYGnUtgyC0Bfu7EETTHAHHlY8"
    "K32aCJtdwqvSux6lJqWn1DifsQww==");

/// With one bit of one byte changed.
std::string flipped(std::string bytes, std::size_t at) {
  bytes.at(at) = static_cast<char>(bytes[at] ^ 1);
  return bytes;
}

}  // namespace

TEST_CASE("public key: RSA in either form checks PKCS #1 v1.5 with SHA-256 and nothing else") {
  for (const std::string& der : {whole, bare}) {
    const auto key = PublicKey::rsa(der);
    REQUIRE(key);
    CHECK(key->bits() == 1024);
    CHECK(key->verifies(sha256_signature, data));
    CHECK_FALSE(key->verifies(sha256_signature, data + " "));
    CHECK_FALSE(key->verifies(sha256_signature, ""));
    CHECK_FALSE(key->verifies(sha1_signature, data));
    CHECK_FALSE(key->verifies(pss_signature, data));
    CHECK_FALSE(key->verifies("", data));
    CHECK_FALSE(key->verifies(sha256_signature.substr(1), data));
    CHECK_FALSE(key->verifies(sha256_signature + std::string(1, '\0'), data));
    CHECK_FALSE(key->verifies(std::string(1, '\0') + sha256_signature, data));
    CHECK_FALSE(key->verifies(std::string(128, '\0'), data));
    CHECK_FALSE(key->verifies(std::string(128, '\xff'), data));
    CHECK_FALSE(key->verifies(std::string(100'000, 'x'), data));
    for (std::size_t at = 0; at < sha256_signature.size(); ++at)
      CHECK_FALSE(key->verifies(flipped(sha256_signature, at), data));
    CHECK(key->verifies(sha256_signature, data));  // none of that left a trace
  }
}

TEST_CASE("public key: what is no RSA key") {
  struct Row {
    const char* name;
    std::string der;
  };
  const Row rows[] = {{"nothing", ""},
                      {"text", "hello"},
                      {"an empty sequence", std::string("\x30\x00", 2)},
                      {"a length beyond the end", "\x30\x84\xff\xff\xff\xff"},
                      {"base64 that was not decoded", "MIGJAoGBAMLGErtB+YSObGJg"},
                      {"Ed25519", ed_whole},
                      {"32 raw bytes", ed_raw},
                      {"an elliptic curve", elliptic}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK_FALSE(PublicKey::rsa(row.der));
  }
  for (const std::string& der : {whole, bare})
    for (std::size_t size = 0; size < der.size(); ++size)
      CHECK_FALSE(PublicKey::rsa(std::string_view(der).substr(0, size)));
}

TEST_CASE("public key: Ed25519 signs the hash of the data") {
  const auto key = PublicKey::ed25519(ed_raw);
  REQUIRE(key);
  CHECK(key->verifies(ed_signature, data));
  CHECK_FALSE(key->verifies(ed_of_data, data));
  CHECK_FALSE(key->verifies(ed_malleable, data));  // RFC 8032 section 5.1.7: S below the order
  CHECK_FALSE(key->verifies(ed_signature, data + "\n"));
  CHECK_FALSE(key->verifies("", data));
  CHECK_FALSE(key->verifies(ed_signature.substr(0, 63), data));
  CHECK_FALSE(key->verifies(ed_signature + "x", data));
  CHECK_FALSE(key->verifies(sha256_signature, data));
  for (std::size_t at = 0; at < ed_signature.size(); ++at)
    CHECK_FALSE(key->verifies(flipped(ed_signature, at), data));
  CHECK_FALSE(PublicKey::ed25519(flipped(ed_raw, 5))->verifies(ed_signature, data));
}

TEST_CASE("public key: an Ed25519 key has 32 bytes") {
  for (const std::size_t size : {0, 1, 31, 33, 44, 64}) {
    CAPTURE(size);
    CHECK_FALSE(PublicKey::ed25519(std::string(size, 'k')));
  }
  CHECK_FALSE(PublicKey::ed25519(ed_whole));
  CHECK(PublicKey::ed25519(std::string(32, '\x01')));
}

TEST_CASE("public key: a copy is a key of its own") {
  std::optional<PublicKey> copy;
  {
    const auto key = PublicKey::rsa(whole);
    REQUIRE(key);
    copy = key;
  }
  CHECK(copy->verifies(sha256_signature, data));
}
