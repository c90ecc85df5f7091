// boltseald verify-store [--json]
#include "server/verify_store.h"

#include <fmt/core.h>

#include <cstdio>

#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/store_access.h"
#include "json/writer.h"

namespace boltseal::daemon {
namespace {

constexpr CommandOption kOptions[] = {{"--json", "", "one object a line: each finding, then the counts"}};

void print_line(const server::StoreFinding& finding) {
  std::string place = escape_untrusted(finding.gun);
  if (finding.form == tuf::Form::tuf1) place += " (TUF 1.0)";
  if (!finding.role.empty()) place += " " + escape_untrusted(finding.role);
  if (finding.version > 0) place += fmt::format(" version {}", finding.version);
  fmt::print("{}: {} ({})\n", place, escape_untrusted(finding.text), finding.kind);
}

void print_json(const server::StoreFinding& finding) {
  json::Writer writer;
  writer.begin_object().member("gun", finding.gun);
  if (finding.form) writer.member("form", tuf::name_of(*finding.form));
  if (!finding.role.empty()) writer.member("role", finding.role);
  if (finding.version > 0) writer.member("version", finding.version);
  writer.member("kind", finding.kind).member("text", finding.text).end_object();
  fmt::print("{}\n", writer.take());
}

void print_counts(const server::StoreCheckReport& report) {
  json::Writer writer;
  writer.begin_object().member("guns", static_cast<std::int64_t>(report.guns));
  writer.member("files", static_cast<std::int64_t>(report.files));
  writer.member("findings", static_cast<std::int64_t>(report.findings)).end_object();
  fmt::print("{}\n", writer.take());
}

Result<void> verify(const Invocation& invocation) {
  const StoreAccess access = BS_TRY(open_store(invocation));
  const bool json = invocation.has("--json");
  const server::StoreCheckParts parts{*access.storage, access.keys.get(), access.record.get(),
                                      system_clock().now()};
  const auto report = BS_TRY(server::verify_store(
      parts, [&](const server::StoreFinding& finding) { json ? print_json(finding) : print_line(finding); }));
  if (json)
    print_counts(report);
  else
    fmt::print("{} repositories, {} files: {}\n", report.guns, report.files,
               report.findings == 0 ? "nothing is wrong" : fmt::format("{} findings", report.findings));
  if (report.findings == 0) return {};
  return fail(ErrorCode::storage_failed, fmt::format("{} things in the store are wrong", report.findings),
              "docs/reference/boltseald.md tells for each kind what to do");
}

}  // namespace

const CommandEntry kVerifyStore{
    .words = "verify-store",
    .help = "check every signature and hash in the store; may run beside the server",
    .options = kOptions,
    .run = verify};

}  // namespace boltseal::daemon
