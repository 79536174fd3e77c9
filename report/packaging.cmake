# SPDX-License-Identifier: MIT
# What `cmake --install` puts in place, and `cpack -G DEB` in a package: the program, its man page and completions (all three made by
# the program itself, from its command table).
include(GNUInstallDirs)
set(made ${CMAKE_CURRENT_BINARY_DIR}/made)
find_program(GZIP gzip REQUIRED)
add_custom_command(
  OUTPUT ${made}/dmarcq.1.gz ${made}/dmarcq.bash ${made}/_dmarcq ${made}/dmarcq.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
  COMMAND $<TARGET_FILE:dmarcq> help --man > ${made}/dmarcq.1
  COMMAND ${GZIP} -9nf ${made}/dmarcq.1
  COMMAND $<TARGET_FILE:dmarcq> completion bash > ${made}/dmarcq.bash
  COMMAND $<TARGET_FILE:dmarcq> completion zsh > ${made}/_dmarcq
  COMMAND $<TARGET_FILE:dmarcq> completion fish > ${made}/dmarcq.fish
  DEPENDS dmarcq
  VERBATIM)
add_custom_target(manual_and_completions ALL DEPENDS ${made}/dmarcq.1.gz ${made}/dmarcq.bash ${made}/_dmarcq ${made}/dmarcq.fish)

install(TARGETS dmarcq RUNTIME)
install(FILES ${made}/dmarcq.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/dmarcq.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME dmarcq)
install(FILES ${made}/_dmarcq DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${made}/dmarcq.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dmarcq)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "dmarcq maintainers <maintainers@dmarcq.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turn a mailbox of DMARC aggregate reports into a decision")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "dmarcq reads DMARC aggregate report (rua) mail into one SQLite file and tells\nwho sends as a domain, whether it passes, what is to be repaired at which\nsender (Salesforce above all), and whether the policy may become stricter.")
# The libraries are found by dpkg-shlibdeps; the public suffix list is newer as a package than built into the library.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "publicsuffix, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "default-mta | mail-transport-agent")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# Only in the package: what Debian asks for, and the configuration in /etc. DESTDIR, because that has no prefix.
set(debian ${CMAKE_CURRENT_SOURCE_DIR}/packaging/debian)
foreach(file changelog copyright)
  configure_file(${debian}/${file}.in ${made}/${file} @ONLY)
endforeach()
add_custom_command(OUTPUT ${made}/changelog.gz COMMAND ${GZIP} -9nkf ${made}/changelog DEPENDS ${made}/changelog VERBATIM)
add_custom_target(debian_changelog ALL DEPENDS ${made}/changelog.gz)
install(FILES ${made}/changelog.gz ${made}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES packaging/config.toml DESTINATION /etc/dmarcq COMPONENT debian EXCLUDE_FROM_ALL)
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};dmarcq;ALL;/;${CMAKE_BINARY_DIR};dmarcq;debian;/")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${debian}/conffiles;${debian}/postinst;${debian}/prerm;${debian}/postrm")
include(CPack)
