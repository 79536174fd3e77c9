// SPDX-License-Identifier: MIT
#include "report/render/result_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "ingest/base/parallel_for.h"
#include "parser/ip_address.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/overloaded.h"
#include "report/render/paragraph.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

constexpr unsigned gap = 2;  // columns between columns

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// The texts of a table as they will stand, with the widths of the columns.
struct Layout {
  struct Field {
    std::string text;
    Tone tone = Tone::plain;
  };
  std::vector<const Column*> columns;
  std::vector<std::size_t> index;  // into the ResultTable's columns
  std::vector<unsigned> widths;
  std::vector<std::vector<Field>> rows;

  unsigned total_width() const {
    unsigned sum = 0;
    for (const unsigned width : widths) sum += width + gap;
    return sum == 0 ? 0 : sum - gap;
  }
  /// What it takes when texts that may be broken over lines are, as long as they are easy to read.
  unsigned least_width() const {
    unsigned sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
      sum += gap +
             (columns[i]->wraps ? std::min(widths[i], columns[i]->min_width * 3 / 2) : widths[i]);
    return sum == 0 ? 0 : sum - gap;
  }
  void drop(std::size_t at) {
    const auto offset = static_cast<std::ptrdiff_t>(at);
    columns.erase(columns.begin() + offset);
    index.erase(index.begin() + offset);
    widths.erase(widths.begin() + offset);
    for (auto& row : rows) row.erase(row.begin() + offset);
  }
};

Layout lay_out(const ResultTable& table, std::string (*text_of)(const Cell&) = human_text) {
  Layout layout;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].shown == Column::Shown::data_only) continue;
    layout.columns.push_back(&table.columns[i]);
    layout.index.push_back(i);
    layout.widths.push_back(display_width(table.columns[i].title));
  }
  const auto add = [&](const std::vector<Cell>& cells) {
    auto& row = layout.rows.emplace_back();
    for (std::size_t i = 0; i < layout.index.size(); ++i) {
      Layout::Field field;
      if (layout.index[i] < cells.size()) {
        field.text = terminal_text(text_of(cells[layout.index[i]]));
        field.tone = cells[layout.index[i]].tone;
      }
      layout.widths[i] = std::max(layout.widths[i], display_width(field.text));
      row.push_back(std::move(field));
    }
  };
  for (const auto& row : table.rows) add(row);
  if (!table.totals.empty()) add(table.totals);
  return layout;
}

/// The column that leaves first, but for the first one, by which lines are told apart; none left:
/// the number of columns.
std::size_t next_to_leave(const Layout& layout, bool even_without_order) {
  std::size_t leaving = layout.columns.size();
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const unsigned order = layout.columns[i]->drop_order;
    if (order != 0 &&
        (leaving == layout.columns.size() || order < layout.columns[leaving]->drop_order))
      leaving = i;
  }
  if (leaving == layout.columns.size() && even_without_order && leaving > 1) --leaving;
  return leaving;
}

/// Makes the widest of these columns narrower, one step at a time: long texts pay first.
template <class Least>
void narrow(Layout& layout, unsigned width, Least least) {
  while (layout.total_width() > width) {
    std::size_t widest = layout.columns.size();
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
      const unsigned at_least = least(*layout.columns[i]);
      if (at_least != 0 && layout.widths[i] > at_least &&
          (widest == layout.columns.size() || layout.widths[i] > layout.widths[widest]))
        widest = i;
    }
    if (widest == layout.columns.size()) return;
    --layout.widths[widest];
  }
}

/// Texts are broken over a second line, then the least important columns leave; what is left is
/// broken further, then cut, and at last, whatever is said of it, cut more and dropped. Returns the
/// titles of those that left.
std::vector<std::string> fit(Layout& layout, unsigned width) {
  std::vector<std::string> left;
  const auto drop_while_too_wide = [&](bool even_without_order) {
    while ((even_without_order ? layout.total_width() : layout.least_width()) > width) {
      const std::size_t leaving = next_to_leave(layout, even_without_order);
      if (leaving == layout.columns.size()) return;
      left.push_back(upper(layout.columns[leaving]->title));
      layout.drop(leaving);
    }
  };
  drop_while_too_wide(false);
  narrow(layout, width, [](const Column& c) { return c.wraps ? c.min_width : 0; });
  narrow(layout, width, [](const Column& c) { return c.min_width; });
  constexpr unsigned legible = 8;
  narrow(layout, width, [](const Column& c) { return c.min_width == 0 ? 0 : legible; });
  drop_while_too_wide(true);
  return left;
}

