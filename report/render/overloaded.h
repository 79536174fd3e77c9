// SPDX-License-Identifier: MIT
#pragma once

namespace dmarcq {

/// Several lambdas as one visitor: std::visit(Overloaded{[](A) { … }, [](B) { … }}, variant).
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace dmarcq
