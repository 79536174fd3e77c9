// SPDX-License-Identifier: MIT
#include "report/analysis/stream/mail_group.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("groups of mail: what passes is authenticated, whose it is decides of what fails") {
  struct Row {
    Standing standing;
    MailGroup failing;
  };
  for (const Row& row :
       {Row{Standing::own, MailGroup::needs_fixing},
        Row{Standing::possible, MailGroup::unidentified},
        Row{Standing::unidentified, MailGroup::unidentified},
        Row{Standing::forwarded, MailGroup::forwarded},
        Row{Standing::mailing_list, MailGroup::forwarded},
        Row{Standing::foreign, MailGroup::spoofing}, Row{Standing::spoofed, MailGroup::spoofing}}) {
    CAPTURE(to_text(row.standing));
    CHECK(group_of_failing(row.standing) == row.failing);
    GroupCounts counts{};
    add_to(counts, row.standing,
           {.both = 1, .dkim_only = 2, .spf_only = 4, .fail = 8, .temporary = 16});
    GroupCounts expected{};
    expected[static_cast<std::size_t>(MailGroup::authenticated)] = 7;
    expected[static_cast<std::size_t>(row.failing)] = 8;
    expected[static_cast<std::size_t>(MailGroup::temporary)] = 16;
    CHECK(counts == expected);
  }
}
