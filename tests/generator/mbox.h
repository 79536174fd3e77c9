// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <ostream>

#include "tests/generator/mail.h"

namespace dmarcq::generator {

/// Appends mails to an mbox of the kind mboxrd: a body line that looks like `>*From ` gets one more
/// `>`, so that the quoting can be undone exactly.
class MboxWriter {
 public:
  explicit MboxWriter(std::ostream& out) : out_(out) {}

  void add(const Mail&);
  std::uint64_t mails() const { return mails_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::ostream& out_;
  std::uint64_t mails_ = 0, bytes_ = 0;
};

}  // namespace dmarcq::generator
