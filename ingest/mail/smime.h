// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "ingest/base/error.h"

namespace dmarcq {

/// The mail entity inside an opaque S/MIME part (RFC 8551: application/pkcs7-mime, signed-data,
/// DER): header and body as they were signed. The signature is not verified: whoever can send mail
/// can sign it. Errors: Fault::encrypted for enveloped-data, else Fault::closed_format.
std::expected<std::string, Error> content_of_smime(std::string_view der);

}  // namespace dmarcq
