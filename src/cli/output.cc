#include "cli/output.h"

#include <unistd.h>

#include <cstdio>

namespace boltseal::cli {
namespace {

void put(std::FILE* stream, std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); }

}  // namespace

Output::Output(Format format, bool quiet)
    : format_(format),
      quiet_(quiet),
      out_style_(term::Style::of_fd(STDOUT_FILENO)),
      err_style_(term::Style::of_fd(STDERR_FILENO)) {}

void Output::print(std::string_view text) { put(stdout, text); }

void Output::line(std::string_view text) {
  put(stdout, text);
  put(stdout, "\n");
}

void Output::note(std::string_view text) {
  if (quiet_) return;
  std::fflush(stdout);
  put(stderr, std::string(text) + "\n");
}

void Output::hint(std::string_view text) {
  if (!text.empty()) note(err_style_.paint(term::Colour::dim, "hint: " + std::string(text)));
}

void Output::json(json::Writer& writer) { print(writer.take()); }

int Output::error(const Error& error) {
  if (is_json()) {
    json::Writer w = writer();
    w.begin_object().name("error").begin_object();
    w.member("code", std::string(name_of(error.code())))
        .member("class", std::string(name_of(error.error_class())));
    w.member("what", error.what()).member("hint", error.hint()).end_object().end_object();
    json(w);
  }
  std::fflush(stdout);
  put(stderr, err_style_.paint(term::Colour::red, "boltseal:") + " " + error.what() + "\n");
  hint(error.hint());
  return exit_status(error.code());
}

}  // namespace boltseal::cli
