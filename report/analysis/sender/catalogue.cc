// SPDX-License-Identifier: MIT
#include "report/analysis/sender/catalogue.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

using Kind = CatalogueLine::Kind;
constexpr std::array<std::string_view, 8> class_words{
    "unknown", "esp", "application", "mailbox", "gateway", "forwarder", "list", "own"};
constexpr std::array<std::string_view, 6> kind_words{"spf",  "dkim",    "selector",
                                                     "host", "include", "net"};

/// By ServiceId.
constexpr std::array<std::string_view, service_id_count> display_names{"",
                                                                       salesforce_service,
                                                                       "Google Workspace / Gmail",
                                                                       "Google Groups",
                                                                       "Microsoft 365",
                                                                       "Amazon SES",
                                                                       "SendGrid",
                                                                       "Klaviyo",
                                                                       "Atlassian",
                                                                       "SparkPost / Bird"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t n>
std::optional<std::size_t> position(const std::array<std::string_view, n>& words,
                                    std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

CatalogueLine read_line(std::string_view text) {
  std::array<std::string_view, 8> field;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto tab = text.find('\t');
    if ((tab == std::string_view::npos) != (i + 1 == field.size()))
      throw std::invalid_argument("expected 8 columns");
    field[i] = text.substr(0, tab);
    if (tab != std::string_view::npos) text.remove_prefix(tab + 1);
  }
  const auto service_class = position(class_words, field[1]);
  const auto kind = position(kind_words, field[3]);
  if (!service_class || !kind || field[0].empty() || field[4].empty())
    throw std::invalid_argument("unknown class or kind, or no value");
  CatalogueLine line;
  line.service = field[0];
  line.service_id = service_id(line.service);
  line.service_class = static_cast<ServiceClass>(*service_class);
  line.route = field[2];
  line.kind = static_cast<Kind>(*kind);
  line.value = field[4];
  line.proof = field[5] == "proof";
  line.confidence = field[6];
  line.source = field[7];
  return line;
}

}  // namespace

std::string_view to_text(ServiceClass value) noexcept {
  return class_words[static_cast<std::size_t>(value)];
}
std::string_view to_text(Kind value) noexcept {
  return kind_words[static_cast<std::size_t>(value)];
}

ServiceId service_id(std::string_view name) noexcept {
  const auto found = std::ranges::find(display_names, name);
  return found == display_names.end() ? ServiceId::other
                                      : static_cast<ServiceId>(found - display_names.begin());
}
std::string_view display_name(ServiceId id) noexcept {
  return display_names[static_cast<std::size_t>(id)];
}

bool sends_through(ServiceId service, ServiceId carrier) noexcept {
  switch (service) {
    case ServiceId::klaviyo: return carrier == ServiceId::sendgrid;
    case ServiceId::atlassian: return carrier == ServiceId::sparkpost;
    case ServiceId::google_groups: return carrier == ServiceId::google_workspace;
    default: return false;
  }
}

bool fits_pattern(std::string_view text, std::string_view pattern) {
  while (!pattern.empty()) {
    const char wanted = pattern.front();
    pattern.remove_prefix(1);
    if (wanted == '*' || wanted == '#') {
      // The shortest stretch first; a pattern holds at most a few wildcards.
      std::size_t taken = wanted == '#' ? 1 : 0;
      for (; taken <= text.size(); ++taken) {
        if (wanted == '#' && !is_digit(text[taken - 1])) return false;
        if (fits_pattern(text.substr(taken), pattern)) return true;
      }
      return false;
    }
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

SenderCatalogue::SenderCatalogue(std::string_view tsv) {
  std::size_t number = 0;
  while (!tsv.empty()) {
    const auto end = tsv.find('\n');
    const auto text = tsv.substr(0, end);
    tsv.remove_prefix(end == std::string_view::npos ? tsv.size() : end + 1);
    ++number;
    if (text.starts_with("# date: ")) date_ = text.substr(8, 10);
    if (text.empty() || text.front() == '#') continue;
    try {
      lines_.push_back(read_line(text));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("senders.tsv:" + std::to_string(number) + ": " + error.what());
    }
  }
  std::vector<IpNetwork> networks;
  std::vector<std::uint32_t> line_of_network;
  for (std::uint32_t i = 0; i < lines_.size(); ++i) {
    const auto& line = lines_[i];
    const bool pattern = line.value.find_first_of("*#") != std::string::npos;
    switch (line.kind) {
      case Kind::net:
        if (const auto network = IpNetwork::parse(line.value)) {
          networks.push_back(*network);
          line_of_network.push_back(i);
        } else {
          throw std::invalid_argument("senders.tsv: no network: " + line.value);
        }
        break;
      case Kind::include: break;
      case Kind::spf:
      case Kind::dkim:
      case Kind::host:
      case Kind::selector:
        if (pattern)
          patterns_.push_back(i);
        else if (line.kind == Kind::selector)
          selectors_[line.value].push_back(i);
        else
          names_.emplace(line.value, i);  // the first line wins: spf, dkim, host in this order
        break;
    }
  }
  networks_ = NetworkTable(networks);
  for (const auto position : networks_.all())
    network_lines_.push_back(line(line_of_network[position]));
}

const SenderCatalogue& SenderCatalogue::built_in() {
  static const SenderCatalogue catalogue{std::string_view{
#include "report/analysis/sender/senders.inc"
  }};
  return catalogue;
}

const CatalogueLine* SenderCatalogue::by_name(std::string_view name) const {
  while (!name.empty()) {
    if (const auto found = names_.find(name); found != names_.end()) return line(found->second);
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return nullptr;
}

std::vector<const CatalogueLine*> SenderCatalogue::hints(Kind kind, std::string_view text) const {
  std::vector<const CatalogueLine*> found;
  for (const auto i : patterns_)
    if (lines_[i].kind == kind && fits_pattern(text, lines_[i].value)) found.push_back(line(i));
  return found;
}

std::vector<const CatalogueLine*> SenderCatalogue::hints_for_spf(std::string_view name) const {
  return hints(Kind::spf, name);
}
std::vector<const CatalogueLine*> SenderCatalogue::hints_for_host(std::string_view name) const {
  return hints(Kind::host, name);
}

std::vector<const CatalogueLine*> SenderCatalogue::hints_for_selector(
    std::string_view selector) const {
  auto found = hints(Kind::selector, selector);
  if (const auto exact = selectors_.find(std::string(selector)); exact != selectors_.end())
    for (const auto i : exact->second) found.push_back(line(i));
  return found;
}

std::span<const CatalogueLine* const> SenderCatalogue::by_address(const IpAddress& address) const {
  const auto found = networks_.holding(address);
  if (found.empty()) return {};
  return std::span(network_lines_)
      .subspan(static_cast<std::size_t>(found.data() - networks_.all().data()), found.size());
}

bool SenderCatalogue::knows_networks_of(std::string_view service) const {
  // More than single addresses: those are samples, not a published range.
  return std::any_of(network_lines_.begin(), network_lines_.end(), [&](const auto* line) {
    return line->service == service && !line->value.ends_with("/32");
  });
}

const std::string& catalogue_date() { return SenderCatalogue::built_in().date(); }

}  // namespace dmarcq
