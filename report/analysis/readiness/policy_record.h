// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmarcq {

/// Something that is wrong or out of date with a record. The sentence is in record_phrases.h.
struct RecordRemark {
  enum class Kind {
    not_a_policy,  ///< tag: p, sp or np
    no_policy,
    no_rua,
    rua_without_address,
    not_a_mode,    ///< tag: adkim or aspf
    not_a_switch,  ///< tag: t
    fo_without_ruf,
    fo_unknown,
    fo_contradicts_itself,
    public_suffix,
    no_effect_in_subdomain,  ///< tag: sp or np
    removed_tag,             ///< tag: pct, rf or ri
    pct_ignored,             ///< pct below 100, which receivers no longer know
  };
  Kind kind{};
  std::string tag, value;     ///< as written; "" where the remark is about no tag
  bool reports_come = false;  ///< the record's rua names an address
};

/// A DMARC policy record (RFC 9989 section 4.7) as its tags stand in the TXT record, unknown ones
/// included: what the owner wrote stays.
class PolicyRecord {
 public:
  /// "v=DMARC1; p=none; rua=mailto:…", also as a zone file or dig shows it: quoted, in several
  /// strings. The error is a sentence.
  static std::expected<PolicyRecord, std::string> parse(std::string_view txt);
  /// v=DMARC1 and p.
  explicit PolicyRecord(std::string_view p);

  std::optional<std::string> tag(std::string_view name) const;  ///< as written
  void set(std::string_view name, std::string_view value);  ///< in place, or where the tag belongs
                                                            ///< by custom: p, sp, np, t, then the
                                                            ///< rest
  void remove(std::string_view name);
  std::string text() const;  ///< "v=DMARC1; p=none; rua=mailto:dmarc@example.com"

  // What receivers make of it, with defaults filled in.
  std::string p() const;   ///< "none" where missing or unknown, or sp or np is no policy (RFC 9989
                           ///< section 4.10.1)
  std::string sp() const;  ///< else p
  std::string np() const;  ///< else sp
  bool strict(std::string_view adkim_or_aspf) const;
  bool testing() const;                 ///< t=y
  std::optional<unsigned> pct() const;  ///< below 100 only: what RFC 7489 receivers apply the
                                        ///< policy to
  bool held_back() const { return testing() || pct(); }

  /// The tag for which receivers take the whole record for p=none: sp or np that is not a policy
  /// (RFC 9989 section 4.10.1). "sp=maybe"
  std::string disarmed_by() const;

  /// What is wrong or out of date with it: removed tags, missing rua, unknown values. `subdomain`:
  /// it stands at a name that is not an organizational domain.
  std::vector<RecordRemark> remarks(bool subdomain = false) const;

 private:
  PolicyRecord() = default;
  std::vector<std::pair<std::string, std::string>> tags_;  ///< name in lower case, value
};

/// Tags that RFC 9989 removed.
inline constexpr std::array<std::string_view, 3> removed_tags{"pct", "rf", "ri"};

bool is_policy(std::string_view value);  ///< none, quarantine or reject
/// "none" < "quarantine" < "reject"; unknown is none.
int strength(std::string_view policy);
/// One step less, as t=y asks of receivers: reject → quarantine, quarantine → none.
std::string_view weaker(std::string_view policy);
/// "0:1:d:s" and the like: the values of fo.
bool is_failure_options(std::string_view fo);

}  // namespace dmarcq
