// SPDX-License-Identifier: MIT
#include "report/render/page/html_site.h"

#include <doctest/doctest.h>

#include <set>

using namespace dmarcq;

TEST_CASE("page_file_name: a host name as it is, anything else as a hash") {
  CHECK(page_file_name("example.com") == "example.com.html");
  CHECK(page_file_name("xn--bcher-kva.example") == "xn--bcher-kva.example.html");
  CHECK(page_file_name("_dmarc.example.com") == "_dmarc.example.com.html");
  std::set<std::string> names;
  for (const std::string& name :
       {std::string(), std::string("index"), std::string("../../etc/passwd"), std::string("a/b"),
        std::string(".hidden"), std::string("-rf"), std::string("Example.com"),
        std::string("a\0b", 3), std::string("<script>"), std::string(201, 'a')}) {
    CAPTURE(name);
    const std::string file = page_file_name(name);
    CHECK(file.starts_with("domain-"));
    CHECK(file.size() == 44);
    CHECK(names.insert(file).second);
  }
  CHECK(page_file_name(std::string(200, 'a')).size() == 205);
}

TEST_CASE("index of a site: counts, links, and strangers' words escaped") {
  Site site;
  SiteLine hit, goal;
  hit.domain = hit.verdict.domain = "<b>.example";
  hit.verdict.state = DomainVerdict::State::not_ready;
  goal.domain = goal.verdict.domain = "good.example";
  goal.verdict.state = DomainVerdict::State::at_goal;
  site.lines = {hit, goal};
  site.clients = {{"good.example", "Kestrel & Co"}};
  site.as_of = 20'000;
  const std::string html = html_site_index(site);
  const auto has = [&](const std::string& part) { return html.find(part) != html.npos; };
  CHECK(has("href=\"good.example.html\""));
  CHECK(has("href=\"" + page_file_name("<b>.example") + "\""));
  CHECK(has("&lt;b&gt;.example"));
  CHECK_FALSE(has("<b>.example"));
  CHECK(has("Kestrel &amp; Co"));
  CHECK(has(">All 2</label>"));
  CHECK(has(">Need attention 1</label>"));
  CHECK(has(">Goal reached 1</label>"));
  CHECK(has("<tr class=\"act\">"));
  CHECK(has("<tr class=\"done\">"));
  CHECK(html == html_site_index(site));
  site.clients.clear();
  CHECK(html_site_index(site).find(">Client<") == std::string::npos);
}
