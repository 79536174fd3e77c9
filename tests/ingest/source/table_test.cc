// SPDX-License-Identifier: MIT
#include "ingest/source/table.h"

#include <fmt/format.h>

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// Counts what it is shown. A preamble is one line with the number of rows that were surveyed.
class CountingSurvey final : public TableSurvey {
 public:
  void add(std::string_view piece) override {
    CHECK(piece.starts_with("id,text"));
    rows_ += static_cast<std::size_t>(std::ranges::count(piece, '\n')) - 1;
  }
  std::string preamble(std::uint64_t first_row,
                       std::optional<std::int64_t> modified) const override {
    return fmt::format("#{} of {} at {}\n", first_row, rows_, modified.value_or(-1));
  }

 private:
  std::size_t rows_ = 0;
};

class Kinds final : public TableKinds {
 public:
  bool knows(std::string_view head) const override { return head.starts_with("id,text"); }
  std::unique_ptr<TableSurvey> survey() const override {
    return std::make_unique<CountingSurvey>();
  }
};

struct Piece {
  std::string preamble, rows;
};

/// The pieces of a table; `reopened`: as a file, which can be read twice.
std::vector<Piece> pieces_of(const std::string& bytes, bool reopened,
                             std::optional<std::int64_t> modified = {}) {
  const Kinds kinds;
  const auto source =
      open_table(memory_source(bytes), "log.csv", kinds,
                 reopened ? ReopenTable([&] { return memory_source(bytes); }) : ReopenTable(),
                 modified, std::make_shared<std::atomic<std::uint64_t>>(0));
  std::vector<Piece> pieces;
  while (const auto item = source->next()) {
    CHECK(item->origin.source == "log.csv");
    REQUIRE_FALSE(item->fault);
    const std::size_t line = item->bytes.find('\n') + 1;
    const std::string_view rest = std::string_view(item->bytes).substr(line);
    REQUIRE(rest.starts_with("id,text"));
    const std::size_t header = rest.find('\n') + 1;
    pieces.push_back({item->bytes.substr(0, line - 1), std::string(rest.substr(header))});
  }
  return pieces;
}

std::string rows_of(int count, const std::string& text) {
  std::string rows;
  for (int i = 0; i < count; ++i) rows += fmt::format("{},{}\n", i, text);
  return rows;
}

}  // namespace

TEST_CASE("table: a small one is one piece") {
  struct Row {
    const char *name, *bytes, *preamble, *rows;
  };
  for (const Row& row :
       {Row{"two rows", "id,text\n1,a\n2,b\n", "#2 of 2 at -1", "1,a\n2,b\n"},
        Row{"no line end at the end", "id,text\n1,a\n2,b", "#2 of 1 at -1", "1,a\n2,b"},
        Row{"a quoted line end is none", "id,text\n1,\"a\nb\"\n", "#2 of 2 at -1", "1,\"a\nb\"\n"},
        Row{"a header alone", "id,text\n", "#2 of 0 at -1", ""}}) {
    CAPTURE(row.name);
    const auto pieces = pieces_of(row.bytes, true);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].preamble == row.preamble);
    CHECK(pieces[0].rows == row.rows);
  }
  CHECK(pieces_of("", true).empty());
  CHECK(pieces_of("id,text", false).size() == 1);
}

