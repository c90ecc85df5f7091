// How results and errors leave the program: text for people on stdout, errors and hints on stderr, or one
// JSON object on stdout with --format json. Foreign text goes through the escaping writers (SECURITY rule
// 26).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "json/writer.h"
#include "term/style.h"

namespace boltseal::cli {

enum class Format : std::uint8_t { text, json };

class Output {
 public:
  Output(Format format, bool quiet);

  bool is_json() const { return format_ == Format::json; }
  const term::Style& out_style() const { return out_style_; }
  const term::Style& err_style() const { return err_style_; }

  void print(std::string_view text);  ///< stdout, as it stands
  void line(std::string_view text);   ///< stdout, with a newline
  void note(std::string_view text);   ///< stderr; silent with --quiet
  void hint(std::string_view text);   ///< "hint: ..." on stderr; nothing for an empty one
  void json(json::Writer& writer);    ///< the finished object, on stdout
  /// "boltseal: what" and the hint on stderr; with --format json {"error":{...}} on stdout. Gives the exit
  /// status.
  int error(const Error& error);

  /// A writer with the layout of --format json.
  static json::Writer writer() { return json::Writer({.indent = "  "}); }

 private:
  Format format_;
  bool quiet_;
  term::Style out_style_;
  term::Style err_style_;
};

}  // namespace boltseal::cli
