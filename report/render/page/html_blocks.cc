// SPDX-License-Identifier: MIT
#include "report/render/page/html_blocks.h"

#include <fmt/format.h>

#include <numeric>

#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/page/html_names.h"
#include "report/render/phrases/verdict_phrases.h"
#include "report/render/phrases/wording.h"
#include "report/render/utf8.h"

namespace dmarcq {

Element add_foreign(Element parent, std::string_view words) {
  return parent.add("bdi").text(clipped(words, 1'200));
}

Element add_domain(Element parent, std::string_view name) {
  return add_foreign(parent, clipped(name.empty() ? "–" : domain_text(name), 160));
}

std::string clipped(std::string_view text, unsigned columns) {
  const std::string clean = terminal_text(text);
  // Of some names nothing is left once what deceives is taken out.
  if (clean.find_first_not_of(' ') == std::string::npos)
    return text.empty() ? std::string() : "(unreadable)";
  return truncated(clean, columns);
}

Element add_section(Element main, std::string_view heading) {
  const Element section = main.add("section");
  section.add("h2").text(heading);
  return section;
}

Element add_table(Element parent, std::string_view caption, const std::vector<TableColumn>& columns,
                  TableOptions options) {
  if (options.wide)
    parent = parent.add("div", "scroll")
                 .set("tabindex", 0)
                 .set("role", "region")
                 .set("aria-label", caption);
  const Element table = parent.add("table");
  if (*options.css_class != '\0') table.set("class", options.css_class);
  table.add("caption").text(caption);
  const Element row = table.add("thead").add("tr");
  for (const TableColumn& column : columns) {
    const Element cell = row.add("th").set("scope", "col").text(column.title);
    if (column.number || column.optional)
      cell.set("class", column.number ? (column.optional ? "n opt" : "n") : "opt");
  }
  return table.add("tbody");
}

Element row_head(Element row) { return row.add("th").set("scope", "row"); }

Element number_cell(Element row, std::string_view words, bool optional) {
  return row.add("td").set("class", optional ? "n opt" : "n").text(words);
}

Element number_cell(Element row, std::uint64_t number, bool optional) {
  return number_cell(row, with_thousands(number), optional);
}

Element add_numbers(Element parent, std::string_view summary) {
  const Element details = parent.add("details");
  details.add("summary").text(summary);
  return details;
}

void add_fold(Element parent, std::string_view name) {
  parent.add("input")
      .set("type", "checkbox")
      .set("class", "fold")
      .set("id", fmt::format("fold-{}", name));
}

void add_unfold(Element parent, std::string_view name, std::string_view words) {
  parent.add("label").set("class", "unfold").set("for", fmt::format("fold-{}", name)).text(words);
}

Element labelled_cell(Element row, std::string_view label) {
  return row.add("td").set("data-label", label);
}

Element labelled_number(Element row, std::string_view label, std::string_view words) {
  return labelled_cell(row, label).set("class", "n").text(words);
}

Element labelled_number(Element row, std::string_view label, std::uint64_t number) {
  return labelled_number(row, label, with_thousands(number));
}

void add_state(Element parent, DomainVerdict::State state) {
  const bool good = state == DomainVerdict::State::ready || state == DomainVerdict::State::at_goal;
  const bool bad = state == DomainVerdict::State::not_ready ||
                   state == DomainVerdict::State::no_reports;
  parent.add("span")
      .set("class", bad    ? "state bad"
                    : good ? "state good"
                           : "state")
      .text(name_of(state));
}

void add_references(Element parent, const std::vector<std::string_view>& references) {
  if (references.empty()) return;
  const Element line = parent.add("p", "small");
  line.text("Source: ");
  bool first = true;
  for (const std::string_view reference : references) {
    if (!first) line.text("; ");
    first = false;
    if (!reference.starts_with("https://")) {
      line.text(reference);
      continue;
    }
    const std::string_view rest = reference.substr(8);
    std::string words(rest.substr(0, rest.find('/')));
    if (const std::size_t id = rest.find("?id="); id != std::string_view::npos)
      words += ", article " + std::string(rest.substr(id + 4, rest.find('&', id) - id - 4));
    line.add("a").set("href", reference).set("rel", "noreferrer").text(words);
  }
}

std::string_view name_of(MailGroup group) noexcept {
  switch (group) {
    case MailGroup::authenticated: return "Authenticated";
    case MailGroup::needs_fixing: return "Needs fixing";
    case MailGroup::unidentified: return "Unidentified";
    case MailGroup::spoofing: return "Spoofing";
    case MailGroup::forwarded: return "Forwarded";
    case MailGroup::temporary: break;
  }
  return "Temporary errors";
}

std::string name_of(DomainVerdict::State state) {
  std::string_view mark = "–";
  switch (state) {
    case DomainVerdict::State::ready:
    case DomainVerdict::State::at_goal: mark = "✓"; break;
    case DomainVerdict::State::not_ready: mark = "✕"; break;
    case DomainVerdict::State::too_little_data: mark = "…"; break;
    case DomainVerdict::State::no_reports: break;
  }
  return fmt::format("{} {}", mark, capitalized(std::string(words_of(state))));
}

const char* css_of(DomainVerdict::State state) noexcept {
  switch (state) {
    case DomainVerdict::State::ready: return "ready";
    case DomainVerdict::State::not_ready: return "not-ready";
    case DomainVerdict::State::too_little_data: return "too-little";
    case DomainVerdict::State::at_goal: return "at-goal";
    case DomainVerdict::State::no_reports: break;
  }
  return "no-reports";
}

std::uint64_t sum(const GroupCounts& groups) noexcept {
  return std::accumulate(groups.begin(), groups.end(), std::uint64_t{0});
}

}  // namespace dmarcq
