// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace dmarcq {

/// The element names of both dialects.
enum class Tag : std::uint8_t {
  unknown,
  adkim,
  aspf,
  auth_results,
  begin,
  comment,
  count,
  date_range,
  discovery_method,
  disposition,
  dkim,
  domain,
  email,
  end,
  envelope_from,
  envelope_to,
  error,
  extra_contact_info,
  fo,
  generator,
  header_from,
  human_result,
  identifiers,
  identities,
  np,
  org_name,
  p,
  pct,
  policy_evaluated,
  policy_published,
  psd,
  reason,
  record,
  report_id,
  report_metadata,
  result,
  row,
  scope,
  selector,
  source_ip,
  sp,
  spf,
  t,
  testing,
  type,
  version
};

/// Exact. By length first, and here in the header: this is called for every element of every
/// report.
inline Tag tag_of(std::string_view name) {
#define DMARCQ_NAME(word) \
  if (std::memcmp(name.data(), #word, sizeof #word - 1) == 0) return Tag::word
  switch (name.size()) {
    case 1:
      DMARCQ_NAME(p);
      DMARCQ_NAME(t);
      break;
    case 2:
      DMARCQ_NAME(sp);
      DMARCQ_NAME(np);
      DMARCQ_NAME(fo);
      break;
    case 3:
      DMARCQ_NAME(spf);
      DMARCQ_NAME(row);
      DMARCQ_NAME(end);
      DMARCQ_NAME(pct);
      DMARCQ_NAME(psd);
      break;
    case 4:
      DMARCQ_NAME(dkim);
      DMARCQ_NAME(type);
      DMARCQ_NAME(aspf);
      break;
    case 5:
      DMARCQ_NAME(count);
      DMARCQ_NAME(scope);
      DMARCQ_NAME(begin);
      DMARCQ_NAME(email);
      DMARCQ_NAME(error);
      DMARCQ_NAME(adkim);
      break;
    case 6:
      DMARCQ_NAME(domain);
      DMARCQ_NAME(result);
      DMARCQ_NAME(record);
      DMARCQ_NAME(reason);
      break;
    case 7:
      DMARCQ_NAME(comment);
      DMARCQ_NAME(version);
      DMARCQ_NAME(testing);
      break;
    case 8:
      DMARCQ_NAME(selector);
      DMARCQ_NAME(org_name);
      break;
    case 9:
      DMARCQ_NAME(source_ip);
      DMARCQ_NAME(report_id);
      DMARCQ_NAME(generator);
      break;
    case 10:
      DMARCQ_NAME(identities);
      DMARCQ_NAME(date_range);
      break;
    case 11:
      DMARCQ_NAME(disposition);
      DMARCQ_NAME(identifiers);
      DMARCQ_NAME(header_from);
      DMARCQ_NAME(envelope_to);
      break;
    case 12:
      DMARCQ_NAME(auth_results);
      DMARCQ_NAME(human_result);
      break;
    case 13: DMARCQ_NAME(envelope_from); break;
    case 15: DMARCQ_NAME(report_metadata); break;
    case 16:
      DMARCQ_NAME(policy_evaluated);
      DMARCQ_NAME(policy_published);
      DMARCQ_NAME(discovery_method);
      break;
    case 18: DMARCQ_NAME(extra_contact_info); break;
    default: break;
  }
#undef DMARCQ_NAME
  return Tag::unknown;
}

/// Which names of a document are ours. Local names decide; but a prefix that is declared for a
/// namespace other than the root's marks an extension (RFC 9990 section 5), whose "dkim" would not
/// be ours.
class ElementNames {
 public:
  /// The root's start tag; false if it declares more than `most` prefixes. The text stays where it
  /// is.
  bool root(std::string_view qualified, std::string_view start_tag, std::size_t most);
  /// `start_tag` may be empty if it has no attributes.
  Tag tag(std::string_view qualified, std::string_view start_tag) const {
    if (const Tag known = tag_of(qualified);
        known != Tag::unknown || qualified.find(':') == std::string_view::npos)
      return known;
    return prefixed_tag(qualified, start_tag);
  }
  /// Does a declaration of `prefix` as `uri` make it an extension's?
  bool foreign(std::string_view prefix, std::string_view uri) const {
    return prefix != root_prefix_ && uri != root_namespace_;
  }
  /// As written.
  std::string_view root_namespace() const { return root_namespace_; }

 private:
  Tag prefixed_tag(std::string_view qualified, std::string_view start_tag) const;

  std::string_view root_prefix_, root_namespace_;
  std::vector<std::string_view> foreign_;  ///< prefixes that the root declares for extensions;
                                           ///< sorted
};

}  // namespace dmarcq
