// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "report/answers/portfolio/site_answer.h"

namespace dmarcq {

/// A site of pages: an index, and a page for each domain beside it.
struct Site {
  std::string title;
  std::vector<SiteLine> lines;                 ///< most urgent first
  std::map<std::string, std::string> clients;  ///< by domain; empty where none is configured
  std::size_t left_out = 0;                    ///< domains that have no page
  Day as_of = 0;
  std::string generated;  ///< "" unless it was asked for
};

/// The file that a domain's page lies in: "example.com.html". A name that is no plain host name
/// becomes a hash: a report chose it.
std::string page_file_name(const std::string& domain);

/// Counts, what needs attention, and a line for each domain, which can be chosen by state without a
/// script. As self-contained as html_page().
std::string html_site_index(const Site&);

}  // namespace dmarcq