/// An IPv6 address that is too wide is broken behind a colon; it is one word else.
std::vector<std::string> lines_of(const std::string& text, unsigned width) {
  if (text.contains(' ') || !IpAddress::parse(text)) return broken_lines(text, width);
  std::vector<std::string> lines;
  std::string_view rest = text;
  while (rest.size() > width) {
    const std::size_t colon = rest.substr(0, width).rfind(':');
    if (colon == rest.npos) break;
    lines.emplace_back(rest.substr(0, colon + 1));
    rest.remove_prefix(colon + 1);
  }
  lines.emplace_back(rest);
  return lines;
}

/// A row, on several lines where a text is broken.
void write_line(std::ostream& out, const Layout& layout, const std::vector<Layout::Field>& row,
                bool colour) {
  std::vector<std::vector<std::string>> texts;
  std::size_t lines = 1;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool broken = layout.columns[i]->wraps && display_width(row[i].text) > layout.widths[i];
    texts.push_back(broken ? lines_of(row[i].text, layout.widths[i])
                           : std::vector<std::string>{row[i].text});
    lines = std::max(lines, texts.back().size());
  }
  for (std::size_t number = 0; number < lines; ++number) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const unsigned room = layout.widths[i];
      const std::string text = number < texts[i].size() ? truncated(texts[i][number], room)
                                                        : std::string();
      const unsigned width = display_width(text);
      const std::string padding(room > width ? room - width : 0, ' ');
      const bool last = i + 1 == row.size();
      if (layout.columns[i]->right) line += padding;
      line += toned(text, row[i].tone, colour);
      if (!layout.columns[i]->right && !last) line += padding;
      if (!last) line.append(gap, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out << line << '\n';
  }
}

}  // namespace

std::string human_text(const Cell& cell) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::string(); },
                        [](const std::string& text) { return text; },
                        [](std::uint64_t number) { return with_thousands(number); },
                        [](Share share) { return pass_rate(share.part, share.whole); },
                        [](OnDay on) { return iso_date(on.day); },
                        [](AtTime at) { return rfc3339(at.time); },
                        [](ByteCount count) { return bytes_text(count.bytes); },
                        [](const Digits& digits) { return digits.text; },
                    },
                    cell.value);
}

std::string data_text(const Cell& cell) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::string(); },
                        [](const std::string& text) { return text; },
                        [](std::uint64_t number) { return std::to_string(number); },
                        [](Share share) {
                          return share.whole == 0
                                     ? std::string()
                                     : fmt::format("{:.4f}", static_cast<double>(share.part) /
                                                                 static_cast<double>(share.whole));
                        },
                        [](OnDay on) { return iso_date(on.day); },
                        [](AtTime at) { return rfc3339(at.time); },
                        [](ByteCount count) { return std::to_string(count.bytes); },
                        [](const Digits& digits) { return digits.text; },
                    },
                    cell.value);
}

std::string toned(std::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::plain || text.empty()) return std::string(text);
  // Blue and yellow, not green and red: told apart by those who do not see the difference between
  // the latter.
  const std::string_view start = tone == Tone::good  ? "\x1b[34m"
                                 : tone == Tone::bad ? "\x1b[1;33m"
                                                     : "\x1b[2m";
  return fmt::format("{}{}\x1b[0m", start, text);
}

void write_heading(std::ostream& out, std::string_view name, std::string_view verdict, Tone tone,
                   bool colour) {
  const std::string lead = terminal_text(name) + ":";
  const bool fits = display_width(lead) + 1 + display_width(verdict) <= text_width(out, any_width);
  out << lead << (fits ? " " : "\n  ") << toned(verdict, tone, colour) << "\n\n";
}

