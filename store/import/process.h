// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "ingest/base/budget.h"
#include "ingest/base/limits.h"
#include "ingest/dns/resolver.h"
#include "ingest/source/source.h"
#include "store/processed_item.h"

namespace dmarcq {

/// By what it is found out who sent a report (report_sender.h), and what is kept of other people.
struct SenderChecks {
  std::vector<std::string> receivers;  ///< authserv-ids by which the owner's mail is received;
                                       ///< those of the IMAP server that an item comes from are
                                       ///< added
  Resolver* resolver = nullptr;  ///< has the keys of DKIM signatures; null: they are not checked
  bool keep_failure_headers = false;  ///< of failure reports also what names people, and the header
                                      ///< of the mail: [failures] store = "headers"
};

/// Larger items that hold a fault are not kept in the database; the place says where they are.
/// Neither are delivery logs and bounces, since they name recipients.
inline constexpr std::size_t most_kept_bytes = 16u << 20;

/// From an item's bytes to values: find documents, parse, pack. Pure, but for what the resolver
/// asks: the unit of parallel work. Never throws for bad input; that the memory does not suffice is
/// a problem of this item. With a pool: waits for the memory that it needs.
ProcessedItem process(const Item&, const Limits&, MemoryPool* = nullptr, const SenderChecks& = {});

/// The same, of an item whose bytes have this SHA-256.
ProcessedItem process_as(const Digest&, const Item&, const Limits&, MemoryPool*,
                         const SenderChecks&);

}  // namespace dmarcq
