// SPDX-License-Identifier: MIT
#include "store/postgresql/wire/row_block.h"

#include <unordered_map>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/base/seeded_hash.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_rows = 4'096, most_text = 1u << 20;

/// Texts of a block, each once.
class TextList {
 public:
  explicit TextList(RowBlock& block) : block_(block) { of(""); }
  std::int16_t of(std::string_view text) {
    const auto [entry, added] =
        positions_.try_emplace(text, static_cast<std::int16_t>(block_.texts.size()));
    if (added) {
      block_.texts.push_back(text);
      bytes_ += text.size();
    }
    return entry->second;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  RowBlock& block_;
  std::unordered_map<std::string_view, std::int16_t, SeededHash> positions_;
  std::size_t bytes_ = 0;
};

/// A block in the making: what of the report's lists it has already.
class BlockMaker {
 public:
  explicit BlockMaker(const PackedReport& report)
      : report_(report),
        identities_(report.identities.size(), -1),
        evaluations_(report.evaluations.size(), -1) {}

  void add(const PackedReport::Row& row) {
    block_.source_ip.push_back(row.source_ip.bytes());
    block_.identity.push_back(identity(row.identity));
    block_.evaluation.push_back(evaluation(row.evaluation));
    block_.count.push_back(static_cast<std::int64_t>(row.count));
    block_.envelope_to.push_back(texts_.of(report_.texts[row.envelope_to]));
    block_.remark.push_back(texts_.of(report_.texts[row.remark]));
  }
  bool is_full() const {
    return block_.size() >= most_rows || texts_.bytes() + evaluation_bytes_ >= most_text;
  }
  const RowBlock& block() const { return block_; }

 private:
  std::int16_t identity(std::uint32_t of_report) {
    std::int16_t& known = identities_[of_report];
    if (known >= 0) return known;
    const PackedReport::Identity& identity = report_.identities[of_report];
    known = static_cast<std::int16_t>(block_.identities.size() / 4);
    for (const std::string* text :
         {&identity.header_from, &identity.envelope_from, &report_.auth_sets[identity.spf].text,
          &report_.auth_sets[identity.dkim].text})
      block_.identities.push_back(texts_.of(*text));
    return known;
  }
  std::int16_t evaluation(std::uint32_t of_report) {
    std::int16_t& known = evaluations_[of_report];
    if (known >= 0) return known;
    const PackedReport::Evaluation& evaluation = report_.evaluations[of_report];
    known = static_cast<std::int16_t>(block_.evaluations.size() / 4);
    for (const std::string* text :
         {&evaluation.disposition, &evaluation.dkim, &evaluation.spf, &evaluation.reasons}) {
      block_.evaluations.push_back(*text);
      evaluation_bytes_ += text->size();
    }
    return known;
  }

