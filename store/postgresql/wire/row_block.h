// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/function_ref.h"
#include "store/document/packed_report.h"
#include "store/postgresql/wire/connection.h"

namespace dmarcq {

/// A row of `report_rows`: at most 4,096 records of one report, in its order, and about 1 MiB of
/// text. Positions point into the block's own lists; texts[0] is "".
struct RowBlock {
  std::vector<std::string_view> source_ip;  ///< 4 or 16 bytes
  std::vector<std::int16_t> identity, evaluation, envelope_to, remark;
  std::vector<std::int64_t> count;
  std::vector<std::string_view> texts;
  std::vector<std::int16_t> identities;       ///< four each: header_from, envelope_from, SPF, DKIM
  std::vector<std::string_view> evaluations;  ///< four each: disposition, DKIM, SPF, reasons

  std::size_t size() const { return source_ip.size(); }
  std::string_view text(std::int16_t position) const {
    return texts[static_cast<std::size_t>(position)];
  }
  /// header_from, envelope_from, SPF, DKIM of an identity of the block.
  std::array<std::string_view, 4> identity_texts(std::int16_t identity) const;
  std::array<std::string_view, 4> evaluation_texts(std::int16_t evaluation) const;
};

/// In the order in which append_block() and read_block() have them.
inline constexpr std::string_view block_columns =
    "source_ip,identity,evaluation,count,envelope_to,remark,texts,identities,evaluations";

/// A report's records as blocks. Their views hold as long as the report.
void each_block(const PackedReport&, FunctionRef<void(const RowBlock&)>);
void append_block(PgCopyRow&, const RowBlock&);

/// The block in columns of a result; its views hold as long as the row. Every position is checked:
/// what points nowhere is damage. `keep`: the block that was read before, whose memory is used
/// again.
void read_block(const PgRow&, int column, const std::string& place, RowBlock& keep);

/// A key for each record, equal for equal ones (CompetingReports::Document::rows).
void append_row_keys(const RowBlock&, std::vector<std::uint64_t>&);

}  // namespace dmarcq
