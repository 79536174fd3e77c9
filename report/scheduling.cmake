# SPDX-License-Identifier: MIT
# What runs dmarcq again and again: systemd services with their timers and user, lines for cron, and an example of the configuration.
include(GNUInstallDirs)
set(DMARCQ_UNIT_DIR "lib/systemd/system" CACHE STRING "Where systemd units are installed, below the prefix")
set(DMARCQ_SYSUSERS_DIR "lib/sysusers.d" CACHE STRING "Where the systemd user is declared, below the prefix")
set(packaging ${CMAKE_CURRENT_SOURCE_DIR}/packaging)
file(READ packaging/sandbox.conf DMARCQ_SANDBOX)

# These name the program where it is installed, which only the installation knows: a package has another prefix than this build.
function(dmarcq_install_configured file folder mode)
  install(CODE "
    set(DMARCQ_BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
    set(DMARCQ_LIBEXECDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBEXECDIR}\")
    set(DMARCQ_SANDBOX [==[${DMARCQ_SANDBOX}]==])
    set(installed \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/${file}\")
    configure_file(\"${packaging}/${file}.in\" \"\${installed}\" @ONLY)
    file(CHMOD \"\${installed}\" PERMISSIONS ${mode})
    message(STATUS \"Installing: \${installed}\")")
endfunction()
set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
set(runnable ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
foreach(unit dmarcq dmarcq@ dmarcq-check dmarcq-digest)
  dmarcq_install_configured(${unit}.service ${DMARCQ_UNIT_DIR} "${readable}")
  install(FILES packaging/${unit}.timer DESTINATION ${DMARCQ_UNIT_DIR})
endforeach()
dmarcq_install_configured(outbox ${CMAKE_INSTALL_LIBEXECDIR}/dmarcq "${runnable}")
dmarcq_install_configured(dmarcq.cron ${CMAKE_INSTALL_DOCDIR}/examples "${readable}")
install(FILES packaging/dmarcq.sysusers DESTINATION ${DMARCQ_SYSUSERS_DIR} RENAME dmarcq.conf)
install(FILES packaging/config.toml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
