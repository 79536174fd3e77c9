# SPDX-License-Identifier: MIT
# Tests of readiness, what-if, comparison and alerts, relative to the root.
set(DMARCQ_POLICY_TESTS
  tests/report/copyable_test.cc
  tests/report/readiness_alerts_test.cc
  tests/report/readiness_gates_test.cc
  tests/report/policy_seen_test.cc
  tests/report/readiness_questions_test.cc
  tests/report/readiness_record_test.cc
  tests/report/readiness_what_if_test.cc)
