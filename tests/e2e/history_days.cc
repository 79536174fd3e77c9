// SPDX-License-Identifier: MIT
// history_days DB DOMAIN < DAYS: what readiness, what-if and check would have answered on each of
// these days, one JSON object a line. The store is read once; the days are judged by the same
// functions as the commands use. history_test.py holds it against SQL.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

#include "report/analysis/alerts.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/readiness/what_if.h"
#include "report/answers/base/timeline_reader.h"
#include "report/render/json.h"
#include "report/render/phrases/blocker_phrases.h"
#include "store/store.h"

using namespace dmarcq;

namespace {

void write_readiness(JsonWriter& json, const StoredTimeline& stored,
                     const ReadinessQuestion& question, const Streams& streams) {
  const Readiness r = assess(stored.timeline(), stored.lookup(), stored.owner(), question, streams);
  json.object()
      .member("target", r.target)
      .member("verdict", to_text(r.verdict))
      .member("since", iso_date(r.first))
      .member("until", iso_date(r.last));
  json.key("failed").array();
  for (const Gate& gate : r.gates)
    if (gate.failed()) json.value(to_text(gate.id));
  json.end().key("blockers").array();
  for (const Blocker& blocker : r.blockers) {
    json.object()
        .member("gate", to_text(blocker.gate))
        .member("sender", phrases_of(blocker).sender)
        .member("messages", blocker.messages)
        .member("failing", blocker.failing);
    json.member("code", blocker.code ? to_text(*blocker.code) : "").end();
  }
  json.end().key("own").object();
  for (const SenderLine& line : r.senders) {
    const Stream& stream = streams.list[line.stream];
    if (stream.is_ours())
      json.key(stream.label())
          .array()
          .value(line.total.messages())
          .value(line.total.fail)
          .value(line.total.quarantined + line.total.rejected)
          .end();
  }
  json.end().key("beside").object();
  for (const Standing standing : {Standing::unidentified, Standing::forwarded,
                                  Standing::mailing_list, Standing::foreign, Standing::spoofed})
    json.member(to_text(standing), r.by_standing[static_cast<std::size_t>(standing)].messages());
  json.end().key("without").array();
  for (const WithoutReporter& w : r.without) json.value(stored.lookup().reporter(w.reporter));
  json.end();
  PolicyTrial trial;
  trial.p = r.target;
  const WhatIf w = what_if(stored.timeline(), stored.lookup(), streams, {}, trial);
  json.key("what_if")
      .object()
      .member("messages", w.all.asked.messages())
      .member("quarantine", w.all.asked.quarantine)
      .member("reject", w.all.asked.reject);
  json.member("happened", w.all.happened.affected()).key("by_day").object();
  for (const auto& [day, line] : w.by_day) json.member(iso_date(day), line.asked.affected());
  json.end().end().end();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: history_days DB DOMAIN < DAYS\n", stderr);
    return 2;
  }
  const std::string domain = argv[2];
  std::ios::sync_with_stdio(false);
  const std::unique_ptr<Snapshot> store_owner = open_snapshot(std::filesystem::path(argv[1]));
  Snapshot& store = *store_owner;
  const StoredTimeline stored(store, {.domains = {domain}});
  std::vector<ToldAlert> told;
  for (std::string line; std::getline(std::cin, line);) {
    const auto day = day_from_text(line);
    if (!day) return 2;
    const Day today = *day;
    JsonWriter json(std::cout);
    json.object().member("today", iso_date(today));
    ReadinessQuestion question;
    question.domain = domain;
    question.today = today;
    const Streams streams =
        readiness_streams(stored.timeline(), stored.lookup(), stored.owner(), question);
    for (const char* target : {"quarantine", "reject"}) {
      json.key(target);
      question.target = target;
      write_readiness(json, stored, question, streams);
    }
    AlertQuestion check;
    check.today = today;
    check.told = told;
    const auto alerts = find_alerts(stored.timeline(), stored.lookup(), stored.owner(), check);
    // A check on each of the days: what is news, and what is still open.
    std::vector<ToldAlert> open;
    json.key("alerts").array();
    for (const Alert& alert : alerts) {
      const bool known = std::ranges::find(told, alert.key(), &ToldAlert::key) != told.end();
      json.object()
          .member("code", to_text(alert.code))
          .member("source", alert.source)
          .member("messages", alert.messages)
          .member("since", iso_date(alert.since))
          .member("new", !known)
          .end();
      open.push_back({alert.key(), alert.since});
    }
    json.end().end().finish();
    told = std::move(open);
  }
}
