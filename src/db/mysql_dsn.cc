#include "db/mysql_dsn.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "db/mysql_parameters.h"

namespace boltseal::db {
namespace {

constexpr std::size_t kMaxLength = 4096;

bool is_host(std::string_view text, bool bracketed) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return word || c == '.' || (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
  });
}

/// host, host:port, [v6], [v6]:port.
Result<void> take_tcp(std::string_view address, MysqlDsn& out) {
  std::string_view host = address, port;
  const bool bracketed = address.starts_with('[');
  const auto close = bracketed ? address.find(']') : std::string_view::npos;
  if (bracketed && close == std::string_view::npos)
    return refuse_dsn("has '[' without ']'", "write tcp([::1]:3306)");
  const auto colon =
      bracketed ? (close + 1 < address.size() ? close + 1 : std::string_view::npos) : address.find(':');
  if (colon != std::string_view::npos) {
    if (address[colon] != ':') return refuse_dsn("has text after ']'", "write tcp([::1]:3306)");
    host = address.substr(0, colon);
    port = address.substr(colon + 1);
    unsigned number = 0;
    const auto [end, bad] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (bad != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535) {
      return refuse_dsn("has a port that is not between 1 and 65535",
                        "write tcp(host:3306); an IPv6 address stands in brackets");
    }
    out.port = static_cast<std::uint16_t>(number);
  }
  if (bracketed) host = address.substr(1, close - 1);
  if (!is_host(host, bracketed)) return refuse_dsn("has a host that is no name or address", kDsnShape);
  out.host = host;
  return {};
}

/// Empty, net or net(address).
Result<void> take_address(std::string_view text, MysqlDsn& out) {
  std::string_view net = text, address;
  const auto open = text.find('(');
  if (open != std::string_view::npos) {
    if (text.back() != ')') return refuse_dsn("has '(' without ')' before the '/'", kDsnShape);
    net = text.substr(0, open);
    address = text.substr(open + 1, text.size() - open - 2);
  }
  if (net == "unix") {
    if (address.empty()) address = "/tmp/mysql.sock";  // as Go's driver
    if (address.front() != '/' || address.size() > 107)
      return refuse_dsn("has a socket that is no absolute path of at most 107 bytes", "write unix(/path)");
    out.socket = address;
    return {};
  }
  if (net != "tcp" && !net.empty()) return refuse_dsn("is neither tcp(...) nor unix(...)", kDsnShape);
  return take_tcp(address.empty() ? "127.0.0.1" : address, out);
}

Result<void> check_together(const MysqlDsn& dsn) {
  const bool files = !dsn.tls_ca.empty() || !dsn.tls_cert.empty() || !dsn.tls_key.empty();
  if (files && dsn.tls != MysqlDsn::Tls::verified)
    return refuse_dsn("has tls-ca, tls-cert or tls-key without tls=custom", "add tls=custom");
  if (dsn.tls_cert.empty() != dsn.tls_key.empty())
    return refuse_dsn("has only one of tls-cert and tls-key", "give both, or none");
  if (dsn.cleartext_password && dsn.socket.empty() && dsn.tls != MysqlDsn::Tls::verified)
    return refuse_dsn("would send the password unprotected (allowCleartextPasswords)",
                      "add tls=true or tls=custom");
  return {};
}

}  // namespace

Result<MysqlDsn> parse_mysql_dsn(std::string_view text) {
  if (text.size() > kMaxLength)
    return refuse_dsn(fmt::format("is longer than {} bytes", kMaxLength), kDsnShape);
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return refuse_dsn("has a control character", kDsnShape);
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return refuse_dsn("has no '/' before the database's name", kDsnShape);
  std::string_view before = text.substr(0, slash), after = text.substr(slash + 1);
  // A '/' in the password of an address without database, or unescaped in a parameter.
  if (after.find_first_of("@()") != std::string_view::npos)
    return refuse_dsn("has no '/' before the database's name", "a '/' in a parameter is written %2F");

  MysqlDsn out;
  const auto at = before.rfind('@');
  const auto login = before.substr(0, at == std::string_view::npos ? 0 : at);
  const auto colon = std::min(login.find(':'), login.size());
  out.user = login.substr(0, colon);
  out.password = login.substr(std::min(colon + 1, login.size()));
  if (out.user.empty()) return refuse_dsn("names no user", kDsnShape);
  BS_TRY(take_address(before.substr(at + 1), out));

  const auto question = std::min(after.find('?'), after.size());
  out.database = BS_TRY(decode_dsn(after.substr(0, question), "the database's name"));
  if (out.database.empty()) return refuse_dsn("names no database", kDsnShape);
  BS_TRY(read_dsn_parameters(after.substr(std::min(question + 1, after.size())), out));
  BS_TRY(check_together(out));
  return out;
}

}  // namespace boltseal::db
