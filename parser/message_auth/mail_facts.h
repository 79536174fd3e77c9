// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/mail/trace.h"
#include "parser/delivery/return_path.h"
#include "parser/message_auth/address_list.h"
#include "parser/message_auth/arc.h"
#include "parser/message_auth/received.h"
#include "parser/message_auth/receiver_results.h"

namespace dmarcq {

/// One field of a header, unfolded, UTF-8.
struct MailField {
  std::string name;  ///< lower case
  std::string value;
  std::string title;  ///< the name as it was written
};

/// One mail as its header tells it. Anyone can write any of it, but for what the receiver added
/// (receiver_results.h) and what a passing signature covers.
struct MailFacts {
  std::vector<MailField> fields;  ///< from the top, at most `most_mail_fields`
  MailTrace trace;
  std::vector<ReceivedHop> hops;  ///< one for each Received of the trace, from the top
  /// The hop by which the mail came into the receiver's organization, and so the last one that
  /// nobody but the receiver can have written: position in `hops`. It is of the address for which
  /// the receiver says that it checked SPF, where it says that. Nothing where no Received tells.
  std::optional<std::size_t> handover;
  std::optional<ReceiverResults> receiver;
  std::optional<UnprovenResults> unproven;
  ArcChain arc;
  std::vector<HeaderAddress> from, to, reply_to, sender;  ///< names decoded (RFC 2047)
  std::string from_domain;                                ///< that DMARC looks at (from_domain())
  ReturnPath return_path;
  std::string envelope_sender;  ///< the address of Return-Path as it stands, so with a forwarder's
                                ///< SRS0=; "" where there is none, or "<>"
  std::string message_id;       ///< without angle brackets
  std::string subject;          ///< decoded
  std::optional<EpochSeconds> date, received_at;
  std::optional<IpAddress> spf_checked_for;  ///< the address, as the receiver's results tell it
  bool bare_line_ends = false;  ///< lines end in LF alone, so the file is no exact copy; signatures
                                ///< are checked as if they ended in CRLF
  bool offers_unsubscribe = false;  ///< its text has a word for it, in one of a few languages

  /// Of the first field of this name (lower case); "" without.
  std::string_view value(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  const ReceivedHop* entry() const { return handover ? &hops[*handover] : nullptr; }
  /// The receiver's results, where nobody can have put one in; else none.
  std::span<const AuthenticationResult> believed() const;
  /// The address that handed the mail over to the receiver, as its Received or, where that tells
  /// none, its Authentication-Results or a Received-SPF above these say.
  std::optional<IpAddress> sending_ip() const;
};

inline constexpr std::size_t most_mail_fields = 1'000;

/// Reads one mail as it lies in a file, with an envelope line ("From …") in front of it or not.
/// `receivers`: as for receiver_results(). Errors: Fault::malformed_mail when it is no mail,
/// closed_format for Outlook's .msg and the like, limit (header_size, mail_size).
std::expected<MailFacts, Error> read_mail_facts(std::string_view bytes, const Limits&,
                                                std::span<const std::string> receivers);

/// The mail itself: without an envelope line or a BOM in front of it.
std::string_view mail_in(std::string_view bytes);

}  // namespace dmarcq
