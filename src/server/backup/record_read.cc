#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "json/fields.h"
#include "json/reader.h"
#include "server/backup/record.h"

namespace boltseal::server {
namespace {

using json::Fields;

constexpr std::size_t kChunk = 64 << 10;
constexpr std::int64_t kMaxInteger = limits::kMaxInteger;

Error wrong(std::string_view what) {
  return Error(ErrorCode::bad_format, fmt::format("this is no backup that can be restored: {}", what),
               "take another copy of the backup");
}

Result<Time> read_time(const Fields& fields, std::string_view name) {
  const auto time = parse_rfc3339(BS_TRY(fields.string(name)));
  if (!time) return fail(fields.wrong(name, "is no time"));
  return *time;
}
Result<std::optional<Time>> read_optional_time(const Fields& fields, std::string_view name) {
  if (fields.find(name) == nullptr) return std::optional<Time>();
  return std::optional(BS_TRY(read_time(fields, name)));
}

Result<Form> read_form(const Fields& fields) {
  const auto text = BS_TRY(fields.string("form"));
  for (const Form form : {Form::notary, Form::tuf1}) {
    if (text == tuf::name_of(form)) return form;
  }
  return fail(fields.wrong("form", "is no form of metadata"));
}

Result<Bytes> read_base64(const Fields& fields, std::string_view name) {
  auto bytes = base64_decode(BS_TRY(fields.string(name)));
  if (!bytes) return fail(fields.wrong(name, "is no base64"));
  return std::move(*bytes);
}

Result<Fields> fields_of(const json::Value& value, std::initializer_list<std::string_view> known) {
  const Fields fields = BS_TRY(Fields::of(value, known, "record"));
  BS_TRY(fields.no_unknown());
  return fields;
}

Result<BackupRecord> read_begin(const json::Value& value) {
  const Fields fields = BS_TRY(fields_of(value, {"type", "format", "created"}));
  if (BS_TRY(fields.integer("format")) != 1) return fail(wrong("it is of a newer format"));
  return record::Begin{BS_TRY(read_time(fields, "created"))};
}

Result<BackupRecord> read_gun(const json::Value& value) {
  const Fields fields = BS_TRY(fields_of(value, {"type", "gun", "epoch", "needs_recovery", "reset_allowed"}));
  record::OfGun out{BS_TRY(Gun::parse_lenient(BS_TRY(fields.string("gun")))), std::nullopt};
  if (fields.find("epoch") == nullptr) return out;
  out.state = GunState{BS_TRY(fields.integer("epoch", 1, kMaxInteger)),
                       BS_TRY(fields.boolean("needs_recovery")), BS_TRY(fields.boolean("reset_allowed"))};
  return out;
}

Result<BackupRecord> read_buried(const json::Value& value) {
  const Fields fields = BS_TRY(fields_of(value, {"type", "deleted", "form", "role", "version", "bytes"}));
  const Form form = BS_TRY(read_form(fields));
  return record::Buried{BS_TRY(read_time(fields, "deleted")), form,
                        BS_TRY(tuf::parse_role(form, BS_TRY(fields.string("role")))),
                        BS_TRY(fields.integer("version", 1, kMaxInteger)), std::nullopt};
}

Result<BackupRecord> read_file(const json::Value& value) {
  const Fields fields =
      BS_TRY(fields_of(value, {"type", "form", "role", "version", "created", "sha256", "bytes"}));
  const Form form = BS_TRY(read_form(fields));
  record::File out{form, BS_TRY(tuf::parse_role(form, BS_TRY(fields.string("role")))), {}};
  out.file.version = BS_TRY(fields.integer("version", 1, kMaxInteger));
  out.file.created = BS_TRY(read_time(fields, "created"));
  const auto hex = BS_TRY(fields.string("sha256"));
  const auto hash = hex_decode(hex);
  if (!is_lower_hex(hex) || !hash || hash->size() != out.file.sha256.size())
    return fail(fields.wrong("sha256", "is no SHA-256"));
  std::copy(hash->begin(), hash->end(), out.file.sha256.begin());
  BS_TRY(fields.integer("bytes"));
  return out;
}

Result<BackupRecord> read_change(const json::Value& value) {
  const Fields fields =
      BS_TRY(fields_of(value, {"type", "id", "created", "gun", "version", "sha256", "category"}));
  Change out;
  out.id = BS_TRY(fields.integer("id", 1, kMaxInteger));
  out.created = BS_TRY(read_time(fields, "created"));
  out.gun = BS_TRY(Gun::parse_lenient(BS_TRY(fields.string("gun")))).str();
  out.version = BS_TRY(fields.integer("version", 0, kMaxInteger));
  out.sha256 = BS_TRY(fields.string("sha256"));
  out.category = BS_TRY(fields.string("category"));
  const bool hash = out.sha256.empty() || (out.sha256.size() == 64 && is_lower_hex(out.sha256));
  if (!hash) return fail(fields.wrong("sha256", "is no SHA-256"));
  if (out.category != "update" && out.category != "deletion")
    return fail(fields.wrong("category", "is neither update nor deletion"));
  return out;
}

Result<BackupRecord> read_vault(const json::Value& value) {
  const Fields fields = BS_TRY(fields_of(value, {"type", "check"}));
  return record::Vault{BS_TRY(read_base64(fields, "check"))};
}

Result<BackupRecord> read_key(const json::Value& value) {
  const Fields fields =
      BS_TRY(fields_of(value, {"type", "id", "gun", "role", "algorithm", "public", "sealed", "created",
                               "last_used", "retired", "notary_version", "tuf1_version"}));
  vault::KeyRow row{BS_TRY(Gun::parse_lenient(BS_TRY(fields.string("gun")))),
                    BS_TRY(RoleName::parse_notary(BS_TRY(fields.string("role")))),
                    BS_TRY(KeyId::parse(BS_TRY(fields.string("id")))),
                    std::string(BS_TRY(fields.string("algorithm"))),
                    BS_TRY(read_base64(fields, "public")),
                    BS_TRY(read_base64(fields, "sealed")),
                    BS_TRY(read_time(fields, "created")),
                    BS_TRY(read_optional_time(fields, "last_used")),
                    BS_TRY(read_optional_time(fields, "retired"))};
  return record::Key{{std::move(row), BS_TRY(fields.integer("notary_version", 0, kMaxInteger)),
                      BS_TRY(fields.integer("tuf1_version", 0, kMaxInteger))}};
}

Result<BackupRecord> read_end(const json::Value& value) {
  const Fields fields =
      BS_TRY(fields_of(value, {"type", "guns", "tombstones", "files", "changes", "keys", "sha256"}));
  BS_TRY(fields.string("sha256"));
  return record::End{{.guns = BS_TRY(fields.integer("guns")),
                      .tombstones = BS_TRY(fields.integer("tombstones")),
                      .files = BS_TRY(fields.integer("files")),
                      .changes = BS_TRY(fields.integer("changes")),
                      .keys = BS_TRY(fields.integer("keys"))}};
}

/// Where in the file a record may stand: begin, GUNs, changes, vault, keys, end.
enum Stage { nothing, begun, guns, changes, vault_value, keys, ended };

}  // namespace

/// More bytes into the buffer; false: the source has no more.
Result<bool> BackupReader::fill() {
  if (at_ > kChunk) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  const std::size_t old = buffer_.size();
  buffer_.resize(old + kChunk);
  const auto got = source_(std::span(buffer_.data() + old, kChunk));
  buffer_.resize(old + (got ? std::min(*got, kChunk) : 0));
  if (!got) return fail(got.error());
  return *got > 0;
}

/// The next line without its end; empty: there is none.
Result<std::string> BackupReader::line() {
  std::size_t searched = at_;
  while (true) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string text = buffer_.substr(at_, end - at_);
      at_ = end + 1;
      return text;
    }
    if (buffer_.size() - at_ > kBackupLineBytes) return fail(wrong("a line of it is too long"));
    const std::size_t have = buffer_.size() - at_;
    if (!BS_TRY(fill())) {
      if (have == 0) return std::string();
      return fail(wrong("it ends within a line"));
    }
    searched = at_ + have;
  }
}

