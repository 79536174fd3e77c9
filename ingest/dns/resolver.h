// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace dmarcq {

/// What DNS says of the TXT records at a name.
struct TxtAnswer {
  enum class Status {
    found,
    none,     ///< the name does not exist, or has no TXT record
    unknown,  ///< not asked, a time-out, SERVFAIL: nothing follows from it
  };
  Status status = Status::unknown;
  std::vector<std::string> texts;  ///< one for each record, its strings run together (RFC 7208
                                   ///< section 3.3)
};

/// Answers to what is asked of DNS. Any thread may ask.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// TXT records of a name without a final dot, behind CNAMEs too.
  virtual TxtAnswer txt(const std::string& name) = 0;
  /// Questions that were answered as unknown without asking, since those before them had been
  /// waited for too long.
  virtual std::uint64_t given_up() const { return 0; }
};

}  // namespace dmarcq
