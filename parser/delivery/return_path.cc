// SPDX-License-Identifier: MIT
#include "parser/delivery/return_path.h"

#include <array>
#include <charconv>

#include "ingest/base/text.h"
#include "ingest/names.h"
#include "parser/delivery/parsed_delivery.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::string_view bounce_zone = "bnc.salesforce.com";
/// Forwarders one behind the other that each wrote the sender anew.
constexpr int most_unwrappings = 4;

struct Parts {
  std::string_view local, domain;
};
Parts split(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return {address.substr(0, at), address.substr(at + 1)};
}

/// Up to `separator`, which is taken too; nothing when there is none.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  if (at == text.npos) return std::nullopt;
  const std::string_view found = text.substr(0, at);
  text.remove_prefix(at + separator.size());
  return found;
}

bool is_srs(std::string_view local, char version) {
  return local.size() > 5 && starts_with_word(local, "srs") && local[3] == version &&
         (local[4] == '=' || local[4] == '+' || local[4] == '-');
}

/// The address that "SRS0=HHH=TT=example.com=user" stands for (the Sender Rewriting Scheme), or
/// "SRS1=HHH=first-forwarder==HHH=TT=example.com=user". "" when it is none.
std::string from_srs(std::string_view local) {
  if (is_srs(local, '1')) {
    if (!take_until(local, "==")) return {};
  } else if (is_srs(local, '0')) {
    local.remove_prefix(5);
  } else {
    return {};
  }
  if (!take_until(local, "=") || !take_until(local, "=")) return {};
  const auto domain = take_until(local, "=");
  if (!domain || local.empty()) return {};
  return delivery_address(std::string(local) + "@" + std::string(*domain));
}

/// The local part without the mark that lets a sender know its own bounces: "prvs=1234abcdef=user",
/// "prvs=user/1234abcdef" (BATV), "btv1==123456789ab==user", "msprvs1=12345abc=user".
std::string_view without_tag(std::string_view local) {
  std::string_view rest = local;
  if (starts_with_word(rest, "btv1==")) {
    rest.remove_prefix(6);
    return take_until(rest, "==") && !rest.empty() ? rest : local;
  }
  if (!starts_with_word(rest, "prvs=") && !starts_with_word(rest, "msprvs1=")) return local;
  take_until(rest, "=");
  if (const std::size_t slash = rest.find('/'); slash != rest.npos && slash > 0)
    return rest.substr(0, slash);
  return take_until(rest, "=") && !rest.empty() ? rest : local;
}

/// local=example.com__tag: the first "=" is the @, the tag is behind the last "__".
std::string from_of_core(std::string_view local) {
  const std::size_t tag = local.rfind("__");
  if (tag == local.npos) return {};
  local = local.substr(0, tag);
  const auto name = take_until(local, "=");
  if (!name || name->empty()) return {};
  return delivery_address(std::string(*name) + "@" + std::string(local));
}

/// bounce-<ListID>_HTML-<SubscriberID>-<JobID>-<MID>-<JobBatchID>
std::optional<ReturnPath::MarketingCloud> marketing_cloud_in(std::string_view local) {
  if (!starts_with_word(local, "bounce-")) return std::nullopt;
  local.remove_prefix(7);
  std::array<std::uint64_t, 5> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i == 1) {
      if (!starts_with_word(local, "_html-") && !starts_with_word(local, "_text-"))
        return std::nullopt;
      local.remove_prefix(6);
    } else if (i > 1) {
      if (!local.starts_with('-')) return std::nullopt;
      local.remove_prefix(1);
    }
    const auto [end, fault] =
        std::from_chars(local.data(), local.data() + local.size(), numbers[i]);
    if (fault != std::errc()) return std::nullopt;
    local.remove_prefix(static_cast<std::size_t>(end - local.data()));
  }
  if (!local.empty()) return std::nullopt;
  return ReturnPath::MarketingCloud{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
}

}  // namespace

ReturnPath parse_return_path(std::string_view text) {
  ReturnPath path;
  text = trimmed(text);
  if (text == "<>") {
    path.kind = ReturnPath::Kind::null;
    return path;
  }
  if (text.size() > longest_delivery_field) return path;
  path.address = delivery_address(text);
  if (path.address.empty()) return path;
  for (int i = 0; i < most_unwrappings; ++i) {
    const Parts parts = split(path.address);
    if (std::string original = from_srs(parts.local); !original.empty()) {
      path.forwarder = parts.domain;
      path.address = std::move(original);
    } else if (const std::string_view plain = without_tag(parts.local); plain != parts.local) {
      path.address = std::string(plain) + "@" + std::string(parts.domain);
    } else {
      break;
    }
  }
  const Parts parts = split(path.address);
  path.domain = parts.domain;
  path.kind = ReturnPath::Kind::plain;
  if (at_or_below(path.domain, bounce_zone)) {
    path.header_from = from_of_core(parts.local);
    if (!path.header_from.empty()) path.kind = ReturnPath::Kind::salesforce_core;
  } else if ((path.marketing_cloud = marketing_cloud_in(parts.local))) {
    path.kind = ReturnPath::Kind::marketing_cloud;
  }
  return path;
}

ReturnPath stored_return_path(std::string_view text) {
  text = trimmed(text);
  const std::size_t at = text.rfind('@');
  if (at == text.npos) return parse_return_path(text);
  std::string_view local = text.substr(0, at);
  const bool is_core = local.size() > 3 && local.starts_with('=') && local.ends_with("__");
  if (!local.empty() && !is_core) return parse_return_path(text);
  ReturnPath path;
  std::string domain = folded_domain(text.substr(at + 1));
  if (!is_domain_name(domain)) return path;
  path.domain = std::move(domain);
  path.kind = ReturnPath::Kind::plain;
  if (is_core && at_or_below(path.domain, bounce_zone)) {
    path.kind = ReturnPath::Kind::salesforce_core;
    path.header_from = "@" + std::string(local.substr(1, local.size() - 3));
  }
  return path;
}

}  // namespace dmarcq
