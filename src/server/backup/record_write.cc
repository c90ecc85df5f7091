#include "base/encoding.h"
#include "json/writer.h"
#include "server/backup/record.h"

namespace boltseal::server {
namespace {

using json::Writer;

/// The line of a record and the bytes behind it.
struct Encoded {
  Writer line;
  std::string_view bytes;
  bool has_bytes = false;

  void attach(std::string_view content) {
    line.member("bytes", static_cast<std::int64_t>(content.size()));
    bytes = content;
    has_bytes = true;
  }
};

void put_time(Writer& w, std::string_view name, const std::optional<Time>& time) {
  if (time) w.member(name, format_rfc3339_nano(*time));
}

void put_role(Writer& w, Form form, const RoleName& role, std::int64_t version) {
  w.member("form", tuf::name_of(form)).member("role", role.str()).member("version", version);
}

void encode(Encoded& out, const record::Begin& begin) {
  out.line.member("type", "begin").member("format", 1);
  put_time(out.line, "created", begin.created);
}

void encode(Encoded& out, const record::OfGun& gun) {
  out.line.member("type", "gun").member("gun", gun.gun.str());
  if (!gun.state) return;
  out.line.member("epoch", gun.state->epoch).member("needs_recovery", gun.state->needs_recovery);
  out.line.member("reset_allowed", gun.state->reset_allowed);
}

void encode(Encoded& out, const record::Buried& buried) {
  out.line.member("type", "buried");
  put_time(out.line, "deleted", buried.deleted);
  put_role(out.line, buried.form, buried.role, buried.version);
  if (buried.root) out.attach(*buried.root);
}

void encode(Encoded& out, const record::File& file) {
  out.line.member("type", "file");
  put_role(out.line, file.form, file.role, file.file.version);
  put_time(out.line, "created", file.file.created);
  out.line.member("sha256", hex_encode(file.file.sha256));
  out.attach(file.file.bytes);
}

void encode(Encoded& out, const Change& change) {
  out.line.member("type", "change").member("id", change.id);
  put_time(out.line, "created", change.created);
  out.line.member("gun", change.gun).member("version", change.version).member("sha256", change.sha256);
  out.line.member("category", change.category);
}

void encode(Encoded& out, const record::Vault& vault) {
  out.line.member("type", "vault").member("check", base64_encode(vault.check));
}

void encode(Encoded& out, const record::Key& key) {
  const vault::KeyRow& row = key.key.row;
  out.line.member("type", "key").member("id", row.id.str()).member("gun", row.gun.str());
  out.line.member("role", row.role.str()).member("algorithm", row.algorithm);
  out.line.member("public", base64_encode(row.spki)).member("sealed", base64_encode(row.sealed));
  put_time(out.line, "created", row.created);
  put_time(out.line, "last_used", row.last_used);
  put_time(out.line, "retired", row.retired);
  out.line.member("notary_version", key.key.notary_version).member("tuf1_version", key.key.tuf1_version);
}

void encode(Encoded& out, const record::End& end) {
  const BackupCounts& counts = end.counts;
  out.line.member("type", "end").member("guns", counts.guns).member("tombstones", counts.tombstones);
  out.line.member("files", counts.files).member("changes", counts.changes).member("keys", counts.keys);
}

}  // namespace

Result<void> BackupWriter::put(std::string_view bytes) {
  digest_.update(bytes);
  return sink_(bytes);
}

Result<void> BackupWriter::write(const BackupRecord& record) {
  Encoded out;
  out.line.begin_object();
  std::visit([&](const auto& value) { encode(out, value); }, record);
  if (std::holds_alternative<record::End>(record)) out.line.member("sha256", hex_encode(digest_.finish()));
  BS_TRY(put(out.line.end_object().take() + "\n"));
  if (!out.has_bytes) return {};
  BS_TRY(put(out.bytes));
  return put("\n");
}

}  // namespace boltseal::server
