# SPDX-License-Identifier: MIT
# From evidence to policy: readiness, what-if, comparison, alerts. Relative to the root.
set(DMARCQ_POLICY_SOURCES
  report/analysis/alerts.cc
  report/analysis/comparison.cc
  report/analysis/persistence.cc
  report/analysis/policy_record.cc
  report/analysis/readiness.cc
  report/analysis/recovery.cc
  report/analysis/streams.cc
  report/analysis/timeline.cc
  report/analysis/what_if.cc
  report/analysis/spf_cost.cc)
