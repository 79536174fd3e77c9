// SPDX-License-Identifier: MIT
#pragma once
#include "report/analysis/sender/learned/addresses.h"
#include "report/analysis/sender/learned/direct_selectors.h"
#include "report/analysis/sender/learned/own_accounts.h"
#include "report/analysis/sender/learned/own_origins.h"
#include "report/analysis/sender/learned/own_servers.h"
#include "report/analysis/sender/learned/witnesses.h"
#include "report/analysis/sender/owner.h"
#include "report/analysis/sender/row_evidence.h"

namespace dmarcq {

/// All that rows teach about senders: one part for each thing learned. First learn() from every
/// row, then conclude() once; what comes out does not depend on the order of rows, and is never
/// changed again, so that any thread may ask.
///
/// Reports can be forged. So every part keeps who vouches for what it learned (Witnesses), and
/// answers only what two reporters, or one with a history, have said.
struct KnownSenders {
  explicit KnownSenders(const Owner& owner) : domains(owner) {}
  ReporterHistory history;
  OwnDomains domains;          ///< the owner's: declared, or with reports
  LearnedAddresses addresses;  ///< as which services addresses were authenticated
  DirectSelectors selectors;   ///< where own signatures come from
  OwnServers servers;          ///< the owner's own addresses
  OwnOrigins origins;          ///< servers and relays that only show by their volume
  OwnAccounts accounts;        ///< orgs, stacks and tenants of the owner's
};

/// Of a row of reporters who are believed: whoever else is among its reporters must be taken out
/// before.
void learn(KnownSenders&, const RowEvidence&, const SenderCatalogue&, SenderWords&);
/// What passed for an own domain in the same mail as an account's name makes the account the
/// owner's. Only the owner's declared domains count: rows add theirs later.
void learn(KnownSenders&, const AccountName&);
/// After all rows: what follows from them together.
void conclude(KnownSenders&, const SenderWords&);

}  // namespace dmarcq
