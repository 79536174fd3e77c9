// SPDX-License-Identifier: MIT
#include "report/analysis/stream/default_identity.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/stream/placed_rows.h"

using namespace dmarcq;

TEST_CASE("default identity: whose account sends unsigned mail beside signed mail of a service") {
  constexpr Day last = 20'119, first = last - 119;
  using Mail = PlacedRows::Mail;
  struct Row {
    const char* name;
    Mail unsigned_mail, signed_mail;
    const char* signed_from;
    bool passes;
    Standing standing;
    StandingReason reason = StandingReason::default_identity;
  };
  const Mail before{.first = first, .last = first + 59}, after{.first = first + 60, .last = last};
  const auto begun = [](Day day) { return Mail{.first = day, .last = last}; };
  using R = StandingReason;
  for (const Row& row : {
           Row{"signed mail follows", before, after, "example.com", true, Standing::own,
               R::one_account},
           Row{"signed mail came before", after, before, "example.com", true, Standing::own,
               R::one_account},
           Row{"both for three days", before, begun(first + 57), "example.com", true, Standing::own,
               R::one_account},
           Row{"near miss: both for four days", before, begun(first + 56), "example.com", true,
               Standing::possible},
           Row{"two weeks between them", before, begun(first + 73), "example.com", true,
               Standing::own, R::one_account},
           Row{"near miss: more than two weeks", before, begun(first + 74), "example.com", true,
               Standing::possible},
           Row{"near miss: the other mail fails", before, after, "example.com", false,
               Standing::possible},
           Row{"another From of the owner is signed", before, before, "news.example.com", true,
               Standing::own, R::route_authenticated},
           Row{"near miss: another owner's", before, before, "example.net", true,
               Standing::possible},
       }) {
    CAPTURE(row.name);
    PlacedRows rows;
    Placement placement{.standing = Standing::possible,
                        .why = {.reason = StandingReason::default_identity},
                        .open = OpenStanding::identity,
                        .answer = AnswerKind::spf_domain,
                        .sender = rows.word("Service, default identity service.example"),
                        .service = rows.word("Service"),
                        .route = rows.word(""),
                        .from = rows.word("example.com")};
    rows.judged.senders.front().service = "Service";
    rows.judged.senders.front().place = Place::home;
    rows.add(placement, {row.unsigned_mail});
    placement.standing = Standing::own;
    placement.open = OpenStanding::none;
    placement.from = rows.word(row.signed_from);
    rows.add(placement, {row.signed_mail});
    rows.judged.rows[1].dkim_aligned = row.passes;
    const Timeline::Window window = rows.finish();
    const Placement p = decide_identities(rows.placements, rows.judged,
                                          RowCounts(rows.timeline, window), first, last, rows.words)
                            .front();
    CHECK(p.standing == row.standing);
    CHECK(static_cast<int>(p.why.reason) == static_cast<int>(row.reason));
    const bool own = row.standing == Standing::own;
    CHECK(*p.sender == (own ? "Service" : "Service, default identity service.example"));
    CHECK((p.answer == AnswerKind::none) == own);
  }
}
