// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "store/document/delivery_columns.h"
#include "store/document/policy_columns.h"
#include "store/model.h"
#include "store/postgresql/wire/connection.h"
#include "store/snapshot.h"

namespace dmarcq {

// Values of ours in the columns of tables.

inline constexpr std::string_view pg_sender_columns =
    "trust,mail,from_domain,signed_by,submitter,verdict,receiver,named_receiver";
ReportSender pg_sender_from(const PgRow&, int column, const std::string& place);

inline constexpr std::string_view pg_totals_columns =
    "dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject";
Totals pg_totals_from(const PgRow&, int column);
/// Below zero there is none, and no sum goes beyond most_messages.
std::uint64_t pg_count_from(const PgRow&, int column);

inline constexpr std::string_view pg_policy_columns =
    "p,sp,np,pct,adkim,aspf,fo,testing,discovery_method";

inline constexpr std::string_view pg_delivery_columns =
    "seq,source,state,time,has_recipient,local_part,domain,sender,header_from,message_id,queue_id,sending_ip,remote_host,stage,words,user_id,more,key";
/// Valid as long as the row; `recipient` holds a text of it.
StoredDelivery pg_delivery_from(const PgRow&, std::string& recipient, const std::string& place);

inline std::string_view digest_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace dmarcq
