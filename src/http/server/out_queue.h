// Bytes on their way to the peer: small ones copied together, so that an answer is one TLS record and one
// system call; a large body is sent from where it lies. Internal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/server/stream.h"

namespace boltseal::http {

class OutQueue {
 public:
  void add(std::string_view bytes) { small_.append(bytes); }
  /// `owner` keeps the bytes alive. Nothing may be added behind a large body before it is sent: see full().
  void add_body(std::string_view bytes, std::shared_ptr<const void> owner);
  bool empty() const { return sent_ == small_.size() && large_.empty(); }
  /// To be sent before more is added.
  bool full() const { return small_.size() - sent_ >= kLarge || !large_.empty(); }

  /// Sends until all is gone (ok) or the stream wants something. `last`: nothing follows; TLS says good-bye.
  Io send(Stream& stream, bool last);
  /// For how long the peer has taken nothing of what waits; zero when nothing waits.
  std::chrono::steady_clock::duration blocked_for(std::chrono::steady_clock::time_point now) const;

 private:
  static constexpr std::size_t kLarge = 64 << 10;
  std::string small_;
  std::size_t sent_ = 0;
  std::string_view large_;
  std::shared_ptr<const void> owner_;
  bool said_bye_ = false;
  bool blocked_ = false;
  std::uint64_t bytes_at_block_ = 0;
  std::chrono::steady_clock::time_point blocked_since_;

  Io send_pieces(Stream& stream, bool last);
};

}  // namespace boltseal::http
