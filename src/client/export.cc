#include "client/export.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "client/session.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "registry/reference.h"
#include "transport/directory.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

constexpr const char* kBundleFile = "bundle.json";

struct SavedFile {
  std::string name;
  Sha256 sha256;
  std::size_t length;
};

// Waits before a request is repeated: the server said that it has too much to do.
void pause(int attempt) { poll(nullptr, 0, std::min(1000 << attempt, 60'000)); }

class Export {
 public:
  Export(Environment& environment, Location location, std::unique_ptr<transport::Transport> transport,
         Directory folder, const ExportOptions& options)
      : environment_(environment),
        location_(std::move(location)),
        transport_(std::move(transport)),
        folder_(std::move(folder)),
        options_(options),
        result_{.gun = location_.gun} {}

  Result<Exported> run() {
    if (folder_.exists(kBundleFile)) {
      result_.was_complete = true;
      return result_;
    }
    BS_TRY(require_place());
    BS_TRY(save_roots());
    BS_TRY(save_roles());
    judge();
    BS_TRY(folder_.write_atomic(kBundleFile, describe()));
    result_.files = static_cast<int>(saved_.size());
    return result_;
  }

 private:
  // Trust data is asked for where it came from so far (ADR 20); raw bytes are judged later.
  Result<void> require_place() const {
    const store::TrustStore store(environment_.settings().trust_dir, location_.form, location_.gun);
    const std::string known = BS_TRY(store.state()).transport;
    if (options_.raw || location_.by_policy || known.empty() || known == transport_->describe()) return {};
    return fail(other_place(location_.gun, known, transport_->describe(),
                            "to save what is there all the same: --raw"));
  }

  // Every root version, then the newest under its plain name.
  Result<void> save_roots() {
    const std::string newest =
        BS_TRY(fetch({.role = RoleName::root(), .limit = limits::kNotaryMetadataBytes}));
    const auto root = tuf::parse_root(location_.form, newest);
    if (root) {
      for (std::int64_t version = 1;
           version <= std::min<std::int64_t>((*root)->version, limits::kRootRotations); ++version) {
        BS_TRY(save_root_version(version, (*root)->version, newest));
      }
    } else {
      broken_ = "root: " + root.error().what();
    }
    return keep("root.json", newest);
  }

  Result<void> save_root_version(std::int64_t version, std::int64_t newest_version,
                                 const std::string& newest) {
    const std::string name = fmt::format("{}.root.json", version);
    if (version == newest_version) return keep(name, newest);
    if (auto present = folder_.read("metadata/" + name, limits::kNotaryMetadataBytes))
      return remember(name, *present);
    return save(name, {.role = RoleName::root(), .limit = limits::kNotaryMetadataBytes, .version = version});
  }

  // Timestamp, the snapshot that it names, every role that the snapshot names.
  Result<void> save_roles() {
    const std::string timestamp_bytes =
        BS_TRY(fetch({.role = RoleName::timestamp(), .limit = limits::kNotaryTimestampBytes}));
    BS_TRY(keep("timestamp.json", timestamp_bytes));
    const auto timestamp = tuf::parse_timestamp(location_.form, timestamp_bytes);
    if (!timestamp) return note_broken("timestamp", timestamp.error());
    BS_TRY(save_listed(RoleName::snapshot(), (*timestamp)->snapshot));
    auto snapshot_bytes = folder_.read("metadata/snapshot.json", limits::kNotaryMetadataBytes);
    if (!snapshot_bytes) return {};
    const auto snapshot = tuf::parse_snapshot(location_.form, std::move(*snapshot_bytes));
    if (!snapshot) return note_broken("snapshot", snapshot.error());
    for (const tuf::Meta& meta : (*snapshot)->meta) {
      const auto role = RoleName::parse_notary(meta.name);
      if (!role || *role == RoleName::root()) continue;
      BS_TRY(save_listed(*role, meta));
    }
    return {};
  }

  Result<void> note_broken(const char* role, const Error& error) {
    broken_ = std::string(role) + ": " + error.what();
    return {};
  }

  Result<void> save_listed(const RoleName& role, const tuf::Meta& meta) {
    const std::string name = role.notary_file();
    auto present = folder_.read("metadata/" + name, limits::kNotaryMetadataBytes);
    if (present && meta.hashes.sha256 && crypto::sha256(as_bytes(*present)) == *meta.hashes.sha256)
      return remember(name, *present);
    return save(name, {.role = role, .limit = limits::kNotaryMetadataBytes, .sha256 = meta.hashes.sha256});
  }

  Result<void> save(const std::string& name, const transport::Item& item) {
    auto bytes = fetch(item);
    if (!bytes && bytes.error().code() == ErrorCode::metadata_missing) {
      result_.missing.push_back(name);
      return {};
    }
    return keep(name, BS_TRY(std::move(bytes)));
  }

  Result<std::string> fetch(const transport::Item& item) {
    if (options_.progress) options_.progress(location_.gun.str() + ": " + escape_untrusted(item.role.str()));
    constexpr int kAttempts = 8;
    for (int attempt = 0;; ++attempt) {
      auto answer = std::move(transport_->fetch_all({item}).front());
      const bool again =
          !answer && is_outage(answer.error()) && answer.error().code() != ErrorCode::unreachable;
      if (!again || attempt + 1 == kAttempts) {
        if (answer) ++result_.fetched;
        return answer;
      }
      pause(attempt);
    }
  }

  Result<void> keep(const std::string& name, const std::string& bytes) {
    BS_TRY(folder_.write_atomic("metadata/" + name, bytes));
    return remember(name, bytes);
  }
  Result<void> remember(const std::string& name, const std::string& bytes) {
    saved_.push_back({name, crypto::sha256(as_bytes(bytes)), bytes.size()});
    return {};
  }

  void judge() {
    if (options_.raw) {
      result_.status = BundleStatus::raw;
      return;
    }
    const Result<void> verified = verify();
    result_.status = verified ? BundleStatus::verified : BundleStatus::unverified;
    if (!verified) result_.reason = verified.error().what();
  }

  // From the saved files alone, by the same way as any trust data.
  Result<void> verify() {
    if (!broken_.empty()) return fail(ErrorCode::bad_format, broken_);
    auto saved = BS_TRY(transport::directory(folder_.path() + "/metadata", location_.form));
    Session session(environment_, location_, std::move(saved));
    session.speaks_for(transport_->describe());
    BS_TRY(session.refresh());
    BS_TRY(session.list());
    if (session.first_use())
      return fail(ErrorCode::first_use, "there is neither a pin nor a cached root for it on this machine");
    if (!result_.missing.empty())
      return fail(ErrorCode::metadata_missing,
                  "the server did not have " + escape_untrusted(result_.missing.front()));
    return {};
  }

  std::string describe() {
    std::sort(saved_.begin(), saved_.end(),
              [](const SavedFile& a, const SavedFile& b) { return a.name < b.name; });
    json::Writer w({.indent = "  "});
    w.begin_object().member("format", 1).member("gun", location_.gun.str()).member("form", "notary");
    w.member("server", location_.url).member("saved", format_rfc3339_seconds(environment_.clock().now()));
    w.member("status", std::string(name_of(result_.status)));
    if (!result_.reason.empty()) w.member("reason", result_.reason);
    w.name("files").begin_array();
    for (const SavedFile& file : saved_) {
      w.begin_object().member("name", file.name).member("length", static_cast<std::int64_t>(file.length));
      w.member("sha256", hex_encode(file.sha256)).end_object();
    }
    w.end_array().name("missing").begin_array();
    for (const std::string& name : result_.missing) w.string(name);
    w.end_array().end_object();
    return w.take();
  }

  Environment& environment_;
  Location location_;
  std::unique_ptr<transport::Transport> transport_;
  Directory folder_;
  const ExportOptions& options_;
  Exported result_;
  std::vector<SavedFile> saved_;
  std::string broken_;
};

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

Result<Exported> export_gun(Environment& environment, const Gun& gun, const std::string& out,
                            const ExportOptions& options) {
  Location location = BS_TRY(environment.locate(gun));
  if (location.form != tuf::Form::notary) {
    return fail(ErrorCode::usage, gun.str() + " is kept in TUF 1.0 form: export saves Notary servers",
                "copy the repository's directory instead");
  }
  auto transport = BS_TRY(environment.open_transport(location));
  Directory top = BS_TRY(Directory::open(out, true));
  Directory folder = BS_TRY(top.subdirectory(location.gun.directory(), true));
  return Export(environment, std::move(location), std::move(transport), std::move(folder), options).run();
}

Result<std::vector<Gun>> read_gun_list(const std::string& path) {
  const std::string text = BS_TRY(read_file(path, limits::kConfigBytes));
  std::vector<Gun> out;
  int number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = std::string_view(text).substr(start, end - start);
    start = end + 1;
    ++number;
    line = line.substr(0, line.find('#'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
      line.remove_suffix(1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.empty()) continue;
    auto gun = registry::gun_of_name(line);
    if (!gun)
      return fail(std::move(gun).error().within(fmt::format("{}, line {}", escape_untrusted(path), number)));
    out.push_back(std::move(*gun));
  }
  return out;
}

}  // namespace boltseal::client
