// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "report/answers/page/stakeholder_page.h"
#include "report/render/page/html_dom.h"

namespace dmarcq {

// Charts as inline SVG. Each has a title and a description for those who cannot see it; the numbers
// stand in a table beside it, which is html_page.cc's business. Series differ by colour and by
// pattern.

/// How a series looks, in the order of MailGroup: solid blue, hatched orange, cross-hatched amber,
/// striped violet, dotted light blue (html_style.cc, add_patterns()).
enum class Ink { authenticated, needs_fixing, unidentified, spoofing, forwarded };
inline constexpr Ink ink_of(MailGroup group) { return static_cast<Ink>(group); }

/// The patterns that charts refer to, once for a page.
void add_patterns(Element body);
/// A small square for a legend.
void add_swatch(Element, Ink);

struct ChartSeries {
  Ink ink = Ink::authenticated;
  std::vector<std::uint64_t> values;
};  ///< a value for each period
struct ChartText {
  std::string id;  ///< unique on the page
  std::string title, description;
  std::string unit;  ///< of the vertical axis: "messages per day"
};
/// What a chart shows beside its bars: a numbered line at each of these days, in this order, and
/// shade behind a first period that is shorter than the others.
struct ChartMarks {
  std::vector<Day> days;
  bool first_is_partial = false;
};
/// Stacked bars, first series at the foot. Drawn twice, for wide and for narrow screens; the style
/// sheet shows one of them.
void add_stacked_chart(Element, const ChartText&, const std::vector<Period>&,
                       const std::vector<ChartSeries>&, const ChartMarks& = {});
/// Bars without axes, for a cell of a table.
void add_sparkline(Element, const ChartText&, std::size_t periods, const std::vector<ChartSeries>&);
/// One mark for each day: a block where it is set, a thin line where not. Stretches to the width it
/// is given.
void add_day_strip(Element, const ChartText&, const std::vector<bool>& days);
/// "24 Aug", "24 Aug 2026"
std::string short_date(Day, bool with_year = false);
/// "24 Aug – 21 Nov 2026"; one day is one date.
std::string date_span(Day first, Day last);
/// A round number not below `most`, and the step between marks that divides it into a few parts.
struct AxisScale {
  std::uint64_t top = 1, step = 1;
};
AxisScale axis_scale(std::uint64_t most);

}  // namespace dmarcq
