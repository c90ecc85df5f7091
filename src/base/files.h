// Files: bounded reads, atomic writes, advisory locks. Every path below a Directory is opened with openat,
// segment by segment, and no symbolic link is followed (HOUSE rule 4).
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace boltseal {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release();

 private:
  int fd_ = -1;
};

/// Advisory exclusive lock (flock) that lives as long as the object.
class FileLock {
 public:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;
};

/// An open directory. Relative names hold segments separated by '/', none empty, "." or "..".
/// Movable; safe to use from several threads. Errors: io_error, disk_full, not_found, limit_exceeded, locked.
class Directory {
 public:
  /// Opens a path given by the user (symbolic links above it are followed). create: makes it and its
  /// parents with mode 0700.
  static Result<Directory> open(const std::string& path, bool create = false);

  const std::string& path() const { return path_; }
  Result<Directory> subdirectory(std::string_view name, bool create = false) const;
  /// Whole file, at most `limit` bytes (else limit_exceeded); not_found where there is none; only regular
  /// files are read.
  Result<std::string> read(std::string_view name, std::size_t limit) const;
  bool exists(std::string_view name) const;
  /// temp file, write, fsync, rename, fsync of the directory. Missing parents are made (0700).
  Result<void> write_atomic(std::string_view name, std::string_view bytes, mode_t mode = 0600) const;
  /// As write_atomic, but an existing file is left alone: already_exists.
  Result<void> write_new(std::string_view name, std::string_view bytes, mode_t mode = 0600) const;
  Result<void> remove(std::string_view name) const;  ///< not_found where there is none
  /// Relative names of regular files below, depth first, sorted; at most `limit` of them (limit_exceeded).
  /// Hidden names and temp files of write_atomic are left out.
  Result<std::vector<std::string>> list(std::size_t limit = 100'000) const;
  /// Takes the lock file `name` (made when missing); waits at most `wait_ms`, then locked.
  Result<FileLock> lock(std::string_view name, int wait_ms) const;

 private:
  Directory(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Fd fd_;
  std::string path_;
};

/// Whole file by path (symbolic links followed: the user named it), at most `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit);

/// Fault injection for tests: called before each step ("write", "fsync", "rename", "unlink") with the name;
/// an errno other than 0 fails the step. Set to {} to switch off. Not thread safe.
void set_file_fault_hook(std::function<int(std::string_view step, std::string_view name)> hook);

}  // namespace boltseal
