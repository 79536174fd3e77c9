// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// The kinds of records that are asked for.
enum class RecordType { a, aaaa, txt, mx, ptr, cname, ns, soa };
std::string_view to_text(RecordType) noexcept;  ///< "A", "TXT"

/// What DNS says of the records of one type at a name.
struct DnsAnswer {
  enum class Status {
    found,
    no_data,  ///< the name exists, and has no such record
    no_name,  ///< NXDOMAIN: the name does not exist, and nothing below it (RFC 8020)
    unknown,  ///< not asked, a time-out, SERVFAIL: nothing follows from it
  };
  Status status = Status::unknown;
  std::string why;  ///< of unknown: "time-out", "SERVFAIL", "not in the snapshot"
  /// One for each record. TXT: its strings run together (RFC 7208 section 3.3). MX: "10
  /// mx.example.com". Names in lower case without the final dot, but "0 ." for a null MX (RFC
  /// 7505).
  std::vector<std::string> data;
  std::vector<std::string> aliases;  ///< CNAME targets on the way, in order; the last one may not
                                     ///< exist
  std::uint32_t ttl = 0;             ///< seconds; the smallest of the records and aliases
};

struct DnsQuestion {
  std::string name;  ///< without a final dot
  RecordType type = RecordType::txt;
  friend auto operator<=>(const DnsQuestion&, const DnsQuestion&) = default;
};

/// DnsAnswer for TXT, as far as those who look up keys need it.
struct TxtAnswer {
  enum class Status { found, none, unknown };
  Status status = Status::unknown;
  std::vector<std::string> texts;
};

/// Answers to what is asked of DNS. Any thread may ask.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Records of a name without a final dot, behind CNAMEs too. Answers are remembered: the same
  /// question has the same answer within a run.
  virtual DnsAnswer ask(const DnsQuestion&) = 0;
  /// Asks for all of these at once, so that ask() need not wait for each of them in turn.
  virtual void prefetch(std::span<const DnsQuestion>) {}
  /// Questions that were answered as unknown without asking, since those before them had been
  /// waited for too long.
  virtual std::uint64_t given_up() const { return 0; }

  TxtAnswer txt(const std::string& name);
};

}  // namespace dmarcq
