# SPDX-License-Identifier: MIT
# Tests of report/analysis, relative to the root.
set(DMARCQ_ANALYSIS_TESTS
  tests/report/analysis_names_test.cc
  tests/report/analysis_diagnosis_test.cc
  tests/report/analysis_senders_test.cc)
