// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "parser/aggregate/vocabulary.h"
#include "parser/ip_address.h"

namespace dmarcq {

// Limits of RFC 7208 section 4.6.4.
inline constexpr unsigned most_spf_lookups = 10, most_spf_void_lookups = 2, most_spf_names = 10;

/// What a receiver knows when it checks SPF.
struct SpfQuestion {
  IpAddress ip;
  std::string mail_from;  ///< "user@example.com", or a domain alone; "" for the null sender: the
                          ///< HELO name is checked (section 2.4)
  std::string helo;
  std::string receiver;  ///< name of the receiving host, for %{r}; "" is "unknown"
  std::int64_t now = 0;  ///< seconds since 1970, for %{t}
};

/// A record that was evaluated.
struct SpfStep {
  std::string domain;   ///< whose record it is
  std::string reached;  ///< the term that led to it, as written: "include:_spf.example.net"; "" for
                        ///< the first
  unsigned depth = 0;   ///< includes around it
  std::string record;   ///< "" when there is none, or not exactly one
  SpfResult result = SpfResult::none;  ///< of this record
  std::string term;                    ///< the term that decided, as written; "" when none matched
};

/// What check_host() comes to.
struct SpfCheck {
  SpfResult result = SpfResult::none;
  std::string domain;  ///< that was checked: of MAIL FROM, or the HELO name
  std::string reason;  ///< in words, of none, temperror and permerror: "more than 10 DNS look-ups"
  std::string term;    ///< that matched, as written; "" when none did (neutral by default)
  std::string explanation;     ///< of fail, from exp=; printable ASCII; "" without one
  std::vector<SpfStep> chain;  ///< in the order of evaluation; includes and redirects
  unsigned lookups = 0;        ///< terms that count to the limit of 10
  unsigned void_lookups = 0;   ///< of these, questions without an answer: limit of 2
};

/// Checks SPF (RFC 7208 section 4) for one message. What the resolver does not know is temperror.
/// Depth, questions and texts are bounded by the limits of section 4.6.4; loops end as permerror.
SpfCheck check_spf(const SpfQuestion&, Resolver&);

/// The SPF record of a name: none, one, several (a permanent error), or unknown.
struct SpfLookup {
  enum class Status { found, none, several, unknown };
  Status status = Status::unknown;
  std::string record;                ///< the one that was found
  std::vector<std::string> records;  ///< all SPF records at the name
  DnsAnswer answer;
};
SpfLookup find_spf_record(const std::string& domain, Resolver&);

}  // namespace dmarcq