std::vector<std::string> write_table(std::ostream& out, const ResultTable& table,
                                     const TableStyle& style) {
  Layout layout = lay_out(table);
  std::vector<std::string> left;
  if (style.width != 0) left = fit(layout, style.width);
  std::vector<Layout::Field> head;
  for (const Column* column : layout.columns) head.push_back({upper(column->title), Tone::quiet});
  write_line(out, layout, head, style.colour);
  for (const auto& row : layout.rows) write_line(out, layout, row, style.colour);
  return left;
}

void write_left_out(std::ostream& out, const std::vector<std::string>& titles,
                    std::string_view all_columns) {
  if (!titles.empty())
    write_paragraph(
        out, "",
        fmt::format("no room for {}: {} has all columns", fmt::join(titles, ", "), all_columns));
}

namespace {

/// Fields with a separator between them, the names of the columns first. Only text can be taken for
/// a formula: a number is one.
void write_fields(std::ostream& out, const ResultTable& table, char separator,
                  std::string (*field)(std::string_view, Formulas), Formulas formulas) {
  const auto add = [&](std::string& lines, auto&& field_of) {
    bool first = true;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].shown == Column::Shown::table_only) continue;
      if (!first) lines += separator;
      first = false;
      lines += field_of(i);
    }
    lines += '\n';
  };
  const auto add_row = [&](std::string& lines, const std::vector<Cell>& row) {
    add(lines, [&](std::size_t i) {
      if (i >= row.size()) return std::string();
      const std::string* text = std::get_if<std::string>(&row[i].value);
      return text != nullptr ? field(*text, formulas) : data_text(row[i]);  // numbers and days need
                                                                            // no quotes
    });
  };
  std::string line;
  add(line, [&](std::size_t i) { return field(table.columns[i].key, formulas); });
  out << line;
  for (const auto& row : table.rows) {
    line.clear();
    add_row(line, row);
    out << line;
  }

  // 300,000 lines of 23 fields take 0.37 s of processor time: worth the other processors.
  constexpr std::size_t at_once = 4096;
  const std::size_t workers = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t parts = (table.later.size + at_once - 1) / at_once;
  std::vector<std::string> lines(workers);
  for (std::size_t done = 0; done < parts; done += workers) {
    const std::size_t now = std::min(workers, parts - done);
    parallel_for(now, workers, [&](std::size_t part, std::size_t) {
      lines[part].clear();
      const std::size_t first = (done + part) * at_once;
      for (std::size_t i = first; i < std::min(first + at_once, table.later.size); ++i)
        add_row(lines[part], table.later.row(i));
    });
    for (std::size_t part = 0; part < now; ++part) out << lines[part];
  }
}

}  // namespace

void write_csv(std::ostream& out, const ResultTable& table, Formulas formulas) {
  write_fields(out, table, ',', csv_text, formulas);
}
void write_tsv(std::ostream& out, const ResultTable& table, Formulas formulas) {
  write_fields(out, table, '\t', field_text, formulas);
}

void write_plain(std::ostream& out, const ResultTable& table) {
  ResultTable rows = table;
  rows.totals.clear();
  for (Column& column : rows.columns) column.title.clear();
  for (auto& row : rows.rows) row.resize(std::max(row.size(), rows.columns.size()), Cell(""));
  const Layout layout = lay_out(rows, [](const Cell& cell) {
    const std::string text = terminal_text(data_text(cell));
    return text.empty() ? std::string("-") : text;
  });
  for (const auto& row : layout.rows) write_line(out, layout, row, false);
}

void write_markdown(std::ostream& out, const ResultTable& table) {
  const auto write = [&](auto&& text_of) {
    std::string line = "|";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (table.columns[i].shown != Column::Shown::data_only)
        line += fmt::format(" {} |", text_of(i));
    out << line << '\n';
  };
  const auto cells = [&](const std::vector<Cell>& row) {
    write([&](std::size_t i) {
      return i < row.size() ? markdown_text(human_text(row[i])) : std::string();
    });
  };
  write([&](std::size_t i) { return markdown_text(table.columns[i].title); });
  write([&](std::size_t i) { return table.columns[i].right ? "---:" : "---"; });
  for (const auto& row : table.rows) cells(row);
  if (!table.totals.empty()) cells(table.totals);
}

}  // namespace dmarcq
