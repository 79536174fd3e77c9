// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/answers/base/selection.h"
#include "report/cli/command.h"
#include "store/queries.h"

namespace dmarcq {

/// Reads the filter flags, whichever of them the command has. Throws UsageError.
Selection selection_of(const Args&, Day today);

/// A domain as people write it, spelled as the database has it: lower case, no final dot; `*.` in
/// front is left out ("and below" is meant anyway).
std::string asked_domain(std::string_view);

/// A whole number of an argument. Throws UsageError naming the place.
std::uint64_t number_argument(std::string_view place, std::string_view text);

/// Throws UsageError, with a suggestion, unless the database has reports on the domain, on one
/// above it, or on one below it.
void require_known(Snapshot&, const std::string& domain);

/// The same for all domains of the selection where --exit-code is given: a script must not take a
/// slip in a name for good news.
void require_known(const Args&, Snapshot&, const Selection&);

/// Without an end that was asked for, the answer ends today: a report from the future, that is of a
/// reporter whose clock is wrong or of a forger, is in no totals and moves no window. Those left
/// out are told on err.
void end_today(Io&, Snapshot&, Selection&, Day today);

/// Says on err why nothing was found: an empty database, an unknown domain (with a suggestion), or
/// filters that match nothing.
void say_nothing_found(Io&, Snapshot&, const Selection&);

}  // namespace dmarcq