  const PackedReport& report_;
  RowBlock block_;
  TextList texts_{block_};
  std::size_t evaluation_bytes_ = 0;
  std::vector<std::int16_t> identities_, evaluations_;  // -1: not in this block
};

std::uint64_t key_of(std::initializer_list<std::string_view> texts) {
  Sha256 hash;
  for (const std::string_view text : texts) {
    const std::uint64_t size = text.size();
    hash.add({reinterpret_cast<const char*>(&size), sizeof size});
    hash.add(text);
  }
  return static_cast<std::uint64_t>(hash_prefix(hash.finish()));
}

std::string_view as_bytes(const std::uint64_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace

std::array<std::string_view, 4> RowBlock::identity_texts(std::int16_t position) const {
  const std::size_t at = 4 * static_cast<std::size_t>(position);
  return {text(identities[at]), text(identities[at + 1]), text(identities[at + 2]),
          text(identities[at + 3])};
}

std::array<std::string_view, 4> RowBlock::evaluation_texts(std::int16_t position) const {
  const std::size_t at = 4 * static_cast<std::size_t>(position);
  return {evaluations[at], evaluations[at + 1], evaluations[at + 2], evaluations[at + 3]};
}

void each_block(const PackedReport& report, FunctionRef<void(const RowBlock&)> take) {
  std::size_t done = 0;
  while (done < report.rows.size()) {
    BlockMaker maker(report);
    while (done < report.rows.size() && !maker.is_full()) maker.add(report.rows[done++]);
    take(maker.block());
  }
}

void append_block(PgCopyRow& row, const RowBlock& block) {
  row.addresses(block.source_ip);
  row.smalls(block.identity);
  row.smalls(block.evaluation);
  row.integers(block.count);
  row.smalls(block.envelope_to);
  row.smalls(block.remark);
  row.texts(block.texts);
  row.smalls(block.identities);
  row.texts(block.evaluations);
}

namespace {

/// inet in binary: family, bits, is_cidr, length, address.
std::string_view address_from(std::string_view inet) {
  return inet.size() == 8 || inet.size() == 20 ? inet.substr(4) : std::string_view();
}

}  // namespace

void read_block(const PgRow& row, int column, const std::string& place, RowBlock& block) {
  const auto positions = [&](std::vector<std::int16_t>& list, int at) {
    PgArray array = row.array(at);
    list.clear();
    for (std::size_t i = 0; i < array.size(); ++i)
      list.push_back(static_cast<std::int16_t>(array.next_integer()));
  };
  const auto texts = [&](std::vector<std::string_view>& list, int at) {
    PgArray array = row.array(at);
    list.clear();
    for (std::size_t i = 0; i < array.size(); ++i) list.push_back(array.next());
  };
  texts(block.source_ip, column);
  positions(block.identity, column + 1);
  positions(block.evaluation, column + 2);
  PgArray counts = row.array(column + 3);
  block.count.clear();
  for (std::size_t i = 0; i < counts.size(); ++i) block.count.push_back(counts.next_integer());
  positions(block.envelope_to, column + 4);
  positions(block.remark, column + 5);
  texts(block.texts, column + 6);
  positions(block.identities, column + 7);
  texts(block.evaluations, column + 8);

  bool good = true;
  const std::size_t rows = block.size();
  for (std::string_view& address : block.source_ip) {
    address = address_from(address);
    good = good && !address.empty();
  }
  const auto check = [&](const std::vector<std::int16_t>& list, std::size_t size, std::size_t end) {
    good = good && list.size() == size;
    for (const std::int16_t position : list)
      good = good && position >= 0 && static_cast<std::size_t>(position) < end;
  };
  check(block.identity, rows, block.identities.size() / 4);
  check(block.evaluation, rows, block.evaluations.size() / 4);
  check(block.envelope_to, rows, block.texts.size());
  check(block.remark, rows, block.texts.size());
  check(block.identities, block.identities.size() / 4 * 4, block.texts.size());
  good = good && block.count.size() == rows && block.evaluations.size() % 4 == 0;
  for (const std::int64_t count : block.count) good = good && count >= 0;
  if (!good)
    throw StoreError(StoreError::Kind::damaged,
                     place + ": damaged: report_rows: a row's lists do not fit together");
}

void append_row_keys(const RowBlock& block, std::vector<std::uint64_t>& keys) {
  std::vector<std::uint64_t> identities, evaluations;
  for (std::size_t i = 0; i < block.identities.size() / 4; ++i) {
    const auto [header_from, envelope_from, spf, dkim] =
        block.identity_texts(static_cast<std::int16_t>(i));
    identities.push_back(key_of({header_from, envelope_from, spf, dkim}));
  }
  for (std::size_t i = 0; i < block.evaluations.size() / 4; ++i) {
    const auto [disposition, dkim, spf, reasons] =
        block.evaluation_texts(static_cast<std::int16_t>(i));
    evaluations.push_back(key_of({disposition, dkim, spf, reasons}));
  }
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto count = static_cast<std::uint64_t>(block.count[i]);
    keys.push_back(key_of(
        {block.source_ip[i], as_bytes(identities[static_cast<std::size_t>(block.identity[i])]),
         as_bytes(evaluations[static_cast<std::size_t>(block.evaluation[i])]), as_bytes(count),
         block.text(block.envelope_to[i]), block.text(block.remark[i])}));
  }
}

}  // namespace dmarcq
