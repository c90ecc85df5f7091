#include "server/high_water.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/encoding.h"
#include "base/limits.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace boltseal::server {
namespace {

constexpr const char* kFileName = "high-water";
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::size_t kRewriteAbove = std::size_t{1} << 18;

std::string line_of(const Gun& gun, std::int64_t epoch, const std::vector<Head>& heads) {
  json::Writer writer;
  writer.begin_object().member("gun", gun.str()).member("epoch", epoch).name("files").begin_array();
  for (const Head& head : heads) {
    writer.begin_array().string(tuf::name_of(head.form)).string(head.role.str());
    writer.integer(head.version).string(hex_encode(head.sha256)).end_array();
  }
  writer.end_array().end_object();
  return writer.take() + "\n";
}

Error unreadable() {
  return Error(
      ErrorCode::bad_format, "a line of the high-water record cannot be read",
      "restore the file \"high-water\" of the keys directory, or move it away to take the store as it is");
}

Result<Head> read_head(const Gun& gun, const json::Value& item) {
  const auto parts = item.items();
  if (parts.size() != 4 || !parts[2].is_integer()) return fail(unreadable());
  const bool notary = parts[0].as_string() == tuf::name_of(Form::notary);
  if (!notary && parts[0].as_string() != tuf::name_of(Form::tuf1)) return fail(unreadable());
  const Form form = notary ? Form::notary : Form::tuf1;
  const auto role = tuf::parse_role(form, parts[1].as_string());
  const auto hash = hex_decode(parts[3].as_string());
  if (!role || !hash || hash->size() != 32) return fail(unreadable());
  Head head{gun, form, *role, parts[2].as_int(), {}};
  std::copy(hash->begin(), hash->end(), head.sha256.begin());
  return head;
}

Error write_error(std::string_view step) {
  const int problem = errno;
  return Error(problem == ENOSPC || problem == EDQUOT ? ErrorCode::disk_full : ErrorCode::io_error,
               fmt::format("cannot {} the high-water record: {}", step, std::strerror(problem)),
               "check the keys directory: free space and permissions");
}

}  // namespace

std::unique_ptr<HighWater> HighWater::in_memory() { return std::unique_ptr<HighWater>(new HighWater()); }

Result<std::unique_ptr<HighWater>> HighWater::open(Directory directory) {
  auto record = std::unique_ptr<HighWater>(new HighWater());
  const auto text = directory.read(kFileName, kMaxBytes);
  if (!text && text.error().code() != ErrorCode::not_found) return fail(text.error());
  record->existed_ = text.has_value();
  if (text) BS_TRY(record->load(*text));
  record->directory_ = std::move(directory);
  BS_TRY(record->rewrite());
  return record;
}

Result<std::unique_ptr<HighWater>> HighWater::read(const Directory& directory) {
  auto record = in_memory();
  BS_TRY(record->load(BS_TRY(directory.read(kFileName, kMaxBytes))));
  record->existed_ = true;
  return record;
}

Result<void> HighWater::load(const std::string& text) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) break;  // cut by a crash before its answer was sent
    const auto document = json::Document::parse(text.substr(start, end - start), {.bytes = kMaxBytes});
    start = end + 1;
    if (!document) return fail(unreadable());
    const json::Fields fields =
        BS_TRY(json::Fields::of(document->root(), {"gun", "epoch", "files"}, "record"));
    const Gun gun = BS_TRY(Gun::parse_lenient(BS_TRY(fields.string("gun"))));
    const std::int64_t epoch = BS_TRY(fields.integer("epoch"));
    for (const json::Value& item : BS_TRY(fields.array("files")))
      lift(gun, epoch, BS_TRY(read_head(gun, item)));
  }
  return {};
}

bool HighWater::lift(const Gun& gun, std::int64_t epoch, const Head& head) {
  Mark& mark = marks_[{gun, head.form, head.role}];
  if (epoch < mark.epoch || (epoch == mark.epoch && head.version <= mark.version)) return false;
  mark = {epoch, head.version, head.sha256};
  return true;
}

