// SPDX-License-Identifier: MIT
#include "parser/message_auth/received.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "parser/domain_name.h"
#include "parser/mail_date.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_hop = 16u << 10, most_tokens = 400, longest_protocol = 40;

struct Token {
  std::string_view text;
  bool comment = false;  ///< without its parentheses
};

/// Words and comments. `date`: what stands behind the last semicolon outside of comments.
std::vector<Token> tokens_of(std::string_view value, std::string_view& date) {
  std::vector<Token> tokens;
  std::size_t semicolon = value.npos;
  int depth = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '(') ++depth;
    if (value[i] == ')' && depth > 0) --depth;
    if (value[i] == ';' && depth == 0) semicolon = i;
  }
  if (semicolon != value.npos) {
    date = value.substr(semicolon + 1);
    value = value.substr(0, semicolon);
  }
  for (std::size_t at = 0; at < value.size() && tokens.size() < most_tokens;) {
    if (value[at] == '(') {
      const std::size_t begin = at + 1;
      depth = 1;
      for (++at; at < value.size() && depth > 0; ++at)
        depth += value[at] == '(' ? 1 : value[at] == ')' ? -1 : 0;
      tokens.push_back({value.substr(begin, at - begin - (depth == 0 ? 1 : 0)), true});
    } else if (std::string_view(" \t\r\n;").find(value[at]) != std::string_view::npos) {
      ++at;
    } else {
      const std::size_t end = std::min(value.find_first_of(" \t\r\n(;", at), value.size());
      tokens.push_back({value.substr(at, end - at), false});
      at = end;
    }
  }
  return tokens;
}

/// An address as hosts write it: "192.0.2.1", "[192.0.2.1]", "[IPv6:2001:db8::1]", "::ffff:…".
std::optional<IpAddress> address_in(std::string_view word) {
  while (!word.empty() && (word.front() == '[' || word.front() == '<')) word.remove_prefix(1);
  while (!word.empty() && std::string_view("],;>.").find(word.back()) != std::string_view::npos)
    word.remove_suffix(1);
  if (lower(word.substr(0, 5)) == "ipv6:") word.remove_prefix(5);
  if (const std::size_t port = word.find("]:"); port != word.npos) word = word.substr(0, port);
  return IpAddress::parse(word);
}

/// A host name as it is compared; "" when it is none.
std::string host_in(std::string_view word) {
  std::string name = folded_domain(word);
  return is_domain_name(name) && !IpAddress::parse(name) ? name : "";
}

std::string without_brackets(std::string_view text) {
  if (text.starts_with('<')) text.remove_prefix(1);
  if (text.ends_with('>')) text.remove_suffix(1);
  return std::string(text);
}

/// "using TLSv1.3 with cipher …", "version=TLS1_2, cipher=…"; behind "by" and "with" also "TLS1.3",
/// "TLS". Behind "from", a word alone may be the sending host's name.
bool tells_tls(const std::string& folded, bool behind_from) {
  return folded.starts_with("using tls") || folded.starts_with("version=tls") ||
         (!behind_from && folded.starts_with("tls"));
}

/// An address that the receiving host saw stands above what the sending one called itself.
void take_seen(const std::optional<IpAddress>& address, ReceivedHop& hop) {
  if (!address || (hop.ip && !hop.ip_is_claimed)) return;
  hop.ip = address;
  hop.ip_is_claimed = false;
}

