// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "report/analysis/finding/diagnose.h"

namespace dmarcq {

// Whose mail a row is. Every answer asks here.

/// Mail that comes straight from a sender of the owner's, or from one that may well be: what a
/// window shows of own mail. Forwarded mail and mail through lists is not, even where it passes.
/// The days of a timeline tell own mail from what only may be (stream/standing.h): whether a
/// service's default identity takes turns with signed mail of the owner's, for instance.
bool is_direct_own(const RowVerdict&);

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
