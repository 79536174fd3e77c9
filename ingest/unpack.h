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
/// stay just below a limit must not add up. In all Limits::document_size, and past ratio_free_size no more than compression_ratio
/// times the packed bytes offered so far.
class Budget {
 public:
  explicit Budget(const Limits&);
  /// Packed bytes, as they lie in the mailbox, that are going to be opened.
  void offer(std::size_t packed);
  void spend(std::size_t bytes) { spent_ += bytes; }
  std::size_t left() const { return allowed_ - (spent_ < allowed_ ? spent_ : allowed_); }
  /// The error when nothing is left.
  Error exceeded() const;

 private:
  Limits limits_;
  std::size_t offered_ = 0, allowed_ = 0, spent_ = 0;
};

/// Opens what is packed, down to Limits::archive_nesting levels: magic bytes decide, never the name. Bytes that are not packed
/// come back as they are if they are XML or are named .xml. Gzip is checked to its CRC: a stream that ends early is
/// Fault::truncated, never a short document; complete data with a damaged trailer are a deviation. Never throws.
Unpacked unpack(std::string_view name, std::string_view bytes, const Limits&);
/// The same as a part of an item; the caller has offered the bytes.
Unpacked unpack(std::string_view name, std::string_view bytes, const Limits&, Budget&);

}  // namespace dmarcq
