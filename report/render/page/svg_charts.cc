// SPDX-License-Identifier: MIT
#include "report/render/page/svg_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "report/render/numbers.h"

namespace dmarcq {
namespace {

constexpr std::array<const char*, 5> ink_class{"i0", "i1", "i2", "i3", "i4"};

/// Measures of a chart in the units of its viewBox, which are CSS pixels at full size.
struct Layout {
  double width, height;
  double left, right, top, bottom;  // margins
  std::size_t dates;                // labels on the horizontal axis
  const char* css_class;
};
constexpr Layout wide_layout{920, 250, 64, 12, 26, 34, 7, "chart wide"};
constexpr Layout narrow_layout{360, 164, 52, 8, 24, 34, 3, "chart narrow"};
constexpr Layout spark_layout{120, 24, 0, 0, 1, 1, 0, "spark"};

std::string compact(std::uint64_t number) {
  if (number < 10'000) return with_thousands(number);
  if (number < 1'000'000)
    return number % 1000 == 0 ? fmt::format("{}k", number / 1000)
                              : fmt::format("{:.1f}k", static_cast<double>(number) / 1e3);
  return number % 1'000'000 == 0 ? fmt::format("{}M", number / 1'000'000)
                                 : fmt::format("{:.1f}M", static_cast<double>(number) / 1e6);
}

Element start_svg(Element parent, const ChartText& words, const std::string& id,
                  const Layout& layout) {
  const Element svg = parent.add("svg")
                          .set("class", layout.css_class)
                          .set("viewBox", fmt::format("0 0 {} {}", layout.width, layout.height));
  svg.set("role", "img").set("aria-labelledby", fmt::format("{0}-t {0}-d", id));
  svg.add("title").set("id", id + "-t").text(words.title);
  svg.add("desc").set("id", id + "-d").text(words.description);
  return svg;
}

void add_label(Element svg, double x, double y, const char* anchor, std::string_view words) {
  svg.add("text").set("x", x).set("y", y).set("text-anchor", anchor).text(words);
}

void add_line(Element svg, const char* css_class, double x1, double y1, double x2, double y2) {
  svg.add("line").set("class", css_class).set("x1", x1).set("y1", y1).set("x2", x2).set("y2", y2);
}

std::uint64_t most_of(const std::vector<ChartSeries>& series, std::size_t periods) {
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < periods; ++i) {
    std::uint64_t sum = 0;
    for (const ChartSeries& one : series) sum += one.values[i];
    most = std::max(most, sum);
  }
  return most;
}

void add_bars(Element svg, const Layout& layout, std::size_t periods,
              const std::vector<ChartSeries>& series, std::uint64_t top) {
  const double plot_width = layout.width - layout.left - layout.right,
               plot_height = layout.height - layout.top - layout.bottom;
  const double pitch = plot_width / static_cast<double>(periods);
  const double bar = std::min(std::max(pitch * 0.78, pitch - 6), 56.0);
  std::vector<double> tops(periods, layout.top + plot_height);  // of what stands there so far
  for (const ChartSeries& one : series) {
    // All bars of a series are one shape: a browser that prints makes a picture of each patterned
    // shape.
    std::string path;
    for (std::size_t i = 0; i < periods; ++i) {
      if (one.values[i] == 0) continue;
      // What is there is seen, however small: at least one unit high.
      const double height = std::max(
          plot_height * static_cast<double>(one.values[i]) / static_cast<double>(top), 1.0);
      tops[i] -= height;
      path += fmt::format("M{:.1f} {:.1f}h{:.1f}v{:.1f}h-{:.1f}z",
                          layout.left + pitch * static_cast<double>(i) + (pitch - bar) / 2,
                          std::max(tops[i], 0.0), bar, height, bar);
    }
    if (!path.empty())
      svg.add("path").set("class", ink_class[static_cast<std::size_t>(one.ink)]).set("d", path);
  }
}

/// A numbered line at the start of each of these days. Numbers of lines that lie close stand one
/// below the other.
void add_marks(Element svg, const Layout& layout, const std::vector<Period>& periods,
               const std::vector<Day>& days) {
  const Day first = periods.front().first, end = periods.back().last + 1;
  const double plot_width = layout.width - layout.left - layout.right;
  double last_x = 0, drop = 0;
  for (std::size_t i = 0; i < days.size(); ++i) {
    const double x = layout.left + plot_width * static_cast<double>(days[i] - first) /
                                       static_cast<double>(end - first);
    drop = i > 0 && x - last_x < 16 ? drop + 14 : 0;
    last_x = x;
    add_line(svg, "mark", x, layout.top, x, layout.height - layout.bottom);
    const bool at_end = x > layout.width - layout.right - 14;
    add_label(svg, at_end ? x - 4 : x + 4, layout.top + 11 + drop, at_end ? "end" : "start",
              std::to_string(i + 1));
  }
}

void add_full_chart(Element parent, const ChartText& words, const Layout& layout,
                    const char* suffix, const std::vector<Period>& periods,
                    const std::vector<ChartSeries>& series, const ChartMarks& marks) {
  const Element svg = start_svg(parent, words, words.id + suffix, layout);
  const double plot_width = layout.width - layout.left - layout.right,
               plot_height = layout.height - layout.top - layout.bottom;
  const AxisScale scale = axis_scale(most_of(series, periods.size()));
  for (std::uint64_t part = 0; part <= scale.top / scale.step; ++part) {
    const std::uint64_t mark = part * scale.step;
    const double y = layout.top +
                     plot_height * (1 - static_cast<double>(mark) / static_cast<double>(scale.top));
    add_line(svg, mark == 0 ? "axis" : "grid", layout.left, y, layout.width - layout.right, y);
    add_label(svg, layout.left - 8, y + 4, "end", compact(mark));
  }
  add_label(svg, 0, 13, "start", words.unit);
  const double pitch = plot_width / static_cast<double>(periods.size());
  const double floor = layout.height - layout.bottom;
  if (marks.first_is_partial)
    svg.add("rect")
        .set("class", "partial")
        .set("x", layout.left)
        .set("y", layout.top)
        .set("width", pitch)
        .set("height", plot_height);
  add_bars(svg, layout, periods.size(), series, scale.top);
  add_marks(svg, layout, periods, marks.days);
  const std::size_t dates = std::min(layout.dates, periods.size());
  for (std::size_t date = 0; date < dates; ++date) {
    const std::size_t at = dates == 1 ? 0 : date * (periods.size() - 1) / (dates - 1);
    const double x = layout.left + pitch * (static_cast<double>(at) + 0.5);
    add_line(svg, "axis", x, floor, x, floor + 5);
    // The labels at the ends must not leave the picture.
    const bool first = date == 0 && dates > 1 && pitch < 60,
               last = date + 1 == dates && dates > 1 && pitch < 60;
    const double at_x = first ? layout.left : last ? layout.width - layout.right : x;
    add_label(svg, at_x, floor + 22,
              first  ? "start"
              : last ? "end"
                     : "middle",
              short_date(periods[at].first, date == 0 || date + 1 == dates));
  }
}

}  // namespace

std::string short_date(Day day, bool with_year) {
  static constexpr std::array<std::string_view, 12> months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const std::string text = fmt::format("{} {}", static_cast<unsigned>(date.day()),
                                       months[static_cast<unsigned>(date.month()) - 1]);
  return with_year ? fmt::format("{} {}", text, static_cast<int>(date.year())) : text;
}

std::string date_span(Day first, Day last) {
  if (first == last) return short_date(first, true);
  const std::chrono::year_month_day a{std::chrono::sys_days{std::chrono::days{first}}},
      b{std::chrono::sys_days{std::chrono::days{last}}};
  return fmt::format("{} – {}", short_date(first, a.year() != b.year()), short_date(last, true));
}

AxisScale axis_scale(std::uint64_t most) {
  most = std::max<std::uint64_t>(most, 1);
  if (most > 100'000'000'000'000'000)
    return {most, most};  // a reporter's joke; no round numbers for it
  for (std::uint64_t decade = 1;; decade *= 10) {
    for (const std::uint64_t digit : {1, 2, 5}) {
      const std::uint64_t step = digit * decade;
      const std::uint64_t parts = (most + step - 1) / step;
      if (parts <= 5) return {parts * step, step};
    }
  }
}

void add_patterns(Element body) {
  const Element svg = body.add("svg")
                          .set("class", "patterns")
                          .set("width", 0)
                          .set("height", 0)
                          .set("aria-hidden", "true")
                          .set("focusable", "false");
  const Element defs = svg.add("defs");
  const auto pattern = [&](const char* id, int size, const char* turn) {
    const Element element = defs.add("pattern")
                                .set("id", id)
                                .set("width", size)
                                .set("height", size)
                                .set("patternUnits", "userSpaceOnUse");
    if (turn != nullptr) element.set("patternTransform", turn);
    return element;
  };
  const Element hatch = pattern("p1", 6, "rotate(45)");
  hatch.add("rect").set("class", "b1").set("width", 6).set("height", 6);
  hatch.add("rect").set("class", "m1").set("width", 2).set("height", 6);
  const Element cross = pattern("p2", 7, "rotate(-45)");
  cross.add("rect").set("class", "b2").set("width", 7).set("height", 7);
  cross.add("rect").set("class", "m2").set("width", 1.5).set("height", 7);
  cross.add("rect").set("class", "m2").set("width", 7).set("height", 1.5);
  const Element stripes = pattern("p3", 5, nullptr);
  stripes.add("rect").set("class", "b3").set("width", 5).set("height", 5);
  stripes.add("rect").set("class", "m3").set("width", 5).set("height", 1.5);
  const Element dots = pattern("p4", 5, nullptr);
  dots.add("rect").set("class", "b4").set("width", 5).set("height", 5);
  dots.add("circle").set("class", "m4").set("cx", 2.5).set("cy", 2.5).set("r", 1.1);
}

void add_swatch(Element parent, Ink ink) {
  const Element svg = parent.add("svg", "swatch")
                          .set("viewBox", "0 0 14 14")
                          .set("aria-hidden", "true")
                          .set("focusable", "false");
  svg.add("rect")
      .set("class", ink_class[static_cast<std::size_t>(ink)])
      .set("width", 14)
      .set("height", 14);
}

void add_stacked_chart(Element parent, const ChartText& words, const std::vector<Period>& periods,
                       const std::vector<ChartSeries>& series, const ChartMarks& marks) {
  if (periods.empty()) return;
  add_full_chart(parent, words, wide_layout, "-w", periods, series, marks);
  add_full_chart(parent, words, narrow_layout, "-n", periods, series, marks);
}

void add_sparkline(Element parent, const ChartText& words, std::size_t periods,
                   const std::vector<ChartSeries>& series) {
  if (periods == 0) return;
  const Element svg =
      start_svg(parent, words, words.id, spark_layout).set("preserveAspectRatio", "none");
  add_bars(svg, spark_layout, periods, series,
           std::max<std::uint64_t>(1, most_of(series, periods)));
}

void add_day_strip(Element parent, const ChartText& words, const std::vector<bool>& days) {
  const Layout layout{static_cast<double>(days.size()) * 4, 14, 0, 0, 0, 0, 0, "strip"};
  const Element svg = start_svg(parent, words, words.id, layout).set("preserveAspectRatio", "none");
  // Runs of equal days are one shape each: a year of a steady reporter is one rectangle.
  for (std::size_t at = 0; at < days.size();) {
    std::size_t end = at;
    while (end < days.size() && days[end] == days[at]) ++end;
    const double x = static_cast<double>(at) * 4, width = static_cast<double>(end - at) * 4;
    if (days[at])
      svg.add("rect")
          .set("class", "i0")
          .set("x", x)
          .set("y", 0)
          .set("width", width)
          .set("height", 14);
    else
      svg.add("rect")
          .set("class", "gap")
          .set("x", x)
          .set("y", 6)
          .set("width", width)
          .set("height", 2);
    at = end;
  }
}

}  // namespace dmarcq
