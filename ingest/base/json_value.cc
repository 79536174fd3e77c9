// SPDX-License-Identifier: MIT
#include "ingest/base/json_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dmarcq {
namespace {

using Json = nlohmann::json;

/// How deep a text is nested; at least.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0, deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '['))
      deepest = std::max(deepest, ++depth);
    else if (!quoted && (c == '}' || c == ']') && depth > 0)
      --depth;
  }
  return deepest;
}

const Json& node(const void* value) { return *static_cast<const Json*>(value); }

std::size_t members_in(const Json& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  if (value.is_structured())
    for (const Json& inner : value) count += members_in(inner);
  return count;
}

}  // namespace

std::optional<JsonValue> JsonValue::parse(std::string_view text, std::size_t depth) {
  if (depth_of(text) > depth) return std::nullopt;
  auto document = std::make_shared<const Json>(Json::parse(text, nullptr, false));
  if (document->is_discarded()) return std::nullopt;
  JsonValue value;
  value.node_ = document.get();
  value.document_ = std::move(document);
  return value;
}

std::size_t JsonValue::fault_in(std::string_view text) {
  try {
    [[maybe_unused]] const Json whole = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
  } catch (const Json::exception&) {  // a number beyond all numbers
    return 0;
  }
  return text.size();
}

JsonValue JsonValue::operator[](std::string_view name) const {
  JsonValue value;
  if (!is_object()) return value;
  const auto found = node(node_).find(name);
  if (found == node(node_).end()) return value;
  value.document_ = document_;
  value.node_ = &*found;
  return value;
}

std::vector<JsonValue> JsonValue::elements(std::size_t most) const {
  std::vector<JsonValue> values;
  if (node_ == nullptr || !node(node_).is_array()) return values;
  for (const Json& element : node(node_)) {
    if (values.size() >= most) break;
    JsonValue& value = values.emplace_back();
    value.document_ = document_;
    value.node_ = &element;
  }
  return values;
}

bool JsonValue::is_object() const { return node_ != nullptr && node(node_).is_object(); }

bool JsonValue::is_array() const { return node_ != nullptr && node(node_).is_array(); }

bool JsonValue::is_text() const { return node_ != nullptr && node(node_).is_string(); }

bool JsonValue::is_number() const { return node_ != nullptr && node(node_).is_number(); }

bool JsonValue::is_null() const { return node_ != nullptr && node(node_).is_null(); }

std::size_t JsonValue::members_at_all_depths() const {
  return node_ == nullptr ? 0 : members_in(node(node_));
}

bool JsonValue::has(std::string_view name) const {
  return is_object() && node(node_).contains(name);
}

std::string JsonValue::text() const {
  if (node_ == nullptr) return {};
  const Json& value = node(node_);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::string json_object(std::span<const JsonMember> members) {
  auto object = nlohmann::ordered_json::object();
  for (const JsonMember& member : members)
    std::visit([&](const auto& value) { object[std::string(member.name)] = value; }, member.value);
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void JsonText::separate() {
  if (!std::exchange(first_, false)) text_ += ',';
}

JsonText& JsonText::begin(char bracket) {
  separate();
  text_ += bracket;
  closing_ += bracket == '{' ? '}' : ']';
  first_ = true;
  return *this;
}

JsonText& JsonText::end() {
  text_ += closing_.back();
  closing_.pop_back();
  first_ = false;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  value(name);
  text_ += ':';
  first_ = true;
  return *this;
}

JsonText& JsonText::value(std::string_view text) {
  separate();
  text_ += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return *this;
}

JsonText& JsonText::value(std::uint64_t number) {
  separate();
  text_ += std::to_string(number);
  return *this;
}

JsonText& JsonText::value(bool truth) {
  separate();
  text_ += truth ? "true" : "false";
  return *this;
}

}  // namespace dmarcq
