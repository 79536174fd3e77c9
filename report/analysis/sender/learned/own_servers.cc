// SPDX-License-Identifier: MIT
#include "report/analysis/sender/learned/own_servers.h"

#include <algorithm>

#include "report/analysis/sender/learned/own_origins.h"

namespace dmarcq {

OwnServers::Server& OwnServers::place(const IpAddress& address, InternedString own, Day first,
                                      Day last) {
  auto& servers = servers_[address];
  const auto found = std::ranges::find(servers, own, &Server::own);
  if (found == servers.end())
    return servers.emplace_back(Server{.own = own, .first_day = first, .last_day = last});
  found->first_day = std::min(found->first_day, first);
  found->last_day = std::max(found->last_day, last);
  return *found;
}

void OwnServers::add(const SourceRow& row, InternedString own, bool signed_too) {
  Server& server = place(row.source_ip, own, row.first_day, row.last_day);
  server.witnesses.add(row.reporters);
  if (!signed_too) return;
  server.signed_first = server.signed_messages == 0 ? row.first_day
                                                    : std::min(server.signed_first, row.first_day);
  server.signed_last = std::max(server.signed_last, row.last_day);
  server.signed_messages += row.messages;
  server.signed_witnesses.add(row.reporters);
}

void OwnServers::prove(const IpAddress& address, InternedString own, Day first, Day last) {
  place(address, own, first, last).proven = true;
}

void OwnServers::conclude(const ReporterHistory& history) {
  for (auto& [address, servers] : servers_)
    for (Server& server : servers)
      server.proven |= server.signed_messages >= OwnOrigins::least_messages &&
                       server.signed_last - server.signed_first + 1 >= OwnOrigins::least_span &&
                       history.trusts(server.signed_witnesses);
}

const OwnServers::Server* OwnServers::near(const SourceRow& row, InternedString own) const {
  const auto found = servers_.find(row.source_ip);
  if (found == servers_.end()) return nullptr;
  const auto server = std::ranges::find(found->second, own, &Server::own);
  if (server == found->second.end() || !is_near(server->first_day, server->last_day, row))
    return nullptr;
  return &*server;
}

bool OwnServers::is_own(const SourceRow& row, InternedString own,
                        const ReporterHistory& history) const {
  const Server* const server = near(row, own);
  return server != nullptr && (server->proven || history.speaks_for(server->witnesses, row));
}

bool OwnServers::is_proven(const SourceRow& row, InternedString own) const {
  const Server* const server = near(row, own);
  return server != nullptr && server->proven;
}

}  // namespace dmarcq
