#include "server/publish/refusal_text.h"

#include <fmt/core.h>

#include <array>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "json/canonical.h"
#include "server/publish/go_decode.h"

namespace boltseal::server {
namespace {

constexpr std::string_view kNoPath = "could not validate the path to a trusted root: ";
constexpr std::string_view kNoRotation = "could not rotate trust to a new trusted root: ";

/// What is wrong with the signatures of a file that only the lenient reader took; nothing: they are good.
std::optional<std::string> raw_signature_text(const RoleName& role, const GoDecoded& decoded,
                                              const tuf::RoleKeys& keys, const tuf::KeyMap& map) {
  if (decoded.signatures.empty()) return signature_text(role, true);
  if (decoded.signed_part == nullptr) return signature_text(role, false);
  const auto canonical = json::canonical(*decoded.signed_part, json::Dialect::notary);
  if (!canonical) return canonical.error().what();
  const auto report = tuf::verify_threshold(tuf::Form::notary, keys, map, *canonical, decoded.signatures);
  if (!report.met) return signature_text(role, false);
  return std::nullopt;
}

}  // namespace

std::string structure_text(const RoleName& role, const UploadedFile& file) {
  const auto decoded = go_decode(file.refused_bytes);
  if (!decoded) return file.problem;
  if (!decoded->trailing.empty()) return decoded->trailing;
  return shape_problem(role, decoded->signed_part).value_or(file.problem);
}

std::string signed_structure_text(const RoleName& role, const UploadedFile& file, const tuf::RoleKeys& keys,
                                  const tuf::KeyMap& map) {
  const auto decoded = go_decode(file.refused_bytes);
  if (!decoded) return file.problem;
  if (!decoded->trailing.empty()) return decoded->trailing;
  if (auto text = raw_signature_text(role, *decoded, keys, map)) return *text;
  return shape_problem(role, decoded->signed_part).value_or(file.problem);
}

std::string signature_text(const RoleName& role, bool no_signatures) {
  if (no_signatures) return "tuf: data has no signatures";
  return fmt::format("valid signatures did not meet threshold for {}", role.str());
}

std::string root_signature_text(const tuf::Unverified<tuf::Root>& root,
                                const std::optional<tuf::Trusted<tuf::Root>>& previous,
                                const tuf::RootCertificateRules& rules) {
  if (tuf::usable_root_keys(root.body(), rules).keyids.empty()) {
    return fmt::format("{}unable to retrieve valid leaf certificates", kNoPath);
  }
  if (previous) {
    tuf::RootCertificateRules dateless = rules;
    dateless.now.reset();
    const tuf::RoleKeys trusted = tuf::usable_root_keys(previous->body(), dateless);
    if (!tuf::verify_threshold(trusted, previous->body().keys, root).met) {
      return fmt::format("{}failed to validate data with current trusted certificates", kNoRotation);
    }
  }
  return fmt::format("{}failed to validate integrity of roots", kNoPath);
}

std::optional<std::string> checksum_text(const tuf::Snapshot& snapshot, const RoleName& role,
                                         std::string_view bytes) {
  const tuf::Meta* meta = snapshot.find(role.str());
  if (meta == nullptr || !meta->hashes.any_known()) {
    return fmt::format("no checksums for supported algorithms were provided for {}", role.str());
  }
  const auto mismatch = [&](std::string_view algorithm, ByteView expected) {
    return fmt::format("{} checksum for {} did not match: expected {}", algorithm, role.str(),
                       hex_encode(expected));
  };
  if (meta->hashes.sha256 && crypto::sha256(bytes) != *meta->hashes.sha256) {
    return mismatch("sha256", *meta->hashes.sha256);
  }
  if (meta->hashes.sha512 && crypto::sha512(bytes) != *meta->hashes.sha512) {
    return mismatch("sha512", *meta->hashes.sha512);
  }
  return std::nullopt;
}

std::string expired_text(const RoleName& role, Time expires) {
  using namespace std::chrono;
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(expires);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(expires - day)};
  return fmt::format("{} expired at {} {} {} {:02}:{:02}:{:02} UTC {}", role.str(),
                     kDays[weekday{day}.c_encoding()], kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                     time.seconds().count(), static_cast<int>(date.year()));
}

}  // namespace boltseal::server
