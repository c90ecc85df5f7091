#include "db/postgres.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <map>
#include <vector>

#include "db/postgres_api.h"
#include "db/postgres_errors.h"
#include "db/postgres_session.h"

namespace boltseal::db {
namespace {

using Settings = std::map<std::string, std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Connection = std::unique_ptr<PGconn, decltype(&::PQfinish)>;

constexpr const char* kHint =
    "write postgres://user:password@host:5432/database?sslmode=verify-full or key=value pairs, with libpq's "
    "parameters; in a URL's password write @ as %40, / as %2F, : as %3A, % as %25";

/// Never quotes the text: where it is malformed, any part may be the password.
tl::unexpected<Error> bad_conninfo(const std::string& what) {
  return fail(ErrorCode::bad_config, "the PostgreSQL connection string " + what, kHint);
}

Result<Settings> parse(const PostgresApi& api, const std::string& conninfo) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&::PQconninfoFree)> options(
      api.PQconninfoParse(conninfo.c_str(), &problem), api.PQconninfoFree);
  // Its message stays unread: it quotes parts of the text.
  if (problem != nullptr) api.PQfreemem(problem);
  if (!options) return bad_conninfo("cannot be read");
  Settings settings;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') settings[option->keyword] = option->val;
  }
  return settings;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool is_port(const std::string& text) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() && value > 0 && value < 65536;
}

/// A password with an unescaped "@" or "/" ends up in these, and then in messages.
Result<void> check(const Settings& settings, const std::string& conninfo) {
  const auto value = [&](const char* key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::string() : found->second;
  };
  const bool url = conninfo.starts_with("postgres://") || conninfo.starts_with("postgresql://");
  for (const char* key : {"host", "dbname"}) {
    if (url && value(key).find('@') != std::string::npos) return bad_conninfo("has a second @");
  }
  const auto ports = split(value("port"));
  const bool numbers = std::all_of(ports.begin(), ports.end(),
                                   [](const std::string& port) { return port.empty() || is_port(port); });
  if (!numbers) return bad_conninfo("has a port that is no number");
  return {};
}

/// The hosts one by one, each with its own deadline: left to itself, libpq would give the first that does not
/// answer all the time there is. Empty: one host, or what libpq's environment says.
Result<std::vector<Pairs>> endpoints(const Settings& settings) {
  const auto list = [&](const char* key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::vector<std::string>() : split(found->second);
  };
  const auto hosts = list("host"), addresses = list("hostaddr"), ports = list("port");
  const std::size_t count = std::max(hosts.size(), addresses.size());
  if (count < 2) return std::vector<Pairs>{};
  std::vector<Pairs> out(count);
  const auto add = [&](const char* key, const std::vector<std::string>& all) {
    if (all.empty()) return true;
    if (all.size() != count && !(all.size() == 1 && std::string_view(key) == "port")) return false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& one = all.size() == 1 ? all[0] : all[i];
      if (one.empty() && std::string_view(key) != "port") return false;
      out[i].emplace_back(key, one.empty() ? "5432" : one);
    }
    return true;
  };
  if (!add("host", hosts) || !add("hostaddr", addresses) || !add("port", ports)) {
    return bad_conninfo("must give each host a name, and one port for all or one for each");
  }
  return out;
}

/// Which kinds of server will do, in the order in which all hosts are asked.
std::vector<std::string> wanted_kinds(const Settings& settings, bool several) {
  const auto found = settings.find("target_session_attrs");
  if (found == settings.end()) return {several ? "read-write" : "any"};
  if (found->second == "prefer-standby") return {"standby", "any"};
  return {found->second};
}

/// Notices ("relation exists, skipping", "terminating connection") would go to stderr.
void ignore_notice(void*, const PGresult*) {}

Connection start(const PostgresApi& api, const std::string& conninfo, const Pairs& more) {
  std::vector<const char*> keys, values;
  const auto add = [&](const char* key, const char* value) {
    keys.push_back(key);
    values.push_back(value);
  };
  // Before the string: defaults. As notary-server's driver, and unlike libpq's "prefer", no silent plain
  // text.
  if (std::getenv("PGSSLMODE") == nullptr) add("sslmode", "require");
  add("fallback_application_name", "boltseald");
  add("dbname", conninfo.c_str());
  for (const auto& [key, value] : more) add(key.c_str(), value.c_str());
  add("client_encoding", "UTF8");
  add(nullptr, nullptr);
  Connection connection(api.PQconnectStartParams(keys.data(), values.data(), 1), api.PQfinish);
  if (connection) api.PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  return connection;
}

Error failed(const PostgresApi& api, PGconn* connection) {
  return connect_error(api.PQerrorMessage(connection), api.PQconnectionNeedsPassword(connection) != 0);
}

Result<void> drive(const PostgresApi& api, PGconn* connection, std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  if (api.PQstatus(connection) == CONNECTION_BAD) return fail(failed(api, connection));
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return fail(ErrorCode::timed_out,
                  fmt::format("PostgreSQL did not let us in within {} ms", timeout.count()),
                  "check that the database server runs and that its address is right");
    }
    const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    pollfd socket{api.PQsocket(connection), events, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 3'600'000)));
    if (ready < 0 && errno != EINTR) return fail(failed(api, connection));
    if (ready <= 0) continue;
    status = api.PQconnectPoll(connection);
    if (status == PGRES_POLLING_OK) return {};
    if (status == PGRES_POLLING_FAILED) return fail(failed(api, connection));
  }
}

Result<std::unique_ptr<PostgresSession>> connect_one(const PostgresApi& api, const PostgresOptions& options,
                                                     const Pairs& more) {
  Connection connection = start(api, options.conninfo, more);
  if (!connection) return fail(ErrorCode::internal, "libpq has no memory for a connection");
  BS_TRY(drive(api, connection.get(), options.connect_timeout));
  if (api.PQserverVersion(connection.get()) < 110000) {
    return fail(ErrorCode::bad_config, "the PostgreSQL server is older than version 11", "upgrade it");
  }
  auto session = std::make_unique<PostgresSession>(api, connection.release(), options.statement_timeout);
  BS_TRY(session->set_up());
  return session;
}

}  // namespace

Result<std::unique_ptr<Session>> connect_postgres(const PostgresOptions& options) {
  return std::unique_ptr<Session>(BS_TRY(connect_postgres_session(options)));
}

Result<std::unique_ptr<PostgresSession>> connect_postgres_session(const PostgresOptions& options) {
  const PostgresApi& api = *BS_TRY(postgres_api());
  if (options.conninfo.empty()) return bad_conninfo("is empty");
  const Settings settings = BS_TRY(parse(api, options.conninfo));
  BS_TRY(check(settings, options.conninfo));
  auto hosts = BS_TRY(endpoints(settings));
  const bool several = !hosts.empty();
  if (!several) hosts.emplace_back();
  std::optional<Error> problem;
  for (const std::string& kind : wanted_kinds(settings, several)) {
    for (Pairs host : hosts) {
      host.emplace_back("target_session_attrs", kind);
      auto session = connect_one(api, options, host);
      if (session) return session;
      // What is wrong with a server that answers tells more than one that is down or a standby.
      if (!problem || problem->code() == ErrorCode::unreachable || problem->code() == ErrorCode::timed_out) {
        problem = session.error();
      }
    }
  }
  return fail(*std::move(problem));
}

}  // namespace boltseal::db
