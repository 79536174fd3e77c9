// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/dns/domain_fault.h"

namespace dmarcq {

/// What keeps a text at _dmarc from being the record that it was meant to be.
struct RecordRepair {
  struct Defect {
    DomainFault::Kind kind{};
    std::string value;  ///< as of the DomainFault
  };
  std::vector<Defect> defects;  ///< none of a record that is written as it should be
  /// The record without these, and with its report addresses as receivers read them. "" where it is
  /// not clear what was meant: a tag comes twice, is not known, or has a value that it cannot have.
  std::string record;
};

/// Looks at how the text is written: escapes, quotes, the place of v=DMARC1, semicolons. What the
/// values mean is PolicyRecord::remarks(). What unknown tags hold is not looked at: receivers
/// ignore them.
RecordRepair repair_of(std::string_view txt);

/// The tags of one record that came apart into several TXT records, as one. "" where they are none,
/// and where the part with v=DMARC1 has a policy of its own that others would change: receivers act
/// on it today.
std::string joined_record(const std::vector<std::string>& texts);

/// Tags of a DMARC record without its v=DMARC1: "sp=none".
bool is_part_of_record(std::string_view text);

/// The value of rua or ruf with each address as a mailto: URI, separated by commas. "" where a part
/// cannot be made one.
std::string repaired_addresses(std::string_view value);

}  // namespace dmarcq
