// Members of configuration files, taken one by one with errors that name them. Internal to the readers.
// Views: the document outlives them. All errors are bad_config.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "daemon/secret_text.h"
#include "json/fields.h"

namespace boltseal::daemon {

using json::Fields;

/// "<path>.<name> <problem>".
Error wrong_member(const Fields& fields, std::string_view name, std::string_view problem);

/// Any problem of reading a member is one of the configuration.
template <typename T>
Result<T> member(Result<T> value) {
  if (value) return value;
  return fail(ErrorCode::bad_config, value.error().what(), value.error().hint());
}

using Names = std::initializer_list<std::string_view>;

/// An object with these members alone, or the parent's absence of it.
Result<std::optional<Fields>> section(const Fields& parent, std::string_view name, Names known);
/// The objects of a list, each with these members alone; nothing where the list is absent.
Result<std::optional<std::vector<Fields>>> sections(const Fields& parent, std::string_view name, Names known);

// An absent member leaves `out` as it is.
Result<void> set_text(const Fields& fields, std::string_view name, std::string& out);
Result<void> set_secret(const Fields& fields, std::string_view name, SecretText& out);
Result<void> set_flag(const Fields& fields, std::string_view name, bool& out);
Result<void> set_number(const Fields& fields, std::string_view name, std::int64_t low, std::int64_t high,
                        std::int64_t& out);
Result<void> set_duration(const Fields& fields, std::string_view name, Duration& out);
Result<void> set_duration(const Fields& fields, std::string_view name, std::optional<Duration>& out);
Result<void> set_list(const Fields& fields, std::string_view name, std::vector<std::string>& out);
/// A file name, relative to `directory`.
Result<void> set_path(const Fields& fields, std::string_view name, const std::string& directory,
                      std::string& out);
/// ADDRESS:PORT.
Result<void> set_address(const Fields& fields, std::string_view name, std::string& out);

std::string list_of_words(const std::vector<std::string_view>& words);

/// A text that must be one of few words (daemon/config_words.h).
template <typename E, std::size_t N>
Result<void> set_word(const Fields& fields, std::string_view name,
                      const std::pair<std::string_view, E> (&words)[N], E& out) {
  const auto text = BS_TRY(member(fields.optional_string(name)));
  if (!text) return {};
  std::vector<std::string_view> known;
  for (const auto& [word, value] : words) {
    if (word == *text) {
      out = value;
      return {};
    }
    known.push_back(word);
  }
  return fail(wrong_member(fields, name, "must be " + list_of_words(known)));
}

template <typename E, std::size_t N>
std::string_view word_of(const std::pair<std::string_view, E> (&words)[N], E value) {
  for (const auto& [word, known] : words) {
    if (known == value) return word;
  }
  return {};
}

/// bad_config unless the members `names` are all absent: they have no use with `what`.
Result<void> only_without(const Fields& fields, Names names, std::string_view what);

/// `path`, unless it is empty or absolute, below `directory`.
std::string below(const std::string& directory, std::string path);
/// What is wrong with "ADDRESS:PORT"; empty: nothing.
std::string problem_of_address(std::string_view address);
/// What is wrong with a GUN prefix; empty: nothing.
std::string problem_of_prefix(std::string_view prefix);

}  // namespace boltseal::daemon
