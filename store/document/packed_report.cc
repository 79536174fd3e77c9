// SPDX-License-Identifier: MIT
#include "store/document/packed_report.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "ingest/base/seeded_hash.h"
#include "parser/aggregate/report_mapper.h"
#include "parser/alignment.h"
#include "store/document/account_names.h"

namespace dmarcq {
namespace {

/// Strings numbered in the order in which they first come.
class Positions {
 public:
  /// The position, and whether the text is new.
  std::pair<std::uint32_t, bool> of(std::string_view text) {
    if (const auto known = positions_.find(text); known != positions_.end())
      return {known->second, false};
    const auto next = static_cast<std::uint32_t>(positions_.size());
    positions_.emplace(text, next);
    return {next, true};
  }

 private:
  std::unordered_map<std::string, std::uint32_t, SeededHash, std::equal_to<>> positions_;
};

void append_line(std::string& out, std::initializer_list<std::string_view> fields) {
  bool first = true;
  for (const std::string_view field : fields) {
    if (!first) out += '\t';
    out += field;
    first = false;
  }
  out += '\n';
}

/// Calls back with the fields of each line; missing fields are "".
template <std::size_t N, class Callback>
void each_line(std::string_view text, Callback&& callback) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::array<std::string_view, N> fields;
    for (std::size_t i = 0; i < N; ++i) {
      const std::size_t stop = i + 1 == N ? line.size() : std::min(line.find('\t'), line.size());
      fields[i] = line.substr(0, stop);
      line.remove_prefix(std::min(stop + 1, line.size()));
    }
    callback(fields);
  }
}

bool is_unknown(const PolicyEvaluated& evaluated) {
  return PolicyEvaluated::is_unknown(evaluated.dkim) || PolicyEvaluated::is_unknown(evaluated.spf);
}

void append_dkim_set(std::string& out, const std::vector<DkimAuthResult>& results) {
  for (const DkimAuthResult& dkim : results)
    append_line(out, {dkim.domain, dkim.selector, dkim.result.text()});
}

void append_spf_set(std::string& out, const std::vector<SpfAuthResult>& results) {
  for (const SpfAuthResult& spf : results)
    append_line(out, {spf.domain, spf.scope.text(), spf.result.text()});
}

}  // namespace

void Totals::add(const PolicyEvaluated& evaluated, std::uint64_t count) {
  const auto more = [count](std::uint64_t& sum) { sum = capped_sum(sum, count); };
  more(messages);
  const bool dkim = evaluated.dkim_aligned(), spf = evaluated.spf_aligned();
  more(dkim ? (spf ? both : dkim_only) : (spf ? spf_only : neither));
  switch (evaluated.disposition.known.value_or(Disposition::none)) {
    case Disposition::none: more(none); break;
    case Disposition::pass: more(pass); break;
    case Disposition::quarantine: more(quarantine); break;
    case Disposition::reject: more(reject); break;
  }
}

void Totals::add(const Totals& other) {
  for (const auto sum :
       {&Totals::messages, &Totals::both, &Totals::dkim_only, &Totals::spf_only, &Totals::neither,
        &Totals::none, &Totals::pass, &Totals::quarantine, &Totals::reject})
    this->*sum = capped_sum(this->*sum, other.*sum);
}

std::int64_t hash_prefix(const Digest& digest) {
  std::uint64_t prefix = 0;
  for (int i = 0; i < 8; ++i) prefix = prefix << 8 | digest[static_cast<std::size_t>(i)];
  return static_cast<std::int64_t>(prefix);
}

std::string dkim_set_text(const std::vector<DkimAuthResult>& results) {
  std::string text;
  append_dkim_set(text, results);
  return text;
}

std::string spf_set_text(const std::vector<SpfAuthResult>& results) {
  std::string text;
  append_spf_set(text, results);
  return text;
}

std::string reasons_text(const std::vector<PolicyOverrideReason>& reasons) {
  std::string text;
  for (const PolicyOverrideReason& reason : reasons)
    append_line(text, {reason.type.text(), reason.comment});
  return text;
}

std::vector<DkimAuthResult> dkim_set_from(std::string_view text) {
  std::vector<DkimAuthResult> results;
  each_line<3>(text, [&](const auto& fields) {
    results.push_back({std::string(fields[0]), std::string(fields[1]),
                       Reported<DkimResult>::from(fields[2]), ""});
  });
  return results;
}

