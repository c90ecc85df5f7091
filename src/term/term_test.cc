#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "term/prompt.h"
#include "term/style.h"

namespace boltseal::term {
namespace {

TEST(Style, TableAlignsByCharacters) {
  EXPECT_EQ(table({"TAG", "DIGEST"}, {{"é1", "a"}, {"latest", ""}}), "TAG      DIGEST\né1       a\nlatest\n");
}

TEST(Style, PipesGetNoColour) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Style style = Style::of_fd(ends[1]);
  EXPECT_EQ(style.paint(Colour::red, "x"), "x");
  EXPECT_FALSE(style.terminal);
  close(ends[0]);
  close(ends[1]);
}

TEST(Prompt, WithoutTerminalNobodyIsAsked) {
  const auto prompter = no_prompter();
  EXPECT_FALSE(prompter->available());
  EXPECT_EQ(prompter->ask_secret("?").error().code(), ErrorCode::aborted);
  EXPECT_FALSE(confirm(*prompter, "sure?"));
}

// Runs `child` on a pseudo-terminal of its own, types `input`, returns all that the terminal showed.
std::string on_terminal(const std::string& input, int (*child)(), int& status) {
  int master = -1;
  const pid_t pid = forkpty(&master, nullptr, nullptr, nullptr);
  if (pid == 0) _exit(child());
  std::string shown;
  char buffer[512];
  bool typed = false;
  while (true) {
    const ssize_t n = read(master, buffer, sizeof buffer);
    if (n <= 0) break;
    shown.append(buffer, static_cast<std::size_t>(n));
    if (!typed && shown.find("?") != std::string::npos) {
      typed = write(master, input.data(), input.size()) == static_cast<ssize_t>(input.size());
    }
  }
  waitpid(pid, &status, 0);
  close(master);
  return shown;
}

TEST(Prompt, SecretsAreNotEchoed) {
  int status = 0;
  const std::string shown = on_terminal(
      "open sesame\n",
      [] {
        const auto answer = terminal_prompter()->ask_secret("pass? ");
        return answer && answer->text() == "open sesame" ? 0 : 1;
      },
      status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(shown.find("sesame"), std::string::npos) << shown;
}

TEST(Prompt, ConfirmTakesYesOnly) {
  int status = 0;
  on_terminal("YES\n", [] { return confirm(*terminal_prompter(), "sure? ") ? 0 : 1; }, status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  on_terminal("yep\n", [] { return confirm(*terminal_prompter(), "sure? ") ? 1 : 0; }, status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace boltseal::term
