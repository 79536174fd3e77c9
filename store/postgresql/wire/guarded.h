// SPDX-License-Identifier: MIT
#pragma once
#include "store/postgresql/wire/connection.h"

namespace dmarcq {

/// Calls `body`; what the server says against it becomes a StoreError.
template <class Body>
decltype(auto) guarded(const PgConnection& connection, Body&& body) {
  try {
    return body();
  } catch (const PgError& error) {
    throw_store_error(error, connection.place());
  }
}

}  // namespace dmarcq