std::vector<SpfAuthResult> spf_set_from(std::string_view text) {
  std::vector<SpfAuthResult> results;
  each_line<3>(text, [&](const auto& fields) {
    results.push_back({std::string(fields[0]), Reported<SpfScope>::from(fields[1]),
                       Reported<SpfResult>::from(fields[2]), ""});
  });
  return results;
}

std::vector<PolicyOverrideReason> reasons_from(std::string_view text) {
  std::vector<PolicyOverrideReason> reasons;
  each_line<2>(text, [&](const auto& fields) {
    reasons.push_back({Reported<OverrideType>::from(fields[0]), std::string(fields[1])});
  });
  return reasons;
}

PolicyEvaluated evaluation_from(const PackedReport::Evaluation& texts) {
  return {Reported<Disposition>::from(texts.disposition), Reported<DmarcResult>::from(texts.dkim),
          Reported<DmarcResult>::from(texts.spf), reasons_from(texts.reasons)};
}

std::string remark_text(const Record& record) {
  const auto says_something = [](const auto& result) { return !result.human_result.empty(); };
  if (std::ranges::none_of(record.dkim, says_something) &&
      std::ranges::none_of(record.spf, says_something))
    return {};
  std::string text;
  for (const DkimAuthResult& dkim : record.dkim) (text += dkim.human_result) += '\n';
  for (const SpfAuthResult& spf : record.spf) (text += spf.human_result) += '\n';
  return text;
}

void apply_remark(std::string_view text, Record& record) {
  std::size_t position = 0;
  each_line<1>(text, [&](const auto& fields) {
    if (position < record.dkim.size())
      record.dkim[position].human_result = fields[0];
    else if (position - record.dkim.size() < record.spf.size())
      record.spf[position - record.dkim.size()].human_result = fields[0];
    ++position;
  });
}

struct Packer::Work {
  const std::size_t most;  // Limits::distinct_size
  std::size_t held = 0;
  PackedReport packed;
  Positions sets, identities, evaluations, texts;
  std::string key;  // one buffer for all look-ups: add() runs for every record that there is

  void hold(std::string_view text) {
    held += text.size() + 192;
    if (held > most)
      refuse_limit("distinct_size", "more than " + std::to_string(most) +
                                        " bytes of names, results and remarks that differ");
  }
  std::uint32_t auth_set(std::string_view text) {
    const auto [position, added] = sets.of(text);
    // DKIM and SPF sets share the numbering: the text of either says what it is only together with
    // the column that refers to it.
    if (added) {
      hold(text);
      packed.auth_sets.push_back({std::string(text), sha256(text)});
    }
    return position;
  }
  std::uint32_t text_position(std::string_view text) {
    if (text.empty()) return 0;
    const auto [position, added] = texts.of(text);
    if (added) {
      hold(text);
      packed.texts.emplace_back(text);
    }
    return position;
  }
  std::uint32_t identity(const Record&);
  /// `bounded`: it counts for distinct_size, which may refuse the report.
  std::uint32_t evaluation(const PolicyEvaluated&, bool bounded);
  void judge_by_raw_results(const PolicyPublished&);
};

std::uint32_t Packer::Work::identity(const Record& record) {
  key.clear();
  append_line(key, {record.header_from, record.envelope_from});
  const std::size_t names_end = key.size();
  append_dkim_set(key, record.dkim);
  const std::size_t dkim_end = key.size();
  key += '\n';  // no line of a set is empty
  append_spf_set(key, record.spf);
  const auto [position, added] = identities.of(key);
  if (added) {
    hold(key);
    const std::string_view view = key;
    const std::uint32_t dkim = auth_set(view.substr(names_end, dkim_end - names_end));
    const std::uint32_t spf = auth_set(view.substr(dkim_end + 1));
    packed.identities.push_back({record.header_from, record.envelope_from, dkim, spf, sha256(key)});
  }
  return position;
}

std::uint32_t Packer::Work::evaluation(const PolicyEvaluated& evaluated, bool bounded) {
  key.clear();
  append_line(key, {evaluated.disposition.text(), evaluated.dkim.text(), evaluated.spf.text()});
  const std::size_t head = key.size();
  for (const PolicyOverrideReason& reason : evaluated.reasons)
    append_line(key, {reason.type.text(), reason.comment});
  const auto [position, added] = evaluations.of(key);
  if (added) {
    if (bounded) hold(key);
    packed.evaluations.push_back({std::string(evaluated.disposition.text()),
                                  std::string(evaluated.dkim.text()),
                                  std::string(evaluated.spf.text()), key.substr(head)});
  }
  return position;
}

