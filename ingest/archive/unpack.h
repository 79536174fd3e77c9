// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/budget.h"
#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/mail/trace.h"

namespace dmarcq {

/// What bytes seem to be; the parser of that kind decides.
enum class DocumentKind {
  report,  ///< XML, or something whose name claims to be
  table,   ///< CSV: a log of deliveries, or any other table
  events,  ///< JSON that is no TLS report: events of a mail service, or anything else
  bounce,  ///< a whole mail that may tell what became of another
};
inline constexpr std::string_view table_preamble_word = "#dmarcq-table";  ///< first of a piece
                                                                          ///< (source/table.h)

/// Bytes that may be evidence. The parser decides.
struct Document {
  std::string name;  ///< "a.zip/b.xml", from the attachment inwards
  std::string bytes;
  std::vector<std::string> deviations;  ///< what was wrong with the packing but did not matter
                                        ///< ("gzip trailer: 2 bytes too many")
  std::shared_ptr<const MailTrace> mail = {};  ///< of the mail that brought it, the outermost one;
                                               ///< null in a bare file
  DocumentKind kind = DocumentKind::report;
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
  std::vector<Document> mails;  ///< members that are mails or mboxes themselves
  bool tls_report = false;      ///< a JSON member: RFC 8460
};

/// Opens what is packed, down to Limits::archive_nesting levels: magic bytes decide, never the
/// name. Bytes that are not packed come back as they are if they are XML or are named .xml, JSON or
/// a table. Gzip is
/// checked to its CRC: a stream that ends early is Fault::truncated, never a short document;
/// complete data with a damaged trailer are a deviation. Never throws.
Unpacked unpack(std::string_view name, std::string_view bytes, const Limits&);
/// The same as a part of an item; the caller has offered the bytes. `owned`: the same bytes when
/// they may be moved away, else null.
Unpacked unpack(std::string_view name, std::string_view bytes, std::string* owned, const Limits&,
                Budget&);

}  // namespace dmarcq
