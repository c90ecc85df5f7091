// Which request a thread works for: every event that it logs meanwhile says so, in the fields `request` and,
// where the client sent one, `trace`. For threads that serve one request at a time.
#pragma once

#include <string>
#include <string_view>

namespace boltseal::log {

/// Holds for this thread as long as the object lives; the one before holds again afterwards. The texts are
/// ours: hexadecimal digits, or empty (then the field is left out).
class Context {
 public:
  Context(std::string request, std::string trace);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  const std::string& request() const { return request_; }
  const std::string& trace() const { return trace_; }
  /// Of this thread; null: none.
  static const Context* current();

 private:
  std::string request_, trace_;
  const Context* outer_;
};

}  // namespace boltseal::log
