#include "daemon/service_manager.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

namespace boltseal::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Variables = std::map<std::string, std::string>;

constexpr pid_t kPid = 4711;

Environment of(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

ServiceManager manager(Variables variables) {
  auto made = ServiceManager::from_environment(of(std::move(variables)), kPid);
  EXPECT_TRUE(made) << made.error().what();
  return made ? std::move(*made) : ServiceManager();
}

/// The manager's end.
class NotifySocket {
 public:
  NotifySocket() {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-notify-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    fd_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~NotifySocket() { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/notify"; }
  /// The next message; empty where there is none (a datagram is there as soon as it is sent).
  std::string next() {
    char buffer[512];
    const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    return n < 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(n));
  }

 private:
  std::string folder_;
  Fd fd_;
};

TEST(ServiceManager, WithoutOneNothingHappens) {
  ServiceManager none = manager({});
  EXPECT_TRUE(none.sockets().empty());
  EXPECT_FALSE(none.watchdog());
  none.ready("serving");
  none.alive();
}

TEST(ServiceManager, HearsOfTheLifeOfTheService) {
  NotifySocket socket;
  ServiceManager told = manager({{"NOTIFY_SOCKET", socket.path()}});
  told.ready("serving on https://127.0.0.1:4443");
  EXPECT_EQ(socket.next(), "READY=1\nSTATUS=serving on https://127.0.0.1:4443");
  told.reloading();
  EXPECT_THAT(socket.next(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  told.alive();
  EXPECT_EQ(socket.next(), "WATCHDOG=1");
  told.stopping(std::chrono::seconds(12));
  EXPECT_EQ(socket.next(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=12000000");
  EXPECT_EQ(socket.next(), "");
}

TEST(ServiceManager, ManagerThatHasGoneIsNoError) {
  ServiceManager told = manager({{"NOTIFY_SOCKET", "/nonexistent/notify"}});
  told.ready("serving");
  ServiceManager abstract = manager({{"NOTIFY_SOCKET", "@nobody-listens-there-7361"}});
  abstract.ready("serving");
}

TEST(ServiceManager, WatchdogIsFedInHalfItsTime) {
  EXPECT_EQ(manager({{"WATCHDOG_USEC", "30000000"}}).watchdog(), Duration(std::chrono::seconds(15)));
  EXPECT_EQ(manager({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4711"}}).watchdog(),
            Duration(std::chrono::seconds(15)));
  EXPECT_FALSE(manager({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4712"}}).watchdog());
  EXPECT_FALSE(manager({{"WATCHDOG_USEC", "0"}}).watchdog());
}

/// Puts a listening socket at the descriptors 3 and 4 while it lives; what was there comes back.
class LowDescriptors {
 public:
  LowDescriptors() {
    const Fd listening = high_socket();
    for (std::size_t i = 0; i < saved_.size(); ++i) {
      const int fd = 3 + static_cast<int>(i);
      saved_[i] = Fd(::fcntl(fd, F_DUPFD_CLOEXEC, kHigh));
      EXPECT_EQ(::dup2(listening.get(), fd), fd);
    }
  }
  ~LowDescriptors() {
    for (std::size_t i = 0; i < saved_.size(); ++i) {
      const int fd = 3 + static_cast<int>(i);
      if (saved_[i].valid())
        ::dup2(saved_[i].get(), fd);
      else
        ::close(fd);
    }
  }

 private:
  static constexpr int kHigh = 20;
  static Fd high_socket() {
    const Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(::listen(socket.get(), 1), 0);
    return Fd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, kHigh));
  }
  std::array<Fd, 2> saved_;
};

TEST(ServiceManager, SocketsComeWithTheirNames) {
  const LowDescriptors low;
  const ServiceManager given =
      manager({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "trust:metrics"}});
  ASSERT_EQ(given.sockets().size(), 2U);
  EXPECT_EQ(given.sockets()[0].fd, 3);
  EXPECT_EQ(given.sockets()[0].name, "trust");
  EXPECT_EQ(given.sockets()[1].fd, 4);
  EXPECT_EQ(given.sockets()[1].name, "metrics");
  EXPECT_EQ(::fcntl(3, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  // Fewer names than sockets.
  EXPECT_EQ(manager({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "2"}}).sockets()[1].name, "");
}

TEST(ServiceManager, SocketsOfAnotherProcessAreNotTaken) {
  EXPECT_TRUE(manager({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "2"}}).sockets().empty());
  EXPECT_TRUE(manager({{"LISTEN_FDS", "2"}}).sockets().empty());
}

TEST(ServiceManager, RubbishIsRefused) {
  for (const Variables& variables :
       std::vector<Variables>{{{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "two"}},
                              {{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "-1"}},
                              {{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "100000"}},
                              {{"LISTEN_PID", "x"}, {"LISTEN_FDS", "1"}},
                              {{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "250"}},  // not open
                              {{"NOTIFY_SOCKET", "relative"}},
                              {{"NOTIFY_SOCKET", std::string(200, '/')}},
                              {{"WATCHDOG_USEC", "1s"}}}) {
    const auto made = ServiceManager::from_environment(of(variables), kPid);
    ASSERT_FALSE(made) << variables.begin()->first;
    EXPECT_EQ(made.error().code(), ErrorCode::bad_config);
    EXPECT_FALSE(made.error().hint().empty());
  }
}

}  // namespace
}  // namespace boltseal::daemon
