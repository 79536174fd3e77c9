# SPDX-License-Identifier: MIT
# Two-year histories, judged on every day and held against SQL.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_executable(history_days ${CMAKE_CURRENT_LIST_DIR}/history_days.cc)
target_link_libraries(history_days PRIVATE dmarcq_report)
set(history_test ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/history_test.py
  --dmarcq $<TARGET_FILE:dmarcq> --make-history $<TARGET_FILE:make_history> --days $<TARGET_FILE:history_days>)
add_test(NAME e2e_history COMMAND ${history_test} --every 13)
set_tests_properties(e2e_history PROPERTIES LABELS e2e TIMEOUT 600)
# Every single day: with --long.
add_test(NAME e2e_history_every_day COMMAND ${history_test})
set_tests_properties(e2e_history_every_day PROPERTIES LABELS "e2e;long" TIMEOUT 3600)