Result<std::string> BackupReader::payload(std::int64_t size) {
  if (size < 0 || size > static_cast<std::int64_t>(limits::kNotaryMetadataBytes))
    return fail(ErrorCode::limit_exceeded, "a file in the backup is larger than metadata may be");
  const auto wanted = static_cast<std::size_t>(size) + 1;
  while (buffer_.size() - at_ < wanted) {
    if (!BS_TRY(fill())) return fail(wrong("it ends within a file"));
  }
  std::string bytes = buffer_.substr(at_, wanted);
  at_ += wanted;
  if (bytes.back() != '\n') return fail(wrong("a file in it is longer than it says"));
  digest_.update(bytes);
  bytes.pop_back();
  return bytes;
}

Result<BackupRecord> BackupReader::parse(const std::string& text) {
  const auto document = json::Document::parse(text, {.bytes = kBackupLineBytes});
  if (!document) return fail(wrong(document.error().what()));
  const json::Value& value = document->root();
  const json::Value* type = value.find("type");
  const std::string_view name = type == nullptr ? std::string_view() : type->as_string();
  using Read = Result<BackupRecord> (*)(const json::Value&);
  static constexpr std::pair<std::string_view, Read> kTypes[] = {
      {"begin", read_begin},   {"gun", read_gun},     {"buried", read_buried}, {"file", read_file},
      {"change", read_change}, {"vault", read_vault}, {"key", read_key},       {"end", read_end}};
  for (const auto& [known, read] : kTypes) {
    if (name != known) continue;
    auto record = read(value);
    if (!record) return fail(wrong(record.error().what()));
    if (const json::Value* size = value.find("bytes")) {
      if (!size->is_integer()) return fail(wrong("a size is no number"));
      std::string bytes = BS_TRY(payload(size->as_int()));
      if (auto* file = std::get_if<record::File>(&*record)) file->file.bytes = std::move(bytes);
      if (auto* buried = std::get_if<record::Buried>(&*record)) buried->root = std::move(bytes);
    }
    if (const json::Value* hash = value.find("sha256")) stated_digest_ = hash->as_string();
    return record;
  }
  return fail(wrong("it holds a record of an unknown type"));
}

