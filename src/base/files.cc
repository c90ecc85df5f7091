#include "base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/untrusted.h"

namespace boltseal {
namespace {

constexpr std::string_view kTempMark = ".boltseal-tmp.";

std::function<int(std::string_view, std::string_view)>& fault_hook() {
  static std::function<int(std::string_view, std::string_view)> hook;
  return hook;
}

int injected(std::string_view step, std::string_view name) {
  return fault_hook() ? fault_hook()(step, name) : 0;
}

tl::unexpected<Error> failed(int error, std::string_view action, const std::string& path) {
  const std::string what =
      "could not " + std::string(action) + " " + escape_untrusted(path, 4096) + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::not_found, what);
    case ENOSPC:
    case EDQUOT:
      return fail(ErrorCode::disk_full, what, "free some space and try again; nothing was changed");
    case EEXIST:
      return fail(ErrorCode::already_exists, what);
    case ELOOP:
      return fail(ErrorCode::io_error, what,
                  "symbolic links are not followed here; put the real file in its place");
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(ErrorCode::io_error, what, "check owner and mode of the directory");
    default:
      return fail(ErrorCode::io_error, what);
  }
}

bool is_safe_segment(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && part.find('\0') == std::string_view::npos;
}

Result<std::vector<std::string>> segments_of(std::string_view name) {
  std::vector<std::string> out;
  std::size_t start = 0;
  while (true) {
    const std::size_t slash = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, slash - start);
    if (!is_safe_segment(part)) {
      return fail(ErrorCode::bad_name, "\"" + escape_untrusted(name) + "\" can't be a file name here");
    }
    out.emplace_back(part);
    if (slash == name.size()) return out;
    start = slash + 1;
  }
}

Result<Fd> open_child(int parent, const std::string& name, bool create, const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat(parent, name.c_str(), kFlags);
  if (fd < 0 && errno == ENOENT && create) {
    if (mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST) return failed(errno, "create", path);
    fd = openat(parent, name.c_str(), kFlags);
  }
  if (fd < 0) return failed(errno, "open", path);
  return Fd(fd);
}

// Directory that holds the last segment of `name`, and that segment.
struct Place {
  Fd owned;
  int directory = -1;
  std::string leaf;
  std::string path;
};

Result<Place> locate(int root, const std::string& root_path, std::string_view name, bool create) {
  std::vector<std::string> parts = BS_TRY(segments_of(name));
  Place place;
  place.directory = root;
  place.path = root_path;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    place.path += "/" + parts[i];
    place.owned = BS_TRY(open_child(place.directory, parts[i], create, place.path));
    place.directory = place.owned.get();
  }
  place.leaf = parts.back();
  place.path += "/" + parts.back();
  return place;
}

Result<std::string> read_all(int fd, const std::string& path, std::size_t limit) {
  struct stat info{};
  if (fstat(fd, &info) != 0) return failed(errno, "read", path);
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::io_error, escape_untrusted(path, 4096) + " is not a regular file");
  const auto too_large = [&] {
    return fail(ErrorCode::limit_exceeded,
                escape_untrusted(path, 4096) + " is larger than " + std::to_string(limit) + " bytes");
  };
  if (info.st_size > 0 && static_cast<std::size_t>(info.st_size) > limit) return too_large();
  std::string out;
  constexpr std::size_t kSpare = 64;  // room for the JSON reader's padding, so that it needs no copy
  out.reserve(static_cast<std::size_t>(info.st_size) + kSpare);
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(errno, "read", path);
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > limit) return too_large();
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path, std::string_view name) {
  if (const int fault = injected("write", name)) return failed(fault, "write", path);
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(errno, "write", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (const int fault = injected("fsync", name)) return failed(fault, "write", path);
  if (fsync(fd) != 0) return failed(errno, "write", path);
  return {};
}

std::string temp_name(const std::string& leaf) {
  static std::atomic<unsigned> counter{0};
  return std::string(kTempMark) + leaf.substr(0, 100) + "." + std::to_string(getpid()) + "." +
         std::to_string(counter++);
}

// Writes a temp file beside the target and moves it there; `exclusive` keeps an existing target.
Result<void> replace(const Place& place, std::string_view name, std::string_view bytes, mode_t mode,
                     bool exclusive) {
  const std::string temp = temp_name(place.leaf);
  const int raw =
      openat(place.directory, temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (raw < 0) return failed(errno, "write", place.path);
  const Fd fd(raw);
  const auto discard = [&] { unlinkat(place.directory, temp.c_str(), 0); };
  if (auto written = write_all(fd.get(), bytes, place.path, name); !written) {
    discard();
    return written;
  }
  int error = injected("rename", name);
  if (error == 0) {
    const int moved = exclusive
                          ? linkat(place.directory, temp.c_str(), place.directory, place.leaf.c_str(), 0)
                          : renameat(place.directory, temp.c_str(), place.directory, place.leaf.c_str());
    if (moved != 0) error = errno;
  }
  if (error != 0 || exclusive) discard();
  if (error != 0) return failed(error, "write", place.path);
  if (fsync(place.directory) != 0) return failed(errno, "write", place.path);
  return {};
}

struct CloseDir {
  void operator()(DIR* d) const { closedir(d); }
};

Result<void> list_below(int directory, const std::string& prefix, const std::string& path, std::size_t limit,
                        std::vector<std::string>& out) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return failed(errno, "list", path);
  const std::unique_ptr<DIR, CloseDir> stream(fdopendir(copy));
  if (!stream) {
    close(copy);
    return failed(errno, "list", path);
  }
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with('.')) continue;
    struct stat info{};
    if (fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(info.st_mode)) {
      if (out.size() == limit)
        return fail(ErrorCode::limit_exceeded, escape_untrusted(path, 4096) + " holds too many files");
      out.push_back(prefix + name);
    } else if (S_ISDIR(info.st_mode)) {
      constexpr std::size_t kDepth = 300;
      if (std::count(prefix.begin(), prefix.end(), '/') > static_cast<std::ptrdiff_t>(kDepth)) continue;
      const Fd child = BS_TRY(open_child(directory, name, false, path + "/" + name));
      BS_TRY(list_below(child.get(), prefix + name + "/", path + "/" + name, limit, out));
    }
  }
  return {};
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

