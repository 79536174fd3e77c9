// SPDX-License-Identifier: MIT
// What the owner of the domains told the program, and which alerts are open.
#pragma once
#include <cstdint>
#include <string>

#include "parser/calendar.h"

namespace dmarcq {

/// One thing that the owner declares about senders; report/analysis/sender/identifier.h
/// (OwnerEntry) gives the words their meaning.
struct SenderEntry {
  std::int64_t id = 0;
  std::string kind, value;           ///< together they name the entry
  std::string name, service, route;  ///< may be ""
  bool ours = true;
  Day since = 0;  ///< 0: not given
};

/// An entry of the owner's change log.
struct Note {
  std::int64_t id = 0;
  Day day = 0;
  std::string domain;  ///< "" concerns all
  std::string text;
};

/// An alert that is open: told once, until it clears.
struct OpenAlert {
  std::string key;  ///< code, domain and what it is about
  Day since = 0;
  Day told = 0;
};

}  // namespace dmarcq
