// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "parser/calendar.h"
#include "parser/ip_address.h"

namespace dmarcq {

/// One Received field (RFC 5321 section 4.4), as far as it can be read: "from HELO (PTR [IP]) by
/// HOST with ESMTPS id ID for <…>; date". Anyone can write one.
struct ReceivedHop {
  std::string helo;  ///< behind "from"; "" when it names none
  std::string ptr;   ///< the host name in the comment behind it, which the receiving host
                     ///< looked up; "" where it says that it may be forged
  std::optional<IpAddress> ip;  ///< of the sending host
  bool ip_is_claimed = false;   ///< only the word behind "from" tells it, and nothing says that it
                                ///< is not the sending host's own (HELO)
  std::string by;        ///< the receiving host, a domain name in lower case; "" when it is none
                         ///< ("by 2002:a05:…" inside Gmail)
  std::string protocol;  ///< behind "with": "ESMTPS", "Microsoft SMTP Server"
  std::string id;        ///< the receiving server's name for the mail
  std::string envelope_from;  ///< where a comment tells it
  std::optional<EpochSeconds> time;
  bool encrypted = false;  ///< the protocol or a comment says TLS
};

/// `value`: unfolded. Lenient: what cannot be read is left out.
ReceivedHop parse_received(std::string_view value);

/// An address that no host on the Internet has: private, loopback, link-local, shared (RFC 6598),
/// or 6to4 of one of these (Gmail's "2002:a05:…").
bool is_internal(const IpAddress&);

/// A name at or below one that no registry gives out (RFC 6761, RFC 6762, RFC 8375, ICANN's
/// .internal), as hosts inside of an organization have.
bool is_private_name(std::string_view host);

}  // namespace dmarcq
