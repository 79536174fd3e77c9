// SPDX-License-Identifier: MIT
#include "parser/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// Dotted quad; no leading zeros (they are octal to some programs and decimal to others), as
/// inet_pton has it.
bool parse_v4(std::string_view text, std::uint8_t* octets) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (p == end || *p++ != '.')) return false;
    unsigned value = 0;
    const char* const digits = p;
    for (; p != end && *p >= '0' && *p <= '9'; ++p) {
      if (p - digits == 3) return false;
      value = value * 10 + static_cast<unsigned>(*p - '0');
    }
    if (p == digits || value > 255 || (p - digits > 1 && *digits == '0')) return false;
    octets[i] = static_cast<std::uint8_t>(value);
  }
  return p == end;
}

void append_decimal(std::string& out, unsigned value) { out += std::to_string(value); }

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  if (parse_v4(text, address.octets_.data())) return address;  // nearly always
  text = trimmed(text);
  if (parse_v4(text, address.octets_.data())) return address;
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer || text.find(':') == std::string_view::npos ||
      text.find('\0') != std::string_view::npos)
    return std::nullopt;
  *std::copy(text.begin(), text.end(), buffer) = '\0';
  char octets[16];
  if (inet_pton(AF_INET6, buffer, octets) != 1) return std::nullopt;
  return from_bytes({octets, sizeof octets});
}

std::optional<IpAddress> IpAddress::from_bytes(std::string_view bytes) {
  if (bytes.size() == 16 && std::memcmp(bytes.data(), v4_mapped, sizeof v4_mapped) == 0)
    bytes.remove_prefix(sizeof v4_mapped);
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress address;
  address.size_ = static_cast<std::uint8_t>(bytes.size());
  std::memcpy(address.octets_.data(), bytes.data(), bytes.size());
  return address;
}

std::string IpAddress::to_text() const {
  std::string out;
  if (is_v4()) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) out += '.';
      append_decimal(out, octets_[i]);
    }
    return out;
  }
  // By hand and not by inet_ntop, which writes dotted quads into addresses below ::/96 (RFC 5952
  // section 5 does not).
  std::array<unsigned, 8> groups;
  for (std::size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<unsigned>(octets_[2 * i]) << 8 | octets_[2 * i + 1];
  std::size_t longest = 8, length = 1;  // "::" stands for the first longest run of at least two
                                        // zero groups
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && groups[i + run] == 0) ++run;
    if (run > length) longest = i, length = run;
  }
  static constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == longest) {
      out += "::";
      i += length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    bool significant = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = groups[i] >> shift & 0xf;
      significant = significant || digit != 0 || shift == 0;
      if (significant) out += digits[digit];
    }
  }
  return out;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  text = trimmed(text);
  const auto slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto address = IpAddress::parse(host);
  if (!address || host != trimmed(host)) return std::nullopt;
  const bool mapped = address->is_v4() && host.find(':') != std::string_view::npos;
  const unsigned bits = address->is_v4() ? 32 : 128;
  unsigned prefix = mapped ? 128 : bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0'))
      return std::nullopt;
    prefix = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      prefix = prefix * 10 + static_cast<unsigned>(c - '0');
    }
  }
  if (mapped) {  // "::ffff:192.0.2.0/120" is 192.0.2.0/24; a prefix shorter than 96 is not a
                 // network of IPv4 addresses
    if (prefix < 96 || prefix > 128) return std::nullopt;
    prefix -= 96;
  }
  if (prefix > bits) return std::nullopt;

  std::string octets(address->bytes());
  for (unsigned bit = prefix; bit < bits; ++bit) {
    char& octet = octets[bit / 8];
    octet = static_cast<char>(static_cast<unsigned char>(octet) & ~(0x80u >> bit % 8));
  }
  // A cleared IPv6 address can become IPv4-mapped only when its prefix covers the mapped part; then
  // it was mapped before.
  return IpNetwork{*IpAddress::from_bytes(octets), prefix};
}

bool IpNetwork::contains(const IpAddress& other) const {
  const std::string_view a = address.bytes(), b = other.bytes();
  if (a.size() != b.size()) return false;
  const std::size_t whole = prefix / 8;
  if (whole > a.size() || a.substr(0, whole) != b.substr(0, whole)) return false;
  if (prefix % 8 == 0 || whole == a.size()) return true;
  const unsigned mask = 0xffu << (8 - prefix % 8) & 0xffu;
  return (static_cast<unsigned char>(a[whole]) & mask) ==
         (static_cast<unsigned char>(b[whole]) & mask);
}

std::string IpNetwork::to_text() const { return address.to_text() + '/' + std::to_string(prefix); }

}  // namespace dmarcq
