// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/refusals_answer.h"

namespace dmarcq {

/// What is to be written back to Salesforce, for Data Loader: one row for each record that changes.
struct BounceListQuestion {
  enum class List {
    suppress,  ///< addresses of no use, and recipients who complained or want no more
    release,   ///< records that hold a bounce for which the sender was at fault, now repaired
  };
  List list = List::suppress;
  /// An export with a column Id and one Email, as Salesforce or Data Loader write it, with commas,
  /// semicolons or tabs. In other languages than English, the columns are told by what is in them.
  /// If it also has EmailBouncedReason or HasOptedOutOfEmail, records that hold the value are left
  /// out.
  std::string_view objects;
  bool opt_out_hard = false;  ///< a bounce for good also sets HasOptedOutOfEmail
};

struct BounceListRow {
  std::string id;
  std::string reason;    ///< EmailBouncedReason, at most 255 characters; "" leaves or clears it
  std::string date;      ///< EmailBouncedDate: "2026-11-24T09:15:00.000Z"; "" likewise
  bool opt_out = false;  ///< HasOptedOutOfEmail is to be true, or is; never false, which would undo
                         ///< a person's word
};

struct BounceList {
  std::vector<BounceListRow> rows;  ///< in the order of the export
  std::uint64_t records = 0;        ///< in the export
  std::uint64_t held = 0;           ///< left out: they hold the value already
  std::uint64_t unmatched = 0;      ///< addresses of the list that no record has
  std::uint64_t unrepaired = 0;     ///< of release: still refused, so not released
};

/// The error says what is wrong with the export.
std::expected<BounceList, std::string> bounce_list(const RefusalsAnswer&,
                                                   const BounceListQuestion&);

}  // namespace dmarcq
