// SPDX-License-Identifier: MIT
#include "tests/generator/salesforce_org.h"

#include <cstddef>
#include <stdexcept>

namespace dmarcq::generator {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::string case_suffix(std::string_view id15) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  std::string suffix;
  for (std::size_t group = 0; group < 15; group += 5) {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i)
      bits |= (is_upper(id15[group + i]) ? std::size_t{1} : 0) << i;
    suffix += alphabet[bits];
  }
  return suffix;
}

std::string org_label(std::string_view org_id) {
  if ((org_id.size() != 15 && org_id.size() != 18) || !org_id.starts_with("00D")) {
    throw std::invalid_argument("not a Salesforce org id: " + std::string(org_id));
  }
  const std::string_view id15 = org_id.substr(0, 15);
  std::string_view pod = id15.substr(3, 2);
  if (pod.ends_with('0')) pod.remove_suffix(1);
  std::string_view rest = id15.substr(5);
  while (rest.size() > 1 && rest.front() == '0') rest.remove_prefix(1);

  std::string label;
  for (const std::string_view part : {pod, std::string_view("-"), rest}) label += part;
  label += case_suffix(id15);
  for (char& c : label) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return label;
}

std::string bounce_domain(std::string_view hash, std::string_view org_id,
                          std::string_view instance) {
  std::string name(hash);
  name += '.';
  name += org_label(org_id);
  name += '.';
  name += instance;
  name += ".bnc.salesforce.com";
  return name;
}

}  // namespace dmarcq::generator
