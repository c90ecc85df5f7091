// The body of a publish: parts of a multipart body to files (NOTARY-SERVER.md 2.4).
//
// The file name of a part is the role. Every file is read by the strict codec; one that it refuses is kept
// with the reason when notary-server's lenient first reading would take it, because then the refusal belongs
// to a later step and has another text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "base/names.h"
#include "server/api_error.h"
#include "tuf/file.h"

namespace boltseal::server {

using ParsedFile = std::variant<std::monostate, tuf::Unverified<tuf::Root>, tuf::Unverified<tuf::Targets>,
                                tuf::Unverified<tuf::Snapshot>, tuf::Unverified<tuf::Timestamp>>;

struct UploadedFile {
  std::int64_t version = 0;   ///< `signed.version`; 0 where there is none
  ParsedFile parsed;          ///< monostate: the codec refused it
  std::string refused_bytes;  ///< then the bytes
  std::string problem;        ///< and why

  /// Null unless it is a file of that kind.
  template <typename T>
  const tuf::Unverified<T>* as() const {
    return std::get_if<tuf::Unverified<T>>(&parsed);
  }
  const std::string& bytes() const;
};

/// What a client sent, by role; of two parts with one role the last counts.
struct Upload {
  std::map<RoleName, UploadedFile> notary;
  std::map<RoleName, UploadedFile> tuf1;
};

/// POST .../_trust/tuf/: Notary files, named `<role>` or `<role>.json`.
/// Errors in the order of the parts: MALFORMED_UPLOAD, NO_FILENAME, INVALID_ROLE, MALFORMED_JSON.
ApiResult<Upload> read_upload(std::string_view content_type, std::string_view body);

/// POST .../_trust/tuf1/: TUF 1.0 files named `<role>.json` or `<version>.<role>.json` (role percent-encoded
/// or plain), and, for a publish of both forms, Notary files named `n1/<role>.json`.
ApiResult<Upload> read_tuf1_upload(std::string_view content_type, std::string_view body);

/// One file from its bytes. MALFORMED_JSON.
ApiResult<UploadedFile> read_uploaded_file(tuf::Form form, const RoleName& role, std::string bytes);

}  // namespace boltseal::server
