// SPDX-License-Identifier: MIT
#include "store/postgresql/pg_dictionary.h"

#include <fmt/format.h>

#include "store/document/packed_report.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/guarded.h"

namespace dmarcq {
namespace {

[[noreturn]] void no_row(const PgConnection& connection, std::string_view table, std::int64_t id) {
  damaged(connection.place(), table, id, "is referred to, but not there");
}

}  // namespace

const std::vector<PgKeys::Domain>& PgKeys::domains(PgConnection& connection) {
  const std::lock_guard lock(mutex_);
  if (!has_domains_) {
    guarded(connection, [&] {
      connection.each("SELECT id,home,name FROM dmarcq.policy_domain ORDER BY home,id", {},
                      [&](const PgRow& row) {
                        domains_.push_back({row.integer(0), row.integer(1), row.string(2)});
                        domain_keys_[row.integer(0)] = std::ssize(domains_);
                      });
    });
    has_domains_ = true;
  }
  return domains_;
}

std::int64_t PgKeys::key_of_domain(PgConnection& connection, std::int64_t id) {
  domains(connection);
  const auto found = domain_keys_.find(id);
  if (found == domain_keys_.end()) no_row(connection, "policy_domain", id);
  return found->second;
}

const std::vector<StoredReporter>& PgKeys::reporters(PgConnection& connection) {
  const std::lock_guard lock(mutex_);
  if (!has_reporters_) {
    // By content, since ids are salted: who is first of several must be the same everywhere.
    guarded(connection, [&] {
      connection.each(
          fmt::format(
              "SELECT id,org_name,org_folded,email,extra_contact_info,{0} FROM dmarcq.reporter ORDER BY org_folded,org_name,email,extra_contact_info,{0}",
              pg_sender_columns),
          {}, [&](const PgRow& row) {
            reporters_.push_back({std::ssize(reporters_) + 1, row.string(1), row.string(2),
                                  pg_sender_from(row, 5, connection.place()), row.string(3),
                                  row.string(4)});
            reporter_keys_[row.integer(0)] = std::ssize(reporters_);
          });
    });
    has_reporters_ = true;
  }
  return reporters_;
}

std::int64_t PgKeys::key_of_reporter(PgConnection& connection, std::int64_t id) {
  reporters(connection);
  const auto found = reporter_keys_.find(id);
  if (found == reporter_keys_.end()) no_row(connection, "reporter", id);
  return found->second;
}

std::int64_t PgKeys::position(Positions& positions, const std::array<std::string_view, 4>& texts,
                              bool& added) {
  text_.clear();
  for (const std::string_view text : texts) {
    const std::uint64_t size = text.size();
    text_.append(reinterpret_cast<const char*>(&size), sizeof size);
    text_ += text;
  }
  const auto found = positions.find(std::string_view(text_));
  added = found == positions.end();
  if (!added) return found->second;
  const std::int64_t next = std::ssize(positions) + 1;
  positions.emplace(text_, next);
  return next;
}

void PgKeys::add(const RowBlock& block, BlockKeys& keys) {
  const std::lock_guard lock(mutex_);
  keys.identities.clear();
  keys.evaluations.clear();
  bool added = false;
  for (std::size_t i = 0; i < block.identities.size() / 4; ++i) {
    const auto texts = block.identity_texts(static_cast<std::int16_t>(i));
    keys.identities.push_back(position(identity_positions_, texts, added));
    if (added)
      identities_.push_back({std::string(texts[0]),
                             std::string(texts[1]),
                             std::string(texts[2]),
                             std::string(texts[3]),
                             {},
                             {},
                             {}});
  }
  for (std::size_t i = 0; i < block.evaluations.size() / 4; ++i) {
    const auto texts = block.evaluation_texts(static_cast<std::int16_t>(i));
    keys.evaluations.push_back(position(evaluation_positions_, texts, added));
    if (added)
      evaluations_.push_back(evaluation_from({std::string(texts[0]), std::string(texts[1]),
                                              std::string(texts[2]), std::string(texts[3])}));
  }
}

const Identity& PgKeys::identity(std::int64_t key) {
  const std::lock_guard lock(mutex_);
  KnownIdentity& known = identities_.at(static_cast<std::size_t>(key - 1));
  if (!known.is_read) {
    known.spf = spf_set_from(known.spf_text);
    known.dkim = dkim_set_from(known.dkim_text);
    known.identity = {known.header_from, known.envelope_from, known.dkim, known.spf};
    known.is_read = true;
  }
  return known.identity;
}

const PolicyEvaluated& PgKeys::evaluation(std::int64_t key) {
  const std::lock_guard lock(mutex_);
  return evaluations_.at(static_cast<std::size_t>(key - 1));
}

const std::string& PgDictionary::domain(std::int64_t key) {
  return keys_->domains(connection_).at(static_cast<std::size_t>(key - 1)).name;
}

const Identity& PgDictionary::identity(std::int64_t key) {
  const auto at = static_cast<std::size_t>(key);
  if (at >= identities_.size()) identities_.resize(at + at / 2 + 64);
  if (identities_[at] == nullptr) identities_[at] = &keys_->identity(key);
  return *identities_[at];
}

const PolicyEvaluated& PgDictionary::evaluation(std::int64_t key) {
  const auto at = static_cast<std::size_t>(key);
  if (at >= evaluations_.size()) evaluations_.resize(at + at / 2 + 64);
  if (evaluations_[at] == nullptr) evaluations_[at] = &keys_->evaluation(key);
  return *evaluations_[at];
}

}  // namespace dmarcq
