#include "http/client/helper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/files.h"

extern char** environ;

namespace boltseal::http {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(ErrorCode::io_error, "cannot " + what + ": " + std::strerror(errno));
}

/// A child that is killed and reaped when it goes out of scope unwaited.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

int milliseconds_left(SteadyTime end) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000));
}

/// Owns the actions of a spawn; spawn is used, not fork: nothing runs between fork and exec in our memory.
class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Result<pid_t> spawn(const std::vector<std::string>& arguments, int input, int output) {
  SpawnActions actions;
  posix_spawn_file_actions_adddup2(actions.get(), input, 0);
  posix_spawn_file_actions_adddup2(actions.get(), output, 1);
  posix_spawn_file_actions_addopen(actions.get(), 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(actions.get(), 3);
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], actions.get(), nullptr, argv.data(), environ);
  if (error == ENOENT) return fail(ErrorCode::not_found, arguments[0] + " is not on the PATH");
  if (error != 0)
    return fail(ErrorCode::io_error, "cannot start " + arguments[0] + ": " + std::strerror(error));
  return pid;
}

/// Reads until the end, the limit or the deadline. One byte more than the limit is room to notice excess.
Result<Secret> read_all(int fd, std::size_t limit, SteadyTime end, const std::string& program) {
  Secret buffer(limit + 1);
  std::size_t size = 0;
  for (;;) {
    pollfd waiting{fd, POLLIN, 0};
    const int ready = poll(&waiting, 1, milliseconds_left(end));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return system_error("wait for " + program);
    if (ready == 0) return fail(ErrorCode::timed_out, program + " did not answer in time");
    const auto got = read(fd, buffer.data() + size, limit + 1 - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read from " + program);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > limit)
      return fail(ErrorCode::limit_exceeded,
                  program + " wrote more than " + std::to_string(limit) + " bytes");
  }
  buffer.shrink(size);
  return buffer;
}

/// A socket pair instead of a pipe: MSG_NOSIGNAL spares us SIGPIPE when the helper reads nothing.
Result<void> write_all(int fd, std::string_view input) {
  while (!input.empty()) {
    const auto sent = send(fd, input.data(), input.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return {};  // its exit status tells
    if (sent < 0) return system_error("write to a helper");
    input.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace

Result<HelperOutput> run_helper(const std::vector<std::string>& arguments, std::string_view input,
                                std::size_t output_limit, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  // The input must fit the socket's buffer: then writing never waits for the helper.
  if (input.size() > 16 * 1024)
    return fail(ErrorCode::limit_exceeded, "input of " + arguments[0] + " is too long");
  int in[2];
  int out[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) return system_error("make a socket pair");
  Fd in_ours(in[0]);
  Fd in_theirs(in[1]);
  if (pipe2(out, O_CLOEXEC) != 0) return system_error("make a pipe");
  Fd out_ours(out[0]);
  Fd out_theirs(out[1]);
  Child child(BS_TRY(spawn(arguments, in_theirs.get(), out_theirs.get())));
  in_theirs = Fd();
  out_theirs = Fd();
  BS_TRY(write_all(in_ours.get(), input));
  in_ours = Fd();
  HelperOutput result;
  result.out = BS_TRY(read_all(out_ours.get(), output_limit, end, arguments[0]));
  result.status = child.wait();
  return result;
}

}  // namespace boltseal::http
