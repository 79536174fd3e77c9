// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/queries.h"

namespace dmarcq {

/// What is asked about: what the store can select by, and what only judging can.
struct Selection {
  Filter filter;
  std::vector<std::string> services, routes;  ///< lower case; a service matches by any part of its
                                              ///< name
  bool failing = false, passing = false, salesforce = false;
  std::optional<Disposition> disposition;  ///< only rows that the receiver disposed so
  std::optional<std::uint64_t> limit;
  std::string sort;         ///< a key of the command's own; "" for its default
  bool descending = false;  ///< the key was given with a minus
};

}  // namespace dmarcq
