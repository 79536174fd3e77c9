// SPDX-License-Identifier: MIT
#include "store/document/delivery_document.h"

#include <algorithm>
#include <string>

#include "ingest/documents.h"
#include "parser/delivery/delivery_json.h"
#include "parser/delivery/delivery_table.h"
#include "parser/delivery/dsn.h"

namespace dmarcq {

std::expected<ParsedDelivery, Error> parse_delivery(const Document& document, const Limits& limits,
                                                    DeliverySink sink) {
  switch (document.kind) {
    case DocumentKind::table: return parse_delivery_table(document.bytes, limits, sink);
    case DocumentKind::events: return parse_delivery_json(document.bytes, limits, sink);
    case DocumentKind::bounce: return parse_dsn(document.bytes, limits, sink);
    case DocumentKind::report:
    case DocumentKind::tls_report:
    case DocumentKind::failure: break;
  }
  return std::unexpected(Error{Fault::not_a_report, "", {}});
}

bool names_recipients(DocumentKind kind, const std::expected<ParsedDelivery, Error>& parsed) {
  if (!parsed) return parsed.error().fault != Fault::not_a_report;
  return kind != DocumentKind::bounce || parsed->rows > 0;
}

bool names_recipients(std::string_view bytes) {
  Item item;
  item.bytes = bytes;
  constexpr std::size_t enough = 4u << 20;
  Limits limits;
  limits.item_bytes = limits.document_size = limits.ratio_free_size = enough;
  const ExtractedDocuments found = find_documents(item, limits);
  return found.log_fault || std::ranges::any_of(found.documents, [&](const Document& document) {
           if (document.kind == DocumentKind::failure) return true;
           if (document.mail != nullptr && document.kind != DocumentKind::bounce) return false;
           return names_recipients(document.kind,
                                   parse_delivery(document, limits, [](DeliveryEvent&&) {}));
         });
}

}  // namespace dmarcq
