// SPDX-License-Identifier: MIT
#include "ingest/source/table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ingest/base/csv.h"
#include "ingest/mail/charset.h"

namespace dmarcq {
namespace {

constexpr std::size_t piece_size = 1u << 20;
/// So much of a table is kept from its survey, so that a smaller one is read once.
constexpr std::size_t held_for_the_survey = 4u << 20;
/// A row longer than this is no row of a table: the piece ends in the middle of it.
constexpr std::size_t longest_row = 4u << 20;

/// Cuts a stream of bytes into whole rows.
class Cutter {
 public:
  explicit Cutter(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  struct Piece {
    std::string rows;         ///< behind the header line
    std::uint64_t first = 0;  ///< number of the first of them; the header line has the number 1
  };
  /// The next rows, about piece_size bytes; nothing at the end. A fault ends it: fault().
  std::optional<Piece> next() {
    if (ended_ && held_.empty()) return {};
    std::size_t wanted = piece_size;
    for (;;) {
      while (!ended_ && held_.size() < wanted) fill(wanted);
      if (held_.empty()) return {};
      if (header_.empty() && !take_header()) return {};
      const auto [size, rows] = whole_rows();
      if (size > 0 || ended_ || wanted > longest_row) return cut(size, rows);
      wanted *= 2;  // one long row
    }
  }
  const std::string& header() const { return header_; }
  const std::optional<Error>& fault() const { return fault_; }

 private:
  /// More of the table, up to about `wanted` bytes of it.
  void fill(std::size_t wanted) {
    const bool converts = !charset_.empty();
    std::string& to = converts ? packed_ : held_;
    const std::size_t most = converts ? packed_.size() + wanted - held_.size() : wanted;
    if (auto read = read_up_to(*source_, to, most); !read) {
      fault_ = std::move(read.error());
      ended_ = true;
    } else {
      ended_ = to.size() < most;
    }
    if (!std::exchange(started_, true)) {
      charset_ = utf16_charset(held_);
      if (charset_.empty()) return;
      packed_ = held_.substr(utf16_mark_size);
      held_.clear();
    }
    if (!charset_.empty()) convert();
  }
  /// UTF-16, which spreadsheets write, to UTF-8: whole characters, or what is left at the end.
  void convert() {
    std::size_t size = packed_.size();
    if (!ended_) {
      size -= size % 2;
      const auto high_byte = [&](std::size_t unit) {
        return static_cast<unsigned char>(packed_[unit + (charset_ == "UTF-16LE" ? 1 : 0)]);
      };
      if (size >= 2 && (high_byte(size - 2) & 0xFC) == 0xD8) size -= 2;  // half of a pair
    }
    append_as_utf8(held_, std::string_view(packed_).substr(0, size), charset_, 2);
    packed_.erase(0, size);
  }
  CsvEnd end() const { return ended_ ? CsvEnd::whole : CsvEnd::more_follows; }

  bool take_header() {
    delimiter_ = csv_delimiter(held_);
    CsvReader reader(held_, delimiter_, end());
    CsvRow row;
    if (!reader.next(row)) {
      held_.clear();
      return false;
    }
    header_ = held_.substr(0, row.end);
    if (!header_.ends_with('\n') && !header_.ends_with('\r')) header_ += "\r\n";
    held_.erase(0, row.end);
    next_row_ = row.number + 1;
    return true;
  }
  /// Bytes and number of the rows that are whole.
  std::pair<std::size_t, std::uint64_t> whole_rows() const {
    CsvReader reader(held_, delimiter_, end());
    CsvRow row;
    std::size_t size = 0;
    std::uint64_t rows = 0;
    // The last row may go on behind what was read, even where it ends in a line end: CR, then LF.
    while (reader.next(row) && !row.cut && (ended_ || row.end < held_.size())) {
      size = row.end;
      rows = row.number;
    }
    return {size, rows};
  }
  Piece cut(std::size_t size, std::uint64_t rows) {
    if (size == 0) size = held_.size();
    Piece piece{held_.substr(0, size), next_row_};
    held_.erase(0, size);
    next_row_ += rows;
    return piece;
  }

  std::unique_ptr<ByteSource> source_;
  std::string held_, header_;
  std::string packed_;        ///< of a table in UTF-16: read and not converted yet
  std::string_view charset_;  ///< of such a table
  std::optional<Error> fault_;
  std::uint64_t next_row_ = 1;
  char delimiter_ = ',';
  bool started_ = false, ended_ = false;
};

class Table final : public ItemSource {
 public:
  Table(std::unique_ptr<ByteSource> source, std::string name, const TableKinds& kinds,
        const ReopenTable& reopen, std::optional<std::int64_t> modified, Progress progress)
      : name_(std::move(name)),
        cutter_(std::move(source)),
        survey_(kinds.survey()),
        modified_(modified),
        progress_(std::move(progress)) {
    std::size_t size = 0;
    bool ended = false;
    while (!ended && size < held_for_the_survey) {
      auto piece = cutter_.next();
      ended = !piece;
      if (!piece) break;
      size += piece->rows.size();
      survey_->add(cutter_.header() + piece->rows);
      held_.push_back(std::move(*piece));
    }
    std::ranges::reverse(held_);
    if (ended || !reopen) return;
    if (std::unique_ptr<ByteSource> again = reopen()) {
      survey_ = kinds.survey();
      Cutter cutter(std::move(again));
      while (const auto piece = cutter.next()) survey_->add(cutter.header() + piece->rows);
    }
  }

  std::optional<Item> next() override {
    std::optional<Cutter::Piece> piece;
    if (!held_.empty()) {
      piece = std::move(held_.back());
      held_.pop_back();
    } else {
      piece = cutter_.next();
    }
    if (!piece) {
      if (!cutter_.fault() || std::exchange(told_, true)) return {};
      return Item{{name_, 0, {}, {}}, name_, cutter_.fault(), true};
    }
    return Item{{name_, 0, {}, {}},
                survey_->preamble(piece->first, modified_) + cutter_.header() + piece->rows,
                {}};
  }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }

 private:
  std::string name_;
  Cutter cutter_;
  std::unique_ptr<TableSurvey> survey_;
  std::vector<Cutter::Piece> held_;  ///< read for the survey; the next one last
  std::optional<std::int64_t> modified_;
  Progress progress_;
  bool told_ = false;
};

}  // namespace

std::unique_ptr<ItemSource> open_table(std::unique_ptr<ByteSource> source, std::string name,
                                       const TableKinds& kinds, const ReopenTable& reopen,
                                       std::optional<std::int64_t> modified, Progress progress) {
  return std::make_unique<Table>(std::move(source), std::move(name), kinds, reopen, modified,
                                 std::move(progress));
}

}  // namespace dmarcq
