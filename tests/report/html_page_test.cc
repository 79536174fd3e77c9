// SPDX-License-Identifier: MIT
#include "report/render/html_page.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace dmarcq;

namespace {

/// The start tags of a page: name and attribute names. Enough of a tokenizer for what html_dom.cc writes.
std::set<std::string> tags_of(const std::string& html) {
  std::set<std::string> tags;
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos;) {
    std::string tag;
    bool quoted = false;
    for (++at; at < html.size() && (quoted || html[at] != '>'); ++at) {
      if (html[at] == '"') quoted = !quoted;
      else if (!quoted) tag += html[at];
    }
    tags.insert(tag);
  }
  return tags;
}

StakeholderPage page_of(const std::string& words) {
  StakeholderPage page;
  page.title = page.generated = words;
  page.domains = {words, words};
  page.window = {20'728, 20'757};
  page.reports = page.reporters = 2;
  page.last_report_day = 20'757;
  for (const auto state : {DomainVerdict::State::not_ready, DomainVerdict::State::ready, DomainVerdict::State::not_judged})
    page.verdicts.push_back({.domain = words, .state = state, .sentence = words, .next_step = words, .brief = words, .policy = words, .target = words, .next_record = words,
                             .gates = {{words, words, GateLine::State::failed, words, words, words}, {words, words, GateLine::State::passed, words, words, words}}, .groups = {4, 3, 2, 1}});
  page.totals.messages = 10;
  page.totals.both = 4;
  page.totals.neither = 6;
  page.groups = {6, 2, 1, 1};
  page.volume = {"day", {{20'756, 20'756}, {20'757, 20'757}}, {{3, 1, 0, 1}, {3, 1, 1, 0}}};
  page.trends = {{words, {{1, 2, 3}, {0, 0, 1}}, {1, 2, 4}}};
  page.coverage = {{words, 1, 10, std::vector<bool>(30, true)}, {words, 1, 0, std::vector<bool>(30, false)}};
  page.any_report = std::vector<bool>(30, true);
  page.salesforce = {{words, words, page.totals, 10, 1, {{words, words, words, 3}}}};
  for (const bool salesforce : {true, false})
    for (const auto severity : {FindingCard::Severity::fault, FindingCard::Severity::note})
      page.findings.push_back({words, words, words, salesforce, severity, 3, 10, 20'730, 20'740, 4, words, words, {words, words}, words, {words, "https://example.com/ok"}, {words, words}});
  page.sources = {{words, words, words, MailGroup::failing, page.totals, {words, words, words}, {words}, 20'757}};
  page.sources_total = 11;
  page.changes = {.before = Period{20'698, 20'727}, .messages_before = 9, .reports_before = 2, .groups_before = {5, 2, 1, 1}, .appeared = {{words, 0, 0, 3, 1}}, .gone = {{words, 4, 4, 0, 0}},
                  .better = {{words, 30, 10, 30, 30}}, .worse = {{words, 30, 30, 30, 10}}, .findings_gone = {words}, .findings_new = {words}, .notes = {{20'730, words, words}}};
  page.overrides = {{words, 2}};
  page.problems.by_reason = {{words, 1}};
  page.problems.disagreements = {{words, words, words, 4}};
  page.method = {{words, words}};
  return page;
}

}  // namespace

TEST_CASE("html_page: no word makes, ends or changes an element") {
  const auto usual = tags_of(html_page(page_of("word")));
  REQUIRE(usual.size() > 60);
  for (const char* words : {"<script>hit()</script>", "\" onmouseover=\"hit()", "' onclick='hit()", "</bdi></td></table>", "<!--", "-->", "]]>", "&lt;b&gt;", "</title><b>", "</style><b>", "<svg/onload=hit()>",
                            "a\n<b>\n", "javascript:hit()", "https://evil.example/\"><b>"}) {
    auto tags = tags_of(html_page(page_of(words)));
    // The one text that may become an attribute is an address of our own writing; it is escaped all the same.
    CHECK_MESSAGE(tags == usual, words);
  }
}

TEST_CASE("html_page: equal values give equal bytes, and nothing from outside is asked for") {
  const std::string html = html_page(page_of("word"));
  CHECK(html == html_page(page_of("word")));
  for (const char* outside : {"<script", " src=", "@import", "url(http", " style=", "<link", "<img", "<iframe"}) CHECK_MESSAGE(html.find(outside) == std::string::npos, outside);
  CHECK(html.find("default-src 'none'; style-src 'sha256-") != std::string::npos);
}

TEST_CASE("html_page: long words are cut, many lines are counted") {
  CHECK(html_page(page_of(std::string(60'000, 'x'))).size() < 150'000);
  StakeholderPage page = page_of("word");
  page.verdicts.resize(2'000, page.verdicts.front());
  page.findings.resize(2'000, page.findings.front());
  page.salesforce.resize(2'000, page.salesforce.front());
  CHECK(html_page(page).size() < 300'000);
}

TEST_CASE("html_page: an empty page is a page") {
  StakeholderPage page;
  page.title = "DMARC report: no domain";
  page.window = {20'728, 20'757};
  const std::string html = html_page(page);
  CHECK(html.find("No reports received for any domain, 2 Oct – 31 Oct 2026.") != std::string::npos);
  CHECK(html.ends_with("</html>\n"));
}

TEST_CASE("html_page: several domains are one sentence, and the worst comes first") {
  StakeholderPage page = page_of("word");
  page.verdicts[0].domain = "a.example";
  page.verdicts[0].next_step = "Repair it.";
  const Headline line = headline(page);
  CHECK(line.sentence == "Of 3 domains, 1 is ready for a stricter policy, 1 is not ready, 1 was not judged.");
  CHECK(line.next_step == "a.example: Repair it.");
  CHECK(line.state == DomainVerdict::State::not_ready);
}