Packer::Packer(const Limits& limits) : work_(std::make_unique<Work>(limits.distinct_size)) {
  work_->packed.texts.emplace_back();
  work_->texts.of("");
}
Packer::~Packer() = default;

void Packer::add(const Record& record) {
  PackedReport::Row row;
  row.source_ip = record.source_ip;
  row.count = record.count;
  row.identity = work_->identity(record);
  row.evaluation = work_->evaluation(record.policy_evaluated, true);
  row.envelope_to = work_->text_position(record.envelope_to);
  row.remark = work_->text_position(remark_text(record));
  if (!is_unknown(record.policy_evaluated))
    work_->packed.totals.add(record.policy_evaluated, record.count);
  work_->packed.rows.push_back(row);
}

/// Fills in the results that the reporter did not give, by the raw ones and the policy, which may
/// stand below the records.
void Packer::Work::judge_by_raw_results(const PolicyPublished& policy) {
  std::vector<PolicyEvaluated> given;  // by evaluation; only its unknown ones are filled
  std::vector<bool> unknown;
  for (const PackedReport::Evaluation& e : packed.evaluations) {
    const auto dkim = Reported<DmarcResult>::from(e.dkim), spf = Reported<DmarcResult>::from(e.spf);
    unknown.push_back(is_unknown({{}, dkim, spf, {}}));
    given.push_back(unknown.back() ? evaluation_from(e) : PolicyEvaluated{});
  }
  if (std::ranges::find(unknown, true) == unknown.end()) return;
  std::vector<std::optional<Recomputed>> raw(packed.identities.size());
  for (PackedReport::Row& row : packed.rows) {
    if (row.evaluation >= unknown.size() || !unknown[row.evaluation]) continue;
    std::optional<Recomputed>& found = raw[row.identity];
    if (!found) {
      const PackedReport::Identity& identity = packed.identities[row.identity];
      found = recompute(identity.header_from.empty() ? policy.domain : identity.header_from,
                        dkim_set_from(packed.auth_sets[identity.dkim].text),
                        spf_set_from(packed.auth_sets[identity.spf].text), policy)
                  .value_or(Recomputed{});
    }
    PolicyEvaluated judged = given[row.evaluation];
    const auto fill = [](Reported<DmarcResult>& result, bool aligned) {
      if (PolicyEvaluated::is_unknown(result))
        result = aligned ? DmarcResult::unknown_pass : DmarcResult::unknown_fail;
    };
    fill(judged.dkim, found->dkim);
    fill(judged.spf, found->spf);
    packed.totals.add(judged, row.count);
    row.evaluation = evaluation(judged, false);  // at most four for each that was counted
  }
  // No row refers to what was unknown any more.
  std::vector<std::uint32_t> place;
  std::vector<PackedReport::Evaluation> in_use;
  for (std::size_t i = 0; i < packed.evaluations.size(); ++i) {
    place.push_back(static_cast<std::uint32_t>(in_use.size()));
    if (i >= unknown.size() || !unknown[i]) in_use.push_back(std::move(packed.evaluations[i]));
  }
  packed.evaluations = std::move(in_use);
  for (PackedReport::Row& row : packed.rows) row.evaluation = place[row.evaluation];
}

PackedReport Packer::finish(ParsedReport&& head, const Digest& of_document) {
  work_->judge_by_raw_results(head.report.policy_published);
  return finish_stored(std::move(head), of_document);
}

PackedReport Packer::finish_stored(ParsedReport&& head, const Digest& of_document) {
  PackedReport packed = std::move(work_->packed);
  packed.digest = of_document;
  packed.head = std::move(head);
  packed.head.report.records = {};
  if (packed.rows.size() < 100'000)
    packed.rows.shrink_to_fit();  // the copy of more would be the peak
  packed.account_names = account_names_of(packed);
  return packed;
}

PackedReport pack(ParsedReport&& parsed, const Digest& of_document) {
  Packer packer;
  for (const Record& record : parsed.report.records) packer.add(record);
  return packer.finish(std::move(parsed), of_document);
}

}  // namespace dmarcq
