// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string_view>

namespace dmarcq {

/// What a view of sql_views.h stands for over the tables of schema.cc.
struct ViewSelect {
  std::string_view view, select;
};
/// One for each of sql_views(), in that order.
std::span<const ViewSelect> view_selects();

}  // namespace dmarcq
