// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dmarcq {

/// Bounds on what a stranger's input may cost. Each is configurable and named in the error of an
/// input that hits it
/// (`limit:<name of the member>`). Sizes are bytes.
struct Limits {
  std::size_t mail_size = 64u << 20;  ///< one mail, or one bare archive, as it lies in the mailbox
  std::size_t item_bytes = 104u << 20;   ///< one mail and all that is decoded and unpacked from it,
                                         ///< added up
  std::size_t reports_per_mail = 1000;   ///< documents in one mail or bare archive that may be
                                         ///< reports
  std::size_t mime_depth = 32;           ///< multiparts and attached mails inside each other
  std::size_t mime_parts = 1000;         ///< parts of one mail, at all depths together
  std::size_t header_size = 1u << 20;    ///< one header block
  std::size_t document_size = 1u << 30;  ///< one document in a file of its own, decompressed
  std::size_t ratio_free_size = 32u << 20;  ///< up to here any compression ratio is accepted
  std::size_t compression_ratio = 200;      ///< past ratio_free_size: decompressed bytes for each
                                            ///< compressed one
  std::size_t archive_entries = 100;        ///< members of one archive
  std::size_t archive_nesting = 4;          ///< gzip in zip in gzip …
  std::size_t xml_depth = 64;
  std::size_t xml_namespaces = 100;          ///< prefixes that a document's root declares
  std::size_t element_size = 4u << 20;       ///< the root's start tag, the report's metadata, its
                                             ///< policy, or one record, with all inside
  std::size_t field_size = 64u << 10;        ///< text of one XML element
  std::size_t records = 5'000'000;           ///< <record>s of one report
  std::size_t count = 10'000'000'000;        ///< messages of one report; no receiver ever told a
                                             ///< hundredth of it
  std::size_t dkim_results = 200;            ///< of one record
  std::size_t spf_results = 20;              ///< of one record
  std::size_t reasons = 50;                  ///< of one record
  std::size_t rival_documents = 30'000'000;  ///< documents that claim to be one report: their
                                             ///< number times the records of all of them
  std::size_t distinct_size = 48u << 20;     ///< of one report: its distinct sets of names and
                                          ///< results, remarks …, each counted with 192 bytes more
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// A limit by the name that problems ("limit:xml_depth") and the configuration give it.
struct LimitKey {
  std::string_view name;
  std::size_t Limits::* member;
  std::string_view meaning;  ///< for the manual; what it counts
};
inline constexpr std::array<LimitKey, 22> limit_keys{{
    {"mail_size", &Limits::mail_size,
     "bytes of one mail, or one bare archive, as it lies in the mailbox"},
    {"item_bytes", &Limits::item_bytes,
     "bytes of one mail and all that is decoded and unpacked from it, added up"},
    {"reports_per_mail", &Limits::reports_per_mail,
     "documents in one mail or bare archive that may be reports"},
    {"mime_depth", &Limits::mime_depth, "multiparts and attached mails inside each other"},
    {"mime_parts", &Limits::mime_parts, "parts of one mail, at all depths together"},
    {"header_size", &Limits::header_size, "bytes of one header block"},
    {"document_size", &Limits::document_size,
     "bytes of one document in a file of its own, decompressed"},
    {"ratio_free_size", &Limits::ratio_free_size,
     "bytes up to which any compression ratio is accepted"},
    {"compression_ratio", &Limits::compression_ratio,
     "beyond ratio_free_size: decompressed bytes for each compressed one"},
    {"archive_entries", &Limits::archive_entries, "members of one archive"},
    {"archive_nesting", &Limits::archive_nesting, "archives inside each other"},
    {"xml_depth", &Limits::xml_depth, "XML elements inside each other"},
    {"xml_namespaces", &Limits::xml_namespaces,
     "namespace prefixes that a document's root declares"},
    {"element_size", &Limits::element_size,
     "bytes of a root's start tag, a report's metadata or policy, or one record"},
    {"field_size", &Limits::field_size, "bytes of the text of one XML element"},
    {"records", &Limits::records, "records of one report"},
    {"count", &Limits::count, "messages of one report"},
    {"dkim_results", &Limits::dkim_results, "DKIM results of one record"},
    {"spf_results", &Limits::spf_results, "SPF results of one record"},
    {"reasons", &Limits::reasons, "override reasons of one record"},
    {"rival_documents", &Limits::rival_documents,
     "documents that claim to be one report: their number times the records of all"},
    {"distinct_size", &Limits::distinct_size,
     "bytes of the distinct names, results and remarks of one report"},
}};
static_assert(sizeof(Limits) == limit_keys.size() * sizeof(std::size_t), "each limit has a name");

}  // namespace dmarcq
