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
  report,      ///< XML, or something whose name claims to be
  table,       ///< CSV: a log of deliveries, or any other table
  events,      ///< other JSON: events of a mail service, or anything else
  bounce,      ///< a whole mail that may tell what became of another
  tls_report,  ///< JSON that looks like one (RFC 8460)
  failure,     ///< a whole mail that may be a failure report, or a complaint
};

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

/// What could not be opened: a member of an archive, a part of a mail, or all of it.
struct PackedFault {
  std::string name;
  Error error;
};

/// What an attachment held: every document, every fault; and what else there was.
struct Unpacked {
  std::vector<Document> documents;
  std::vector<PackedFault> faults;
  std::vector<Document> mails;  ///< members that are mails or mboxes themselves
  bool log_fault = false;       ///< what could not be opened whole begins like a log: a table, or
                                ///< JSON that is no TLS report. Its bytes name recipients
};

/// Opens what is packed, down to Limits::archive_nesting levels: magic bytes decide, never the
/// name. Bytes that are not packed come back as they are if they are XML or named .xml, JSON (but
/// for TLS reports), or look like a table. Gzip is checked to its CRC: a stream that ends early is
/// Fault::truncated, never a short document; complete data with a damaged trailer are a deviation.
/// Never throws.
Unpacked unpack(std::string_view name, std::string_view bytes, const Limits&);
/// The same as a part of an item; the caller has offered the bytes. `owned`: the same bytes when
/// they may be moved away, else null.
Unpacked unpack(std::string_view name, std::string_view bytes, std::string* owned, const Limits&,
                Budget&);

/// Do bytes that may end too early begin like a log of deliveries? Packed ones are opened.
bool begins_like_log(std::string_view bytes);

}  // namespace dmarcq
