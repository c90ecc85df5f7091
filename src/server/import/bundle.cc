#include "server/import/bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encoding.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "json/fields.h"
#include "json/reader.h"

namespace boltseal::server {
namespace {

constexpr const char* kManifest = "bundle.json";
constexpr std::size_t kManifestBytes = 16u << 20;
constexpr std::size_t kMaxFiles = limits::kRootRotations + limits::kDelegationsPerFile + 8;
constexpr std::int64_t kMaxTotalBytes = std::int64_t{1} << 30;

Result<BundleStatus> parse_status(const json::Fields& fields) {
  const std::string_view text = BS_TRY(fields.string("status"));
  for (const BundleStatus status : {BundleStatus::verified, BundleStatus::unverified, BundleStatus::raw}) {
    if (text == name_of(status)) return status;
  }
  return fail(fields.wrong("status", "must be verified, unverified or raw"));
}

/// "12" of "12.root.json"; nothing for any other name or spelling.
std::optional<std::int64_t> root_version_of(std::string_view name) {
  constexpr std::string_view kEnd = ".root.json";
  if (!name.ends_with(kEnd)) return std::nullopt;
  const std::string_view digits = name.substr(0, name.size() - kEnd.size());
  std::int64_t version = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  const bool whole = problem == std::errc{} && end == digits.data() + digits.size();
  if (!whole || version < 1 || version > limits::kMaxInteger || digits.front() == '0') return std::nullopt;
  return version;
}

Result<BundleEntry> parse_entry(const json::Value& value, const std::string& path) {
  const auto fields = BS_TRY(json::Fields::of(value, {"name", "length", "sha256"}, path));
  const std::string_view name = BS_TRY(fields.string("name"));
  BundleEntry entry{std::string(name), RoleName::root(), root_version_of(name)};
  if (!entry.root_version) {
    constexpr std::string_view kEnd = ".json";
    const auto role = name.ends_with(kEnd) ? RoleName::parse_notary(name.substr(0, name.size() - kEnd.size()))
                                           : RoleName::parse_notary("");
    if (!role) return fail(fields.wrong("name", "is no file of a role: " + escape_untrusted(name)));
    entry.role = *role;
  }
  const auto length =
      BS_TRY(fields.integer("length", 1, static_cast<std::int64_t>(limits::kNotaryMetadataBytes)));
  entry.length = static_cast<std::size_t>(length);
  const std::string_view hex = BS_TRY(fields.string("sha256"));
  const auto hash = hex_decode(hex);
  if (!hash || hash->size() != entry.sha256.size() || !is_lower_hex(hex))
    return fail(fields.wrong("sha256", "must be 64 lower-case hex digits"));
  std::copy(hash->begin(), hash->end(), entry.sha256.begin());
  return entry;
}

Result<std::vector<BundleEntry>> parse_files(const json::Fields& fields) {
  const auto items = BS_TRY(fields.array("files"));
  if (items.size() > kMaxFiles) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("the bundle names {} files, at most {} are read", items.size(), kMaxFiles));
  }
  std::vector<BundleEntry> files;
  std::set<std::string> names;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    files.push_back(BS_TRY(parse_entry(items[i], fmt::format("bundle.files[{}]", i))));
    if (!names.insert(files.back().name).second)
      return fail(fields.wrong("files", "names " + escape_untrusted(files.back().name) + " twice"));
    total += static_cast<std::int64_t>(files.back().length);
  }
  if (total > kMaxTotalBytes)
    return fail(ErrorCode::limit_exceeded, "the bundle is larger than 1 GiB: no repository's metadata is");
  return files;
}

Result<std::string> read_entry(const Directory& folder, const BundleEntry& entry) {
  auto bytes = folder.read("metadata/" + entry.name, entry.length);
  const std::string shown = escape_untrusted(entry.name);
  if (!bytes && bytes.error().code() == ErrorCode::not_found) {
    return fail(ErrorCode::metadata_missing, "the bundle names " + shown + ", and it is not there",
                "copy the whole folder that the export wrote");
  }
  if (!bytes) return fail(std::move(bytes).error().within(shown + " of the bundle"));
  if (bytes->size() != entry.length)
    return fail(ErrorCode::length_mismatch, shown + " has not the length that the bundle says");
  if (crypto::sha256(as_bytes(*bytes)) != entry.sha256) {
    return fail(ErrorCode::hash_mismatch, shown + " is not the file that was exported: its SHA-256 differs",
                "copy the bundle again from where it was exported");
  }
  return bytes;
}

}  // namespace

std::string_view name_of(BundleStatus status) {
  switch (status) {
    case BundleStatus::verified:
      return "verified";
    case BundleStatus::raw:
      return "raw";
    case BundleStatus::unverified:
      break;
  }
  return "unverified";
}

Result<BundleManifest> parse_manifest(std::string text) {
  const auto document = BS_TRY(json::Document::parse(std::move(text), {.bytes = kManifestBytes}));
  const auto fields = BS_TRY(json::Fields::of(
      document.root(), {"format", "gun", "form", "server", "saved", "status", "reason", "files", "missing"},
      "bundle"));
  if (BS_TRY(fields.integer("format")) != 1) {
    return fail(ErrorCode::bad_format, "the bundle has a format that this boltseald does not know",
                "use the boltseald of the release that exported it, or a newer one");
  }
  if (BS_TRY(fields.string("form")) != "notary")
    return fail(fields.wrong("form", "must be notary: other forms are not exported"));
  BundleManifest out{.gun = BS_TRY(Gun::parse_lenient(BS_TRY(fields.string("gun"))))};
  out.server = BS_TRY(fields.string("server"));
  out.saved = BS_TRY(fields.string("saved"));
  out.reason = BS_TRY(fields.optional_string("reason")).value_or("");
  out.status = BS_TRY(parse_status(fields));
  out.files = BS_TRY(parse_files(fields));
  for (const auto name : BS_TRY(json::strings(BS_TRY(fields.array("missing")), "bundle.missing")))
    out.missing.emplace_back(name);
  return out;
}

Result<Bundle> read_bundle(const std::string& path) {
  const Directory folder = BS_TRY(Directory::open(path));
  auto text = folder.read(kManifest, kManifestBytes);
  if (!text && text.error().code() == ErrorCode::not_found) {
    return fail(ErrorCode::not_found, "there is no bundle.json in " + escape_untrusted(path, 4096),
                "name the folder of one repository, as in: boltseald import saved/docker.io/library/app; a "
                "bundle without bundle.json is not complete: run the export again");
  }
  auto manifest = parse_manifest(BS_TRY(std::move(text)));
  if (!manifest) return fail(std::move(manifest).error().within(kManifest));
  Bundle bundle{.manifest = std::move(*manifest)};
  for (const BundleEntry& entry : bundle.manifest.files) {
    std::string bytes = BS_TRY(read_entry(folder, entry));
    if (entry.root_version) {
      bundle.roots.emplace(*entry.root_version, std::move(bytes));
    } else {
      bundle.roles.emplace(entry.role, std::move(bytes));
    }
  }
  return bundle;
}

}  // namespace boltseal::server
