// What a request needs, who asks, and whether that fits (NOTARY-SERVER.md 2.1, 2.9). Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/server/request.h"
#include "policy/pattern.h"
#include "server/routes/route.h"

namespace boltseal::server {

/// A set of actions on one resource.
using Actions = std::uint8_t;
inline constexpr Actions kPull = 1;
inline constexpr Actions kPush = 2;
inline constexpr Actions kAll =
    4;  ///< "*": granted, it stands for every action; needed, nothing else will do

inline constexpr std::string_view kRepository = "repository";
inline constexpr std::string_view kRegistry = "registry";
inline constexpr std::string_view kCatalog = "catalog";

/// Views of the path that it was made of.
struct Need {
  enum class Kind : std::uint8_t {
    nothing,
    login,  ///< any credentials that are good: the ping
    access
  };
  Kind kind = Kind::nothing;
  std::string_view type;  ///< what a challenge names: with `login` too
  std::string_view name;
  Actions actions = 0;

  bool is_repository() const { return kind == Kind::access && type == kRepository; }
};

/// Every method but Method::other (405 for everybody).
Need need_of(const Route& route, http::Method method, bool guard_metrics);
Need pull_of(std::string_view gun);

/// A right to one resource, or to the repositories of a pattern.
struct Grant {
  std::string type;
  std::string name;
  Actions actions = 0;
  bool every = false;  ///< whatever the name
  std::optional<policy::GunPattern> pattern;
};
/// "repository:localhost:5000/a:pull,push": the actions stand behind the last colon, as a name may hold some.
/// A name of a repository may be a pattern ("team/*", "**"; policy/pattern.h). For what a config says: in
/// tokens no name is a pattern. bad_config.
Result<Grant> parse_grant(std::string_view scope);
Result<std::vector<Grant>> parse_grants(const std::vector<std::string>& scopes);

enum class Source : std::uint8_t { anonymous, token, basic, certificate };
std::string_view name_of(Source source);

/// Immutable; shared by the requests that it makes.
struct Identity {
  Source source = Source::anonymous;
  std::string name;  ///< text from outside
  std::vector<Grant> grants;
};
using IdentityPtr = std::shared_ptr<const Identity>;

bool allows(const Identity& identity, const Need& need);

/// "push,pull", "*": in the order in which notary-server names them.
std::vector<std::string_view> names_of(Actions actions);
/// "repository:docker.io/library/a:push,pull".
std::string scope_of(const Need& need);

}  // namespace boltseal::server
