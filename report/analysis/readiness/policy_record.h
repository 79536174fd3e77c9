// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmarcq {

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

  /// What is wrong or out of date with it, in sentences without their full stop: removed tags,
  /// missing rua, unknown values. `subdomain`: it stands at a name that is not an organizational
  /// domain.
  std::vector<std::string> remarks(bool subdomain = false) const;

 private:
  PolicyRecord() = default;
  std::vector<std::pair<std::string, std::string>> tags_;  ///< name in lower case, value
};

/// "none" < "quarantine" < "reject"; unknown is none.
int strength(std::string_view policy);
/// One step less, as t=y asks of receivers: reject → quarantine, quarantine → none.
std::string_view weaker(std::string_view policy);
/// "0:1:d:s" and the like: the values of fo.
bool is_failure_options(std::string_view fo);

/// The next rung of the ladder, and how to stand on it.
struct NextStep {
  std::string name;      ///< below which the record is to be published at _dmarc; "" for the domain
                         ///< itself
  std::string record;    ///< the TXT record to publish; the present one, without removed tags, when
                         ///< nothing is to change
  std::string change;    ///< what changes, one sentence
  bool changes = false;  ///< it asks receivers for something else than the present one
  bool back = false;     ///< a step back
  unsigned least_days = 0;  ///< to stay there
  std::vector<std::string> watch;
  std::string step_back;  ///< when to go back, and to what
};

/// What is known when the step is chosen.
struct LadderState {
  bool ready = false;              ///< for the target
  bool only_time_missing = false;  ///< nothing speaks against it but that quarantine has not been
                                   ///< in full effect long enough
  bool hurts_own_mail = false;     ///< the policy that is published hits own mail now
  std::vector<std::string> hurt_below;  ///< names below the domain whose own mail sp or np hits
  bool np_safe = false;    ///< no mail that may be the owner's is sent from a name below the domain
                           ///< that fails
  bool sends_mail = true;  ///< false: the owner declared that the domain sends none
  bool subdomain = false;  ///< not an organizational domain: its record says nothing of names below
  unsigned quarantine_days = 30;
};

/// p=none → np=reject beside it → p=quarantine; t=y → p=quarantine → p=reject with all subdomains.
/// A policy that is held back (t, pct) or that leaves names out (sp, np) is completed before the
/// next rung. Never pct: RFC 9989 removed it, since only 0 and 100 were ever applied reliably, and
/// no record that is shown has it. `target`: the policy asked about; "quarantine" or "reject".
NextStep next_step(const PolicyRecord&, std::string_view target, const LadderState&);

}  // namespace dmarcq
