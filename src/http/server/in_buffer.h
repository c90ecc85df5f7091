// Bytes that came in and are not yet consumed, in one piece. Internal.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace boltseal::http {

class InBuffer {
 public:
  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }

  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Room for at least `least` bytes behind the content; moves the content, so views of it end.
  std::pair<char*, std::size_t> room(std::size_t least) {
    if (capacity_ - end_ < least) {
      if (capacity_ - size() >= least) {
        if (!empty()) std::memmove(bytes_.get(), bytes_.get() + begin_, size());
      } else {
        const std::size_t capacity = size() + least < 2 * capacity_ ? 2 * capacity_ : size() + least;
        std::unique_ptr<char[]> larger(new char[capacity]);
        if (!empty()) std::memcpy(larger.get(), bytes_.get() + begin_, size());
        bytes_ = std::move(larger);
        capacity_ = capacity;
      }
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t n) { end_ += n; }

  /// Gives a large buffer back while nothing is in it.
  void shrink(std::size_t keep) {
    if (!empty() || capacity_ <= keep) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace boltseal::http
