// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace dmarcq {

/// What a mail's header says of its way and of who sent it, unfolded, from the top: who adds a
/// field adds it above the others. Anyone can write any of it; which fields are the receiver's own
/// is for message_auth/receiver_results.h to say.
struct MailTrace {
  enum class Field { received, authentication_results, arc_authentication_results, dkim_signature };
  struct Line {
    Field field;
    std::string value;
  };
  std::vector<Line> lines;
  std::string from;  ///< as it stands, since words may be encoded to hide an address; "" when there
                     ///< are several
  std::string subject;                                  ///< decoded (RFC 2047), UTF-8
  std::string tls_report_domain, tls_report_submitter;  ///< fields of RFC 8460 section 5.3
};

}  // namespace dmarcq
