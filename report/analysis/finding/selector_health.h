// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/base/function_ref.h"
#include "report/analysis/finding/catalogue.h"
#include "report/analysis/sender/identifier.h"
#include "store/model.h"

namespace dmarcq {

/// One result of a selector over the rows that have it. `first` and `last` are of the bulk of the
/// mail: strays long before or after do not count. They are known after find_bulk().
struct SelectorResult {
  struct Row {
    Day first, last;
    std::uint64_t messages;
  };
  std::uint64_t messages = 0;
  std::vector<Row> rows;
  ReporterSet reporters;
  std::map<std::uint32_t, std::uint64_t> alone;  ///< messages of rows that one reporter alone has
  Day first = 0, last = 0;

  void add(const SourceRow&);
  void find_bulk();
};

/// What one selector of a domain did over time, in mail that came direct from one service.
struct SelectorRecord {
  SelectorResult pass, fail;
  /// It stopped passing, for good as far as is known; or did not pass at first, and does now. Not:
  /// it fails now and then.
  bool changed() const;
};

struct SelectorKey {
  std::string service, domain, selector;  ///< domain and selector in lower case
  friend auto operator<=>(const SelectorKey&, const SelectorKey&) = default;
};

/// Days on which a key verified in one row, wherever the mail came from.
struct KeyPass {
  Day first, last;
  std::uint64_t messages;
  std::string_view service;  ///< of a Sender that outlives it
};

struct SelectorRecords {
  std::map<SelectorKey, SelectorRecord> of_selector;
  std::unordered_map<std::uint32_t, std::vector<KeyPass>> passes_of_key;  ///< by Signature::key
};

/// A row as far as its own signatures go.
struct SignedRow {
  const SourceRow& row;
  const IdentityNames& names;
  std::uint32_t sender = 0;  ///< into the senders
  std::size_t position = 0;  ///< of the row among all rows
};
/// Hands out each row that has own signatures. Nearly all of a million rows have: they are not
/// listed.
using EachSignedRow = FunctionRef<void(FunctionRef<void(const SignedRow&)>)>;
/// `counts`: it came direct from the sender or from a server of the owner.
SelectorRecords selector_records(EachSignedRow, FunctionRef<bool(const SignedRow&)> counts,
                                 std::span<const Sender>);

/// Does the key verify elsewhere, on days within those on which it fails here? Then its record is
/// in DNS, and the mail was changed.
bool key_is_published(const SelectorRecords&, const SelectorKey&, std::uint32_t key);

/// Why own signatures that came direct do not pass, judged by what the selector did over time.
/// `rotates`: the service changes between two selectors by itself, as Salesforce Core does; then
/// `known`, selectors of the domain seen outside of these rows, count too.
FindingCode code_of_selector(const SelectorRecords&, const SelectorKey&, bool rotates,
                             std::span<const Identifier::Selector* const> known);

/// The code of each own signature that does not pass, by its sender and key.
class SelectorCodes {
 public:
  SelectorCodes(EachSignedRow, std::span<const Sender>, const SelectorRecords&, const Identifier&);
  FindingCode code(std::uint32_t sender, const IdentityNames::Signature&) const;

 private:
  std::unordered_map<std::uint64_t, FindingCode> codes_;  // by sender, then key
};

}  // namespace dmarcq