/// "mail.example.com [192.0.2.1]", "HELO x", "helo=x", "envelope-from <…>", "192.0.2.1".
void read_comment(std::string_view comment, bool behind_from, ReceivedHop& hop) {
  std::string_view rest = comment;
  std::string host;
  bool has_address = false, one_word = true;
  std::string_view before;
  while (!(rest = trimmed(rest)).empty()) {
    const std::size_t end = std::min(rest.find_first_of(" \t()"), rest.size());
    std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::max<std::size_t>(end, 1));
    const std::string folded = lower(word);
    const bool names_sender = lower(before) == "envelope-from";
    if (folded.starts_with("envelope-from=") || folded.starts_with("envelope-sender=")) {
      hop.envelope_from = without_brackets(word.substr(word.find('=') + 1));
    } else if (names_sender) {
      hop.envelope_from = without_brackets(word);
    } else if (behind_from && folded.starts_with("helo=")) {
      hop.ip_is_claimed = false;  // then the word in front is none of HELO's
      hop.helo = host_in(word.substr(5)).empty() ? hop.helo : host_in(word.substr(5));
    } else if (behind_from && (lower(before) == "helo" || lower(before) == "ehlo")) {
      hop.ip_is_claimed = false;
      if (!host_in(word).empty()) hop.helo = host_in(word);
    } else if (behind_from) {
      // Sendmail writes "user@host [192.0.2.1]".
      if (const std::size_t at = word.rfind('@'); at != word.npos) word.remove_prefix(at + 1);
      if (const auto address = address_in(word)) {
        take_seen(address, hop);
        has_address = true;
      } else if (host.empty() && word.find('.') != word.npos) {
        host = host_in(word);
      }
    }
    one_word = one_word && before.empty();
    if (!word.empty()) before = word;
  }
  const std::string folded = lower(comment);
  hop.encrypted = hop.encrypted || tells_tls(folded, behind_from);
  if (folded.find("may be forged") != folded.npos) hop.ptr.clear();  // Sendmail
  // Other comments hold words with a dot as well: "using TLSv1.3 with cipher …".
  else if (hop.ptr.empty() && (has_address || one_word))
    hop.ptr = std::move(host);
}

}  // namespace

ReceivedHop parse_received(std::string_view value) {
  ReceivedHop hop;
  std::string_view date, clause;
  const std::vector<Token> tokens = tokens_of(value.substr(0, longest_hop), date);
  static constexpr std::array<std::string_view, 6> clauses = {"from", "by", "via",
                                                              "with", "id", "for"};
  bool named = false;  // the clause has its word
  for (const Token& token : tokens) {
    if (token.comment) {
      read_comment(token.text, clause == "from", hop);
      continue;
    }
    const std::string folded = lower(token.text);
    const auto* const found = std::ranges::find(clauses, folded);
    if (found != clauses.end() && (clause.empty() || named)) {
      clause = *found;
      named = false;
      continue;
    }
    if (clause == "from" && !named) {
      if (auto address = address_in(token.text)) {
        hop.ip = address;
        hop.ip_is_claimed = true;
      } else {
        hop.helo = host_in(token.text);
      }
    } else if (clause == "from" && token.text.starts_with('[')) {
      take_seen(address_in(token.text), hop);
    } else if (clause == "by" && !named) {
      hop.by = host_in(token.text);
    } else if (clause == "with" && !named) {
      if (folded == "starttls")  // Mimecast: "with ESMTP with STARTTLS"
        hop.encrypted = true;
      else
        hop.protocol = std::string(token.text);
    } else if (clause == "with" && lower(hop.protocol).starts_with("microsoft") &&
               hop.protocol.size() < longest_protocol) {
      hop.protocol += ' ';  // "Microsoft SMTP Server"
      hop.protocol += token.text;
    } else if (clause == "id" && !named) {
      hop.id = without_brackets(token.text);
    }
    named = named || !clause.empty();
  }
  const std::string protocol = lower(hop.protocol);
  // RFC 3848: S for TLS, A behind it for a login; "UTF8SMTPS" of RFC 6531 alike.
  const bool smtp = protocol.find("smtp") != protocol.npos;
  hop.encrypted = hop.encrypted ||
                  (smtp && (protocol.ends_with("smtps") || protocol.ends_with("smtpsa")));
  hop.time = parse_mail_date(date);
  return hop;
}

bool is_internal(const IpAddress& address) {
  static const std::vector<IpNetwork> networks = [] {
    std::vector<IpNetwork> list;
    for (const std::string_view text :
         {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16",
          "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10", "2002:a00::/24", "2002:c0a8::/32",
          "2002:7f00::/24"})
      if (const auto network = IpNetwork::parse(text)) list.push_back(*network);
    return list;
  }();
  return std::ranges::any_of(networks,
                             [&](const IpNetwork& network) { return network.contains(address); });
}

bool is_private_name(std::string_view host) {
  static constexpr std::array<std::string_view, 7> zones = {
      "internal", "local", "localdomain", "lan", "corp", "home.arpa", "invalid"};
  return std::ranges::any_of(zones, [&](std::string_view zone) { return at_or_below(host, zone); });
}

}  // namespace dmarcq
