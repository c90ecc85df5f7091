#include "http/server/out_queue.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kKeep = 16 << 10;

}  // namespace

void OutQueue::add_body(std::string_view bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < kLarge) {
    small_.append(bytes);
    return;
  }
  large_ = bytes;
  owner_ = std::move(owner);
}

Io OutQueue::send(Stream& stream, bool last) {
  const Io io = send_pieces(stream, last);
  if (io != Io::want_write) {
    blocked_ = false;
  } else if (!blocked_ || stream.bytes_sent() != bytes_at_block_) {
    blocked_ = true;
    bytes_at_block_ = stream.bytes_sent();
    blocked_since_ = std::chrono::steady_clock::now();
  }
  return io;
}

std::chrono::steady_clock::duration OutQueue::blocked_for(std::chrono::steady_clock::time_point now) const {
  return blocked_ ? now - blocked_since_ : std::chrono::steady_clock::duration::zero();
}

Io OutQueue::send_pieces(Stream& stream, bool last) {
  while (!empty() || (last && !said_bye_)) {
    const bool from_small = sent_ < small_.size() || large_.empty();
    const std::string_view piece = from_small ? std::string_view(small_).substr(sent_) : large_;
    const bool final_piece = last && (!from_small || large_.empty());
    std::size_t taken = 0;
    const Io io = stream.write(piece, final_piece, taken);
    if (from_small) {
      sent_ += taken;
    } else {
      large_.remove_prefix(taken);
      if (large_.empty()) owner_.reset();
    }
    if (final_piece && taken == piece.size()) said_bye_ = true;
    if (io != Io::ok) return io;
  }
  if (small_.capacity() > kKeep) {
    std::string().swap(small_);
  } else {
    small_.clear();
  }
  sent_ = 0;
  return stream.flush();
}

}  // namespace boltseal::http
