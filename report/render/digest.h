// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/page/stakeholder_page.h"
#include "report/render/mail_message.h"

namespace dmarcq {

// The stakeholders' page in short, for mail. Mail programs show neither SVG nor style sheets
// reliably (Gmail, Outlook), and cut HTML beyond about 100 KB: so tables, inline styles, the first
// few of each list, and the whole page attached.

std::string digest_text(const StakeholderPage&);
/// At most 80 KB, whatever strangers wrote.
std::string digest_html(const StakeholderPage&);
/// "DMARC example.com: not ready (2 Oct – 31 Oct 2026)"
std::string digest_subject(const StakeholderPage&);

struct DigestEnvelope {
  MailAddress from;
  std::vector<MailAddress> to;
  std::string subject;  ///< "" : digest_subject()
  EpochSeconds date = 0;
};
/// The whole message, as `sendmail -t` takes it: header and MIME parts in ASCII, lines of at most
/// 76 characters that end in LF.
std::string digest_mail(const StakeholderPage&, const DigestEnvelope&,
                        std::string_view attached_page);

}  // namespace dmarcq
