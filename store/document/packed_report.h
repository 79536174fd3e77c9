// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ingest/base/digest.h"
#include "ingest/base/limits.h"
#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

/// No sum of messages goes beyond this, whatever a file says: 9,007,199,254,740,992, the last
/// number that every JSON reader takes exactly.
inline constexpr std::uint64_t most_messages = std::uint64_t{1} << 53;
/// Of a row, a count beyond this one (1,099,511,627,776) is taken for it: then the sums of sixteen
/// million rows fit into 64 bits, and no sum need look.
inline constexpr std::uint64_t most_messages_of_row = std::uint64_t{1} << 40;
constexpr std::uint64_t capped_sum(std::uint64_t a, std::uint64_t b) {
  return a >= most_messages || b >= most_messages - a ? most_messages : a + b;
}

/// Messages by alignment and by disposition. An absent or unknown disposition counts as none.
struct Totals {
  std::uint64_t messages = 0;
  std::uint64_t both = 0, dkim_only = 0, spf_only = 0, neither = 0;
  std::uint64_t none = 0, pass = 0, quarantine = 0, reject = 0;

  std::uint64_t dkim_aligned() const { return both + dkim_only; }
  std::uint64_t spf_aligned() const { return both + spf_only; }
  std::uint64_t dmarc_pass() const { return both + dkim_only + spf_only; }
  std::uint64_t dmarc_fail() const { return neither; }
  void add(const PolicyEvaluated&, std::uint64_t count);
  void add(const Totals&);
  friend bool operator==(const Totals&, const Totals&) = default;
};

/// A parsed report in the shape of the tables: strings that repeat are listed once, rows refer to
/// them by position. Made by the workers, so that the one writing thread has little left to do.
struct PackedReport {
  /// One distinct set of authentication results, as text (schema.cc: "authentication sets").
  struct AuthSet {
    std::string text;
    Digest digest;
  };
  struct Identity {
    std::string header_from, envelope_from;
    std::uint32_t dkim = 0, spf = 0;  ///< into auth_sets
    Digest digest;
  };
  struct Evaluation {
    std::string disposition, dkim, spf, reasons;
  };
  struct Row {
    IpAddress source_ip;
    std::uint32_t identity = 0, evaluation = 0;
    std::uint32_t envelope_to = 0, remark = 0;  ///< into texts; 0 is ""
    std::uint64_t count = 0;
  };

  Digest digest{};    ///< SHA-256 of the XML
  ParsedReport head;  ///< all but the records
  std::vector<AuthSet> auth_sets;
  std::vector<Identity> identities;
  std::vector<Evaluation> evaluations;
  std::vector<std::string> texts;
  std::vector<Row> rows;
  Totals totals;
  std::vector<std::pair<std::string, std::string>> account_names;  ///< account_names.h
};

/// Packs the records of one report as they come.
class Packer {
 public:
  explicit Packer(const Limits& = {});
  ~Packer();
  /// Ends the reading of the document, by refuse_limit(), at Limits::distinct_size.
  void add(const Record&);
  /// `head` is what else the document says. Ends the packer's life.
  PackedReport finish(ParsedReport&& head, const Digest& of_document);
  /// The same of records that come from a database: what their reporter left open was filled in
  /// when they were read, and stays as it is.
  PackedReport finish_stored(ParsedReport&& head, const Digest& of_document);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};
PackedReport pack(ParsedReport&&, const Digest& of_document);

/// What identities and authentication sets are stored under: the first 8 bytes, the same number on
/// every machine.
std::int64_t hash_prefix(const Digest&);

/// The text form of authentication results and reasons in the database, and back. One result a
/// line, fields separated by tabs; parsed text holds neither (aggregate_report.h).
std::string dkim_set_text(const std::vector<DkimAuthResult>&);
std::string spf_set_text(const std::vector<SpfAuthResult>&);
std::string reasons_text(const std::vector<PolicyOverrideReason>&);
std::vector<DkimAuthResult> dkim_set_from(std::string_view);
std::vector<SpfAuthResult> spf_set_from(std::string_view);
std::vector<PolicyOverrideReason> reasons_from(std::string_view);
PolicyEvaluated evaluation_from(const PackedReport::Evaluation&);
/// human_result of every DKIM and SPF result of a row, in order; "" when none has one.
std::string remark_text(const Record&);
/// Puts the remarks back into a record that already has its results.
void apply_remark(std::string_view, Record&);

}  // namespace dmarcq
