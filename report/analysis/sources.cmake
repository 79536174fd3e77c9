# SPDX-License-Identifier: MIT
# Sources of report/analysis, relative to the root, and the sender catalogue as a string for sender_catalogue.cc.
# Sets DMARCQ_ANALYSIS_SOURCES and DMARCQ_ANALYSIS_INCLUDE (the folder of generated files, for the target that compiles them).
set(DMARCQ_ANALYSIS_SOURCES
  report/analysis/copyable.cc
  report/analysis/diagnosis.cc
  report/analysis/finding_texts.cc
  report/analysis/identity_names.cc
  report/analysis/network_table.cc
  report/analysis/own_origins.cc
  report/analysis/salesforce.cc
  report/analysis/second_opinion.cc
  report/analysis/source_lines.cc
  report/analysis/suspicion.cc
  report/analysis/sender_catalogue.cc
  report/analysis/senders.cc)

set(DMARCQ_ANALYSIS_INCLUDE ${CMAKE_BINARY_DIR}/generated)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/senders.tsv)
file(READ ${CMAKE_CURRENT_LIST_DIR}/senders.tsv DMARCQ_SENDERS_TSV)
file(CONFIGURE OUTPUT ${DMARCQ_ANALYSIS_INCLUDE}/report/analysis/senders.inc CONTENT "R\"tsv(@DMARCQ_SENDERS_TSV@)tsv\"\n" @ONLY)
set_source_files_properties(${CMAKE_SOURCE_DIR}/report/analysis/sender_catalogue.cc PROPERTIES INCLUDE_DIRECTORIES ${DMARCQ_ANALYSIS_INCLUDE})
