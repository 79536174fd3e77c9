// SPDX-License-Identifier: MIT
#include "ingest/mail/smime.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
template <class T>
using Own = std::unique_ptr<T, Free>;

/// A key and a certificate that it signed itself.
struct Signer {
  Own<EVP_PKEY> key{EVP_EC_gen("P-256")};
  Own<X509> certificate{X509_new()};
  Signer() {
    REQUIRE(key);
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("reporter.example"), -1, -1,
                               0);
    X509_set_issuer_name(certificate.get(), name);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
    X509_set_pubkey(certificate.get(), key.get());
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  }
};

enum class Form { in_one_piece, in_pieces };

/// In pieces: as a program writes it that does not know the length yet (BER).
std::string der_of(CMS_ContentInfo* cms, std::string_view content, Form form) {
  REQUIRE(cms != nullptr);
  const Own<CMS_ContentInfo> owned(cms);
  const Own<BIO> out(BIO_new(BIO_s_mem()));
  const Own<BIO> in(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  if (form == Form::in_pieces)
    REQUIRE(i2d_CMS_bio_stream(out.get(), cms, in.get(), CMS_STREAM | CMS_BINARY) == 1);
  else
    REQUIRE(i2d_CMS_bio(out.get(), cms) == 1);
  const char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string signed_data(std::string_view content, Form form, unsigned flags = 0) {
  static const Signer signer;
  const Own<BIO> in(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  flags |= CMS_BINARY | (form == Form::in_pieces ? CMS_STREAM : 0u);
  return der_of(CMS_sign(signer.certificate.get(), signer.key.get(), nullptr, in.get(), flags),
                content, form);
}

std::string encrypted(std::string_view content, const EVP_CIPHER* cipher) {
  static const Signer signer;
  STACK_OF(X509)* const readers = sk_X509_new_null();
  sk_X509_push(readers, signer.certificate.get());
  const Own<BIO> in(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  CMS_ContentInfo* const cms = CMS_encrypt(readers, in.get(), cipher, CMS_BINARY);
  sk_X509_free(readers);
  return der_of(cms, content, Form::in_one_piece);
}

/// What a signature covers: a part with header and body.
std::string report_part() {
  return "Content-Type: application/gzip; name=\"a.xml.gz\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64(deflated(small_report));
}

std::string smime_mail(std::string_view der) {
  return mail_with("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", der);
}

ExtractedDocuments found_in(const std::string& mail) {
  return find_documents(item_of("a.eml", mail), Limits{});
}

}  // namespace

TEST_CASE("smime: the content of signed data, in one piece and in several") {
  for (const std::string& content :
       {report_part(), std::string("x"), std::string(100'000, 'y'), std::string("a\0b", 3)})
    for (const Form form : {Form::in_one_piece, Form::in_pieces}) {
      CAPTURE(content.size());
      const auto found = content_of_smime(signed_data(content, form));
      REQUIRE(found);
      CHECK(*found == content);
    }
}

TEST_CASE("smime: what has no content to be read says what it is") {
  const std::string part = report_part(), whole = signed_data(part, Form::in_one_piece);
  const std::string unreadable =
      "unreadable S/MIME part; forward the original mail as an attachment";
  struct Row {
    const char* name;
    std::string der;
    Fault fault;
    std::string text;
  };
  const Row rows[] = {
      {"encrypted", encrypted(part, EVP_aes_128_cbc()), Fault::encrypted,
       "encrypted S/MIME part; save the mail decrypted, as .eml, in your mail program"},
      {"encrypted and authenticated", encrypted(part, EVP_aes_128_gcm()), Fault::encrypted,
       "encrypted S/MIME part; save the mail decrypted, as .eml, in your mail program"},
      {"a signature alone", signed_data(part, Form::in_one_piece, CMS_DETACHED),
       Fault::closed_format, "S/MIME part without signed content"},
      {"nothing", "", Fault::closed_format, unreadable},
      {"text", "not DER at all", Fault::closed_format, unreadable},
      {"zeros", std::string(200, '\0'), Fault::closed_format, unreadable},
      {"base64 that was not decoded", base64(whole), Fault::closed_format, unreadable},
      {"another type of ASN.1", std::string("\x30\x03\x02\x01\x05", 5), Fault::closed_format,
       unreadable},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const auto found = content_of_smime(row.der);
    REQUIRE(!found);
    CHECK(found.error().fault == row.fault);
    CHECK(found.error().text == row.text);
  }
}

TEST_CASE("smime: cut anywhere, the content is not read") {
  for (const Form form : {Form::in_one_piece, Form::in_pieces}) {
    const std::string whole = signed_data(report_part(), form);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      const auto found = content_of_smime(std::string_view(whole).substr(0, size));
      REQUIRE(!found);
      CHECK(found.error().fault == Fault::closed_format);
    }
  }
}

TEST_CASE("smime: a mail with such a part gives its report, or one problem") {
  const std::string part = report_part();
  const std::string once = signed_data(part, Form::in_one_piece);
  const std::string twice = signed_data(
      "Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
          base64(once),
      Form::in_pieces);
  struct Row {
    const char* name;
    std::string mail, outcome;  ///< "report", "nothing", or the reason of the problem
  };
  const Row rows[] = {
      {"signed", smime_mail(once), "report"},
      {"signed, in pieces", smime_mail(signed_data(part, Form::in_pieces)), "report"},
      {"signed twice", smime_mail(twice), "report"},
      {"the older type", mail_with("application/x-pkcs7-mime; name=smime.p7m", once), "report"},
      {"known by its name alone", mail_with("application/octet-stream; name=smime.p7m", once),
       "report"},
      {"encrypted", smime_mail(encrypted(part, EVP_aes_256_cbc())), "encrypted"},
      {"cut", smime_mail(once.substr(0, once.size() / 2)), "closed_format"},
      {"garbage", smime_mail("garbage"), "closed_format"},
      // Near misses: neither is opened as S/MIME, and neither gives a report.
      {"a detached signature's type",
       mail_with("application/pkcs7-signature; name=smime.p7s", once), "nothing"},
      {"signed text",
       smime_mail(signed_data("Content-Type: text/plain\r\n\r\nhello\r\n", Form::in_one_piece)),
       "nothing"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const ExtractedDocuments found = found_in(row.mail);
    if (row.outcome == "report") {
      CHECK(found.faults.empty());
      REQUIRE(found.documents.size() == 1);
      CHECK(found.documents[0].bytes == small_report);
      continue;
    }
    CHECK(found.documents.empty());
    CHECK(found.faults.size() == (row.outcome == "nothing" ? 0 : 1));
    for (const PackedFault& fault : found.faults) CHECK(reason_of(fault.error) == row.outcome);
  }
}
