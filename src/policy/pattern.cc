#include "policy/pattern.h"

#include <algorithm>
#include <tuple>

#include "base/untrusted.h"

namespace boltseal::policy {
namespace {

// Takes the first component off `text`.
std::string_view next_component(std::string_view& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view part = text.substr(0, slash);
  text.remove_prefix(std::min(slash + 1, text.size()));
  return part;
}

struct Weight {
  std::size_t literal = 0;
  bool exact_depth = true;
  std::size_t stars = 0;
};

Weight weigh(std::string_view text) {
  Weight weight;
  while (!text.empty()) {
    const std::string_view part = next_component(text);
    if (part == "**") {
      weight.exact_depth = false;
    } else if (part == "*") {
      ++weight.stars;
    } else {
      ++weight.literal;
    }
  }
  return weight;
}

}  // namespace

Result<GunPattern> GunPattern::parse(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::bad_config,
                "\"" + escape_untrusted(text) + "\" is not a pattern of repository names: " + why,
                "write a name, or end it with /* (one component) or /** (any number of components)");
  };
  if (text.empty() || text.size() > 255) return refuse("it must have 1 to 255 bytes");
  std::string plain;  // the pattern with its stars replaced: must be a name
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view part = next_component(rest);
    if (part == "**" && !rest.empty()) return refuse("** stands in its middle");
    const bool star = part == "*" || part == "**";
    if (!star && part.find('*') != std::string_view::npos)
      return refuse("a * must be a component of its own");
    plain += plain.empty() ? "" : "/";
    plain += star ? std::string_view("x") : part;
  }
  if (text.starts_with('/') || text.ends_with('/') || !Gun::parse_lenient(plain))
    return refuse("it is no name");
  return GunPattern(std::string(text));
}

bool GunPattern::matches(const Gun& gun) const {
  std::string_view pattern = text_;
  std::string_view name = gun.str();
  while (!pattern.empty() && !name.empty()) {
    const std::string_view wanted = next_component(pattern);
    if (wanted == "**") return true;
    const std::string_view part = next_component(name);
    if (wanted != "*" && wanted != part) return false;
  }
  return pattern.empty() && name.empty();
}

bool GunPattern::more_specific_than(const GunPattern& other) const {
  const Weight a = weigh(text_);
  const Weight b = weigh(other.text_);
  return std::tuple(a.literal, a.exact_depth, b.stars) > std::tuple(b.literal, b.exact_depth, a.stars);
}

}  // namespace boltseal::policy
