// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <expected>
#include <functional>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

// Recovery policy: what happens to a document that is not well-formed XML. Real reporters send such
// (IKEA 2018: an <xs:schema> that is never closed; Veeam: <email><bad-xml@…></email>). A document
// taken with any of these has ParsedReport::well_formed == false and a deviation that says what was
// done.
//
// Kept:
// - Text before the root, and anything behind its end tag except a second <feedback>: ignored. So
// is an element around
//   the root that is never closed, or that is a <schema>, and up to 8 unknown start tags inside the
//   root that are never closed. (A closed element around <feedback> makes the document something
//   else: not_a_report.)
// - A '<' that starts no proper tag, and a '&' that starts no reference known without a DTD: text.
// - "<name" with another '<' where its '>' should be: dropped, as other XML parsers do.
// - A <record> that alone is not well-formed, or whose start tag is missing: an unusable record,
// the others are kept – unless none is left. Refused:
// - A document that ends before its </feedback>: truncated. It is never a short report.
// - A DTD: malformed_xml; so no entity can be defined, and none expanded.
// - A million pieces of text that look like markup and are none: malformed_xml.
// - Anything else, for instance a wrong end tag in <report_metadata>: malformed_xml, with the line.
//
// Not a matter of this policy: bytes that their encoding does not have (xml_text.h) and control
// characters, which XML forbids and which become U+FFFD.

/// How a document is gone through. The result does not depend on it; tests compare.
struct ParseOptions {
  /// How much is made a tree at a time. A tree takes some five times the memory of its text, so a
  /// large document is read in pieces of this size, cut between records.
  std::size_t chunk_size = 64u << 10;
  /// Read plain records (no attributes, comments, CDATA …) without making a tree: more than twice
  /// as fast.
  bool shortcut = true;
  /// Gets the records one after another, instead of ParsedReport::report.records: a report of a
  /// million is never held. What it got is void when parse_report() returns an error. The record is
  /// valid during the call alone.
  std::function<void(const Record&)> take = {};
};

/// Gives an XML document its meaning as an aggregate report (RFC 7489 Appendix C and RFC 9990 in
/// one path: local names, any namespace, any order, any declared encoding). Never throws, whatever
/// the bytes (but for a lack of memory). Errors: not_a_report (XML, but its root is not
/// <feedback>), malformed_xml, truncated, invalid_report, limit.
std::expected<ParsedReport, Error> parse_report(std::string_view xml, const Limits&,
                                                const ParseOptions& = {});

}  // namespace dmarcq
