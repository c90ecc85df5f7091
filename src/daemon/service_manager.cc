#include "daemon/service_manager.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "base/untrusted.h"

namespace boltseal::daemon {
namespace {

constexpr int kFirstFd = 3;
constexpr std::int64_t kMostSockets = 256;
constexpr std::int64_t kMostMicroseconds = std::int64_t{1} << 50;

/// A whole number from 0 to `most`; nothing where the variable is not set.
Result<std::optional<std::int64_t>> number(const Environment& environment, const char* name,
                                           std::int64_t most) {
  const auto text = environment(name);
  if (!text) return std::optional<std::int64_t>();
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (text->empty() || read.ec != std::errc{} || read.ptr != end || value < 0 || value > most) {
    return fail(ErrorCode::bad_config,
                fmt::format("${} is \"{}\": no number that can be", name, escape_untrusted(*text)),
                "unset it, or start boltseald from its socket unit");
  }
  return std::optional(value);
}

/// Variables for a process that is named and is not this one are left alone.
Result<bool> is_for(const Environment& environment, const char* name, pid_t pid, bool otherwise) {
  const auto named = BS_TRY(number(environment, name, std::int64_t{1} << 31));
  return named ? *named == pid : otherwise;
}

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == ':')
      out.emplace_back();
    else
      out.back().push_back(c);
  }
  return out;
}

Result<std::vector<InheritedSocket>> take_sockets(const Environment& environment, pid_t pid) {
  std::vector<InheritedSocket> out;
  if (!BS_TRY(is_for(environment, "LISTEN_PID", pid, false))) return out;
  const auto count = BS_TRY(number(environment, "LISTEN_FDS", kMostSockets));
  const auto names = split_names(environment("LISTEN_FDNAMES").value_or(""));
  for (int i = 0; i < count.value_or(0); ++i) {
    const int fd = kFirstFd + i;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      return fail(ErrorCode::bad_config,
                  fmt::format("descriptor {} was announced by $LISTEN_FDS and is not open", fd),
                  "start boltseald from its socket unit, or without $LISTEN_FDS");
    }
    const auto index = static_cast<std::size_t>(i);
    out.push_back({fd, index < names.size() ? names[index] : std::string()});
  }
  return out;
}

std::int64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Result<ServiceManager> ServiceManager::from_environment(const Environment& environment, pid_t pid) {
  ServiceManager out;
  out.sockets_ = BS_TRY(take_sockets(environment, pid));
  if (const auto address = environment("NOTIFY_SOCKET")) {
    const bool usable = address->size() > 1 && address->size() < sizeof(sockaddr_un::sun_path) &&
                        (address->front() == '/' || address->front() == '@');
    if (!usable) {
      return fail(ErrorCode::bad_config, "$NOTIFY_SOCKET is no address of a socket",
                  "unset it, or start boltseald from its unit");
    }
    out.address_ = *address;
    out.socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  }
  const auto microseconds = BS_TRY(number(environment, "WATCHDOG_USEC", kMostMicroseconds));
  if (microseconds.value_or(0) > 0 && BS_TRY(is_for(environment, "WATCHDOG_PID", pid, true)))
    out.watchdog_ = std::chrono::microseconds(*microseconds) / 2;
  return out;
}

void ServiceManager::forget_variables() {
  for (const char* name :
       {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
}

void ServiceManager::send(const std::string& message) {
  if (!socket_.valid()) return;
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  std::memcpy(target.sun_path, address_.data(), address_.size());
  if (address_.front() == '@') target.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const ssize_t sent = ::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                reinterpret_cast<const sockaddr*>(&target), size);
  if (sent < 0) log::warning("service_manager_not_told", {{"what", std::strerror(errno)}});
}

void ServiceManager::ready(const std::string& status) { send("READY=1\nSTATUS=" + status); }

void ServiceManager::reloading() {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
}

void ServiceManager::stopping(Duration at_most) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(at_most).count();
  send(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}", microseconds));
}

void ServiceManager::alive() { send("WATCHDOG=1"); }

}  // namespace boltseal::daemon
