// Questions to a person. They go to the terminal itself (/dev/tty), never to pipes, so that output stays
// clean and a script can't answer by accident.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace boltseal::term {

/// Asks a person. Not thread safe.
class Prompter {
 public:
  virtual ~Prompter() = default;
  /// False where nobody can be asked (no terminal): every question then fails with `aborted`.
  virtual bool available() const = 0;
  /// One line without its end, at most 4096 bytes; echo off. `aborted` at end of input or ^C.
  virtual Result<Secret> ask_secret(std::string_view question) = 0;
  /// One line without its end, at most 4096 bytes. `aborted` at end of input.
  virtual Result<std::string> ask_line(std::string_view question) = 0;
  /// A line to the person, outside of any output.
  virtual void tell(std::string_view text) = 0;
};

/// y or yes, of either case, is yes; anything else and end of input is no.
bool confirm(Prompter& prompter, std::string_view question);

/// On /dev/tty; not available when stdin is no terminal or `interactive` is false.
std::unique_ptr<Prompter> terminal_prompter(bool interactive = true);
/// Never available: for daemons and CI.
std::unique_ptr<Prompter> no_prompter();

}  // namespace boltseal::term
