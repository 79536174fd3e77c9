// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

// Names that reports bring end up in lines that people copy: commands, DNS records, steps of a
// repair. A report is mail from a stranger, so such a name is offered only where it is what it
// claims to be. None of these admits a blank, a quote, a control character, or anything that a
// shell or a zone file gives a meaning.

/// Labels of letters, digits, hyphens and underscores, none of which begins or ends with a hyphen;
/// at most 253 characters. A-labels only.
bool is_host_name(std::string_view);
/// The same: a selector may have several labels (RFC 6376 section 3.1).
bool is_selector(std::string_view);
/// A Salesforce org id: 00D and 12 or 15 letters and digits.
bool is_org_id(std::string_view);

/// A name in a sentence, such as an organization's: letters, digits, single blanks and the few
/// marks that names have. None of them means anything to a shell.
bool is_plain_name(std::string_view);

/// The name if it is one, else the general word.
inline std::string_view host_name_or(std::string_view name, std::string_view general) {
  return is_host_name(name) ? name : general;
}

/// The value of `dmarcq senders add KIND VALUE`: an address or network, a domain, an org id. False
/// for other kinds.
bool is_sender_value(std::string_view kind, std::string_view value);

}  // namespace dmarcq
