// SPDX-License-Identifier: MIT
#include "report/analysis/comparison.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

TEST_CASE("comparison: a repaired sender is better, a reader of the change's own day is left out") {
  LongWorld w;
  const Day change = w.last - 20;
  w.mail(healthy_ses);
  w.mail(with(healthy_core, [&](RowSpec& s) {
    s.last = change - 1, s.first = w.first, s.dkim = "", s.evaluated = "fail/fail";
  }));
  w.mail(with(healthy_core, [&](RowSpec& s) { s.first = change, s.last = w.last; }));
  w.mail(
      {.ip = "203.0.113.9", .spf = "parcel.example pass", .evaluated = "fail/fail", .messages = 7});
  w.finish();
  const RowLookup lookup = w.world.lookup();
  const Comparison c = compare(w.timeline, lookup, {}, "example.com", {change - 14, change - 1},
                               {change + 2, change + 15});
  CHECK(c.change == Change::better);
  CHECK(c.all_before.messages() == 14u * 3 * 30);
  CHECK(c.all_after.messages() == 14u * 3 * 30);
  CHECK(c.all_before.fail == 14u * 3 * 20);
  CHECK(c.all_after.fail == 0);
  CHECK(c.straddling == 0);
  REQUIRE(c.gone.size() == 1);
  CHECK(c.gone.front().code == FindingCode::core_no_dkim);
  REQUIRE(c.still.size() == 1);
  CHECK(c.still.front().code == FindingCode::unauthenticated);
  CHECK(c.appeared.empty());
}
