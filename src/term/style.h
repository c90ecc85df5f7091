// Colour, tables and progress: only where a person watches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boltseal::term {

enum class Colour { none, red, green, yellow, bold, dim };

/// How one output stream is to look. Value type.
struct Style {
  bool colour = false;
  bool terminal = false;
  /// Of a file descriptor: colour and progress on a terminal only; no colour with NO_COLOR set to anything
  /// or TERM=dumb.
  static Style of_fd(int fd);
  std::string paint(Colour colour, std::string_view text) const;
};

/// Width of UTF-8 text in terminal columns, counted as code points (text from outside is escaped before).
std::size_t display_width(std::string_view text);

/// Left-aligned columns with three blanks between, no trailing blanks; ends with a newline.
std::string table(const std::vector<std::string>& heading, const std::vector<std::vector<std::string>>& rows);

/// One line on stderr that is redrawn at most ten times a second; silent when stderr is no terminal.
/// Not thread safe. The line is cleared when the object goes.
class Progress {
 public:
  explicit Progress(bool enabled);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  void show(std::string_view line);

 private:
  bool enabled_;
  bool drawn_ = false;
  long long last_ms_ = -1000;
};

}  // namespace boltseal::term
