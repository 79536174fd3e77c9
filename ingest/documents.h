// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/archive/unpack.h"
#include "ingest/source/source.h"

namespace dmarcq {

/// Why an item holds no aggregate report.
enum class NotAReport { failure_report, tls_report, announcement, other };
std::string_view to_text(NotAReport) noexcept;

/// Everything in one item that is, or should have been, evidence.
struct ExtractedDocuments {
  std::string message_id;  ///< of the mail; "" for a bare file
  std::string_view mail;  ///< the item's bytes, when it is one mail, as it was received; those that
                          ///< it holds are by the same sender
  std::vector<Document> documents;        ///< to be parsed
  std::vector<PackedFault> faults;        ///< what could not be opened
  std::optional<std::size_t> bytes_left;  ///< of a mail's Limits::item_bytes, for what is made of
                                          ///< its documents
  bool log_fault = false;                 ///< as in Unpacked
  NotAReport otherwise = NotAReport::other;  ///< what the item is if no document proves to be a
                                             ///< report and there is no fault
};

/// Opens a mail, an archive or a bare file, whatever it proves to be by content. Pure function of
/// the bytes; never throws but for a lack of memory. With a pool: waits for the memory that it
/// needs.
ExtractedDocuments find_documents(const Item&, const Limits&, MemoryPool::Share&);
ExtractedDocuments find_documents(const Item&, const Limits&);

}  // namespace dmarcq
