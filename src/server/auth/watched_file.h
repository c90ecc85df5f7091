// A file that is read again when it changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace boltseal::server {

/// Not thread safe.
class WatchedFile {
 public:
  WatchedFile(std::string path, std::size_t limit) : path_(std::move(path)), limit_(limit) {}

  const std::string& path() const { return path_; }
  /// The content if the file is another than at the last call (also when that failed); nothing if it is the
  /// same, or still missing. io_error, not_found, limit_exceeded.
  Result<std::optional<std::string>> changed();
  /// The next changed() reads in any case.
  void forget() { seen_.reset(); }

 private:
  struct Stamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = -1, seconds = 0, nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::string path_;
  std::size_t limit_;
  std::optional<Stamp> seen_;
};

}  // namespace boltseal::server
