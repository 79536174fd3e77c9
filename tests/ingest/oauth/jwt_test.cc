// SPDX-License-Identifier: MIT
// That others can verify it: tests/e2e/oauth_test.py, with the openssl program.
#include "ingest/oauth/jwt.h"

#include <doctest/doctest.h>

#include "ingest/oauth/service_account.h"

using namespace dmarcq;

TEST_CASE("jwt_signing_input: header and claims in base64url without padding") {
  const JwtClaims claims{.issuer = "reader@project.example",
                         .subject = "dmarc@kestrel.example",
                         .scope = "https://mail.example/",
                         .audience = "https://token.example/",
                         .issued_at = 1'788'912'000};
  // printf '%s' '{"alg":"RS256","typ":"JWT","kid":"k1"}' | basenc --base64url -w0 | tr -d =
  CHECK(
      jwt_signing_input(claims, "k1") ==
      "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0."
      "eyJpc3MiOiJyZWFkZXJAcHJvamVjdC5leGFtcGxlIiwic3ViIjoiZG1hcmNAa2VzdHJlbC5leGFtcGxlIiwic2NvcGUiOiJodHRwczovL21haWwuZXhhbXBsZS8iLCJhdWQiOiJodHRwczovL3Rva2VuLmV4YW1wbGUvIiwiaWF0IjoxNzg4OTEyMDAwLCJleHAiOjE3ODg5MTU2MDB9");
  CHECK(jwt_signing_input(claims, "").starts_with("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."));
}

TEST_CASE("jwt_signing_input: what would end a JSON text is escaped") {
  // {"alg":"RS256","typ":"JWT","kid":"a\"\\\nb"}
  CHECK(jwt_signing_input({}, "a\"\\\nb")
            .starts_with("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImFcIlxcXG5iIn0."));
}

TEST_CASE("signed_jwt: what is no usable key is told without showing it") {
  struct Row {
    const char *name, *key, *says;
  };
  const Row rows[] = {
      {"nothing", "", "its private key is not PEM, or encrypted"},
      {"words", "secret words", "its private key is not PEM, or encrypted"},
      {"cut", "-----BEGIN PRIVATE KEY-----\nMIIE", "its private key is not PEM, or encrypted"},
      {"encrypted", R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj2TfYCKK5/xAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBMv4N79sRK5013fbyNlR8wEgZCL
T4Rus47PSKv6t6mDDMRC27hy1r17SgRPWcP+NIB6MGzNT/3Jw90HNhtiiRWJCHc3
wazK8UFljTxtEfQzkMdoPd5rgJGtlK2KPbIpYunT47znZRmHtE6PLwJPVPOLvMWe
ss43WAjQ9nGFu5Em6Qq/4qKSYWoeTq/W7khbvLyLJ+JrC+UUgTUtIiiw642No9Y=
-----END ENCRYPTED PRIVATE KEY-----
)",
       "its private key is not PEM, or encrypted"},
      {"of an elliptic curve", R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgy+JRZtziiJ6FKhv+
L75nyoPK+2Fp62W0dMECL39+aZyhRANCAATFX2+RQWoeye07dvYNhNopcHiWCltE
/ff4VOBAROEM3KMNwTbUyW4HeELiwJMG5MdVRuEfKOBgTyFdIDiEdJHq
-----END PRIVATE KEY-----
)",
       "its private key is not of RSA"},
      {"short", R"(-----BEGIN PRIVATE KEY-----
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBANdqFUsywfMdKbuU
qX9L6zfUkFK6U+D9FIr8MacmXCj6TJnWbjnPKjU4nkL6dEMP00jFXYKY7te9yxwd
flGQOoJlgy7AQfS/cKb0opNw0tyCnP79jb79pO2BcjkVPERVlIMY2JgAnflb2E9d
RlaEm08fDjt27hQiv8vmUrJSGAWJAgMBAAECgYEAivsDkAfIgH0hTsgEb3/g252G
HAnhUjiWh3Fc67XhIgMTZvGlHiEd30aPPTFvz1CnhbzorvjSqFjocVRKCn+ebxG0
sLoYp+AmwbWoSjsU2dkJ+c2mU9EftH9UydJD5d8XnyHuCsu3SrzzRnE3f68TBEKO
5sFXET9wMcgD7ktmmbECQQDy0XZWtUcV1Q8XFEUQ0M6ceuQ2dZfdOupRn4XC7CPf
hxIACeEbM6E/Di1C8VlQ20RQ0t2s/lW2d+MGUJMcjxuNAkEA4xvHiyxv5v76TVhZ
gcRgzAuytECLldMjVe8c8OL4beHP5mvdfqQFqV4bgzzYNL6yM47eCeJ08wH6wjKt
OeaU7QJBALOtOYMZ6vsFyH/MePrjeC+kZCDETVbgFKnHgCRntnfeK/ypUtBdGRFe
vTFPBEdnqRqhnnU3UleOSQjQMLuuTbUCQCDwKXus4TnuZx0KoEiq06MkWzG7XsNH
EQvolxj0wjUlmAKCSGiSn2OWC4V4MJ9NvQivQtLKLk4ETnsV4HvSTm0CQQDGYPLf
Qy60/bInH+0vDRBJAiHv0RqJFUK66IVmRSej+OrFkrL4W/smCqfkIYRTLv6gwH9E
rilhCmoHZ6K/uysh
-----END PRIVATE KEY-----
)",
       "its private key has 1024 bits; 2048 to 16384 are accepted"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto jwt = signed_jwt("a.b", row.key);
    REQUIRE_FALSE(jwt);
    CHECK(jwt.error() == row.says);
  }
}

TEST_CASE("read_service_account: the JSON key that the Cloud Console hands out") {
  const auto account = read_service_account(
      R"({"type":"service_account","private_key_id":"k1","private_key":"-----BEGIN…","client_email":"reader@project.example","token_uri":"https://elsewhere.example/"})");
  REQUIRE(account);
  CHECK(account->email == "reader@project.example");
  CHECK(account->key_id == "k1");
  CHECK(account->private_key == "-----BEGIN…");
  struct Row {
    const char *text, *says;
  };
  const Row rows[] = {
      {"", "is not a JSON object"},
      {"[]", "is not a JSON object"},
      {"-----BEGIN PRIVATE KEY-----", "is not a JSON object"},
      {R"({"client_email":"a@b.example"})",
       "has no private_key; it has to be the JSON key of a service account"},
      {R"({"private_key":"x"})",
       "has no client_email; it has to be the JSON key of a service account"},
      {R"({"client_email":7,"private_key":"x"})",
       "has no client_email; it has to be the JSON key of a service account"},
      {R"({"client_email":"a b","private_key":"x"})", "has a client_email that is no address"},
      {R"({"web":{"client_secret":"x"}})",
       "has no client_email; it has to be the JSON key of a service account"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto none = read_service_account(row.text);
    REQUIRE_FALSE(none);
    CHECK(none.error() == row.says);
  }
}
