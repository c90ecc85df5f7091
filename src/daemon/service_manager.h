// What systemd (or any manager that speaks as it does) hands to a service, and what it wants to hear:
// sockets that already listen (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES), readiness and watchdog
// (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID). Source: sd_listen_fds(3), sd_notify(3). Without a manager
// everything here does nothing. Not thread safe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "daemon/environment.h"

namespace boltseal::daemon {

struct InheritedSocket {
  int fd = -1;
  std::string name;  ///< FileDescriptorName=; text from outside
};

class ServiceManager {
 public:
  /// Reads the variables; `pid` is that of this process: those meant for another one are not ours. The
  /// sockets get close-on-exec. bad_config: a variable that cannot be read, or a socket that is not open.
  static Result<ServiceManager> from_environment(const Environment& environment, pid_t pid);
  /// Unsets the variables, so that no child takes them for its own. Before any thread starts.
  static void forget_variables();

  /// Sockets by the order in which they were handed over.
  const std::vector<InheritedSocket>& sockets() const { return sockets_; }
  /// How often alive() must be called: half of what the manager waits; nothing: it does not watch.
  std::optional<Duration> watchdog() const { return watchdog_; }

  void ready(const std::string& status);
  void reloading();
  void stopping(Duration at_most);
  void alive();

 private:
  void send(const std::string& message);
  std::vector<InheritedSocket> sockets_;
  std::optional<Duration> watchdog_;
  std::string address_;  ///< of the manager's socket; '@' first: abstract
  Fd socket_;
};

}  // namespace boltseal::daemon
