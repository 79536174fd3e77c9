// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/store.h"

namespace dmarcq::test {

/// The settings of a store in memory. A snapshot reads a copy of them.
class MemorySettings final : public StoredSettings, public SettingsWriter {
 public:
  std::vector<SenderEntry> sender_entries() override {
    std::vector<SenderEntry> list;
    for (const auto& [kind_and_value, entry] : entries_) list.push_back(entry);
    return list;
  }
  std::vector<Note> notes(const std::string& domain) override {
    std::vector<Note> list;
    for (const auto& [day_and_id, note] : notes_)
      if (domain.empty() || note.domain.empty() || note.domain == domain) list.push_back(note);
    return list;
  }
  std::vector<OpenAlert> open_alerts() override {
    std::vector<OpenAlert> list;
    for (const auto& [key, alert] : alerts_) list.push_back(alert);
    return list;
  }
  std::optional<std::string> checkpoint(const std::string& source) override {
    const auto found = checkpoints_.find(source);
    return found == checkpoints_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> read_names(const std::string& source) override {
    return {read_names_[source].begin(), read_names_[source].end()};
  }
  ReadState read_state() override {
    ReadState state{.checkpoints = checkpoints_, .read = {}, .settled = {}};
    for (const auto& [source, names] : read_names_)
      for (const std::string& name : names) state.read.push_back({source, name});
    return state;
  }

  std::int64_t put_sender_entry(const SenderEntry& entry) override {
    SenderEntry& kept = entries_[{entry.kind, entry.value}];
    const std::int64_t id = kept.id != 0 ? kept.id : ++last_id_;
    kept = entry;
    return kept.id = id;
  }
  bool remove_sender_entry(std::int64_t id) override {
    return std::erase_if(entries_, [id](const auto& each) { return each.second.id == id; }) > 0;
  }
  std::int64_t add_note(const Note& note) override {
    Note& kept = notes_[{note.day, ++last_id_}] = note;
    return kept.id = last_id_;
  }
  bool remove_note(std::int64_t id) override {
    return std::erase_if(notes_, [id](const auto& each) { return each.second.id == id; }) > 0;
  }
  void set_open_alerts(const std::vector<OpenAlert>& alerts) override {
    alerts_.clear();
    for (const OpenAlert& alert : alerts) alerts_.emplace(alert.key, alert);
  }
  void write(const ReadState& read) {
    for (const auto& [source, state] : read.checkpoints) checkpoints_[source] = state;
    for (const ReadState::Name& name : read.read) read_names_[name.source].insert(name.name);
    for (const ReadState::Name& name : read.settled) read_names_[name.source].erase(name.name);
  }

 private:
  std::int64_t last_id_ = 0;
  std::map<std::pair<std::string, std::string>, SenderEntry> entries_;  ///< by kind and value
  std::map<std::pair<Day, std::int64_t>, Note> notes_;                  ///< by day and id
  std::map<std::string, OpenAlert> alerts_;                             ///< by key
  std::map<std::string, std::string> checkpoints_;
  std::map<std::string, std::set<std::string>> read_names_;
};

}  // namespace dmarcq::test
