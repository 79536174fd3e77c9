// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/calendar.h"

namespace dmarcq {

struct PackedReport;
struct ReportSender;

/// Equal for documents that claim to be one report; for others only by a chance of one in 2^64.
/// `claimant`: claimant_of() in report_sender.h.
std::int64_t claim_key(std::string_view claimant, std::string_view report_id, EpochSeconds begin,
                       EpochSeconds end);

/// What documents that claim to be one report have in common.
struct Claim {
  std::int64_t key = 0;     ///< claim_key()
  std::int64_t domain = 0;  ///< StoredDomain::key
  Day day = 0;
  EpochSeconds begin = 0, end = 0;
  std::string report_id, org_folded;
  friend bool operator==(const Claim&, const Claim&) = default;
};
Claim claim_of(const PackedReport&, std::int64_t domain);

/// How a stored document counts: it does; not, since a fuller one holds all its records; not, since
/// it contradicts another; not, since the owner said so (Store::distrust).
enum class DocumentState : std::int64_t {
  accepted = 0,
  subsumed = 1,
  conflict = 2,
  distrusted = 3
};

/// The documents that claim to be one report (same reporter, report id, domain and window),
/// resolved as a set, so that the order of arrival does not matter. In the order of weight, then
/// completeness, a document is accepted if it shares no record with one accepted before it and none
/// of these is of another party, subsumed if all its records are in one accepted, and else in
/// conflict. A document costs its own records; one that is accepted also those of the less complete
/// ones, if it shares a record with any, or if some are in conflict.
class CompetingReports {
 public:
  struct Document {
    std::int64_t id = 0, item = 0;
    std::int64_t weight = 0;  ///< of who sent it (report_sender.h): more is better, whatever a
                              ///< document's size
    std::string party;  ///< of several parties only the first may say what the report is; "": of
                        ///< any (report_sender.h)
    bool well_formed = false;
    std::int64_t records = 0, messages = 0;
    std::string digest;
    std::vector<std::uint64_t> rows;  ///< a key for each record, equal for equal ones; in any order
    DocumentState state = DocumentState::accepted;
    std::int64_t shared = 0;  ///< most records that it shares with one accepted before it
  };

  /// The set as it was stored, in any order. Resolves it from the beginning.
  explicit CompetingReports(std::vector<Document>);

  /// What adding one of so many records may come to in comparisons, at worst.
  std::uint64_t comparisons_with(std::uint64_t records) const {
    return (documents_.size() + 1) * (rows_ + records);
  }

  /// One more. Returns those whose state or `shared` is another now, the new one always; valid
  /// until the next call.
  std::vector<const Document*> add(Document);

  /// In their order.
  template <class Callback>
  void each(Callback&& callback) const {
    for (const auto& document : documents_) callback(*document);
  }
  std::uint64_t rows() const { return rows_; }
  std::size_t size() const { return documents_.size(); }

 private:
  struct Holder {
    const Document* document;
    std::int64_t times;
  };
  void judge(Document&);
  void set(Document&, DocumentState, std::int64_t shared);
  void hold(const Document&);
  void release(const Document&);
  bool is_of_another_party(const Document&) const;
  std::vector<std::unique_ptr<Document>> documents_;  // of most weight first, of these the most
                                                      // complete
  std::string party_;  // of those that have one: the only one, as long as !several_parties_
  bool several_parties_ = false;
  std::unordered_map<std::uint64_t, Holder> holders_;  // records of accepted ones: no two of
                                                       // these share one
  std::uint64_t rows_ = 0;
  std::size_t in_conflict_ = 0;  // documents
};

/// What a document is judged by, but for its rows; without id and item.
CompetingReports::Document competing_document(const PackedReport&, const ReportSender&);

/// What the problem says that a document in conflict is.
std::string conflict_text(const CompetingReports::Document&);

}  // namespace dmarcq
