#include "db/mysql_parameters.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/encoding.h"
#include "db/go_duration.h"

namespace boltseal::db {

tl::unexpected<Error> refuse_dsn(const std::string& what, const std::string& hint) {
  return fail(ErrorCode::bad_config, "the address of the MySQL database " + what, hint);
}

Result<std::string> decode_dsn(std::string_view text, std::string_view of) {
  auto plain = percent_decode(text);
  if (!plain)
    return refuse_dsn(fmt::format("has a '%' without two hex digits in {}", of), "write '%' as %25");
  const bool odd =
      std::any_of(plain->begin(), plain->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (odd) return refuse_dsn(fmt::format("has a control character in {}", of), kDsnShape);
  return std::move(*plain);
}

namespace {

// ---- values ----

Result<bool> boolean(std::string_view name, std::string_view value) {
  for (const auto* yes : {"1", "true", "TRUE", "True"}) {
    if (value == yes) return true;
  }
  for (const auto* no : {"0", "false", "FALSE", "False"}) {
    if (value == no) return false;
  }
  return refuse_dsn(fmt::format("has a {} that is neither true nor false", name), "correct the parameter");
}

bool is_number(std::string_view value) {
  return !value.empty() && value.size() <= 10 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The value of a system variable, which Go's driver wants in quotes where it is a text.
std::string unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') return text.substr(1, text.size() - 2);
  return text;
}

// ---- parameters ----

using Take = Result<void> (*)(MysqlDsn& out, std::string_view name, std::string_view value);

/// For Go's driver alone: how it hands over rows, times and parameters.
Result<void> take_ignored_flag(MysqlDsn&, std::string_view name, std::string_view value) {
  BS_TRY(boolean(name, value));
  return {};
}

Result<void> take_packet_size(MysqlDsn&, std::string_view name, std::string_view value) {
  if (!is_number(value))
    return refuse_dsn(fmt::format("has a {} that is no number", name), "correct the parameter");
  return {};
}

/// What the server is told of the client.
Result<void> take_attributes(MysqlDsn&, std::string_view name, std::string_view value) {
  BS_TRY(decode_dsn(value, name));
  return {};
}

Result<void> take_time_truncate(MysqlDsn&, std::string_view name, std::string_view value) {
  if (!parse_go_duration(value))
    return refuse_dsn(fmt::format("has a {} that is no duration", name), "write for example 1s");
  return {};
}

Result<void> take_duration(MysqlDsn& out, std::string_view name, std::string_view value) {
  const auto duration = parse_go_duration(value);
  if (!duration) {
    return refuse_dsn(fmt::format("has a {} that is no duration of at most a day", name),
                      "write for example 30s");
  }
  if (duration->count() == 0) return {};  // Go: no limit of its own; ours stays
  (name == "timeout"       ? out.timeout
   : name == "readTimeout" ? out.read_timeout
                           : out.write_timeout) = *duration;
  return {};
}

Result<void> take_cleartext(MysqlDsn& out, std::string_view name, std::string_view value) {
  out.cleartext_password = BS_TRY(boolean(name, value));
  return {};
}
Result<void> take_native(MysqlDsn& out, std::string_view name, std::string_view value) {
  out.native_password = BS_TRY(boolean(name, value));
  return {};
}
Result<void> take_compress(MysqlDsn& out, std::string_view name, std::string_view value) {
  out.compress = BS_TRY(boolean(name, value));
  return {};
}

Result<void> take_old_passwords(MysqlDsn&, std::string_view name, std::string_view value) {
  if (!BS_TRY(boolean(name, value))) return {};
  return refuse_dsn(
      "asks for allowOldPasswords, whose hash is broken",
      "give the database user a password of the server's current kind and remove the parameter");
}

Result<void> take_fallback(MysqlDsn&, std::string_view name, std::string_view value) {
  if (!BS_TRY(boolean(name, value))) return {};
  return refuse_dsn("has allowFallbackToPlaintext=true",
                    "write tls=preferred instead, or remove the parameter");
}

Result<void> take_charset(MysqlDsn&, std::string_view name, std::string_view value) {
  // Go tries each of a list; we speak utf8mb4, which these are or hold.
  for (const std::string_view known : {"utf8mb4", "utf8mb3", "utf8", "binary", "ascii"}) {
    for (std::size_t at = 0; at <= value.size();) {
      const auto end = std::min(value.find(',', at), value.size());
      if (value.substr(at, end - at) == known) return {};
      at = end + 1;
    }
  }
  return refuse_dsn(fmt::format("asks for another {} than utf8mb4", name),
                    "remove the parameter: names are stored as UTF-8");
}

Result<void> take_collation(MysqlDsn&, std::string_view name, std::string_view value) {
  // No comparison is left to it; only the character set that it brings would matter.
  if (value.starts_with("utf8") || value == "binary" || value.starts_with("ascii_")) return {};
  return refuse_dsn(fmt::format("asks for a {} that is not of UTF-8", name), "remove the parameter");
}

Result<void> take_location(MysqlDsn&, std::string_view name, std::string_view value) {
  const auto zone = BS_TRY(decode_dsn(value, name));
  if (zone == "UTC" || zone.empty()) return {};
  return refuse_dsn("asks for times in another zone than UTC (loc)",
                    "remove loc: boltseald reads and writes the times of the tables as UTC");
}

Result<void> take_time_zone(MysqlDsn&, std::string_view name, std::string_view value) {
  const auto zone = unquoted(BS_TRY(decode_dsn(value, name)));
  if (zone == "UTC" || zone == "+00:00" || zone == "+0:00") return {};
  return refuse_dsn("asks for times in another zone than UTC (time_zone)", "remove time_zone");
}

Result<void> take_isolation(MysqlDsn&, std::string_view name, std::string_view value) {
  if (unquoted(BS_TRY(decode_dsn(value, name))) == "READ-COMMITTED") return {};
  return refuse_dsn(fmt::format("asks for another {} than READ-COMMITTED", name), "remove the parameter");
}

Result<void> take_server_key(MysqlDsn&, std::string_view, std::string_view) {
  return refuse_dsn("names a serverPubKey, which only a program that registered it knows",
                    "remove serverPubKey and use tls=true, which protects the password");
}

Result<void> take_tls(MysqlDsn& out, std::string_view name, std::string_view value) {
  const auto mode = BS_TRY(decode_dsn(value, name));
  if (mode == "skip-verify" || mode == "preferred") {
    out.tls = mode == "preferred" ? MysqlDsn::Tls::preferred : MysqlDsn::Tls::unverified;
    return {};
  }
  if (mode == "custom") {
    out.tls = MysqlDsn::Tls::verified;
    return {};
  }
  const auto flag = boolean(name, mode);
  if (!flag) {
    return refuse_dsn(
        "names a TLS configuration that only a program that registered it knows",
        "use tls=true, skip-verify or preferred, or tls=custom with tls-ca, tls-cert and tls-key");
  }
  out.tls = *flag ? MysqlDsn::Tls::verified : MysqlDsn::Tls::off;
  return {};
}

Result<void> take_tls_file(MysqlDsn& out, std::string_view name, std::string_view value) {
  auto path = BS_TRY(decode_dsn(value, name));
  if (path.empty())
    return refuse_dsn(fmt::format("has an empty {}", name), "name a PEM file or remove the parameter");
  (name == "tls-ca" ? out.tls_ca : name == "tls-cert" ? out.tls_cert : out.tls_key) = std::move(path);
  return {};
}

Result<void> take_setting(MysqlDsn& out, std::string_view name, std::string_view value) {
  if (!is_number(value))
    return refuse_dsn(fmt::format("has a {} that is no number", name), "correct the parameter");
  out.settings.emplace_back(name, value);
  return {};
}

Result<void> take_ours(MysqlDsn&, std::string_view name, std::string_view) {
  return refuse_dsn(fmt::format("sets {}", name),
                    "remove the parameter: boltseald sets what its statements need");
}

struct Parameter {
  std::string_view name;
  Take take;
};
constexpr std::array kParameters = {
    Parameter{"allowAllFiles", take_ignored_flag},
    Parameter{"allowCleartextPasswords", take_cleartext},
    Parameter{"allowFallbackToPlaintext", take_fallback},
    Parameter{"allowNativePasswords", take_native},
    Parameter{"allowOldPasswords", take_old_passwords},
    Parameter{"checkConnLiveness", take_ignored_flag},
    Parameter{"charset", take_charset},
    Parameter{"clientFoundRows", take_ignored_flag},
    Parameter{"collation", take_collation},
    Parameter{"columnsWithAlias", take_ignored_flag},
    Parameter{"compress", take_compress},
    Parameter{"connectionAttributes", take_attributes},
    Parameter{"interpolateParams", take_ignored_flag},
    Parameter{"loc", take_location},
    Parameter{"maxAllowedPacket", take_packet_size},
    Parameter{"multiStatements", take_ignored_flag},
    Parameter{"parseTime", take_ignored_flag},
    Parameter{"readTimeout", take_duration},
    Parameter{"rejectReadOnly", take_ignored_flag},
    Parameter{"serverPubKey", take_server_key},
    Parameter{"strict", take_ignored_flag},
    Parameter{"timeTruncate", take_time_truncate},
    Parameter{"timeout", take_duration},
    Parameter{"tls", take_tls},
    Parameter{"tls-ca", take_tls_file},
    Parameter{"tls-cert", take_tls_file},
    Parameter{"tls-key", take_tls_file},
    Parameter{"writeTimeout", take_duration},
    // All others are session variables; these have a meaning that we keep.
    Parameter{"autocommit", take_ours},
    Parameter{"innodb_lock_wait_timeout", take_setting},
    Parameter{"interactive_timeout", take_setting},
    Parameter{"lock_wait_timeout", take_setting},
    Parameter{"max_execution_time", take_setting},
    Parameter{"max_statement_time", take_setting},
    Parameter{"net_read_timeout", take_setting},
    Parameter{"net_write_timeout", take_setting},
    Parameter{"sql_mode", take_ours},
    Parameter{"time_zone", take_time_zone},
    Parameter{"transaction_isolation", take_isolation},
    Parameter{"tx_isolation", take_isolation},
    Parameter{"wait_timeout", take_setting},
    Parameter{"wsrep_sync_wait", take_setting},
};

}  // namespace

Result<void> read_dsn_parameters(std::string_view text, MysqlDsn& out) {
  std::set<std::string_view> seen;
  for (int place = 1; !text.empty(); ++place) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const auto equals = one.find('=');
    const auto name = one.substr(0, std::min(equals, one.size()));
    const auto* known = std::find_if(kParameters.begin(), kParameters.end(),
                                     [&](const Parameter& p) { return p.name == name; });
    if (known == kParameters.end()) {
      return refuse_dsn(fmt::format("has a parameter (number {}) that is not known", place),
                        "remove it; the reference of the configuration lists those that are known");
    }
    if (equals == std::string_view::npos)
      return refuse_dsn(fmt::format("gives {} no value", known->name), "write name=value");
    if (!seen.insert(known->name).second)
      return refuse_dsn(fmt::format("has {} twice", known->name), "keep one of them");
    BS_TRY(known->take(out, known->name, one.substr(equals + 1)));
  }
  return {};
}

}  // namespace boltseal::db
