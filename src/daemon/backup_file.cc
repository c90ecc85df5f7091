#include "daemon/backup_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/files.h"

namespace boltseal::daemon {
namespace {

constexpr std::size_t kBuffer = 256 << 10;

tl::unexpected<Error> failed(std::string_view what, const std::string& path) {
  const int problem = errno;
  const ErrorCode code = problem == ENOSPC || problem == EDQUOT ? ErrorCode::disk_full
                         : problem == ENOENT                    ? ErrorCode::not_found
                         : problem == EEXIST                    ? ErrorCode::already_exists
                                                                : ErrorCode::io_error;
  return fail(code, fmt::format("cannot {} {}: {}", what, path, std::strerror(problem)),
              code == ErrorCode::already_exists ? "name another file, or remove that one" : "");
}

/// The file under its temporary name; goes with the object unless it was put in place.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_.valid()) ::unlink(part_.c_str());
  }

  Result<void> open() {
    if (::access(path_.c_str(), F_OK) == 0) {
      errno = EEXIST;
      return failed("write", path_);
    }
    fd_ = Fd(::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd_.valid()) return failed("make", part_);
    return {};
  }

  Result<void> put(std::string_view bytes) {
    buffer_ += bytes;
    return buffer_.size() < kBuffer ? Result<void>() : flush();
  }

  /// Durable, and under its name unless something is there.
  Result<void> put_in_place() {
    BS_TRY(flush());
    if (::fsync(fd_.get()) != 0) return failed("write", part_);
    if (::link(part_.c_str(), path_.c_str()) != 0) return failed("write", path_);
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const Fd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid() || ::fsync(directory.get()) != 0) return failed("write into", folder);
    return {};
  }

 private:
  Result<void> flush() {
    std::size_t done = 0;
    while (done < buffer_.size()) {
      const ssize_t n = ::write(fd_.get(), buffer_.data() + done, buffer_.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return failed("write", part_);
      done += static_cast<std::size_t>(n);
    }
    buffer_.clear();
    return {};
  }

  std::string path_, part_;
  Fd fd_;
  std::string buffer_;
};

}  // namespace

Result<void> write_backup_file(const std::string& path,
                               const std::function<Result<void>(const server::BackupWriter::Sink&)>& fill) {
  NewFile file(path);
  BS_TRY(file.open());
  BS_TRY(fill([&](std::string_view bytes) { return file.put(bytes); }));
  return file.put_in_place();
}

Result<server::BackupReader::Source> open_backup_file(const std::string& path) {
  auto fd = std::make_shared<Fd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd->valid()) return failed("open", path);
  return server::BackupReader::Source([fd, path](std::span<char> out) -> Result<std::size_t> {
    while (true) {
      const ssize_t n = ::read(fd->get(), out.data(), out.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return failed("read", path);
    }
  });
}

}  // namespace boltseal::daemon
