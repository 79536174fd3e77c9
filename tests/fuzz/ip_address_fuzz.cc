// SPDX-License-Identifier: MIT
// Addresses and networks: what is taken is written in one way and read back, and it is what the C
// library takes.
#include <arpa/inet.h>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "parser/ip_address.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

std::optional<IpAddress> by_the_library(const std::string& text) {
  char octets[16];
  if (text.find('\0') != text.npos) return {};
  if (::inet_pton(AF_INET, text.c_str(), octets) == 1) return IpAddress::from_bytes({octets, 4});
  if (::inet_pton(AF_INET6, text.c_str(), octets) == 1) return IpAddress::from_bytes({octets, 16});
  return {};
}

void properties(std::string_view input) {
  const auto address = IpAddress::parse(input);
  require(address == by_the_library(std::string(trimmed(input))),
          "the same addresses as the C library");
  if (address) {
    require(IpAddress::parse(address->to_text()) == address, "an address is read back");
    require(IpAddress::from_bytes(address->bytes()) == address, "bytes are read back");
    require(
        IpNetwork::parse(address->to_text()) == IpNetwork{*address, address->is_v4() ? 32u : 128u},
        "an address is a network");
  }
  if (const auto network = IpNetwork::parse(input)) {
    require(network->contains(network->address), "a network contains its first address");
    require(network->prefix <= (network->address.is_v4() ? 32u : 128u), "a prefix has an end");
    require(IpNetwork::parse(network->to_text()) == network, "a network is read back");
  }
  if (const auto bytes = IpAddress::from_bytes(input.substr(0, 16)))
    require(IpAddress::parse(bytes->to_text()) == bytes, "any bytes are an address with a text");
  if (const auto inside = address_in_brackets(input))
    require(IpAddress::parse(inside->to_text()) == inside, "an address in brackets is one");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"192.0.2.1",           " 2001:db8::1 ",      "::ffff:192.0.2.1",
          "192.0.2.0/24",        "2001:db8::/32",      "::ffff:192.0.2.0/120",
          "[192.0.2.1]",         "[IPv6:2001:db8::1]", "::",
          "::1.2.3.4",           "0123456789abcdef",   "1:2:3:4:5:6:7:8",
          "64:ff9b::192.0.2.33", "fe80::1%eth0"};
}

std::vector<std::string_view> words() {
  return {"::",  ":",       ".",         "/", "ffff", "0",     "255",
          "256", "::ffff:", "192.0.2.1", "[", "]",    "IPv6:", "%"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
