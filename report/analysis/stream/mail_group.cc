// SPDX-License-Identifier: MIT
#include "report/analysis/stream/mail_group.h"

namespace dmarcq {

MailGroup group_of_failing(Standing standing) noexcept {
  switch (standing) {
    case Standing::own: return MailGroup::needs_fixing;
    case Standing::possible:
    case Standing::unidentified: return MailGroup::unidentified;
    case Standing::forwarded:
    case Standing::mailing_list: return MailGroup::forwarded;
    case Standing::foreign:
    case Standing::spoofed: break;
  }
  return MailGroup::spoofing;
}

void add_to(GroupCounts& counts, Standing standing, const StreamCount& count) {
  counts[static_cast<std::size_t>(MailGroup::authenticated)] += count.pass();
  counts[static_cast<std::size_t>(group_of_failing(standing))] += count.fail;
  counts[static_cast<std::size_t>(MailGroup::temporary)] += count.temporary;
}

}  // namespace dmarcq
