// SPDX-License-Identifier: MIT
#include "parser/message_auth/receiver_results.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/dns_record/tag_list.h"
#include "parser/message_auth/received.h"

namespace dmarcq {
namespace {

constexpr std::string_view outlook_hosts = "prod.outlook.com";

// Each method under an id of its own.
constexpr std::string_view icloud = "icloud.com";
constexpr std::array<std::string_view, 5> icloud_ids{"bimi.icloud.com", "arc.icloud.com",
                                                     "dmarc.icloud.com", "dkim-verifier.icloud.com",
                                                     "spf.icloud.com"};
bool is_icloud(std::string_view id) {
  return std::ranges::find(icloud_ids, id) != icloud_ids.end();
}

struct Provider {
  std::string_view imap_host, receiver;
  bool writes_below = false;  ///< its fields stand right below its Received, without a copy above
};
constexpr Provider providers[] = {
    {"imap.gmail.com", "mx.google.com"},          {"outlook.office365.com", outlook_hosts},
    {"imap-mail.outlook.com", outlook_hosts},     {"imap.mail.me.com", icloud, true},
    {"imap.mail.yahoo.com", "yahoo.com"},         {"imap.aol.com", "yahoo.com"},
    {"imap.fastmail.com", "messagingengine.com"},
};

/// Microsoft's hosts that hand mail on among themselves. Mail from outside comes in at others:
/// "…mail.protection.outlook.com".
bool is_inside_microsoft(std::string_view by) {
  return (at_or_below(by, "outlook.com") && !at_or_below(by, "mail.protection.outlook.com")) ||
         at_or_below(by, "outlook.office365.com");
}

/// The organizational domain, and one for all names of a provider that has several.
std::string organization_of(std::string_view host) {
  if (at_or_below(host, "outlook.office365.com")) return "outlook.com";
  for (const std::string_view zone : {"me.com", "mac.com"})
    if (at_or_below(host, zone)) return std::string(icloud);
  return organizational_domain(host);
}

const Provider* provider_of(std::string_view id) {
  const auto* const found = std::ranges::find_if(
      providers, [&](const Provider& provider) { return is_receiver(id, provider.receiver); });
  return found == std::end(providers) ? nullptr : found;
}

/// May the receiver's own field stand right below its Received?
bool may_stand_below(std::string_view id) {
  const Provider* const provider = provider_of(id);
  return provider == nullptr || provider->writes_below;
}

/// Positions in MailTrace::lines; their number where there is none.
struct Takeover {
  /// The Received by which the mail came into the receiver's organization, or the first that
  /// somebody else's host wrote. What is below may have come with the mail.
  std::size_t at = 0;
  /// One above it that only HELO shows to be from a gateway which the owner named: Microsoft tells
  /// no more.
  std::size_t on_word_of_helo = 0;
};
Takeover takeover_of(const MailTrace& trace, const ReceiverHosts& receiver) {
  Takeover takeover{trace.lines.size(), trace.lines.size()};
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    if (trace.lines[i].field != MailTrace::Field::received) continue;
    const ReceivedHop hop = parse_received(trace.lines[i].value);
    const bool named = hop.by.contains('.') && !is_private_name(hop.by);
    const bool from_inside = hop.ip && is_internal(*hop.ip) && !hop.ip_is_claimed;
    if (named && !receiver.has(hop.by) && !from_inside) return {i, takeover.on_word_of_helo};
    if (is_inside(hop, receiver)) continue;
    if (!at_or_below(hop.by, "mail.protection.outlook.com") || !receiver.is_named(hop.helo))
      return {i, takeover.on_word_of_helo};
    takeover.on_word_of_helo = std::min(takeover.on_word_of_helo, i);
  }
  return takeover;
}

/// Says whether the field at a position may be the receiver's own.
class FieldPositions {
 public:
  enum class Place { above, copied, right_below, below };

  FieldPositions(const MailTrace& trace, std::span<const std::string> receivers)
      : trace_(trace), takeover_(takeover_of(trace, ReceiverHosts(trace, receivers))) {
    for (std::size_t i = 0; i < std::min(takeover_.at, takeover_.on_word_of_helo); ++i)
      if (trace.lines[i].field == MailTrace::Field::arc_authentication_results)
        copies_.insert(results_text(trace.lines[i].value));
  }

  Place place_of(std::size_t line) const {
    if (line < std::min(takeover_.at, takeover_.on_word_of_helo)) return Place::above;
    if (line < takeover_.at) return Place::right_below;
    if (copies_.contains(without_blanks(trace_.lines[line].value))) return Place::copied;
    for (std::size_t i = takeover_.at + 1; i < line; ++i)
      if (trace_.lines[i].field == MailTrace::Field::received ||
          trace_.lines[i].field == MailTrace::Field::dkim_signature)
        return Place::below;
    return Place::right_below;
  }

 private:
  /// Without the instance in front ("i=1;") and without blanks.
  static std::string results_text(std::string_view value) {
    return without_blanks(value.substr(std::min(value.find(';'), value.size() - 1) + 1));
  }