TEST_CASE("table: only a large one is opened again for its survey") {
  struct Row {
    const char* name;
    int rows;
    int reopened;
    const char* surveyed;
  };
  for (const Row& row : {Row{"below 4 MiB", 30'000, 0, " of 30000 at -1"},
                         Row{"above", 45'000, 1, " of 45000 at -1"}}) {
    CAPTURE(row.name);
    const std::string bytes = "id,text\n" + rows_of(row.rows, std::string(100, 'x'));
    const Kinds kinds;
    int reopened = 0;
    const ReopenTable reopen = [&] {
      ++reopened;
      return memory_source(bytes);
    };
    const auto source = open_table(memory_source(bytes), "log.csv", kinds, reopen, {},
                                   std::make_shared<std::atomic<std::uint64_t>>(0));
    CHECK(reopened == row.reopened);
    const auto item = source->next();
    REQUIRE(item);
    CHECK(item->bytes.substr(0, item->bytes.find('\n')).ends_with(row.surveyed));
  }
}

TEST_CASE("table: UTF-16 with a byte order mark becomes UTF-8") {
  const auto utf16 = [](std::u16string_view text, bool big_endian) {
    std::string bytes;
    for (const char16_t unit : text) {
      const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
      (bytes += big_endian ? high : low) += big_endian ? low : high;
    }
    return bytes;
  };
  std::u16string text = u"\uFEFFid,text\r\n1,Gr\u00FC\u00DFe \u65E5\U0001F4E7\r\n";
  for (const bool big_endian : {false, true}) {
    CAPTURE(big_endian);
    const auto pieces = pieces_of(utf16(text, big_endian), true);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].rows ==
          "1,Gr\xC3\xBC\xC3\x9F"
          "e \xE6\x97\xA5\xF0\x9F\x93\xA7\r\n");
    CHECK(pieces[0].preamble == "#2 of 1 at -1");
    // Half a character at the end is told, not lost with its row.
    CHECK(pieces_of(utf16(text, big_endian) + "x", true)[0].rows.ends_with("\r\n\xEF\xBF\xBD"));
  }
  // Characters of two units across the places where it is read; more than one piece.
  std::u16string rows = u"\uFEFFid,text\n";
  std::string expected;
  for (int i = 0; i < 60'000; ++i) {
    rows += i % 2 == 0 ? u"1,\U0001F4E7\U0001F4E7x\n" : u"22,\U0001F4E7\U0001F4E7\U0001F4E7\n";
    const std::string mail = "\xF0\x9F\x93\xA7";
    expected += i % 2 == 0 ? "1," + mail + mail + "x\n" : "22," + mail + mail + mail + "\n";
  }
  std::string all;
  std::uint64_t next = 2;
  for (const Piece& piece : pieces_of(utf16(rows, false), false)) {
    CHECK(piece.preamble.starts_with(fmt::format("#{} of ", next)));
    next += static_cast<std::uint64_t>(std::ranges::count(piece.rows, '\n'));
    all += piece.rows;
  }
  CHECK(next == 60'002);
  CHECK(all == expected);
  // UTF-32 is another encoding, and stays what it is.
  using namespace std::string_literals;
  CHECK(pieces_of("id,text\n\xff\xfe\n", false)[0].rows == "\xff\xfe\n");
}

TEST_CASE("table: when the file was written is told") {
  CHECK(pieces_of("id,text\n1,a\n", true, 1'790'000'000)[0].preamble == "#2 of 1 at 1790000000");
}

TEST_CASE("table: a large one is cut between rows, and nothing is lost") {
  const std::string rows = rows_of(40'000, std::string(100, 'x'));  // more than 4 MiB
  for (const bool reopened : {true, false}) {
    CAPTURE(reopened);
    const auto pieces = pieces_of("id,text\n" + rows, reopened);
    CHECK(pieces.size() > 3);
    std::string all;
    std::uint64_t next = 2;
    for (const Piece& piece : pieces) {
      CHECK(piece.rows.size() <= 1u << 20);
      CHECK(piece.rows.ends_with('\n'));
      // A pipe is surveyed by its first 4 MiB.
      CHECK(piece.preamble.starts_with(fmt::format("#{} of ", next)));
      if (reopened) CHECK(piece.preamble.ends_with(" of 40000 at -1"));
      next += static_cast<std::uint64_t>(std::ranges::count(piece.rows, '\n'));
      all += piece.rows;
    }
    CHECK(all == rows);
  }
}

TEST_CASE("table: rows with line ends inside, across the place of a cut") {
  std::string rows;
  for (int i = 0; i < 3000; ++i)
    rows += fmt::format("{},\"{}\r\nb\"\r\n", i, std::string(997, 'y'));
  std::string all;
  for (const Piece& piece : pieces_of("id,text\n" + rows, false)) {
    CHECK(piece.rows.ends_with("\"\r\n"));
    all += piece.rows;
  }
  CHECK(all == rows);
}

TEST_CASE("table: a row without an end does not fill the memory") {
  std::string bytes = "id,text\n1,\"";
  bytes.append(30u << 20, 'z');
  std::size_t size = 0, largest = 0;
  for (const Piece& piece : pieces_of(bytes, false)) {
    size += piece.rows.size();
    largest = std::max(largest, piece.rows.size());
  }
  CHECK(size == bytes.size() - 8);
  CHECK(largest <= 8u << 20);
}

TEST_CASE("table: the fault of its bytes ends it, after what came before") {
  class Failing final : public ByteSource {
   public:
    std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
      constexpr std::string_view text = "id,text\n1,a\n";
      if (std::exchange(read_, true))
        return std::unexpected(Error{Fault::truncated, "gzip stream ends", {}});
      std::ranges::copy(text, to);
      return std::min(size, text.size());
    }

   private:
    bool read_ = false;
  };
  const Kinds kinds;
  const auto source = open_table(std::make_unique<Failing>(), "log.csv.gz", kinds, {}, {},
                                 std::make_shared<std::atomic<std::uint64_t>>(0));
  const auto rows = source->next();
  REQUIRE(rows);
  CHECK_FALSE(rows->fault);
  CHECK(rows->bytes.ends_with("1,a\n"));
  const auto fault = source->next();
  REQUIRE(fault);
  REQUIRE(fault->fault);
  CHECK(fault->fault->fault == Fault::truncated);
  CHECK_FALSE(source->next());
}

TEST_CASE("table: of files, only known tables are cut") {
  TemporaryFolder scratch;
  const Kinds kinds;
  const OpenOptions options{.tables = &kinds};
  const auto first = [&](const std::string& name, const std::string& bytes) {
    auto opened = open_mailbox(scratch.write(name, bytes), options);
    REQUIRE(opened);
    const auto item = (*opened)->next();
    return item ? item->bytes : "";
  };
  const std::string table = "id,text\n1,a\n";
  CHECK(first("a.csv", table).starts_with("#2 of 1 at "));
  CHECK(first("a.csv.gz", deflated(table)).starts_with("#2 of 1 at "));
  CHECK(first("a.zip", zip_of({{"a.csv", table}})).starts_with("#2 of 1 at "));
  CHECK(first("b.csv", "id,name\n1,a\n") == "id,name\n1,a\n");
}
