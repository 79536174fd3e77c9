// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "report/analysis/finding/diagnose.h"

namespace dmarcq {

// Whose mail a row is. Every answer asks here.

/// Own mail, for questions about a window whose days were not told apart: what Standing::own is
/// where a timeline was judged, as far as one row tells. (Days tell more: that a service's default
/// identity takes turns with signed mail of the owner's, for instance.) Mail that was forwarded, or
/// went through a list, is not own mail even where it passes. The row is one of those judged.
bool is_own(const SourceRow&, const RowVerdict&, const Sender&, Identifier&);

/// Is mail of this sender Salesforce's? A name that anyone can write makes nobody a Salesforce
/// source.
bool is_proven_salesforce(const Sender&);

/// Salesforce mail that a relay of the owner's passed on under its own name: the address is
/// Google's, Microsoft's or the owner's.
bool is_relayed_salesforce(const RowVerdict&);

/// Salesforce's mail, by whatever route: proven, or relayed.
bool is_salesforce(const RowVerdict&, const Sender&);

/// The route of Salesforce's mail.
std::string_view salesforce_route_of(const RowVerdict&, const Sender&);

}  // namespace dmarcq