  const MailTrace& trace_;
  Takeover takeover_;
  std::set<std::string, std::less<>> copies_;
};

/// One Authentication-Results of the mail that bears an id of the receiver's.
struct Candidate {
  AuthenticationResults results;
  std::size_t line = 0;
  bool named = false, counts = false;
  FieldPositions::Place place{};
};

/// The fields that bear an id of the receiver's, from the top.
std::vector<Candidate> candidates_in(const MailTrace& trace,
                                     std::span<const std::string> receivers) {
  using Place = FieldPositions::Place;
  const std::string top_host = last_receiving_host(trace);
  const FieldPositions positions(trace, receivers);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    if (trace.lines[i].field != MailTrace::Field::authentication_results) continue;
    Candidate candidate{.results = parse_authentication_results(trace.lines[i].value), .line = i};
    std::string& id = candidate.results.authserv_id;
    if (id.empty() && at_or_below(top_host, outlook_hosts)) id = outlook_hosts;
    candidate.named = std::ranges::any_of(
        receivers, [&](const std::string& receiver) { return is_receiver(id, receiver); });
    if (!candidate.named && !(receivers.empty() && in_one_organization(id, top_host))) continue;
    candidate.place = positions.place_of(i);
    candidate.counts =
        candidate.place == Place::above || candidate.place == Place::copied ||
        (candidate.place == Place::right_below && candidate.named && may_stand_below(id));
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

/// Does nothing of the trace stand between two lines, but for what ARC says?
bool is_next_to(const MailTrace& trace, std::size_t above, std::size_t below) {
  return std::all_of(trace.lines.begin() + static_cast<std::ptrdiff_t>(above) + 1,
                     trace.lines.begin() + static_cast<std::ptrdiff_t>(below),
                     [](const MailTrace::Line& line) {
                       return line.field == MailTrace::Field::arc_authentication_results;
                     });
}

}  // namespace

bool in_one_organization(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && organization_of(a) == organization_of(b);
}

std::string last_receiving_host(const MailTrace& trace) {
  for (const MailTrace::Line& line : trace.lines) {
    if (line.field != MailTrace::Field::received) continue;
    ReceivedHop hop = parse_received(line.value);
    const bool named = hop.by.contains('.');
    if (named && !is_private_name(hop.by)) return std::move(hop.by);
    // What is below came with the mail.
    if (hop.ip && (!is_internal(*hop.ip) || hop.ip_is_claimed))
      return named ? std::move(hop.by) : "";
  }
  return {};
}

ReceiverHosts::ReceiverHosts(const MailTrace& trace, std::span<const std::string> receivers) {
  if (const std::string host = last_receiving_host(trace); !host.empty())
    organizations_.push_back(organization_of(host));
  named_from_ = organizations_.size();
  for (const std::string& receiver : receivers) organizations_.push_back(organization_of(receiver));
}

bool ReceiverHosts::is_named(std::string_view host) const {
  return !host.empty() &&
         std::find(organizations_.begin() + static_cast<std::ptrdiff_t>(named_from_),
                   organizations_.end(), organization_of(host)) != organizations_.end();
}

bool ReceiverHosts::has(std::string_view host) const {
  return !host.empty() &&
         std::ranges::find(organizations_, organization_of(host)) != organizations_.end();
}

bool is_inside(const ReceivedHop& hop, const ReceiverHosts& receiver) {
  if (!hop.ptr.empty() && receiver.has(hop.ptr)) return true;
  if (hop.helo.empty() && !hop.ip) return true;  // "by 2002:a05:… with SMTP"
  if (is_inside_microsoft(hop.by)) return true;
  const auto is_private = [](std::string_view host) {
    return !host.contains('.') || is_private_name(host);
  };
  if (!is_private(hop.ptr.empty() ? hop.helo : hop.ptr)) return false;
  // iCloud: "from p00-icloudmta by p154-mailgateway", also with ".me.com" behind it.
  if (!hop.ip) return is_private(hop.by) || organization_of(hop.by) == icloud;
  return is_internal(*hop.ip) && !hop.ip_is_claimed;
}

std::optional<ReceiverResults> receiver_results(const MailTrace& trace,
                                                std::span<const std::string> receivers) {
  std::optional<ReceiverResults> found;
  std::vector<std::string> seen_icloud;
  for (Candidate& candidate : candidates_in(trace, receivers)) {
    if (!candidate.counts) continue;
    const std::string& id = candidate.results.authserv_id;
    if (!found) {
      found.emplace(
          ReceiverResults{.authserv_id = id,
                          .named = candidate.named,
                          .below_takeover = candidate.place == FieldPositions::Place::right_below});
    } else if ((id != found->authserv_id && !(is_icloud(id) && is_icloud(found->authserv_id))) ||
               !is_next_to(trace, found->lines.back(), candidate.line)) {
      break;
    }
    if (is_icloud(id)) {
      // Those of the same id below may have come with the mail.
      if (std::ranges::find(seen_icloud, id) != seen_icloud.end()) break;
      seen_icloud.push_back(id);
    }
    found->lines.push_back(candidate.line);
    found->well_formed = found->well_formed && candidate.results.well_formed;
    std::ranges::move(candidate.results.results, std::back_inserter(found->results));
  }
  return found;
}

std::optional<UnprovenResults> unproven_results(const MailTrace& trace,
                                                std::span<const std::string> receivers) {
  std::optional<UnprovenResults> first;
  for (Candidate& candidate : candidates_in(trace, receivers)) {
    if (candidate.counts) return std::nullopt;
    if (first) continue;
    const std::string& id = candidate.results.authserv_id;
    first.emplace(UnprovenResults{.authserv_id = is_icloud(id) ? std::string(icloud) : id,
                                  .named = candidate.named,
                                  .of_provider = !may_stand_below(id)});
    if (candidate.results.well_formed) first->results = std::move(candidate.results.results);
  }
  return first;
}

bool is_receiver(std::string_view id, std::string_view named) {
  if (named == icloud) return is_icloud(id);
  const bool is_provider = std::ranges::any_of(
      providers, [&](const Provider& provider) { return provider.receiver == named; });
  return is_provider ? at_or_below(id, named) : id == named;
}

std::vector<std::string> receivers_of_imap_host(std::string_view host) {
  for (const Provider& provider : providers)
    if (folded_domain(host) == provider.imap_host) return {std::string(provider.receiver)};
  return {};
}

}  // namespace dmarcq
