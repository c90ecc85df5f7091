#include "cli/boltseal/verdict_report.h"

#include <fmt/core.h>

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal::cli {
namespace {

using policy::Decision;

term::Colour colour_of(Decision decision) {
  switch (decision) {
    case Decision::allow:
      return term::Colour::green;
    case Decision::deny:
      return term::Colour::red;
    case Decision::unknown:
      break;
  }
  return term::Colour::yellow;
}

std::string expiry_text(Time expires, Time now) {
  return expires > now ? "in " + describe_duration(expires - now) : describe_duration(now - expires) + " ago";
}

void print_roles(Output& output, const policy::TrustEvidence& trust, Time now) {
  std::vector<std::vector<std::string>> rows;
  for (const tuf::RoleFacts& facts : trust.roles) {
    std::string keys;
    for (const tuf::Signer& signer : facts.signers)
      keys += (keys.empty() ? "" : ", ") + signer.key_id.short_form();
    std::string age = facts.issued ? describe_duration(now - *facts.issued) : "unknown";
    if (facts.certificate_not_before) age = describe_duration(now - *facts.certificate_not_before);
    rows.push_back({escape_untrusted(facts.role.str()), std::to_string(facts.version),
                    expiry_text(facts.expires, now), std::move(age), std::move(keys)});
  }
  output.print(term::table({"ROLE", "VERSION", "EXPIRES", "AGE", "KEYS"}, rows));
}

void write_facts(json::Writer& w, const tuf::RoleFacts& facts) {
  w.begin_object().member("role", facts.role.str()).member("version", facts.version);
  w.member("expires", format_rfc3339_nano(facts.expires)).member("threshold", facts.threshold);
  w.member("sha256", hex_encode(facts.sha256));
  if (facts.issued) w.member("issued", format_rfc3339_nano(*facts.issued));
  if (facts.certificate_not_before)
    w.member("certificate_not_before", format_rfc3339_seconds(*facts.certificate_not_before));
  if (facts.certificate_not_after)
    w.member("certificate_not_after", format_rfc3339_seconds(*facts.certificate_not_after));
  w.name("keys").begin_array();
  for (const tuf::Signer& signer : facts.signers) w.string(signer.key_id.str());
  w.end_array().end_object();
}

void write_trust(json::Writer& w, const policy::TrustEvidence& trust) {
  w.name("trust").begin_object().member("gun", trust.gun.str());
  w.member("form", trust.form == tuf::Form::tuf1 ? "tuf1" : "notary").member("transport", trust.transport);
  w.member("online", trust.online).member("first_use", trust.first_use).member("pinned", trust.pinned);
  w.name("roles").begin_array();
  for (const tuf::RoleFacts& facts : trust.roles) write_facts(w, facts);
  w.end_array().end_object();
}

void write_reasons(json::Writer& w, const policy::Verdict& verdict) {
  w.name("reasons").begin_array();
  for (const policy::Reason& reason : verdict.reasons) {
    w.begin_object()
        .member("code", std::string(name_of(reason.code)))
        .member("text", reason.text)
        .member("hint", reason.hint)
        .end_object();
  }
  w.end_array().name("notes").begin_array();
  for (const std::string& note : verdict.notes) w.string(note);
  w.end_array();
}

}  // namespace

void print_verdict(Output& output, const policy::Verdict& verdict, Time now) {
  const auto& style = output.out_style();
  std::string word(name_of(verdict.decision));
  output.line(style.paint(colour_of(verdict.decision), word) + " " + verdict.evidence.reference);
  for (const policy::Reason& reason : verdict.reasons) {
    output.line("  " + std::string(name_of(reason.code)) + ": " + reason.text);
    output.hint(reason.hint);
  }
  for (const std::string& note : verdict.notes) output.line("  note: " + note);
  const auto& trust = verdict.evidence.trust;
  if (!trust) return;
  if (trust->target) {
    output.line("  signed    " + trust->target->digest.str() + " by " +
                escape_untrusted(trust->target->role.str()));
  }
  if (verdict.evidence.registry.digest) output.line("  registry  " + verdict.evidence.registry.digest->str());
  output.line(std::string("  trusted   since ") +
              (trust->pinned      ? "a pin"
               : trust->first_use ? "now (first use)"
                                  : "an earlier use") +
              ", from " + escape_untrusted(trust->transport) + (trust->online ? "" : " (cache)"));
  print_roles(output, *trust, now);
}

void write_verdict(json::Writer& w, const policy::Verdict& verdict) {
  w.begin_object()
      .member("decision", std::string(name_of(verdict.decision)))
      .member("reference", verdict.evidence.reference);
  w.member("gun", verdict.evidence.gun.str());
  const auto& trust = verdict.evidence.trust;
  if (trust && trust->target) {
    w.name("signed")
        .begin_object()
        .member("tag", trust->target->name)
        .member("digest", trust->target->digest.str());
    w.member("length", trust->target->length).member("media_type", trust->target->media_type);
    w.member("role", trust->target->role.str()).end_object();
  }
  if (verdict.evidence.registry.digest) w.member("registry_digest", verdict.evidence.registry.digest->str());
  write_reasons(w, verdict);
  if (trust) write_trust(w, *trust);
  w.end_object();
}

}  // namespace boltseal::cli
