// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/names.h"
#include "report/analysis/sender/sender_words.h"

namespace dmarcq {

/// A row beside what its names and its address say: all that learning and identification read of
/// it. Made for each row, so it copies nothing.
struct RowEvidence {
  const SourceRow& row;
  const IdentityNames& names;
  std::span<const CatalogueLine* const> networks;  ///< that hold source_ip, most specific first
  std::string host_name = {};  ///< of source_ip, in lower case; "" where none was looked up
};

/// Is the address in a network of this line's service, or of one that it sends through?
bool in_network_of(const CatalogueLine& line, const RowEvidence&);
bool in_salesforce_network(const RowEvidence&);

/// A line's signature passes: does the mail come from its service itself, not from somebody who
/// sent it on?
bool at_home(const CatalogueLine& line, const RowEvidence&, const SenderCatalogue&);

/// The service whose name passed and whose own address this is; null without one. SPF decides
/// before DKIM: it tells who runs the address.
const CatalogueLine* authenticated_service(const RowEvidence&, const SenderCatalogue&);

/// The Salesforce route of names of which at least one passed.
InternedString salesforce_route_of(const IdentityNames&, const SenderWords&);
/// The same for a line of any service.
InternedString route_of(const CatalogueLine&, const IdentityNames&, const SenderWords&);

/// Core's bounce name without SPF pass: mail of Core that somebody else delivered.
bool is_core_passed_on(const IdentityNames&);

/// Did an own signature pass with a selector as Marketing Cloud has it, "<stack>dkim1"?
bool has_stack_selector(const IdentityNames&);

}  // namespace dmarcq
