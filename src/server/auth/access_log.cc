#include "server/auth/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "base/files.h"
#include "base/log.h"
#include "base/untrusted.h"
#include "json/writer.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kWaiting = 16u << 20;

/// All of it; false with errno when the file takes no more.
bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void write_files(json::Writer& writer, const std::vector<SentFile>& files) {
  if (files.empty()) return;
  writer.name("files").begin_array();
  for (const SentFile& file : files) {
    writer.begin_object().member("form", file.form).member("role", file.role).member("version", file.version);
    writer.name("keys").begin_array();
    for (const std::string& key : file.keys) writer.string(escape_untrusted(key));
    writer.end_array().end_object();
  }
  writer.end_array();
}

void write_route(json::Writer& writer, const http::RequestHead& head) {
  const Route route = parse_route(head.path);
  if (route.place == Place::none) {
    writer.member("path", escape_untrusted(head.raw_path));
    return;
  }
  if (!route.gun.empty()) writer.member("gun", escape_untrusted(route.gun));
  if (!route.role.empty()) writer.member("role", escape_untrusted(route.role));
  if (route.version) writer.member("version", *route.version);
  if (!route.hash.empty()) writer.member("sha256", route.hash);
}

}  // namespace

std::string access_line(const http::RequestHead& head, const http::Exchange& exchange,
                        const RequestNote* note, std::string_view operation, std::string_view client,
                        Time now) {
  const Identity* who = note == nullptr ? nullptr : note->visit.identity.get();
  json::Writer writer;
  writer.begin_object().member("time", format_rfc3339_nano(now)).member("level", "info");
  writer.member("event", "access").member("id", http::request_id_text(head.id));
  writer.member("source", name_of(who == nullptr ? Source::anonymous : who->source));
  writer.member("identity", who == nullptr ? std::string() : escape_untrusted(who->name));
  if (!operation.empty()) writer.member("operation", operation);
  writer.member("method", escape_untrusted(head.method_text));
  write_route(writer, head);
  writer.member("status", exchange.status);
  if (note != nullptr && !note->code.empty()) writer.member("code", note->code);
  if (note != nullptr && !note->reason.empty()) writer.member("reason", escape_untrusted(note->reason));
  writer.member("remote", client);
  writer.member("request_bytes", static_cast<std::int64_t>(exchange.request_bytes));
  writer.member("bytes", static_cast<std::int64_t>(exchange.response_bytes));
  writer.member("duration_us",
                static_cast<std::int64_t>(
                    std::chrono::duration_cast<std::chrono::microseconds>(exchange.duration).count()));
  if (note != nullptr) write_files(writer, note->files);
  return writer.end_object().take();
}

struct AccessLog::State {
  explicit State(const Clock& c) : clock(c) {}

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return stopping || !waiting.empty(); });
      if (waiting.empty()) return;
      std::string bytes;
      bytes.swap(waiting);
      const std::int64_t missed = lost;
      const std::shared_ptr<Fd> target = fd;
      lock.unlock();
      const std::int64_t lines = std::count(bytes.begin(), bytes.end(), '\n');
      const bool done = flush(target, bytes, missed);
      lock.lock();
      lost += done ? -missed : lines;
    }
  }

  bool flush(const std::shared_ptr<Fd>& target, std::string& bytes, std::int64_t missed) {
    if (missed > 0) {
      json::Writer writer;
      writer.begin_object().member("time", format_rfc3339_nano(clock.now())).member("level", "error");
      writer.member("event", "access_lines_lost").member("lines", missed).end_object();
      bytes.insert(0, writer.take() + "\n");
    }
    const bool done = target && write_all(target->get(), bytes);
    if (!done && !failing) log::error("access_log_failed", {{"what", std::strerror(errno)}});
    failing = !done;
    return done;
  }

  const Clock& clock;
  std::mutex mutex;
  std::condition_variable wake;
  std::string waiting;
  std::int64_t lost = 0;
  std::shared_ptr<Fd> fd;
  bool stopping = false;
  bool failing = false;  // the thread's own
  std::thread thread;
};

AccessLog::AccessLog(AccessLogOptions options, const Clock& clock)
    : options_(std::move(options)), state_(std::make_unique<State>(clock)) {}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<void> AccessLog::open() {
  if (!on()) return {};
  // O_NOFOLLOW: a link in a folder that others may write to would turn lines into other files.
  const int fd = options_.file.empty() ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
                                       : ::open(options_.file.c_str(),
                                                O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(ErrorCode::io_error,
                "can't open the access log " + escape_untrusted(options_.file) + ": " + std::strerror(errno),
                "give a file in a folder that boltseald may write to");
  }
  const std::lock_guard lock(state_->mutex);
  state_->fd = std::make_shared<Fd>(fd);
  if (!state_->thread.joinable()) state_->thread = std::thread([state = state_.get()] { state->run(); });
  return {};
}

void AccessLog::write(std::string line) {
  line += '\n';
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() + line.size() > kWaiting) {
      ++state_->lost;
      return;
    }
    state_->waiting += line;
  }
  state_->wake.notify_one();
}

}  // namespace boltseal::server
