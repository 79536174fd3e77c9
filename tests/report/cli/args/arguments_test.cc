// SPDX-License-Identifier: MIT
#include "report/cli/args/arguments.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

Args parsed(std::vector<std::string> words) {
  const Command& command = take_command(words);
  return parse_arguments(command, std::move(words));
}

std::string usage_error(std::vector<std::string> words) {
  try {
    parsed(std::move(words));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("arguments: the command is found wherever global flags stand") {
  struct Row {
    std::vector<std::string> words;
    const char* command;
  };
  const Row rows[] = {
      {{}, "help"},
      {{"--help"}, "help"},
      {{"-h"}, "help"},
      {{"--version"}, "version"},
      {{"-V"}, "version"},
      {{"summary"}, "summary"},
      {{"--db", "x.db", "summary"}, "summary"},
      {{"--db=x.db", "-q", "summary"}, "summary"},
      {{"summary", "--db", "x.db"}, "summary"},
      {{"db", "info"}, "db info"},
      {{"--db", "db", "db", "info"}, "db info"},
      {{"db", "--db", "x.db", "info"}, "db info"},
      {{"reports"}, "reports"},
      {{"reports", "--limit", "3"}, "reports"},
      {{"reports", "show", "1"}, "reports show"},
      {{"problems"}, "problems list"},
      {{"problems", "--all"}, "problems list"},
      {{"problems", "retry"}, "problems retry"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.command);
    CHECK(parsed(row.words).command->name == row.command);
  }
}

TEST_CASE("arguments: values, switches, operands") {
  const Args args = parsed(
      {"--db", "x.db", "ingest", "a.mbox", "--format", "json", "-", "-j", "2", "b.mbox", "-q"});
  CHECK(args.operands == std::vector<std::string>{"a.mbox", "-", "b.mbox"});
  CHECK(args.value("--db") == "x.db");
  CHECK(args.value("--format") == "json");
  CHECK(args.value("--jobs") == "2");
  CHECK(args.has("--quiet"));
  CHECK_FALSE(args.has("--reread"));
  CHECK_FALSE(args.value("--config"));
}

TEST_CASE("arguments: repeatable flags add up, others take the last") {
  const Args args = parsed({"sources", "--domain", "a.example", "--domain=b.example", "--since",
                            "30d", "--since", "60d"});
  CHECK(args.values("--domain") == std::vector<std::string>{"a.example", "b.example"});
  CHECK(args.value("--since") == "60d");
  CHECK(args.operands.empty());
}

TEST_CASE("arguments: a value may start with a minus, and -- ends the flags") {
  CHECK(parsed({"sources", "--sort", "-messages"}).value("--sort") == "-messages");
  CHECK(parsed({"sources", "--sort=-fail"}).value("--sort") == "-fail");
  CHECK(parsed({"ingest", "--", "--odd-name.mbox"}).operands ==
        std::vector<std::string>{"--odd-name.mbox"});
}

TEST_CASE("arguments: --help is understood anywhere, also where operands are missing") {
  CHECK(parsed({"ingest", "--help"}).has("--help"));
  CHECK(parsed({"db", "--help"}).command->name == "help");
  CHECK(parsed({"problems", "show", "-h"}).has("--help"));
}

TEST_CASE("arguments: what does not exist is an error that says what does") {
  struct Row {
    std::vector<std::string> words;
    const char* expected;
  };
  const Row rows[] = {
      {{"source"}, "unknown command 'source', did you mean 'sources'?"},
      {{"frobnicate"}, "unknown command 'frobnicate'"},
      {{"db", "exprt"}, "unknown command 'db exprt', did you mean 'export'?"},
      {{"reports", "shwo", "1"}, "unknown command 'reports shwo', did you mean 'show'?"},
      {{"db"},
       "'db' needs one of: info, check, export, backup, restore, archive, copy, prune, vacuum"},
      {{"sources", "--failng"}, "unknown flag '--failng', did you mean '--failing'?"},
      {{"sources", "--failng=yes"}, "unknown flag '--failng', did you mean '--failing'?"},
      {{"sources", "-z"}, "unknown flag '-z'"},
      {{"summary", "--route", "core"}, "'summary' has no flag '--route'; 'sources' has"},
      {{"sources", "--format", "jsn"}, "--format: unknown value 'jsn', did you mean 'json'?"},
      {{"sources", "--route", "marketing"},
       "--route: unknown value 'marketing', did you mean 'marketing-cloud'?"},
      {{"sources", "--sort", "-mesages"},
       "--sort: unknown value '-mesages', did you mean 'messages'?"},
      {{"sources", "example.com"}, "'sources' takes no 'example.com'"},
      {{"reports", "show", "1", "2"}, "'reports show' takes no '2'"},
      {{"reports", "show"}, "'reports show' needs ID"},
      {{"ingest", "--jobs"}, "--jobs needs a value"},
      {{"--db"}, "--db needs a value"},
      {{"--bogus"}, "unknown flag '--bogus'"},
      {{"--db", "x.db"}, "no command given"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.expected);
    CHECK(usage_error(row.words) == row.expected);
  }
}
