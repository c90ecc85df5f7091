// What a command is about: a repository, and a tag or digest in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/names.h"
#include "base/result.h"
#include "registry/reference.h"

namespace boltseal::client {

struct Subject {
  std::string shown;  ///< as typed, escaped
  Gun gun;
  std::string target;                            ///< the tag; empty: the whole repository
  std::optional<Digest> digest;                  ///< beside or instead of the tag
  std::optional<registry::Reference> reference;  ///< where the registry can be asked
};

enum class DefaultTag : std::uint8_t { latest, none };

/// `text`: a Docker reference ("app:v1"). With `gun` (--gun, literal) it is a target of that GUN: a bare name
/// without '/', ':' and '@' is the target itself, anything else a reference of which the tag counts.
/// bad_name with Docker's texts.
Result<Subject> parse_subject(std::string_view text, const std::optional<Gun>& gun, DefaultTag default_tag);

/// A repository without tag: a Docker name, or `gun` where given (then `text` must be empty).
Result<Gun> parse_repository(std::string_view text, const std::optional<Gun>& gun);

}  // namespace boltseal::client
