// SPDX-License-Identifier: MIT
#include "report/render/page/html_page.h"

#include <fmt/format.h>

#include "ingest/base/digest.h"
#include "report/render/base64.h"
#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_names.h"
#include "report/render/page/html_style.h"
#include "report/render/page/svg_charts.h"

namespace dmarcq {
namespace {

/// Nothing may be loaded, run, framed or sent; the one style sheet is named by its hash, so that no
/// other can slip in.
std::string security_policy(std::string_view style) {
  const Digest digest = sha256(style);
  const std::string hash =
      base64(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  return fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'", hash);
}

void add_header(Element body, const StakeholderPage& page) {
  const Element header = body.add("header");
  header.add("p", "kicker").text("DMARC · who sends mail in your name");
  add_foreign(header.add("h1"), clipped(page_title(page), 200));
  const Element facts = header.add("p", "facts");
  facts.text(fmt::format("{} (UTC days)", date_span(page.window.first, page.window.last)));
  // Figures that stand again below: a narrow screen leaves them out here.
  if (page.reports > 0)
    facts.add("span", "opt")
        .text(fmt::format(" · {} in {} from {}", counted(page.messages, "message"),
                          counted(page.reports, "report"), counted(page.reporters, "reporter")));
}

}  // namespace

Element start_document(Element html, std::string_view title) {
  html.set("lang", "en");
  const Element head = html.add("head");
  head.add("meta").set("charset", "utf-8");
  const Element policy = head.add("meta").set("http-equiv", "Content-Security-Policy");
  head.add("meta").set("name", "viewport").set("content", "width=device-width, initial-scale=1");
  head.add("meta").set("name", "color-scheme").set("content", "light dark");
  head.add("meta").set("name", "referrer").set("content", "no-referrer");
  head.add("meta").set("name", "robots").set("content", "noindex");
  head.add("meta").set("name", "generator").set("content", "dmarcq");
  head.add("title").text(clipped(title, 200));
  // The hash is that of the text as it is written: the tree turns line breaks into spaces.
  std::string style(page_style());
  for (char& c : style)
    if (c == '\n') c = ' ';
  policy.set("content", security_policy(style));
  head.add("style").text(style);
  const Element body = html.add("body");
  add_patterns(body);
  return body;
}

std::string html_page(const StakeholderPage& page) {
  HtmlTree tree("html");
  const Element body = start_document(tree.root(), page_title(page));
  add_header(body, page);
  const Element main = body.add("main");
  add_status(main, page);
  add_decision(main, page);
  add_domains(main, page);
  add_failing_mail(main, page);
  add_senders(main, page);
  add_spoofing(main, page);
  add_changes(main, page);
  add_appendix(main, page);
  const Element foot = body.add("footer").add("p");
  foot.text(
      "Made by dmarcq from DMARC aggregate reports. This page is one file: it runs no script and loads nothing.");
  if (!page.generated.empty()) foot.text(" Generated " + page.generated + ".");
  return tree.write(true);
}

std::string covered_domains(const StakeholderPage& page) {
  if (page.domains.empty()) return "no domain";
  std::string words = clipped(domain_text(page.domains.front()), 160);
  if (page.domains.size() == 2) return words + " and " + clipped(domain_text(page.domains[1]), 160);
  if (page.domains.size() > 2) words += fmt::format(" and {} more", page.domains.size() - 1);
  return words;
}

std::string page_title(const StakeholderPage& page) {
  return page.title.empty() ? "DMARC report: " + covered_domains(page) : page.title;
}

}  // namespace dmarcq
