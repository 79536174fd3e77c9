// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/finding/finding.h"

namespace dmarcq {

/// A finding in words, with its names filled in.
struct FindingSentences {
  std::string cause;             ///< complete sentences
  std::vector<std::string> fix;  ///< steps in the order in which to do them; traits_of(code).roles
                                 ///< says who does each
  std::string verify;            ///< how later reports will show that it is repaired
  std::string_view reference;    ///< where the advice is from, separated by " ; "; our own words
};
FindingSentences sentences_of(const Finding&);
/// The same of a code alone. Names that are not known are replaced by general words.
FindingSentences sentences_of(FindingCode, const FindingNames& = {});

/// The parts of FindingSentences::reference: addresses (https://…), RFC sections, "derived".
std::vector<std::string_view> references_of(FindingCode);

/// Replaces {placeholders} by names. An empty name, or one that is not what it claims to be
/// (copyable.h), becomes a general word: "your domain".
std::string fill(std::string_view text, const FindingNames&);

}  // namespace dmarcq
