#include "tuf/codec.h"

#include <algorithm>

#include "base/limits.h"
#include "base/untrusted.h"
#include "tuf/codec_internal.h"
#include "tuf/notary_codec.h"
#include "tuf/tuf1_codec.h"
#include "tuf/wire_read.h"

namespace boltseal::tuf {

namespace {

struct Envelope {
  json::Document document;
  std::vector<Signature> signatures;
  const json::Value& body() const { return *document.root().find("signed"); }
};

Result<Envelope> open(Form form, FileType type, std::string bytes, const ReadOptions& options) {
  json::ReadLimits read;
  read.bytes = options.max_bytes != 0 ? options.max_bytes : default_limit(form, type);
  read.integral_floats = form == Form::notary;
  auto document = BS_TRY(json::Document::parse(std::move(bytes), read));
  const auto fields = BS_TRY(json::Fields::of(document.root(), {"signed", "signatures"}, "file"));
  BS_TRY(fields.object("signed"));
  const auto list = BS_TRY(fields.array("signatures"));
  if (list.size() > limits::kSignaturesPerFile)
    return fail(too_many("signatures", limits::kSignaturesPerFile));
  auto signatures =
      BS_TRY(form == Form::notary ? notary_codec::read_signatures(list) : tuf1_codec::read_signatures(list));
  return Envelope{std::move(document), std::move(signatures)};
}

/// Opens the file and reads its body with the codec of the form; errors name the kind of file.
template <typename T, typename Read>
Result<Unverified<T>> parse(Form form, FileType type, std::string bytes, const ReadOptions& options,
                            Read read) {
  auto envelope = open(form, type, std::move(bytes), options);
  if (!envelope) return fail(std::move(envelope).error().within(name_of(type)));
  Result<T> body = read(envelope->body());
  if (!body) return fail(std::move(body).error().within(name_of(type)));
  auto data =
      std::make_shared<const FileData>(form, std::move(envelope->document), std::move(envelope->signatures));
  return Unverified<T>(std::move(data), std::make_shared<const T>(std::move(*body)));
}

Result<Unverified<Targets>> parse_targets_file(Form form, const RoleName* role, std::string bytes,
                                               const ReadOptions& options) {
  return parse<Targets>(form, FileType::targets, std::move(bytes), options, [&](const json::Value& body) {
    return form == Form::notary ? notary_codec::read_targets(body, role, options)
                                : tuf1_codec::read_targets(body, role, options);
  });
}

template <typename T>
Payload payload(const T& body) {
  Payload out;
  out.canonical = body.form == Form::notary ? notary_codec::write(body) : tuf1_codec::write(body);
  out.wire = wire_text(body.form, out.canonical);
  return out;
}

}  // namespace

std::size_t default_limit(Form form, FileType type) {
  if (form == Form::notary) {
    return type == FileType::timestamp ? limits::kNotaryTimestampBytes : limits::kNotaryMetadataBytes;
  }
  switch (type) {
    case FileType::root:
      return limits::kRootBytes;
    case FileType::targets:
      return limits::kTargetsBytes;
    case FileType::snapshot:
      return limits::kSnapshotBytes;
    case FileType::timestamp:
      break;
  }
  return limits::kTimestampBytes;
}

Result<Unverified<Root>> parse_root(Form form, std::string bytes, const ReadOptions& options) {
  return parse<Root>(form, FileType::root, std::move(bytes), options, [&](const json::Value& body) {
    return form == Form::notary ? notary_codec::read_root(body, options)
                                : tuf1_codec::read_root(body, options);
  });
}

Result<Unverified<Targets>> parse_targets(Form form, const RoleName& role, std::string bytes,
                                          const ReadOptions& options) {
  if (file_type(role) != FileType::targets) {
    return fail(ErrorCode::bad_role, escape_untrusted(role.str()) + " is no targets role");
  }
  return parse_targets_file(form, &role, std::move(bytes), options);
}

Result<Unverified<Targets>> parse_targets_of_any_role(Form form, std::string bytes,
                                                      const ReadOptions& options) {
  return parse_targets_file(form, nullptr, std::move(bytes), options);
}

Result<Unverified<Snapshot>> parse_snapshot(Form form, std::string bytes, const ReadOptions& options) {
  return parse<Snapshot>(form, FileType::snapshot, std::move(bytes), options, [&](const json::Value& body) {
    return form == Form::notary ? notary_codec::read_snapshot(body, options)
                                : tuf1_codec::read_snapshot(body, options);
  });
}

Result<Unverified<Timestamp>> parse_timestamp(Form form, std::string bytes, const ReadOptions& options) {
  return parse<Timestamp>(form, FileType::timestamp, std::move(bytes), options, [&](const json::Value& body) {
    return form == Form::notary ? notary_codec::read_timestamp(body, options)
                                : tuf1_codec::read_timestamp(body, options);
  });
}

Payload write_payload(const Root& root) { return payload(root); }
Payload write_payload(const Targets& targets) { return payload(targets); }
Payload write_payload(const Snapshot& snapshot) { return payload(snapshot); }
Payload write_payload(const Timestamp& timestamp) { return payload(timestamp); }

std::string assemble(Form form, std::string_view wire, std::span<const Signature> signatures) {
  return form == Form::notary ? notary_codec::assemble(wire, signatures)
                              : tuf1_codec::assemble(wire, signatures);
}

std::string wire_text(Form form, std::string_view canonical) {
  if (form == Form::notary) return json::go_wire(canonical);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::none_of(canonical.begin(), canonical.end(), is_control)) return std::string(canonical);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(canonical.size());
  for (const char c : canonical) {
    if (!is_control(c)) {
      out += c;
      continue;
    }
    out += "\\u00";
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace boltseal::tuf
