#include "term/style.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace boltseal::term {
namespace {

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::red:
      return "\x1b[31m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::bold:
      return "\x1b[1m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::none:
      break;
  }
  return "";
}

long long monotonic_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Style Style::of_fd(int fd) {
  Style style;
  style.terminal = isatty(fd) == 1;
  const char* term = std::getenv("TERM");
  const char* no_colour = std::getenv("NO_COLOR");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  style.colour = style.terminal && !dumb && (no_colour == nullptr || *no_colour == '\0');
  return style;
}

std::string Style::paint(Colour colour_name, std::string_view text) const {
  if (!colour || colour_name == Colour::none) return std::string(text);
  return std::string(code_of(colour_name)).append(text).append("\x1b[0m");
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string table(const std::vector<std::string>& heading,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  const auto measure = [&](const std::vector<std::string>& row) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  };
  measure(heading);
  for (const auto& row : rows) measure(row);
  std::string out;
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - display_width(row[i]) + 3, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  if (!heading.empty()) print(heading);
  for (const auto& row : rows) print(row);
  return out;
}

Progress::Progress(bool enabled) : enabled_(enabled && Style::of_fd(STDERR_FILENO).terminal) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::string_view line) {
  constexpr long long kIntervalMs = 100;
  const long long now = monotonic_ms();
  if (!enabled_ || now - last_ms_ < kIntervalMs) return;
  last_ms_ = now;
  drawn_ = true;
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(line.size()), line.data());
  std::fflush(stderr);
}

}  // namespace boltseal::term
