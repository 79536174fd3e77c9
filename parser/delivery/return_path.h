// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// What an envelope sender (MAIL FROM, Return-Path) says.
struct ReturnPath {
  enum class Kind : std::uint8_t {
    none,             ///< no address
    null,             ///< "<>": a bounce or an automatic reply
    plain,            ///< an address that encodes nothing known
    salesforce_core,  ///< local=domain__tag@….bnc.salesforce.com: bounce management is on
    marketing_cloud,  ///< bounce-<ListID>_HTML-<SubscriberID>-<JobID>-<MID>-<JobBatchID>@…
  };
  /// The columns of the data view _Bounce that name a mail of Marketing Cloud exactly.
  struct MarketingCloud {
    std::uint64_t list_id = 0, subscriber_id = 0, job_id = 0, member_id = 0, batch_id = 0;
    friend bool operator==(const MarketingCloud&, const MarketingCloud&) = default;
  };
  Kind kind = Kind::none;
  /// Without angle brackets, a forwarder's SRS0= and SRS1=, and BATV's prvs=; the domain in lower
  /// case. The sender's own where a forwarder wrote it anew.
  std::string address;
  std::string domain;       ///< of `address`
  std::string header_from;  ///< with salesforce_core: the address in From
  std::string forwarder;    ///< the domain of a forwarder that wrote it anew (SRS); else ""
  std::optional<MarketingCloud> marketing_cloud;
};

/// Reads an envelope sender. Never fails: what is no address is Kind::none.
ReturnPath parse_return_path(std::string_view text);

/// The same of one that is stored, of which nothing but domains may be left (without_people() in
/// address_mask.h): "@example.com" is plain, with a domain and no address;
/// "=example.com__@….bnc.salesforce.com" is salesforce_core, with header_from "@example.com".
ReturnPath stored_return_path(std::string_view text);

}  // namespace dmarcq
