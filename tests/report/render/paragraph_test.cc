// SPDX-License-Identifier: MIT
#include "report/render/paragraph.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

std::string paragraph(std::string_view first, std::string_view text, unsigned width = 100,
                      unsigned already = 0) {
  std::ostringstream out;
  write_paragraph(out, first, text, width, already);
  return out.str();
}

}  // namespace

TEST_CASE("write_paragraph: broken at blanks, later lines under the text of the first") {
  struct Row {
    const char* name;
    std::string first, text;
    unsigned width, already;
    std::string expected;
  };
  const Row rows[] = {
      {"it fits", "- ", "one two", 20, 0, "- one two\n"},
      {"it fits just", "- ", "one two", 9, 0, "- one two\n"},
      {"one column too many", "- ", "one two", 8, 0, "- one\n  two\n"},
      {"each word too wide stands alone", "- ", "a wwwwwwwwww b", 6, 0, "- a\n  wwwwwwwwww\n  b\n"},
      {"a first word too wide does not leave its line", "- ", "wwwwwwwwww b", 6, 0,
       "- wwwwwwwwww\n  b\n"},
      {"columns that stand there already", ": ", "one two", 9, 4, ": one\n      two\n"},
      {"they count", ": ", "one two", 13, 4, ": one two\n"},
      {"nothing before the text", "", "one two", 5, 0, "one\ntwo\n"},
      {"wide characters before the text", "日 ", "one two", 6, 0, "日 one\n   two\n"},
      {"wide characters in the text", "", "日本 語", 7, 0, "日本 語\n"},
      {"wide characters do not fit", "", "日本 語", 6, 0, "日本\n語\n"},
      {"combining marks take no column", "", "e\u0301e\u0301 e\u0301", 4, 0,
       "e\u0301e\u0301 e\u0301\n"},
      {"several blanks are one", "", "  a   b  ", 20, 0, "a b\n"},
      {"no text", "", "", 20, 0, "\n"},
      {"a width of nothing", "", "a b", 0, 0, "a\nb\n"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(paragraph(row.first, row.text, row.width, row.already) == row.expected);
    }
  }
}

TEST_CASE("write_paragraph: escaped for terminals, and no line of a stranger's making") {
  CHECK(paragraph("- ", "a\x1b[31mb\x1b[0m") == "- a[31mb[0m\n");
  CHECK(paragraph("- ", "a\nb\r\nc\td") == "- a b c d\n");
  CHECK(paragraph("- ", "gnp.\u202Eexe\u200B") == "- gnp.exe\n");
  CHECK(paragraph("- ", "a\xFF") == "- a\uFFFD\n");
  // What is not seen takes no room.
  CHECK(paragraph("",
                  "\x1b\x1b\x1b\x1b"
                  "ab cd",
                  5) == "ab cd\n");
}

TEST_CASE("write_paragraph: no line is wider than asked, at any width, and all words are there") {
  const std::string text = "the quick 日本語 fox jümps över the lazy 😀 dog";
  for (unsigned width = 8; width < 60; ++width) {
    CAPTURE(width);
    std::istringstream lines(paragraph("* ", text, width));
    std::string words;
    for (std::string line; std::getline(lines, line);) {
      CHECK(display_width(line) <= width);
      CHECK_FALSE(line.ends_with(' '));
      words += (words.empty() ? "" : " ") + line.substr(2);
    }
    CHECK(words == text);
  }
}

TEST_CASE("write_paragraph: 100 columns unless asked otherwise") {
  const std::string half(49, 'x');
  CHECK(paragraph("", half + " " + half + "y") == half + " " + half + "y\n");
  CHECK(paragraph("", half + " " + half + "yy") == half + "\n" + half + "yy\n");
}

TEST_CASE("write_paragraph: as wide as the terminal behind the stream, and no wider than asked") {
  const std::string text = "aaaa bbbb cccc";
  struct Row {
    const char* name;
    unsigned columns, most;
    std::string expected;
  };
  const Row rows[] = {
      {"no terminal", 0, 9, "aaaa bbbb\ncccc\n"},
      {"no terminal, any width", 0, any_width, "aaaa bbbb cccc\n"},
      {"a narrow one", 4, 9, "aaaa\nbbbb\ncccc\n"},
      {"a wide one", 200, 9, "aaaa bbbb\ncccc\n"},
      {"a narrow one, any width", 9, any_width, "aaaa bbbb\ncccc\n"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      std::ostringstream out;
      set_line_width(out, row.columns);
      write_paragraph(out, "", text, row.most);
      CHECK(out.str() == row.expected);
    }
  }
}

TEST_CASE("write_paragraph: where little is left beside the lead, text stands below it") {
  CHECK(paragraph("  twenty columns     ", "one two three four", 40) ==
        "  twenty columns     one two three four\n");
  CHECK(paragraph("  twenty columns     ", "one two three four five", 40) ==
        "  twenty columns     one two three four\n      five\n");
  CHECK(paragraph("  twenty columns     ", "a-word-that-is-wider-than-that and more", 40) ==
        "  twenty columns\n      a-word-that-is-wider-than-that and\n      more\n");
}

TEST_CASE("broken_lines: what is to be copied stays in one piece") {
  struct Row {
    const char* name;
    std::string text;
    std::vector<std::string> lines;  // of 12 columns
  };
  using Lines = std::vector<std::string>;
  const Row rows[] = {
      {"words", "one two three four", {"one two", "three four"}},
      {"nothing", "", {}},
      {"a command with flags and values",
       "see dmarcq sources --failing --domain a.example for more",
       {"see", "dmarcq sources --failing --domain a.example", "for more"}},
      {"a command of two words",
       "and dmarcq reports show 12; then go",
       {"and", "dmarcq reports show 12;", "then go"}},
      {"the kind of an entry",
       "or (dmarcq senders add network …) as well",
       {"or", "(dmarcq senders add network …)", "as well"}},
      {"another verb does not belong to it",
       "dmarcq reports lists them all",
       {"dmarcq reports", "lists them", "all"}},
      {"a command in quotes ends with them",
       "'dmarcq sql' has views of all",
       {"'dmarcq sql'", "has views of", "all"}},
      {"and may have any words between them",
       "try 'dmarcq note list all' once",
       {"try", "'dmarcq note list all'", "once"}},
      {"an argument in quotes",
       "run dmarcq reports --reporter 'A b c' now",
       {"run", "dmarcq reports --reporter 'A b c'", "now"}},
      {"what stands for something",
       "dmarcq readiness DOMAIN tells what",
       {"dmarcq readiness DOMAIN", "tells what"}},
      {"the end of a sentence ends it",
       "so dmarcq summary. 12 more of it",
       {"so", "dmarcq summary.", "12 more of", "it"}},
      {"the program in a sentence",
       "tell dmarcq whose it is now",
       {"tell dmarcq", "whose it is", "now"}},
      {"the program alone", "this is dmarcq", {"this is", "dmarcq"}},
      {"a record in tags",
       "is v=DMARC1; p=reject; rua=mailto:a@b.example now",
       {"is", "v=DMARC1; p=reject; rua=mailto:a@b.example", "now"}},
      {"a record in terms",
       "is \"v=spf1 ip4:192.0.2.1 include:_spf.b.example -all\" and ends",
       {"is", "\"v=spf1 ip4:192.0.2.1 include:_spf.b.example -all\"", "and ends"}},
      {"a version alone", "v=spf1 records here", {"v=spf1", "records here"}},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(broken_lines(row.text, 12) == row.lines); }
  }
  CHECK(broken_lines("a b", 0) == Lines{"a", "b"});
}
