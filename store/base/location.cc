// SPDX-License-Identifier: MIT
#include "store/base/location.h"

#include <cstdlib>
#include <system_error>

#include "ingest/base/digest.h"

namespace dmarcq {
namespace {

std::filesystem::path state_folder() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    return std::filesystem::path(state) / "dmarcq";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::filesystem::path(home) / ".local/state/dmarcq";
  return "/var/lib/dmarcq";
}

}  // namespace

Location Location::parse(const std::string& text) {
  Location location;
  if (text.starts_with("postgresql://") || text.starts_with("postgres://"))
    location.address_ = text;
  else
    location.file_ = text;
  return location;
}

std::filesystem::path Location::notes() const {
  if (!is_server()) return file_;
  return state_folder() / to_hex(sha256(address_)).substr(0, 16);
}

bool Location::may_exist() const {
  std::error_code ignored;
  return is_server() || std::filesystem::exists(file_, ignored);
}

}  // namespace dmarcq
