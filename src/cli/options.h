// Command-line options as spf13/pflag reads them, since the drop-ins must agree with it to the letter: long
// options --name=value or --name value, booleans --name or --name=true|false, clusters -abc, -ofile, options
// and arguments in any order, "--" ends options. The same tables make help and completion.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace boltseal::cli {

struct Option {
  std::string_view name;        ///< without dashes
  char letter = 0;              ///< 0: none
  std::string_view value = {};  ///< placeholder of the value ("DIR"); empty: a boolean
  std::string_view help = {};
  bool repeats = false;  ///< may stand several times
};

class Parsed {
 public:
  bool flag(std::string_view name) const;  ///< boolean option; false where absent
  bool has(std::string_view name) const { return values_.contains(name); }
  std::string value(std::string_view name) const;  ///< last one; empty where absent
  std::vector<std::string> values(std::string_view name) const;
  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  friend Result<Parsed> parse_options(std::span<const Option> options, std::span<const std::string> words);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> arguments_;
};

/// usage: an unknown option, a missing or superfluous value. Of an option that does not repeat the last one
/// counts.
Result<Parsed> parse_options(std::span<const Option> options, std::span<const std::string> words);

/// One line for each option, aligned: "  -f, --format FORMAT   text or json".
std::string describe_options(std::span<const Option> options);

}  // namespace boltseal::cli
