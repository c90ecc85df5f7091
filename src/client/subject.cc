#include "client/subject.h"

#include "base/untrusted.h"

namespace boltseal::client {

Result<Subject> parse_subject(std::string_view text, const std::optional<Gun>& gun, DefaultTag default_tag) {
  const bool bare_target = gun && text.find_first_of("/:@") == std::string_view::npos;
  if (bare_target) {
    Subject subject{.shown = escape_untrusted(gun->str() + ":" + std::string(text)),
                    .gun = *gun,
                    .target = std::string(text)};
    if (auto repository = registry::Reference::parse(gun->str())) {
      if (auto tag = Tag::parse(text)) subject.reference = repository->with_tag(std::move(*tag));
    }
    return subject;
  }
  registry::Reference reference = BS_TRY(registry::Reference::parse(text));
  if (default_tag == DefaultTag::latest) reference = reference.with_default_tag();
  Subject subject{.shown = escape_untrusted(reference.familiar()), .gun = gun ? *gun : reference.gun()};
  if (reference.tag()) subject.target = reference.tag()->str();
  subject.digest = reference.digest();
  subject.reference = std::move(reference);
  return subject;
}

Result<Gun> parse_repository(std::string_view text, const std::optional<Gun>& gun) {
  if (!gun) return registry::gun_of_name(text);
  if (!text.empty()) {
    return fail(ErrorCode::usage, "both --gun and the repository " + escape_untrusted(text) + " were given",
                "give one of them");
  }
  return *gun;
}

}  // namespace boltseal::client
