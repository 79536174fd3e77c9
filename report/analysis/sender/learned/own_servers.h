// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "report/analysis/sender/learned/witnesses.h"
#include "report/analysis/sender/names.h"

namespace dmarcq {

/// The owner's servers: addresses of no service that SPF of an own domain allows. Proven are those
/// that sign with a key of the owner's for some time; an SPF record may allow more than it should.
class OwnServers {
 public:
  /// SPF of the own domain passed at this address of no service. `signed_too`: so did an own
  /// signature.
  void add(const SourceRow&, InternedString own, bool signed_too);
  /// Proven otherwise: OwnOrigins found it by the volume of a key's mail.
  void prove(const IpAddress&, InternedString own, Day first, Day last);
  /// After all rows: which are proven by what they signed.
  void conclude(const ReporterHistory&);

  bool is_own(const SourceRow&, InternedString own, const ReporterHistory&) const;
  bool is_proven(const SourceRow&, InternedString own) const;

 private:
  struct Server {
    InternedString own = nullptr;
    Day first_day = 0, last_day = 0;
    Witnesses witnesses = {};
    bool proven = false;
    Day signed_first = 0, signed_last = 0;
    std::uint64_t signed_messages = 0;
    Witnesses signed_witnesses = {};
  };
  Server& place(const IpAddress&, InternedString own, Day first, Day last);
  /// The server of the own domain at the row's address, if it was there near in time.
  const Server* near(const SourceRow&, InternedString own) const;
  std::map<IpAddress, std::vector<Server>> servers_;
};

}  // namespace dmarcq
