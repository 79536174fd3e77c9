// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"

namespace dmarcq {

/// Bytes that should be a report: XML, or something whose name claims to be. The parser decides.
struct Document {
  std::string name;                     ///< "a.zip/b.xml", from the attachment inwards
  std::string bytes;
  std::vector<std::string> deviations;  ///< what was wrong with the packing but did not matter ("gzip trailer: 2 bytes too many")
};

/// A member that could not be unpacked.
struct PackedFault {
  std::string name;
  Error error;
};

/// What an attachment held: every document, every fault; and what else there was.
struct Unpacked {
  std::vector<Document> documents;
  std::vector<PackedFault> faults;
  std::vector<Document> mails;     ///< members that are mails or mboxes themselves
  bool tls_report = false;         ///< a JSON member: RFC 8460
};

/// What one item may still become by unpacking, over all its attachments and all their levels: a thousand attachments that each
/// stay just below a limit must not add up.
class Budget {
 public:
  /// For an item of `packed` bytes: Limits::document_size, and past ratio_free_size no more than compression_ratio allows.
  Budget(std::size_t packed, const Limits&);
  std::size_t left() const { return left_; }
  void spend(std::size_t bytes) { left_ -= bytes < left_ ? bytes : left_; }
  /// The limit that is hit when nothing is left.
  const Error& exceeded() const { return exceeded_; }

 private:
  std::size_t left_;
  Error exceeded_;
};

/// Opens what is packed, down to Limits::archive_nesting levels: magic bytes decide, never the name. Bytes that are not packed
/// come back as they are if they are XML or are named .xml. Gzip is checked to its CRC: a stream that ends early is
/// Fault::truncated, never a short document; complete data with a damaged trailer are a deviation. Never throws.
Unpacked unpack(std::string_view name, std::string_view bytes, const Limits&);
Unpacked unpack(std::string_view name, std::string_view bytes, const Limits&, Budget&);

}  // namespace dmarcq
