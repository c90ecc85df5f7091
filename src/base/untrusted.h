// Text from outside (role names, tags, custom data, certificate names, peers' error bodies): a type that
// can be shown only escaped (SECURITY rule 26).
#pragma once

#include <string>
#include <string_view>

namespace boltseal {

/// Escapes C0, C1, DEL, bidi and zero-width characters and invalid UTF-8 as \xHH or \u{H...}; backslash
/// stays. At most `limit` characters are shown, then "…". The result is safe for terminals, pipes and logs.
std::string escape_untrusted(std::string_view text, std::size_t limit = 256);

/// Wraps text from outside so that it can't be printed by accident: no conversion, no formatter.
class Untrusted {
 public:
  explicit Untrusted(std::string text) : text_(std::move(text)) {}
  std::string escaped(std::size_t limit = 256) const { return escape_untrusted(text_, limit); }
  /// The bytes as they came, for comparing and storing, never for showing.
  const std::string& raw() const { return text_; }
  bool operator==(const Untrusted&) const = default;

 private:
  std::string text_;
};

}  // namespace boltseal