int Fd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

Result<Directory> Directory::open(const std::string& path, bool create) {
  if (path.empty()) return fail(ErrorCode::usage, "the path of a directory is empty");
  if (create) {
    for (std::size_t slash = 1; slash != std::string::npos && slash < path.size();) {
      slash = path.find('/', slash);
      const std::string part = path.substr(0, slash);
      if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return failed(errno, "create", part);
      if (slash != std::string::npos) ++slash;
    }
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed(errno, "open", path);
  return Directory(Fd(fd), path);
}

Result<Directory> Directory::subdirectory(std::string_view name, bool create) const {
  const Place place = BS_TRY(locate(fd_.get(), path_, name, create));
  Fd child = BS_TRY(open_child(place.directory, place.leaf, create, place.path));
  return Directory(std::move(child), place.path);
}

Result<std::string> Directory::read(std::string_view name, std::size_t limit) const {
  const Place place = BS_TRY(locate(fd_.get(), path_, name, false));
  // O_NONBLOCK: a FIFO in the place of the file must not hang us.
  const Fd fd(openat(place.directory, place.leaf.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return failed(errno, "read", place.path);
  return read_all(fd.get(), place.path, limit);
}

bool Directory::exists(std::string_view name) const {
  const auto place = locate(fd_.get(), path_, name, false);
  struct stat info{};
  return place && fstatat(place->directory, place->leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<void> Directory::write_atomic(std::string_view name, std::string_view bytes, mode_t mode) const {
  const Place place = BS_TRY(locate(fd_.get(), path_, name, true));
  return replace(place, name, bytes, mode, false);
}

Result<void> Directory::write_new(std::string_view name, std::string_view bytes, mode_t mode) const {
  const Place place = BS_TRY(locate(fd_.get(), path_, name, true));
  return replace(place, name, bytes, mode, true);
}

Result<void> Directory::remove(std::string_view name) const {
  const Place place = BS_TRY(locate(fd_.get(), path_, name, false));
  if (const int fault = injected("unlink", name)) return failed(fault, "remove", place.path);
  if (unlinkat(place.directory, place.leaf.c_str(), 0) != 0) return failed(errno, "remove", place.path);
  if (fsync(place.directory) != 0) return failed(errno, "remove", place.path);
  return {};
}

Result<std::vector<std::string>> Directory::list(std::size_t limit) const {
  std::vector<std::string> out;
  BS_TRY(list_below(fd_.get(), "", path_, limit, out));
  std::sort(out.begin(), out.end());
  return out;
}

Result<FileLock> Directory::lock(std::string_view name, int wait_ms) const {
  const Place place = BS_TRY(locate(fd_.get(), path_, name, true));
  Fd fd(openat(place.directory, place.leaf.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return failed(errno, "lock", place.path);
  constexpr int kStepMs = 10;
  for (int waited = 0;; waited += kStepMs) {
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return FileLock(std::move(fd));
    if (errno != EWOULDBLOCK && errno != EINTR) return failed(errno, "lock", place.path);
    if (waited >= wait_ms) {
      return fail(ErrorCode::locked, escape_untrusted(place.path, 4096) + " is held by another process",
                  "wait until the other command has ended and try again");
    }
    poll(nullptr, 0, kStepMs);
  }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return failed(errno, "read", path);
  return read_all(fd.get(), path, limit);
}

void set_file_fault_hook(std::function<int(std::string_view step, std::string_view name)> hook) {
  fault_hook() = std::move(hook);
}

}  // namespace boltseal