Result<void> BackupReader::check_order(const BackupRecord& record) {
  const auto go_to = [&](int stage, int from) -> Result<void> {
    if (stage_ < from || stage_ > stage) return fail(wrong("its records are out of order"));
    stage_ = stage;
    return {};
  };
  const auto rises = [](bool above) -> Result<void> {
    if (!above) return fail(wrong("its records are out of order, or one is there twice"));
    return {};
  };
  if (std::holds_alternative<record::Begin>(record)) {
    if (stage_ != nothing) return fail(wrong("it begins twice"));
    stage_ = begun;
    return {};
  }
  if (const auto* gun = std::get_if<record::OfGun>(&record)) {
    BS_TRY(go_to(guns, begun));
    BS_TRY(rises(gun->gun.str() > last_gun_));
    last_gun_ = gun->gun.str();
    last_file_.reset();
    last_buried_.reset();
    ++seen_.guns;
    return {};
  }
  if (const auto* buried = std::get_if<record::Buried>(&record)) {
    BS_TRY(go_to(guns, guns));
    const std::pair key{buried->form, buried->role};
    BS_TRY(rises(!last_file_ && (!last_buried_ || *last_buried_ < key)));
    if (!last_buried_) ++seen_.tombstones;
    last_buried_ = key;
    return {};
  }
  if (const auto* file = std::get_if<record::File>(&record)) {
    BS_TRY(go_to(guns, guns));
    const std::tuple key{file->form, file->role, file->file.version};
    BS_TRY(rises(!last_file_ || *last_file_ < key));
    last_file_ = key;
    ++seen_.files;
    if (crypto::sha256(file->file.bytes) != file->file.sha256)
      return fail(ErrorCode::hash_mismatch, "a file in the backup does not have its SHA-256",
                  "take another copy of the backup");
    return {};
  }
  if (const auto* change = std::get_if<Change>(&record)) {
    BS_TRY(go_to(changes, begun));
    BS_TRY(rises(change->id > last_change_));
    last_change_ = change->id;
    ++seen_.changes;
    return {};
  }
  if (std::holds_alternative<record::Vault>(record)) {
    BS_TRY(rises(stage_ < vault_value));
    return go_to(vault_value, begun);
  }
  if (const auto* key = std::get_if<record::Key>(&record)) {
    BS_TRY(go_to(keys, vault_value));
    BS_TRY(rises(key->key.row.id.str() > last_key_));
    last_key_ = key->key.row.id.str();
    ++seen_.keys;
    return {};
  }
  BS_TRY(go_to(ended, begun));
  return check_end(std::get<record::End>(record));
}

Result<void> BackupReader::check_end(const record::End& end) {
  if (!(end.counts == seen_)) return fail(wrong("something is missing from it"));
  if (stated_digest_ != hex_encode(before_))
    return fail(ErrorCode::hash_mismatch, "the backup does not have the SHA-256 that it ends with",
                "take another copy of the backup");
  if (at_ != buffer_.size() || BS_TRY(fill())) return fail(wrong("something follows its end"));
  return {};
}

Result<std::optional<BackupRecord>> BackupReader::next() {
  if (ended_) return std::optional<BackupRecord>();
  const std::string text = BS_TRY(line());
  if (text.empty()) return fail(wrong(stage_ == nothing ? "it is empty" : "its end is missing"));
  // `type` comes first in every line, so that it is known here where the digest ends.
  const bool is_end = text.starts_with("{\"type\":\"end\"");
  if (is_end) {
    before_ = digest_.finish();
  } else {
    digest_.update(text);
    digest_.update("\n");
  }
  BackupRecord record = BS_TRY(parse(text));
  if (is_end != std::holds_alternative<record::End>(record))
    return fail(wrong("a type is not the first member"));
  if (stage_ == nothing && !std::holds_alternative<record::Begin>(record))
    return fail(wrong("it does not begin as one"));
  BS_TRY(check_order(record));
  ended_ = is_end;
  return std::optional(std::move(record));
}

}  // namespace boltseal::server
