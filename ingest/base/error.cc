// SPDX-License-Identifier: MIT
#include "ingest/base/error.h"

#include <utility>

namespace dmarcq {

std::string_view to_text(Fault fault) noexcept {
  switch (fault) {
    case Fault::unreadable: return "unreadable";
    case Fault::truncated: return "truncated";
    case Fault::corrupt_archive: return "corrupt_archive";
    case Fault::encrypted: return "encrypted";
    case Fault::malformed_mail: return "malformed_mail";
    case Fault::malformed_xml: return "malformed_xml";
    case Fault::invalid_report: return "invalid_report";
    case Fault::limit: return "limit";
    case Fault::closed_format: return "closed_format";
    case Fault::no_document: return "no_document";
    case Fault::killed_run: return "killed_run";
    case Fault::conflict: return "conflict";
    case Fault::not_a_report: return "not_a_report";
  }
  return "unreadable";
}

Error unreadable(std::string text) { return {Fault::unreadable, std::move(text), {}}; }

Error out_of_memory() { return unreadable("out of memory"); }

std::string reason_of(const Error& error) {
  std::string word(to_text(error.fault));
  if (error.fault == Fault::limit && !error.limit.empty()) word += ":" + error.limit;
  return word;
}

}  // namespace dmarcq
