// SPDX-License-Identifier: MIT
#include "ingest/mail/smime.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include <climits>
#include <memory>

namespace dmarcq {
namespace {

struct Free {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(CMS_ContentInfo* cms) const noexcept { CMS_ContentInfo_free(cms); }
};

}  // namespace

std::expected<std::string, Error> content_of_smime(std::string_view der) {
  const auto closed = [](std::string text) {
    ERR_clear_error();
    return std::unexpected(Error{Fault::closed_format, std::move(text), {}});
  };
  if (der.size() > INT_MAX) return closed("S/MIME part too large to open");
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(der.data(), static_cast<int>(der.size())));
  const std::unique_ptr<CMS_ContentInfo, Free> cms(bio ? d2i_CMS_bio(bio.get(), nullptr) : nullptr);
  if (!cms) return closed("unreadable S/MIME part; forward the original mail as an attachment");
  const int type = OBJ_obj2nid(CMS_get0_type(cms.get()));
  if (type == NID_pkcs7_enveloped || type == NID_id_smime_ct_authEnvelopedData)
    return std::unexpected(
        Error{Fault::encrypted,
              "encrypted S/MIME part; save the mail decrypted, as .eml, in your mail program",
              {}});
  ASN1_OCTET_STRING** const content = type == NID_pkcs7_signed ? CMS_get0_content(cms.get())
                                                               : nullptr;
  if (content == nullptr || *content == nullptr)
    return closed("S/MIME part without signed content");
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*content)),
                     static_cast<std::size_t>(ASN1_STRING_length(*content)));
}

}  // namespace dmarcq