std::optional<HighWater::Mark> HighWater::mark(const Gun& gun, Form form, const RoleName& role) const {
  std::lock_guard lock(mutex_);
  const auto found = marks_.find({gun, form, role});
  if (found == marks_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::pair<Head, HighWater::Mark>> HighWater::of(const Gun& gun) const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<Head, Mark>> out;
  const Key first{gun, Form::notary, *RoleName::parse_tuf1("\x01")};
  for (auto it = marks_.lower_bound(first); it != marks_.end() && std::get<0>(it->first) == gun; ++it) {
    const auto& [name, form, role] = it->first;
    out.push_back({Head{name, form, role, it->second.version, it->second.sha256}, it->second});
  }
  return out;
}

std::vector<Gun> HighWater::guns() const {
  std::lock_guard lock(mutex_);
  std::set<Gun> names;
  for (const auto& entry : marks_) names.insert(std::get<0>(entry.first));
  return {names.begin(), names.end()};
}

Result<void> HighWater::raise(const Gun& gun, std::int64_t epoch, const std::vector<Head>& heads) {
  return raise_all({{gun, epoch, heads}});
}

Result<void> HighWater::raise_all(const std::vector<Rise>& rises) {
  std::uint64_t line = 0;
  {
    std::lock_guard lock(mutex_);
    std::string lines;
    for (const Rise& rise : rises) {
      std::vector<Head> risen;
      for (const Head& head : rise.heads) {
        if (lift(rise.gun, rise.epoch, head)) risen.push_back(head);
      }
      if (!risen.empty()) lines += line_of(rise.gun, rise.epoch, risen);
    }
    if (!directory_) return {};
    if (damaged_ || (file_bytes_ > kRewriteAbove && file_bytes_ > 400 * marks_.size())) return rewrite();
    // What has not risen may still be on its way to the disk for another.
    if (!lines.empty()) {
      BS_TRY(append(lines));
      ++written_;
    }
    line = written_;
  }
  return sync_up_to(line);
}

Result<void> HighWater::append(const std::string& line) {
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t n = ::write(file_->get(), line.data() + done, line.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      // A half line must not stay in front of the next one.
      const Error error = write_error("append to");
      damaged_ = true;
      const auto again = rewrite();
      static_cast<void>(again);
      return fail(error);
    }
    done += static_cast<std::size_t>(n);
  }
  file_bytes_ += line.size();
  return {};
}

/// Publishers that come together share one sync: whoever gets here first syncs for all that have written.
Result<void> HighWater::sync_up_to(std::uint64_t line) {
  std::lock_guard syncing(sync_mutex_);
  if (synced_ >= line) return {};
  std::shared_ptr<const Fd> file;
  std::uint64_t target = 0;
  {
    std::lock_guard lock(mutex_);
    if (damaged_) {
      BS_TRY(rewrite());
      synced_ = written_;
      return {};
    }
    file = file_;
    target = written_;
  }
  if (::fdatasync(file->get()) != 0) {
    const Error error = write_error("sync");
    std::lock_guard lock(mutex_);
    damaged_ = true;  // what the kernel has dropped is not written by a second sync
    return fail(error);
  }
  synced_ = target;
  return {};
}

Result<void> HighWater::rewrite() {
  std::string text;
  for (auto it = marks_.begin(); it != marks_.end();) {
    const Gun gun = std::get<0>(it->first);
    std::map<std::int64_t, std::vector<Head>> by_epoch;
    for (; it != marks_.end() && std::get<0>(it->first) == gun; ++it) {
      by_epoch[it->second.epoch].push_back(
          {gun, std::get<1>(it->first), std::get<2>(it->first), it->second.version, it->second.sha256});
    }
    for (const auto& [epoch, heads] : by_epoch) text += line_of(gun, epoch, heads);
  }
  BS_TRY(directory_->write_atomic(kFileName, text, 0600));
  const std::string path = directory_->path() + "/" + kFileName;
  Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return fail(write_error("open"));
  file_ = std::make_shared<const Fd>(std::move(file));
  file_bytes_ = text.size();
  damaged_ = false;
  return {};
}

}  // namespace boltseal::server
