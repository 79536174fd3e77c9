# SPDX-License-Identifier: MIT
# What runs an ingest again and again: a systemd service with its timer and user, and a line for cron.
include(GNUInstallDirs)
set(DMARCQ_UNIT_DIR "lib/systemd/system" CACHE STRING "Where systemd units are installed, below the prefix")
set(DMARCQ_SYSUSERS_DIR "lib/sysusers.d" CACHE STRING "Where the systemd user is declared, below the prefix")
foreach(file dmarcq.service dmarcq.timer dmarcq.cron)
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/packaging/${file}.in ${CMAKE_CURRENT_BINARY_DIR}/${file} @ONLY)
endforeach()
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dmarcq.service ${CMAKE_CURRENT_BINARY_DIR}/dmarcq.timer DESTINATION ${DMARCQ_UNIT_DIR})
install(FILES packaging/dmarcq.sysusers DESTINATION ${DMARCQ_SYSUSERS_DIR} RENAME dmarcq.conf)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dmarcq.cron DESTINATION ${CMAKE_INSTALL_DOCDIR})
