// SPDX-License-Identifier: MIT
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/page/stakeholder_page.h"
#include "report/render/page/html_dom.h"

namespace dmarcq {

// The pieces that the sections of the page are made of.

/// A stranger's word in its own bidirectional context: right-to-left letters must not turn the line
/// around them.
Element add_foreign(Element, std::string_view);
/// A domain name likewise, readable beside its A-label.
Element add_domain(Element, std::string_view name);
/// Clean, and cut off with "…" where it is wider: nobody's name may fill the page.
std::string clipped(std::string_view text, unsigned columns);
/// A section with its heading; the element to fill.
Element add_section(Element main, std::string_view heading);

struct TableColumn {
  std::string title;
  bool number = false;
  bool optional = false;  ///< left out on narrow screens
};
/// A table with caption and head; returns its body. The first cell of each row should be made with
/// row_head(). `wide`: it may be wider than a small screen and then scrolls on its own, by keyboard
/// too.
struct TableOptions {
  const char* css_class = "";
  bool wide = false;
};
Element add_table(Element, std::string_view caption, const std::vector<TableColumn>&,
                  TableOptions = {});
Element row_head(Element row);
Element number_cell(Element row, std::string_view words, bool optional = false);
Element number_cell(Element row, std::uint64_t number, bool optional = false);

/// The table of the numbers behind a chart, folded away: it is for those who cannot see the chart,
/// or want to copy.
Element add_numbers(Element, std::string_view summary);

/// On a narrow screen, what stands between the two and has the class "tail" is hidden until the
/// reader asks for it by the switch, whose label add_unfold() writes. Wide screens and paper show
/// it, and no switch. Both have the same parent; the name is unique on the page.
void add_fold(Element, std::string_view name);
void add_unfold(Element, std::string_view name, std::string_view words);

/// Cells of a table of the class "cards": on a narrow screen each row becomes a card, and each cell
/// says what it is.
Element labelled_cell(Element row, std::string_view label);
Element labelled_number(Element row, std::string_view label, std::string_view words);
Element labelled_number(Element row, std::string_view label, std::uint64_t number);

/// "✕ Not ready", in its colour.
void add_state(Element, DomainVerdict::State);
/// Where an advice is from. Only addresses of our own writing become links: a report must not be
/// able to place one.
void add_references(Element, const std::vector<std::string_view>&);

/// "Needs fixing"
std::string_view name_of(MailGroup) noexcept;
/// words_of() with a mark before them: "✓ Ready".
std::string name_of(DomainVerdict::State);
const char* css_of(DomainVerdict::State) noexcept;
std::uint64_t sum(const GroupCounts&) noexcept;

}  // namespace dmarcq
