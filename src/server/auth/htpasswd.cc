#include "server/auth/htpasswd.h"

#include <crypt.h>

#include <algorithm>
#include <memory>

#include "base/bytes.h"
#include "base/secret.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kMaxUsers = 20'000;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxPassword = 255;
constexpr std::size_t kHashSize = 60;  // $2y$NN$, 22 letters of salt, 31 of hash

tl::unexpected<Error> bad_line(std::size_t line, std::string_view what) {
  return fail(ErrorCode::bad_config, "htpasswd line " + std::to_string(line) + ": " + std::string(what),
              "write entries with htpasswd -B");
}

bool is_bcrypt_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
}

/// The cost; 0 where it is no bcrypt entry that we take.
int cost_of(std::string_view hash) {
  constexpr int kLeast = 4, kMost = 15;  // 15: two seconds
  if (hash.size() != kHashSize || hash.substr(0, 2) != "$2" || hash[3] != '$' || hash[6] != '$') return 0;
  if (hash[2] != 'y' && hash[2] != 'b' && hash[2] != 'a') return 0;
  if (hash[4] < '0' || hash[4] > '9' || hash[5] < '0' || hash[5] > '9') return 0;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (cost < kLeast || cost > kMost) return 0;
  return std::all_of(hash.begin() + 7, hash.end(), is_bcrypt_letter) ? cost : 0;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

struct Wiped {
  void operator()(crypt_data* data) const {
    wipe_memory(data, sizeof *data);
    delete data;
  }
};

}  // namespace

Result<Htpasswd> Htpasswd::parse(std::string_view text) {
  Htpasswd out;
  int cost = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return bad_line(number, "there is no user");
    const std::string_view user = line.substr(0, colon);
    if (user.size() > kMaxName || !is_utf8(user) || std::any_of(user.begin(), user.end(), is_control))
      return bad_line(number, "the name of the user is too long or has control characters");
    const std::string_view hash = line.substr(colon + 1);
    const int its_cost = cost_of(hash);
    if (its_cost == 0) return bad_line(number, "the password is no bcrypt hash of a cost of 4 to 15");
    if (!out.users_.emplace(user, hash).second) return bad_line(number, "the user stands there twice");
    if (out.users_.size() > kMaxUsers)
      return fail(ErrorCode::limit_exceeded, "htpasswd has over 20000 users");
    if (its_cost > cost) {
      cost = its_cost;
      out.nobody_ = hash;
    }
  }
  if (out.users_.empty()) return fail(ErrorCode::bad_config, "htpasswd has no users", "add one: htpasswd -B");
  // No hash ends so: its last letter carries four bits, and '/' would have the two that are none.
  out.nobody_.back() = '/';
  return out;
}

bool Htpasswd::verify(std::string_view user, std::string_view password) const {
  const auto found = users_.find(user);
  const std::string& wanted = found == users_.end() ? nobody_ : found->second;
  if (password.size() > kMaxPassword || password.find('\0') != std::string_view::npos) return false;
  std::string terminated(password);
  const std::unique_ptr<crypt_data, Wiped> work(new crypt_data());
  const char* hash = crypt_r(terminated.c_str(), wanted.c_str(), work.get());
  wipe_string(terminated);
  const bool same = hash != nullptr && equal_constant_time(as_bytes(hash), as_bytes(wanted));
  return same && found != users_.end();
}

}  // namespace boltseal::server
