#include "term/prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "base/files.h"

namespace boltseal::term {
namespace {

constexpr std::size_t kMaxLine = 4096;

tl::unexpected<Error> aborted(std::string what) {
  return fail(ErrorCode::aborted, std::move(what),
              "run the command on a terminal, or give the answer by an option or variable");
}

// Echo off for the life of the object.
class SilentEcho {
 public:
  explicit SilentEcho(int fd) : fd_(fd), active_(tcgetattr(fd, &before_) == 0) {
    if (!active_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  SilentEcho(const SilentEcho&) = delete;
  SilentEcho& operator=(const SilentEcho&) = delete;
  ~SilentEcho() {
    if (active_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }

 private:
  int fd_;
  termios before_{};
  bool active_;
};

class TtyPrompter final : public Prompter {
 public:
  explicit TtyPrompter(Fd tty) : tty_(std::move(tty)) {}

  bool available() const override { return tty_.valid(); }

  Result<Secret> ask_secret(std::string_view question) override {
    if (!available()) return aborted("there is no terminal to ask for a passphrase");
    Secret line(kMaxLine);
    Result<std::size_t> length = std::size_t{0};
    {
      const SilentEcho silent(tty_.get());  // before the question: it drops what was typed until then
      tell_raw(question);
      length = read_line(line.data());
    }
    tell_raw("\n");
    line.shrink(BS_TRY(std::move(length)));
    return line;
  }

  Result<std::string> ask_line(std::string_view question) override {
    if (!available()) return aborted("there is no terminal to ask");
    tell_raw(question);
    std::string line(kMaxLine, '\0');
    line.resize(BS_TRY(read_line(reinterpret_cast<std::uint8_t*>(line.data()))));
    return line;
  }

  void tell(std::string_view text) override {
    if (!available()) return;
    tell_raw(text);
    tell_raw("\n");
  }

 private:
  void tell_raw(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(tty_.get(), text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  Result<std::size_t> read_line(std::uint8_t* out) {
    std::size_t length = 0;
    while (true) {
      std::uint8_t c = 0;
      const ssize_t n = read(tty_.get(), &c, 1);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return aborted("the input ended before an answer");
      if (c == '\n') return length;
      if (length == kMaxLine) return fail(ErrorCode::limit_exceeded, "the answer is too long");
      out[length++] = c;
    }
  }

  Fd tty_;
};

}  // namespace

bool confirm(Prompter& prompter, std::string_view question) {
  auto answer = prompter.ask_line(question);
  if (!answer) return false;
  std::transform(answer->begin(), answer->end(), answer->begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return *answer == "y" || *answer == "yes";
}

std::unique_ptr<Prompter> terminal_prompter(bool interactive) {
  Fd tty;
  if (interactive && isatty(STDIN_FILENO) == 1) tty = Fd(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  return std::make_unique<TtyPrompter>(std::move(tty));
}

std::unique_ptr<Prompter> no_prompter() { return std::make_unique<TtyPrompter>(Fd()); }

}  // namespace boltseal::term
