// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/ip_address.h"
#include "report/analysis/sender/network_table.h"

namespace dmarcq {

/// What a service does, which decides how its failures are read. `own` is for what the owner of the
/// domain declares.
enum class ServiceClass { unknown, esp, application, mailbox, gateway, forwarder, list, own };
std::string_view to_text(ServiceClass) noexcept;

/// The services that rules speak of. Their display names, which are the keys of senders.tsv, stand
/// in one table in catalogue.cc; a rule never spells one.
enum class ServiceId : std::uint8_t {
  other,  ///< any other service, or none
  salesforce,
  google_workspace,
  google_groups,
  microsoft_365,
  amazon_ses,
  sendgrid,
  klaviyo,
  atlassian,
  sparkpost,
};
inline constexpr std::size_t service_id_count = 10;
/// `other` for all names that no rule speaks of. Compares a dozen names: for each distinct sender,
/// not for each row.
ServiceId service_id(std::string_view display_name) noexcept;
std::string_view display_name(ServiceId) noexcept;  ///< "" for `other`

/// Does `service` send from the addresses of `carrier`? Then a name of `service` says more than the
/// address.
bool sends_through(ServiceId service, ServiceId carrier) noexcept;

/// One line of report/analysis/sender/senders.tsv, which explains the columns.
struct CatalogueLine {
  enum class Kind { spf, dkim, selector, host, include, net };
  std::string service, route;
  ServiceId service_id = ServiceId::other;
  ServiceClass service_class = ServiceClass::unknown;
  Kind kind = Kind::spf;
  std::string value;
  bool proof = false;  ///< false: a hint, of use only beside another signature of the same service
  std::string confidence, source;
};
std::string_view to_text(CatalogueLine::Kind) noexcept;

/// The shipped list of senders, with look-ups that cost a few hash probes. Immutable after
/// construction: any thread may read it.
class SenderCatalogue {
 public:
  static const SenderCatalogue& built_in();
  /// From text in the form of senders.tsv. Throws std::invalid_argument with the line number on a
  /// bad line: a defect of ours.
  explicit SenderCatalogue(std::string_view tsv);
  SenderCatalogue(const SenderCatalogue&) = delete;  // answers point into it
  SenderCatalogue& operator=(const SenderCatalogue&) = delete;

  /// The line whose domain is `name` or the closest one above it. Every name that a service owns
  /// counts, whether the list has it as SPF, DKIM or host name: passing authentication for it needs
  /// the service's DNS. Null when none.
  const CatalogueLine* by_name(std::string_view name) const;
  /// Hints: patterns for names below the customer's domain, and selectors. Several services may
  /// fit.
  std::vector<const CatalogueLine*> hints_for_spf(std::string_view name) const;
  std::vector<const CatalogueLine*> hints_for_selector(std::string_view selector) const;
  std::vector<const CatalogueLine*> hints_for_host(std::string_view name) const;
  /// Networks that hold the address, most specific first.
  std::span<const CatalogueLine* const> by_address(const IpAddress&) const;
  /// Does the list hold networks of the service at all?
  bool knows_networks_of(std::string_view service) const;

  const std::vector<CatalogueLine>& lines() const { return lines_; }
  const std::string& date() const { return date_; }  ///< "2026-08-19"

 private:
  const CatalogueLine* line(std::uint32_t position) const { return &lines_[position]; }
  std::vector<const CatalogueLine*> hints(CatalogueLine::Kind, std::string_view) const;
  std::string date_;
  std::vector<CatalogueLine> lines_;
  struct HashName {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  std::unordered_map<std::string, std::uint32_t, HashName, std::equal_to<>> names_;  ///< proof
                                                                                     ///< names →
                                                                                     ///< line
  std::unordered_map<std::string, std::vector<std::uint32_t>> selectors_;  ///< hints without a
                                                                           ///< wildcard
  std::vector<std::uint32_t> patterns_;                                    ///< hints with one
  NetworkTable networks_;
  std::vector<const CatalogueLine*> network_lines_;  ///< parallel to networks_.all()
};

/// The date of the catalogue that is built in: results depend on it.
const std::string& catalogue_date();

/// Does the whole of `text` fit? `*` is anything, also nothing; `#` is one digit or more; the rest
/// stands for itself.
bool fits_pattern(std::string_view text, std::string_view pattern);

}  // namespace dmarcq
