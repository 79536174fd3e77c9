// SPDX-License-Identifier: MIT
#pragma once
#include "parser/network_book.h"
#include "report/cli/args/config.h"
#include "report/cli/terminal/io.h"

namespace dmarcq {

/// The files of [geo]: none, unless the configuration names some. One that cannot be used is told
/// in a line on err, and the answer comes without it.
NetworkBook network_book(Io&, const GeoSettings&);

}  // namespace dmarcq
