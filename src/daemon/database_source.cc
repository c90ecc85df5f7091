#include "daemon/database_source.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace boltseal::daemon {
namespace {

constexpr std::string_view kRedacted = "REDACTED";
constexpr std::array<std::string_view, 2> kSecretParameters = {"password", "sslpassword"};
/// Of Go's driver alone; they change nothing that libpq does.
constexpr std::array<std::string_view, 2> kGoParameters = {"binary_parameters",
                                                           "disable_prepared_binary_result"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A named value of a conninfo: where it stands, with what separates it from the one before.
struct Parameter {
  std::string_view name;
  std::string_view value;  ///< as it stands, quotes included
  std::string_view whole;  ///< name to the end of the value
};

struct Source {
  std::vector<Parameter> parameters;
  std::optional<std::string_view> password;  ///< of the user's part of a URL or DSN
  bool is_url = false;
  bool has_query = false;
};

tl::unexpected<Error> malformed(std::string what, std::string hint = {}) {
  return fail(ErrorCode::bad_config, std::move(what), std::move(hint));
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

/// Names of parameters as libpq and Go have them: anything else might be a part of a password.
bool is_name(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// The end of a value that begins at `at`: quoted, or up to a blank; a backslash takes the next character.
Result<std::size_t> end_of_value(std::string_view text, std::size_t at) {
  const bool quoted = at < text.size() && text[at] == '\'';
  for (std::size_t i = quoted ? at + 1 : at; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quoted && text[i] == '\'') {
      if (i + 1 < text.size() && !is_blank(text[i + 1])) break;
      return i + 1;
    } else if (!quoted && is_blank(text[i])) {
      return i;
    }
  }
  if (quoted) return malformed("the conninfo has a quote that does not end before a blank");
  return text.size();
}

Result<Source> read_pairs(std::string_view text) {
  Source source;
  std::size_t at = skip_blanks(text, 0);
  while (at < text.size()) {
    const std::size_t begin = at;
    while (at < text.size() && text[at] != '=' && !is_blank(text[at])) ++at;
    const std::string_view name = text.substr(begin, at - begin);
    at = skip_blanks(text, at);
    if (!is_name(name) || at == text.size() || text[at] != '=')
      return malformed("the conninfo must be a URL (postgres://...) or \"key=value ...\"");
    at = skip_blanks(text, at + 1);
    const std::size_t end = BS_TRY(end_of_value(text, at));
    const std::string_view value = text.substr(at, end - at);
    // libpq would take it for another conninfo, with a password of its own.
    if (name == "dbname" && value.find_first_of("=:") != std::string_view::npos)
      return malformed("dbname in the conninfo holds another conninfo", "write its parameters out");
    source.parameters.push_back({name, value, text.substr(begin, end - begin)});
    at = skip_blanks(text, end);
  }
  if (source.parameters.empty()) return malformed("the conninfo is empty");
  return source;
}

Result<void> check_hosts(std::string_view hosts) {
  while (true) {
    const std::size_t comma = hosts.find(',');
    const std::string_view host = hosts.substr(0, comma);
    const std::size_t bracket = host.rfind(']');
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos &&
        host.find_first_not_of("0123456789", colon + 1) != std::string_view::npos) {
      return malformed("the port in the URL of the database is no number",
                       "percent-encode / ? # @ and % in the user and password");
    }
    if (comma == std::string_view::npos) return {};
    hosts.remove_prefix(comma + 1);
  }
}

Result<void> read_query(std::string_view query, Source& source) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    const std::size_t equals = item.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      return malformed("the URL of the database has a parameter without a value");
    if (!is_name(item.substr(0, equals)))
      return malformed("the URL of the database has a parameter of no known name");
    source.parameters.push_back({item.substr(0, equals), item.substr(equals + 1), item});
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

Result<Source> read_url(std::string_view text) {
  Source source;
  source.is_url = true;
  std::string_view rest = text.substr(text.find("://") + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (rest.find('@') != std::string_view::npos) {
    return malformed("the URL of the database has an @ behind its host",
                     "percent-encode / ? # @ and % in the user and password");
  }
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    if (colon != std::string_view::npos) source.password = user.substr(colon + 1);
    authority.remove_prefix(at + 1);
  }
  BS_TRY(check_hosts(authority));
  const std::size_t question = rest.find('?');
  source.has_query = question != std::string_view::npos;
  if (source.has_query) BS_TRY(read_query(rest.substr(question + 1), source));
  return source;
}

/// [user[:password]@][protocol[(address)]]/database[?parameters], as Go's driver cuts it.
Result<Source> read_dsn(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) {
    return malformed("the DSN has no / before the name of its database",
                     "write it as user:password@tcp(host:3306)/database");
  }
  Source source;
  const std::string_view server = text.substr(0, slash);
  const std::size_t at = server.rfind('@');
  if (at == std::string_view::npos) {
    // A password before the last slash, whose @ stands behind it, would be taken for a protocol.
    if (text.find('@') != std::string_view::npos || (server.find(':') < server.find('('))) {
      return malformed("the DSN has no @ between the user and the server",
                       "write it as user:password@tcp(host:3306)/database");
    }
    return source;
  }
  const std::string_view user = server.substr(0, at);
  const std::size_t colon = user.find(':');
  if (colon != std::string_view::npos) source.password = user.substr(colon + 1);
  return source;
}

bool is_postgres_url(std::string_view text) {
  return text.starts_with("postgres://") || text.starts_with("postgresql://");
}

Result<Source> read_source(DatabaseKind kind, std::string_view text) {
  if (kind == DatabaseKind::mysql) return read_dsn(text);
  return is_postgres_url(text) ? read_url(text) : read_pairs(text);
}

}  // namespace

Result<void> check_source(DatabaseKind kind, std::string_view text) {
  BS_TRY(read_source(kind, text));
  return {};
}

std::string redacted_source(DatabaseKind kind, std::string_view text) {
  const auto source = read_source(kind, text);
  if (!source) return std::string(kRedacted);
  std::vector<std::string_view> secrets;
  if (source->password) secrets.push_back(*source->password);
  for (const Parameter& parameter : source->parameters) {
    if (is_one_of(kSecretParameters, parameter.name)) secrets.push_back(parameter.value);
  }
  std::string out;
  const char* copied = text.data();
  for (const std::string_view secret : secrets) {
    out.append(copied, secret.data()).append(kRedacted);
    copied = secret.data() + secret.size();
  }
  return out.append(copied, text.data() + text.size());
}

std::string conninfo_of_go(std::string_view text, bool has_default_mode) {
  const auto source = read_source(DatabaseKind::postgres, text);
  if (!source) return std::string(text);
  const char separator = source->is_url ? '&' : ' ';
  std::string parameters;
  bool has_mode = has_default_mode;
  const auto add = [&](std::string_view item) {
    if (!parameters.empty()) parameters.push_back(separator);
    parameters += item;
  };
  for (const Parameter& parameter : source->parameters) {
    has_mode = has_mode || parameter.name == "sslmode";
    if (!is_one_of(kGoParameters, parameter.name)) add(parameter.whole);
  }
  if (!has_mode) add("sslmode=require");
  if (!source->is_url) return parameters;
  const std::string_view head = source->has_query ? text.substr(0, text.find('?')) : text;
  return std::string(head) + (parameters.empty() ? "" : "?") + parameters;
}

}  // namespace boltseal::daemon
