// SPDX-License-Identifier: MIT
#include "ingest/base/function_ref.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

using namespace dmarcq;

namespace {

int twice(int number) { return 2 * number; }

/// Counts what becomes of it.
struct Counted {
  int* copies;
  int* calls;
  Counted(int& of_copies, int& of_calls) : copies(&of_copies), calls(&of_calls) {}
  Counted(const Counted& other) : copies(other.copies), calls(other.calls) { ++*copies; }
  Counted& operator=(const Counted&) = delete;
  void operator()() const { ++*calls; }
};

int applied(FunctionRef<int(int)> function, int number) { return function(number); }

}  // namespace

TEST_CASE("function ref: calls whatever can be called") {
  int added = 10;
  const auto add = [&](int number) { return number + added; };
  const std::function<int(int)> held = add;
  int (*const pointer)(int) = twice;
  CHECK(applied(add, 1) == 11);
  CHECK(applied([](int number) { return -number; }, 1) == -1);
  CHECK(applied(held, 2) == 12);
  CHECK(applied(pointer, 3) == 6);
  CHECK(applied(std::negate<>(), 4) == -4);
  added = 20;
  CHECK(applied(add, 1) == 21);
}

TEST_CASE("function ref: what is borrowed is neither copied nor kept") {
  int copies = 0, calls = 0;
  const Counted counted(copies, calls);
  const FunctionRef<void()> one = counted;
  FunctionRef<void()> two = one;  // of the same, not of the reference
  one();
  two();
  CHECK(calls == 2);
  int others = 0;
  const auto other = [&] { ++others; };
  two = FunctionRef<void()>(other);
  two();
  one();
  CHECK(calls == 3);
  CHECK(others == 1);
  CHECK(copies == 0);
  static_assert(sizeof(FunctionRef<void()>) == 2 * sizeof(void*));
}

TEST_CASE("function ref: what it calls may change itself") {
  int sum = 0;
  auto counter = [&sum, number = 0]() mutable { sum += ++number; };
  const FunctionRef<void()> call = counter;
  for (int i = 0; i < 3; ++i) call();
  CHECK(sum == 1 + 2 + 3);
  counter();
  CHECK(sum == 1 + 2 + 3 + 4);
}

TEST_CASE("function ref: arguments and results are passed on as they are") {
  std::string text = "a";
  const auto append = [](std::string& to, const std::string& what) -> std::string& {
    return to += what;
  };
  const FunctionRef<std::string&(std::string&, const std::string&)> call = append;
  CHECK(&call(text, "b") == &text);
  CHECK(text == "ab");
  const auto take = [](std::unique_ptr<int> number) { return number; };
  const FunctionRef<std::unique_ptr<int>(std::unique_ptr<int>)> pass = take;
  auto number = std::make_unique<int>(7);
  const int* const place = number.get();
  const auto back = pass(std::move(number));
  CHECK(back.get() == place);
  CHECK(number == nullptr);
  const auto wide = [](double value) { return value; };
  const FunctionRef<double(int)> converting = wide;
  CHECK(converting(3) == 3.0);
}

TEST_CASE("function ref: what is thrown comes out") {
  const auto fail = [](int number) -> int {
    if (number < 0) throw std::out_of_range("negative");
    return number;
  };
  const FunctionRef<int(int)> call = fail;
  CHECK_THROWS_WITH_AS(call(-1), "negative", std::out_of_range);
  CHECK(call(1) == 1);
}
