// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <ostream>

#include "report/cli/args/arguments.h"
#include "report/cli/args/config_files.h"
#include "report/cli/help/help.h"
#include "report/cli/terminal/file_modes.h"
#include "report/cli/terminal/output.h"
#include "report/cli/terminal/pager.h"
#include "report/render/paragraph.h"
#include "store/store.h"

namespace dmarcq {
namespace {

ColourChoice colour_choice(const Args& args) {
  const std::string when = args.value("--color").value_or("auto");
  return when == "always"  ? ColourChoice::always
         : when == "never" ? ColourChoice::never
                           : ColourChoice::automatic;
}

Exit exit_of(StoreError::Kind kind) {
  switch (kind) {
    case StoreError::Kind::busy: return Exit::busy;
    case StoreError::Kind::damaged:
    case StoreError::Kind::newer: return Exit::damaged;
    case StoreError::Kind::usage: return Exit::usage;
    case StoreError::Kind::interrupted:
    case StoreError::Kind::io:
    case StoreError::Kind::bug: break;
  }
  return Exit::io;
}

std::string_view hint_of(StoreError::Kind kind) {
  switch (kind) {
    case StoreError::Kind::busy:
      return "another dmarcq is writing to it; try again when it is done";
    case StoreError::Kind::damaged:
      return "dmarcq db check tells more; restore a backup, or ingest the mailbox into a fresh database";
    case StoreError::Kind::newer: return "update dmarcq, or name another database with --db";
    case StoreError::Kind::interrupted:
      return "an interrupted run must be undone first, which takes the right to write to the database and its folder";
    case StoreError::Kind::bug: return "this is a defect of dmarcq; please report it";
    case StoreError::Kind::usage:
    case StoreError::Kind::io: break;
  }
  return {};
}

void look_at_terminals(Io& io, ColourChoice colour) {
  io.out_terminal = look_at_terminal(STDOUT_FILENO, colour);
  io.err_terminal = look_at_terminal(STDERR_FILENO, colour);
  set_line_width(io.out, io.out_terminal.width);
  set_line_width(io.err, io.err_terminal.width);
}

Exit run(std::vector<std::string> arguments, Io& io, OutputBuffer& out_buffer, Pager& pager) {
  // An error in the command line fits the terminal, too.
  look_at_terminals(io, ColourChoice::automatic);
  const Command& command = take_command(arguments);
  const Args args = parse_arguments(command, std::move(arguments));
  look_at_terminals(io, colour_choice(args));
  io.quiet = args.has("--quiet");
  if (args.has("--csv-raw") && !args.has("--csv-safe")) io.formulas = Formulas::as_they_are;
  const std::string shown_by = pager_command();
  io.paged = io.out_terminal.redraws && (command.pages || args.has("--help")) &&
             !args.has("--no-pager") && !shown_by.empty();
  if (io.paged) out_buffer.before_first_write([&pager, shown_by] { pager.start(shown_by); });
  if (args.has("--help")) {
    const unsigned width = text_width(io.out, help_width);
    io.out << (command.name == "help" ? overview(width) : help_page(command, width));
    return Exit::done;
  }
  if (const auto config = config_file(args)) warn_of_writers(io, *config);
  return command.run(args, io);
}

/// What the program cannot do, as a line for the user and an exit code. Call inside a catch.
Exit explain_failure(Io& io) {
  try {
    throw;
  } catch (const OutputClosed&) {
    return Exit::done;
  } catch (const UsageError& fault) {
    say_error(io, fault.what(), fault.hint);
    return Exit::usage;
  } catch (const FileError& fault) {
    say_error(io, fault.what(), fault.hint);
    return Exit::io;
  } catch (const OutputFailed& fault) {
    say_error(io, fault.what());
    return Exit::io;
  } catch (const StoreError& fault) {
    say_error(io, fault.what(), fault.cure.empty() ? hint_of(fault.kind) : fault.cure);
    return exit_of(fault.kind);
  } catch (const std::filesystem::filesystem_error& fault) {
    say_error(io, fault.path1().string() + ": " + fault.code().message());
    return Exit::io;
  } catch (const std::bad_alloc&) {
    say_error(io, "out of memory");
    return Exit::io;
  } catch (const std::exception& fault) {
    say_error(io, fault.what(), "this is a defect of dmarcq; please report it");
    return Exit::io;
  }
}

bool leaving_main = false;

/// libarchive calls exit(1) when it is out of memory; 1 would mean "there is news", and what is not
/// committed is lost anyway.
void leave_as_failed() {
  if (!leaving_main) _exit(static_cast<int>(Exit::io));
}

}  // namespace
}  // namespace dmarcq

/// The only place that catches: what the program cannot do becomes a line and an exit code here.
int main(int count, char** words) {
  using namespace dmarcq;
  std::atexit(leave_as_failed);
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is reported by write(), and is no fault
  Pager pager;                    // outlives the buffers: it ends when all is written
  OutputBuffer out_buffer(STDOUT_FILENO, false, 64 * 1024),
      err_buffer(STDERR_FILENO, true, 4 * 1024);
  std::ostream out(&out_buffer), err(&err_buffer);
  out.exceptions(std::ios::badbit);
  err.setf(std::ios::unitbuf);
  Io io{.out = out, .err = err, .out_terminal = {}, .err_terminal = {}};
  try {
    const Exit exit = run({words + 1, words + count}, io, out_buffer, pager);
    out.flush();
    leaving_main = true;
    return static_cast<int>(exit);
  } catch (...) {
    leaving_main = true;
    out.exceptions(std::ios::goodbit);  // what was said before still goes out, but a second failure
                                        // is no news
    return static_cast<int>(explain_failure(io));
  }
}
