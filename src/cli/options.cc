#include "cli/options.h"

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::cli {
namespace {

tl::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::usage, std::move(what), "--help shows the options");
}

const Option* by_name(std::span<const Option> options, std::string_view name) {
  const auto it =
      std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.name == name; });
  return it == options.end() ? nullptr : &*it;
}

const Option* by_letter(std::span<const Option> options, char letter) {
  const auto it =
      std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.letter == letter; });
  return it == options.end() ? nullptr : &*it;
}

// strconv.ParseBool
Result<std::string> boolean_text(std::string_view name, std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return std::string("true");
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return std::string("false");
  }
  return refuse("--" + std::string(name) + " is true or false, not \"" + escape_untrusted(text) + "\"");
}

class Reader {
 public:
  using Values = std::map<std::string, std::vector<std::string>, std::less<>>;
  Reader(std::span<const Option> options, std::span<const std::string> words, Values& values,
         std::vector<std::string>& arguments)
      : options_(options), words_(words), values_(values), arguments_(arguments) {}

  Result<void> run() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word == "--") {
        arguments_.insert(arguments_.end(), words_.begin() + static_cast<std::ptrdiff_t>(next_),
                          words_.end());
        return {};
      }
      if (word.starts_with("--")) {
        BS_TRY(read_long(std::string_view(word).substr(2)));
      } else if (word.size() > 1 && word[0] == '-') {
        BS_TRY(read_cluster(std::string_view(word).substr(1)));
      } else {
        arguments_.push_back(word);
      }
    }
    return {};
  }

 private:
  Result<void> read_long(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const Option* option = by_name(options_, name);
    if (option == nullptr) return refuse("unknown option --" + escape_untrusted(name));
    if (equals != std::string_view::npos) return set(*option, text.substr(equals + 1));
    return option->value.empty() ? set(*option, "true") : set_from_next(*option);
  }

  Result<void> read_cluster(std::string_view letters) {
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const Option* option = by_letter(options_, letters[i]);
      if (option == nullptr) return refuse("unknown option -" + escape_untrusted(letters.substr(i, 1)));
      std::string_view rest = letters.substr(i + 1);
      if (option->value.empty() && !rest.starts_with('=')) {
        BS_TRY(set(*option, "true"));
        continue;
      }
      if (rest.starts_with('=')) return set(*option, rest.substr(1));
      return rest.empty() ? set_from_next(*option) : set(*option, rest);
    }
    return {};
  }

  Result<void> set_from_next(const Option& option) {
    if (next_ == words_.size()) return refuse("--" + std::string(option.name) + " needs a value");
    return set(option, words_[next_++]);
  }

  Result<void> set(const Option& option, std::string_view text) {
    std::string value(text);
    if (option.value.empty()) value = BS_TRY(boolean_text(option.name, text));
    auto& values = values_[std::string(option.name)];
    if (!option.repeats) values.clear();  // the last one counts
    values.push_back(std::move(value));
    return {};
  }

  std::span<const Option> options_;
  std::span<const std::string> words_;
  Values& values_;
  std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
};

}  // namespace

bool Parsed::flag(std::string_view name) const { return value(name) == "true"; }

std::string Parsed::value(std::string_view name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::string() : it->second.back();
}

std::vector<std::string> Parsed::values(std::string_view name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::vector<std::string>() : it->second;
}

Result<Parsed> parse_options(std::span<const Option> options, std::span<const std::string> words) {
  Parsed parsed;
  BS_TRY(Reader(options, words, parsed.values_, parsed.arguments_).run());
  return parsed;
}

std::string describe_options(std::span<const Option> options) {
  std::vector<std::string> heads;
  std::size_t width = 0;
  for (const Option& option : options) {
    std::string head =
        option.letter != 0 ? std::string("  -") + option.letter + ", --" : std::string("      --");
    head += option.name;
    if (!option.value.empty()) head.append(" ").append(option.value);
    width = std::max(width, head.size());
    heads.push_back(std::move(head));
  }
  std::string out;
  for (std::size_t i = 0; i < options.size(); ++i) {
    out += heads[i] + std::string(width - heads[i].size() + 2, ' ');
    out.append(options[i].help).append("\n");
  }
  return out;
}

}  // namespace boltseal::cli
