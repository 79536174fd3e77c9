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
};
constexpr Provider providers[] = {
    {"imap.gmail.com", "mx.google.com"},          {"outlook.office365.com", outlook_hosts},
    {"imap-mail.outlook.com", outlook_hosts},     {"imap.mail.me.com", icloud},
    {"imap.mail.yahoo.com", "yahoo.com"},         {"imap.aol.com", "yahoo.com"},
    {"imap.fastmail.com", "messagingengine.com"},
};

bool is_of_provider(std::string_view id) {
  return std::ranges::any_of(
      providers, [&](const Provider& provider) { return is_receiver(id, provider.receiver); });
}

/// Did the receiver take the mail from one of its own hosts here, or from itself? A name in HELO
/// is the sending host's own word, but Microsoft shows no other.
bool is_inside(const ReceivedHop& hop, const ReceiverHosts& receiver) {
  if (!hop.ptr.empty() && receiver.has(hop.ptr)) return true;
  if (hop.helo.empty() && !hop.ip) return true;  // "by 2002:a05:… with SMTP"
  if (at_or_below(hop.helo, outlook_hosts) && at_or_below(hop.by, "outlook.com")) return true;
  if (!hop.ip || !is_internal(*hop.ip)) return false;
  return !hop.helo.contains('.') || is_private_name(hop.helo) || receiver.has(hop.helo) ||
         IpAddress::parse(hop.helo).has_value();
}

/// The position in MailTrace::lines of the Received by which the mail came into the receiver's
/// organization, or of the first that somebody else's host wrote. What is below may have come with
/// the mail. The number of lines where there is none.
std::size_t takeover_of(const MailTrace& trace, const ReceiverHosts& receiver) {
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    if (trace.lines[i].field != MailTrace::Field::received) continue;
    const ReceivedHop hop = parse_received(trace.lines[i].value);
    const bool named = hop.by.contains('.') && !is_private_name(hop.by);
    const bool from_inside = hop.ip && is_internal(*hop.ip);
    if (named && !receiver.has(hop.by) && !from_inside) return i;
    if (!is_inside(hop, receiver)) return i;
  }
  return trace.lines.size();
}

/// Says whether the field at a position may be the receiver's own.
class FieldPositions {
 public:
  enum class Place { above, copied, right_below, below };

  FieldPositions(const MailTrace& trace, std::span<const std::string> receivers)
      : trace_(trace), takeover_(takeover_of(trace, ReceiverHosts(trace, receivers))) {
    for (std::size_t i = 0; i < takeover_; ++i)
      if (trace.lines[i].field == MailTrace::Field::arc_authentication_results)
        copies_.insert(results_text(trace.lines[i].value));
  }

  Place place_of(std::size_t line) const {
    if (line < takeover_) return Place::above;
    if (copies_.contains(without_blanks(trace_.lines[line].value))) return Place::copied;
    for (std::size_t i = takeover_ + 1; i < line; ++i)
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
  std::size_t takeover_;
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
        (candidate.place == Place::right_below && candidate.named && !is_of_provider(id));
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
  return !a.empty() && !b.empty() && organizational_domain(a) == organizational_domain(b);
}

std::string last_receiving_host(const MailTrace& trace) {
  for (const MailTrace::Line& line : trace.lines) {
    if (line.field != MailTrace::Field::received) continue;
    ReceivedHop hop = parse_received(line.value);
    const bool named = hop.by.contains('.');
    if (named && !is_private_name(hop.by)) return std::move(hop.by);
    // What is below came with the mail.
    if (hop.ip && !is_internal(*hop.ip)) return named ? std::move(hop.by) : "";
  }
  return {};
}

ReceiverHosts::ReceiverHosts(const MailTrace& trace, std::span<const std::string> receivers) {
  if (const std::string host = last_receiving_host(trace); !host.empty())
    organizations_.push_back(organizational_domain(host));
  for (const std::string& receiver : receivers)
    organizations_.push_back(organizational_domain(receiver));
}

bool ReceiverHosts::has(std::string_view host) const {
  return !host.empty() &&
         std::ranges::find(organizations_, organizational_domain(host)) != organizations_.end();
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
    first.emplace(UnprovenResults{.authserv_id = id, .of_provider = is_of_provider(id)});
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
