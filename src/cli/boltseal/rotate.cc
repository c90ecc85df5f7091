#include "client/rotate.h"

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "client/subject.h"

namespace boltseal::cli {
namespace {

struct Request {
  std::string name;
  std::vector<RoleName> roles;
};

// [NAME] [ROLE...]: with --gun there is no name.
Result<Request> request_of(const std::vector<std::string>& words, bool named_by_option) {
  Request request;
  std::size_t first = 0;
  if (!named_by_option && !words.empty()) request.name = words[first++];
  for (std::size_t i = first; i < words.size(); ++i) {
    const auto role = RoleName::parse_notary(words[i]);
    if (!role)
      return fail(ErrorCode::usage, escape_untrusted(words[i]) + " is no role",
                  "name timestamp, snapshot or both");
    request.roles.push_back(*role);
  }
  if (request.roles.empty()) request.roles = {RoleName::timestamp(), RoleName::snapshot()};
  return request;
}

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 3));
  const auto literal = BS_TRY(invocation.gun());
  const Request request = BS_TRY(request_of(invocation.arguments(), literal.has_value()));
  const Gun gun = BS_TRY(client::parse_repository(request.name, literal));
  const auto done = BS_TRY(client::rotate_server_keys(*BS_TRY(invocation.environment()),
                                                      *BS_TRY(invocation.keys()), gun, request.roles));
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object().member("gun", done.gun.str()).member("root_version", done.root_version);
    w.member("root_sha256", done.root_sha256).name("roles").begin_array();
    for (const RoleName& role : done.roles) w.string(role.str());
    w.end_array().member("signed_snapshot", done.signed_snapshot).end_object();
    output.json(w);
  } else {
    for (const RoleName& role : done.roles)
      output.line("the server signs " + role.str() + " of " + done.gun.str() + " with a new key");
    output.line("root version " + std::to_string(done.root_version) + ", sha256 " + done.root_sha256);
  }
  return 0;
}

}  // namespace

Command rotate_command() {
  return {
      .name = "rotate",
      .arguments = "NAME [timestamp] [snapshot]",
      .summary = "let the server sign timestamp and snapshot with new keys",
      .description =
          "Signs one new root that names keys which the server makes now; both roles where none is named. "
          "The root\n"
          "key must be here. After boltseald import this is the step that the owner must take: the old "
          "server's\n"
          "keys are gone with it. A snapshot key of your own stays yours when only timestamp is named.\n"
          "With --server the repository is known at that server from now on.",
      .options = {},
      .run = run};
}

}  // namespace boltseal::cli
