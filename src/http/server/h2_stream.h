// One request and its answer on an HTTP/2 connection. Internal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server/owned_request.h"
#include "http/server/request.h"

namespace boltseal::http {

struct H2Stream {
  enum class State : std::uint8_t { head, body, answer, sending };

  std::int32_t id = 0;
  State state = State::head;
  std::chrono::steady_clock::time_point since;  ///< head: when it began; later: when it was complete
  std::chrono::steady_clock::time_point last_input;

  // Body on its way in.
  std::shared_ptr<OwnedRequest> request;
  std::size_t body_limit = 0;
  std::size_t body_bytes = 0;
  bool on_loop = false;

  // Body on its way out.
  std::string_view rest;
  std::shared_ptr<const void> owner;
  std::vector<std::pair<std::string, std::string>> trailers;  ///< lower-case names; sent behind the body
  std::uint64_t bytes_out = 0;                                ///< for the stall clock
  std::uint64_t bytes_out_seen = 0;
  std::chrono::steady_clock::time_point last_output;

  /// Keeps a field; false when the list has become larger than `limit` (RFC 9113 6.5.2 counts 32 a field).
  bool add_field(std::string_view name, std::string_view value, std::size_t limit);
  std::size_t field_count() const { return spans_.size(); }
  bool too_large() const { return too_large_; }

  /// Builds `head` from the fields. Empty, or why the request is refused.
  std::string_view make_head();
  RequestHead head;

 private:
  struct Span {
    std::size_t name_at, name_size, value_size;
  };
  std::string_view take_pseudo(std::string_view name, std::string_view value);

  std::string text_;
  std::vector<Span> spans_;
  std::vector<HeaderField> fields_;
  std::string decoded_path_;
  std::string_view authority_;
  std::size_t list_size_ = 0;
  bool too_large_ = false;
};

}  // namespace boltseal::http
